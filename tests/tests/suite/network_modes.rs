//! Servers that behave unusually in one way each, and the outcome of an upload to each of them.
//!
//! Unusual connections are elsewhere: in `network_early_answers`, `network_replies` and `uploader_faults`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use super::command_fixture::{Files, KEY, Run, api_error, upload_in_parts};
use super::network_fixture::{RawServer, reply, uploads_body, uploads_reply};
use super::received_request::ReceivedRequest;

/// A request, as a server with a mode sees it.
struct IncomingRequest<'a> {
    request: &'a ReceivedRequest,
    /// `create`, `parts`, `complete` or `cancel`.
    step: &'static str,
    /// The number of earlier requests for this step.
    earlier: usize,
}

/// The answer to a request. `None`: that of the API.
type Answer = fn(&IncomingRequest) -> Option<Vec<u8>>;

/// The outcome of the command.
enum Outcome {
    /// Exit code 0, and this id on stdout.
    Uploaded(&'static str),
    /// Exit code 1, and these texts on stderr. Nothing is left: neither an upload on the server nor a state.
    Failed(&'static [&'static str]),
    /// Exit code 1, and these texts on stderr. The same command resumes the upload.
    Interrupted(&'static [&'static str]),
}
use Outcome::{Failed, Interrupted, Uploaded};

/// A mode: its name, its answers, and the outcome of the command.
type Mode = (&'static str, Answer, Outcome);

const JSON: &str = "content-type: application/json\r\n";
const HTML: &str = "content-type: text/html; charset=utf-8\r\n";
const SIGN_IN: &str = "<!DOCTYPE html><html><head><title>Sign in to the network</title></head></html>";

const OK: Outcome = Uploaded("file-1");

/// The answer `status` with an error of the API, to requests for `step` after the first `from` and before `until`.
fn refuse(
    asked: &IncomingRequest,
    step: &str,
    until: usize,
    status: u16,
    code: &str,
    headers: &str,
) -> Option<Vec<u8>> {
    let error = || reply(status, &format!("{JSON}{headers}"), api_error("the reason", code));
    (asked.step == step && asked.earlier < until).then(error)
}

/// The usual answer with a change in it.
#[expect(clippy::unnecessary_wraps, reason = "an answer of the table")]
fn changed(asked: &IncomingRequest, change: impl Fn(&mut Value)) -> Option<Vec<u8>> {
    let mut body: Value = serde_json::from_str(&uploads_body(asked.request)).unwrap();
    change(&mut body);
    Some(reply(200, JSON, body.to_string()))
}

/// The usual answer, in which a member of the upload has another value.
fn upload_with(asked: &IncomingRequest, member: &str, value: Value) -> Option<Vec<u8>> {
    if asked.step == "parts" {
        return None;
    }
    changed(asked, |body| body[member] = value.clone())
}

/// The usual answer, in which a member of the file has another value.
fn file_with(asked: &IncomingRequest, member: &str, value: Value) -> Option<Vec<u8>> {
    if asked.step != "complete" {
        return None;
    }
    changed(asked, |body| body["file"][member] = value.clone())
}

/// The usual answer without a member of the object at `place`.
fn without(asked: &IncomingRequest, steps: &[&str], place: &str, member: &str) -> Option<Vec<u8>> {
    if !steps.contains(&asked.step) {
        return None;
    }
    changed(asked, |body| {
        if let Some(object) = body.pointer_mut(place).and_then(Value::as_object_mut) {
            object.remove(member);
        }
    })
}

#[expect(clippy::unnecessary_wraps, reason = "an answer of the table")]
fn always(status: u16, headers: &str, body: &str) -> Option<Vec<u8>> {
    Some(reply(status, headers, body))
}

const UPLOAD: &[&str] = &["create", "complete", "cancel"];

const MODES: &[Mode] = &[
    ("a usual server", |_| None, OK),
    // Members of the upload.
    ("no id of the upload", |a| without(a, UPLOAD, "", "id"), Failed(&["no id of the upload"])),
    ("no object", |a| without(a, UPLOAD, "", "object"), OK),
    ("no bytes", |a| without(a, UPLOAD, "", "bytes"), OK),
    ("no created_at", |a| without(a, UPLOAD, "", "created_at"), OK),
    ("no filename", |a| without(a, UPLOAD, "", "filename"), OK),
    ("no purpose", |a| without(a, UPLOAD, "", "purpose"), OK),
    ("no status", |a| without(a, UPLOAD, "", "status"), OK),
    ("no expires_at", |a| without(a, UPLOAD, "", "expires_at"), OK),
    (
        "no file",
        |a| without(a, UPLOAD, "", "file"),
        Failed(&["was completed", "look for a.bin among your files"]),
    ),
    (
        "the file is null",
        |a| upload_with(a, "file", json!(null)),
        Failed(&["look for a.bin among your files"]),
    ),
    ("expires_at is null", |a| upload_with(a, "expires_at", json!(null)), OK),
    ("expires_at is a fraction", |a| upload_with(a, "expires_at", json!(4_102_444_800.5)), OK),
    ("expires_at is text", |a| upload_with(a, "expires_at", json!("4102444800")), OK),
    ("expires_at is a date", |a| upload_with(a, "expires_at", json!("2099-12-01T00:00:00Z")), OK),
    ("expires_at is zero", |a| upload_with(a, "expires_at", json!(0)), OK),
    ("expires_at is in milliseconds", |a| upload_with(a, "expires_at", json!(4_102_444_800_000_u64)), OK),
    ("expires_at has passed", |a| upload_with(a, "expires_at", json!(1_000)), OK),
    ("the status is new", |a| (a.step == "create").then(|| upload_with(a, "status", json!("queued")))?, OK),
    ("the id is a number", |a| upload_with(a, "id", json!(12_345)), OK),
    ("the id has escapes", |a| upload_with(a, "id", json!("upload_\u{1b}[31mred\u{1b}[0m")), OK),
    (
        "an envelope",
        |a| changed(a, |body| *body = json!({"code": 0, "data": *body})),
        Failed(&["no id of the upload"]),
    ),
    // Members of the file.
    (
        "no id of the file",
        |a| without(a, UPLOAD, "/file", "id"),
        Failed(&["look for a.bin among your files"]),
    ),
    ("a file without object", |a| without(a, UPLOAD, "/file", "object"), OK),
    ("a file without bytes", |a| without(a, UPLOAD, "/file", "bytes"), OK),
    ("a file without created_at", |a| without(a, UPLOAD, "/file", "created_at"), OK),
    ("a file without filename", |a| without(a, UPLOAD, "/file", "filename"), OK),
    ("a file without purpose", |a| without(a, UPLOAD, "/file", "purpose"), OK),
    ("a file without status", |a| without(a, UPLOAD, "/file", "status"), OK),
    ("the file's bytes are null", |a| file_with(a, "bytes", json!(null)), OK),
    ("the file's bytes are text", |a| file_with(a, "bytes", json!("5")), OK),
    ("the file's bytes are a fraction", |a| file_with(a, "bytes", json!(5.0)), OK),
    ("the file is empty", |a| file_with(a, "bytes", json!(0)), Failed(&["file-1 of 0 bytes", "delete it"])),
    ("the file's created_at is a fraction", |a| file_with(a, "created_at", json!(1.5)), OK),
    ("the file's created_at is null", |a| file_with(a, "created_at", json!(null)), OK),
    ("the file's purpose is null", |a| file_with(a, "purpose", json!(null)), OK),
    ("the file's status is new", |a| file_with(a, "status", json!("pending")), OK),
    (
        "the file's id has escapes and a line feed",
        |a| file_with(a, "id", json!("file-\u{1b}[31mred\nnext")),
        Uploaded("file-\\u{1b}[31mred\\nnext"),
    ),
    (
        "a minimal file",
        |a| upload_with(a, "file", (a.step == "complete").then(|| json!({"id": "file-1"})).into()),
        OK,
    ),
    (
        "the completion returns the file",
        |a| (a.step == "complete").then(|| changed(a, |body| *body = body["file"].take()))?,
        OK,
    ),
    // Members of the part.
    ("no id of the part", |a| without(a, &["parts"], "", "id"), Failed(&["no id of the part"])),
    ("a part without object", |a| without(a, &["parts"], "", "object"), OK),
    ("a part without created_at", |a| without(a, &["parts"], "", "created_at"), OK),
    ("a part without upload_id", |a| without(a, &["parts"], "", "upload_id"), OK),
    ("a minimal part", |a| (a.step == "parts").then(|| reply(200, JSON, r#"{"id": "part_1"}"#)), OK),
    // Success that is none.
    (
        "a sign-in page",
        |_| always(200, HTML, SIGN_IN),
        Failed(&["an HTML page", "Sign in to the network", "sign-in page in between"]),
    ),
    (
        "a sign-in page for parts",
        |a| if a.step == "parts" { always(200, HTML, SIGN_IN) } else { None },
        Interrupted(&["an HTML page", "Sign in to the network"]),
    ),
    ("no content", |_| always(200, JSON, ""), Failed(&["no content"])),
    (
        "an error with status 200",
        |_| always(200, JSON, &api_error("You exceeded your current quota", "insufficient_quota")),
        Failed(&["success and an error", "You exceeded your current quota"]),
    ),
    (
        "the key with status 200",
        |a| always(200, JSON, &json!({ "sent": a.request.header("authorization") }).to_string()),
        Failed(&["no id of the upload"]),
    ),
    ("text/plain", |a| Some(reply(200, "content-type: text/plain\r\n", uploads_body(a.request))), OK),
    ("blank lines around", |a| Some(reply(200, JSON, format!("\n\n{}\n\n", uploads_body(a.request)))), OK),
    // Errors that repeating does not mend.
    (
        "404 in HTML",
        |_| always(404, HTML, "<title>404 Not Found</title>"),
        Failed(&["404 Not Found", "check the base URL"]),
    ),
    (
        "404 of FastAPI",
        |_| always(404, JSON, r#"{"detail": "Not Found"}"#),
        Failed(&["Not Found", "check the base URL"]),
    ),
    (
        "an error that is text",
        |_| always(400, JSON, r#"{"error": "purpose not supported"}"#),
        Failed(&["purpose not supported"]),
    ),
    (
        "a list of details",
        |_| always(422, JSON, r#"{"detail": [{"loc": ["body", "purpose"], "msg": "field required"}]}"#),
        Failed(&["body.purpose: field required"]),
    ),
    (
        "an error of Azure",
        |_| {
            always(
                401,
                JSON,
                r#"{"error": {"code": "401", "message": "Access denied due to invalid subscription key"}}"#,
            )
        },
        Failed(&["Access denied", "OPENAI_API_KEY"]),
    ),
    (
        "the key in the error",
        |_| always(401, JSON, &api_error(&format!("Incorrect API key provided: {KEY}."), "invalid_api_key")),
        Failed(&["[redacted]", "OPENAI_API_KEY"]),
    ),
    (
        "escapes in the error",
        |_| always(400, JSON, &api_error("\u{1b}[2Jgone\u{7}\r\nnext", "\u{1b}[1mx")),
        Failed(&["gone", "next"]),
    ),
    (
        "no permission",
        |a| refuse(a, "create", 9, 403, "missing_scope", ""),
        Failed(&["check its permissions"]),
    ),
    (
        "a quota that is used up",
        |a| refuse(a, "create", 9, 429, "insufficient_quota", ""),
        Failed(&["check its plan and billing"]),
    ),
    ("a wrong number of bytes", |a| refuse(a, "complete", 9, 400, "bad", ""), Failed(&["the reason"])),
    ("a full storage", |a| refuse(a, "complete", 9, 400, "storage_limit", ""), Interrupted(&["the reason"])),
    (
        "an hour to wait",
        |a| refuse(a, "create", 9, 429, "rate_limit", "retry-after: 3600\r\n"),
        Failed(&["wait 3600s"]),
    ),
    (
        "150 s to wait for a part",
        |a| refuse(a, "parts", 9, 429, "rate_limit", "retry-after: 150\r\n"),
        Interrupted(&["wait 150s"]),
    ),
    (
        "an upload that always expires",
        |a| refuse(a, "parts", 9, 400, "upload_expired", ""),
        Failed(&["expired"]),
    ),
    // Errors that pass.
    (
        "502 in HTML at first",
        |a| if a.earlier < 2 { always(502, HTML, "<title>502</title>") } else { None },
        OK,
    ),
    (
        "500 in text at first",
        |a| if a.earlier < 1 { always(500, "content-type: text/plain\r\n", "boom") } else { None },
        OK,
    ),
    ("408 at first", |a| refuse(a, a.step, 1, 408, "timeout", ""), OK),
    ("a second to wait", |a| refuse(a, "parts", 2, 429, "rate_limit", "retry-after: 1\r\n"), OK),
    (
        "milliseconds to wait, which win",
        |a| refuse(a, "parts", 1, 429, "rate_limit", "retry-after-ms: 200\r\nretry-after: 100\r\n"),
        OK,
    ),
    (
        "a date to wait for",
        |a| refuse(a, "parts", 1, 503, "busy", "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n"),
        OK,
    ),
    ("a negative wait", |a| refuse(a, "parts", 1, 429, "busy", "retry-after: -5\r\n"), OK),
    ("no wait", |a| refuse(a, "parts", 5, 429, "busy", "retry-after: 0\r\n"), OK),
    ("409 while parts are processed", |a| refuse(a, "complete", 2, 409, "processing", ""), OK),
    ("524 for a completion that took effect", |a| refuse(a, "complete", 1, 524, "timeout", ""), OK),
    ("a completion without a reply", |a| (a.step == "complete" && a.earlier == 0).then(Vec::new), OK),
    ("an upload that expires at its completion", |a| refuse(a, "complete", 1, 400, "upload_expired", ""), OK),
    ("an upload that is gone", |a| refuse(a, "parts", 1, 404, "not_found", ""), OK),
    // Redirects.
    ("301", |a| redirect(a, 301, "/moved"), Failed(&["which this request does not follow"])),
    ("302", |a| redirect(a, 302, "/moved"), Failed(&["which this request does not follow"])),
    ("307", |a| redirect(a, 307, "/moved"), OK),
    ("308", |a| redirect(a, 308, "/moved"), OK),
    (
        "307 to another port",
        |a| redirect(a, 307, "http://127.0.0.1:1/moved"),
        Failed(&["which this request does not follow"]),
    ),
    (
        "308 to https",
        |a| redirect(a, 308, "https://127.0.0.1:1/moved"),
        Failed(&["which this request does not follow"]),
    ),
    ("308 without a target", |_| always(308, "", ""), Failed(&["308", "check the base URL"])),
    (
        "307 without end",
        |a| Some(reply(307, &format!("location: {}\r\n", a.request.target), "")),
        Failed(&["redirects without end"]),
    ),
];

/// Redirects each request once.
fn redirect(asked: &IncomingRequest, status: u16, to: &str) -> Option<Vec<u8>> {
    let target = &asked.request.target;
    (!target.starts_with("/moved")).then(|| reply(status, &format!("location: {to}{target}\r\n"), ""))
}

fn step(request: &ReceivedRequest) -> &'static str {
    let steps = ["parts", "complete", "cancel"];
    steps.into_iter().find(|step| request.target.ends_with(step)).unwrap_or("create")
}

/// Uploads five bytes to a server with this mode. Returns what is wrong with the outcome.
fn try_mode((name, answer, outcome): &Mode) -> Option<String> {
    let counts = Arc::<Mutex<HashMap<&str, usize>>>::default();
    let (answer, counted) = (*answer, counts.clone());
    let server = RawServer::start(move |request| {
        let step = step(request);
        let earlier = {
            let mut counts = counted.lock().unwrap();
            let count = counts.entry(step).or_default();
            *count += 1;
            *count - 1
        };
        answer(&IncomingRequest { request, step, earlier }).unwrap_or_else(|| uploads_reply(request))
    });
    let files = Files::new();
    let path = files.file("a.bin", "hello");
    let started = Instant::now();
    let run = Run::of(&mut upload_in_parts(&format!("{}/v1", server.url()), &path));
    println!("{:.1} s: {name}", started.elapsed().as_secs_f32());
    let (code, stdout, texts) = match outcome {
        Uploaded(id) => (0, *id, &[][..]),
        Failed(texts) | Interrupted(texts) => (1, "", *texts),
    };
    let left = if matches!(outcome, Interrupted(_)) { 2 } else { 1 };
    let is_right = run.code == Some(code)
        && run.stdout.trim_end() == stdout
        && texts.iter().all(|text| run.stderr.contains(text))
        && files.names().len() == left
        && !run.stderr.contains('\u{1b}');
    let wrong = || {
        format!(
            "{name}: exit {:?}, stdout {:?}, files {:?}\n{}",
            run.code,
            run.stdout,
            files.names(),
            run.stderr
        )
    };
    (!is_right).then(wrong)
}

#[test]
fn an_upload_to_each_unusual_server_has_its_outcome() {
    const THREADS: usize = 8;
    // Built here, so that the printed times are those of uploads.
    crate::program::path();
    let wrong: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|first| {
                let modes = MODES.iter().skip(first).step_by(THREADS);
                scope.spawn(move || modes.filter_map(try_mode).collect::<Vec<_>>())
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    println!("{} servers", MODES.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), MODES.len(), wrong.join("\n"));
}
