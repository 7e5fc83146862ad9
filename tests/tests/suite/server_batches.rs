//! Files in one request and batches, as a client sees them over a socket.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use openai_uploads::server::{Answers, BatchFault, Faults, LocalServer, Server, ServerBuilder, When};
use serde_json::{Value, json};

use crate::server_fixture::{
    Answer, FORM, announcement, complete, create, eventually, get, part, post, request, start, start_with,
};

/// A form with text fields and a file.
fn file_form(fields: &[(&str, &str)], name: &str, content: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    for (field, text) in fields {
        form.extend_from_slice(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{text}\r\n").as_bytes(),
        );
    }
    form.extend_from_slice(
        format!("--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n")
            .as_bytes(),
    );
    form.extend_from_slice(content);
    form.extend_from_slice(b"\r\n--cut--\r\n");
    form
}

fn upload(at: SocketAddr, fields: &[(&str, &str)], content: &[u8]) -> Answer {
    request(at, "POST", "/v1/files", &[FORM], &file_form(fields, "requests.jsonl", content))
}

/// Uploads the input of a batch and returns its id.
#[track_caller]
pub(crate) fn input(at: SocketAddr, lines: &str) -> String {
    upload(at, &[("purpose", "batch")], lines.as_bytes()).ok()["id"].as_str().unwrap().to_owned()
}

pub(crate) fn chat_lines(count: usize) -> String {
    (0..count)
        .map(|n| {
            let messages = json!([{"role": "user", "content": format!("question {n}")}]);
            let body = json!({"model": "gpt-5", "messages": messages});
            format!(
                "{}\n",
                json!({"custom_id": format!("id-{n}"), "method": "POST", "url": CHAT, "body": body})
            )
        })
        .collect()
}

pub(crate) const CHAT: &str = "/v1/chat/completions";

fn new_batch(input_file_id: &str) -> Value {
    json!({"input_file_id": input_file_id, "endpoint": CHAT, "completion_window": "24h"})
}

/// Creates a batch and returns its id.
#[track_caller]
pub(crate) fn batch(at: SocketAddr, input_file_id: &str) -> String {
    post(at, "/v1/batches", &new_batch(input_file_id)).ok()["id"].as_str().unwrap().to_owned()
}

fn retrieve(at: SocketAddr, batch: &str) -> Value {
    get(at, &format!("/v1/batches/{batch}")).ok()
}

/// The batch, once it has ended.
#[track_caller]
pub(crate) fn ended(at: SocketAddr, batch: &str) -> Value {
    let is_ended = |batch: &Value| {
        ["completed", "failed", "expired", "cancelled"].iter().any(|status| batch["status"] == *status)
    };
    eventually("the batch ends", || is_ended(&retrieve(at, batch)));
    retrieve(at, batch)
}

/// The lines of a result file, by `custom_id`, and their order.
pub(crate) fn results(at: SocketAddr, file: &Value) -> (BTreeMap<String, Value>, Vec<String>) {
    let Some(id) = file.as_str().filter(|id| !id.is_empty()) else { return Default::default() };
    let content = get(at, &format!("/v1/files/{id}/content"));
    assert_eq!(content.status, 200);
    let text = String::from_utf8(content.body).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let id = |line: &Value| line["custom_id"].as_str().unwrap().to_owned();
    let order = lines.iter().map(id).collect();
    (lines.into_iter().map(|line| (id(&line), line)).collect(), order)
}

fn with_batch_fault(fault: BatchFault) -> LocalServer {
    start_with(Server::builder().faults(Faults::new().with_batch(fault, When::always())))
}

#[test]
fn a_file_is_uploaded_in_one_request() {
    let server = start();
    let at = server.local_addr();
    let fields = [
        ("purpose", "user_data"),
        ("expires_after[anchor]", "created_at"),
        ("expires_after[seconds]", "3600"),
    ];
    let file = upload(at, &fields, b"hello").ok();
    assert_eq!((&file["bytes"], &file["filename"]), (&json!(5), &json!("requests.jsonl")));
    assert_eq!(file["expires_at"].as_u64(), file["created_at"].as_u64().map(|created| created + 3600));
    let path = format!("/v1/files/{}", file["id"].as_str().unwrap());
    assert_eq!(get(at, &path).ok(), file);
    assert_eq!(get(at, &format!("{path}/content")).body, b"hello");
    assert_eq!(server.files().len(), 1);
    server.clock().advance(Duration::from_secs(3600));
    get(at, &path).is_error(404, "not_found", "file_id");
    assert_eq!(get(at, "/v1/files").ok()["data"], json!([]));
}

#[test]
fn a_form_that_is_not_a_file_is_refused_and_leaves_nothing() {
    let server = start();
    let at = server.local_addr();
    upload(at, &[], b"x").is_error(400, "missing_required_parameter", "purpose");
    upload(at, &[("purpose", "reports")], b"x").is_error(400, "invalid_value", "purpose");
    upload(at, &[("purpose", "batch"), ("purpose", "batch")], b"x").is_error(
        400,
        "duplicate_parameter",
        "purpose",
    );
    upload(at, &[("purpose", "batch"), ("colour", "red")], b"x").is_error(400, "unknown_parameter", "colour");
    let anchor = ("expires_after[anchor]", "created_at");
    let missing = upload(at, &[("purpose", "batch"), anchor], b"x");
    missing.is_error(400, "missing_required_parameter", "expires_after.seconds");
    let short = upload(at, &[("purpose", "batch"), anchor, ("expires_after[seconds]", "1")], b"x");
    short.is_error(400, "integer_below_min_value", "expires_after.seconds");
    let form = b"--cut\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch\r\n--cut--\r\n";
    request(at, "POST", "/v1/files", &[FORM], form).is_error(400, "missing_required_parameter", "file");
    assert!(server.files().is_empty());
    assert_eq!(std::fs::read_dir(server.dir().join("files")).unwrap().count(), 0);
}

#[test]
fn every_request_of_a_batch_has_one_result_in_shuffled_order() {
    let server = start();
    let at = server.local_addr();
    let created = post(at, "/v1/batches", &new_batch(&input(at, &chat_lines(1000)))).ok();
    assert_eq!(created["status"], "validating");
    let batch = ended(at, created["id"].as_str().unwrap());
    assert_eq!(batch["status"], "completed");
    assert_eq!(batch["request_counts"], json!({"total": 1000, "completed": 1000, "failed": 0}));
    assert_eq!(batch["model"], "gpt-5");
    assert!(batch["usage"]["total_tokens"].as_u64().is_some_and(|tokens| tokens >= 2000));
    assert!(batch.get("error_file_id").is_none());
    let (lines, order) = results(at, &batch["output_file_id"]);
    assert_eq!((lines.len(), order.len()), (1000, 1000));
    let answer = &lines["id-7"]["response"];
    assert_eq!(answer["status_code"], 200);
    assert_eq!(answer["body"]["choices"][0]["message"]["content"], "question 7");
    assert_eq!(lines["id-7"]["error"], Value::Null);
    let first: Vec<String> = (0..1000).map(|n| format!("id-{n}")).collect();
    assert_ne!(order, first, "the output file is not in the order of the input");
    let output = get(at, &format!("/v1/files/{}", batch["output_file_id"].as_str().unwrap())).ok();
    assert_eq!(output["purpose"], "batch_output");
}

#[test]
fn a_batch_shows_its_progress_at_the_pace_of_the_settings() {
    let server = start_with(Server::builder().batch_time(Duration::from_secs(2)));
    let at = server.local_addr();
    let since = Instant::now();
    let id = batch(at, &input(at, &chat_lines(100)));
    let mut statuses = Vec::new();
    let mut completed = Vec::new();
    eventually("the batch completes", || {
        let batch = retrieve(at, &id);
        batch["status"] == "completed"
    });
    let elapsed = since.elapsed();
    let second = batch(at, &input(at, &chat_lines(100)));
    while retrieve(at, &second)["status"] != "completed" {
        let batch = retrieve(at, &second);
        let status = batch["status"].as_str().unwrap().to_owned();
        if status == "in_progress" {
            completed.push(batch["request_counts"]["completed"].as_u64().unwrap());
        }
        if !statuses.contains(&status) {
            statuses.push(status);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(elapsed >= Duration::from_millis(1900), "{elapsed:?}");
    assert_eq!(statuses[..2], ["validating", "in_progress"]);
    assert!(completed.is_sorted() && completed.iter().any(|count| (20..80).contains(count)), "{completed:?}");
}

#[test]
fn an_invalid_input_file_is_reported_on_retrieval_with_its_lines() {
    let server = start();
    let at = server.local_addr();
    let valid = chat_lines(2);
    let mixed = valid.clone()
        + &chat_lines(3).lines().last().unwrap().replace("/v1/chat/completions", "/v1/responses");
    for (lines, code, line) in [
        (format!("{valid}not json\n"), "invalid_json_line", json!(3)),
        (format!("{valid}{valid}"), "duplicate_custom_id", json!(3)),
        (mixed, "mismatched_endpoint", json!(3)),
        (String::new(), "empty_file", Value::Null),
    ] {
        let batch = ended(at, &batch(at, &input(at, &lines)));
        assert_eq!(batch["status"], "failed", "{code}");
        let error = &batch["errors"]["data"][0];
        assert_eq!((&error["code"], error.get("line").unwrap_or(&Value::Null)), (&json!(code), &line));
        assert!(batch.get("output_file_id").is_none());
    }
}

#[test]
fn a_request_for_a_batch_is_checked() {
    let server = start();
    let at = server.local_addr();
    let file = input(at, &chat_lines(1));
    let with = |name: &str, value: Value| {
        let mut request = new_batch(&file);
        request[name] = value;
        post(at, "/v1/batches", &request)
    };
    with("endpoint", json!("/v1/audio")).is_error(400, "invalid_value", "endpoint");
    with("completion_window", json!("1h")).is_error(400, "invalid_value", "completion_window");
    with("input_file_id", json!("file-x")).is_error(400, "invalid_value", "input_file_id");
    with("metadata", json!({"a": "x".repeat(513)})).is_error(400, "invalid_value", "metadata");
    with("output_expires_after", json!({"anchor": "created_at", "seconds": 1})).is_error(
        400,
        "integer_below_min_value",
        "output_expires_after.seconds",
    );
    let other = upload(at, &[("purpose", "fine-tune")], b"{}").ok();
    with("input_file_id", other["id"].clone()).is_error(400, "invalid_purpose", "input_file_id");
    get(at, "/v1/batches/batch_x").is_error(404, "not_found", "batch_id");
    assert_eq!(get(at, "/v1/batches").ok()["data"], json!([]));
    with("metadata", json!({"run": "7"})).ok();
    let upload = create(at, 4);
    let whole = part(at, &upload, b"nope");
    let from_upload = complete(at, &upload, &[&whole]).ok();
    assert_eq!(announcement(4)["purpose"], "batch");
    with("input_file_id", from_upload["file"]["id"].clone()).ok();
}

#[test]
fn batches_are_listed_a_page_at_a_time() {
    let server = start();
    let at = server.local_addr();
    let file = input(at, &chat_lines(1));
    let ids: Vec<String> = (0..5).map(|_| batch(at, &file)).collect();
    let page = |query: &str| get(at, &format!("/v1/batches{query}")).ok();
    let first = page("?limit=2");
    assert_eq!((&first["first_id"], &first["last_id"]), (&json!(ids[4]), &json!(ids[3])));
    assert_eq!(first["has_more"], true);
    let rest = page(&format!("?limit=10&after={}", ids[3]));
    assert_eq!(rest["data"].as_array().unwrap().len(), 3);
    assert_eq!(rest["has_more"], false);
    get(at, "/v1/batches?limit=101").is_error(400, "invalid_value", "limit");
}

#[test]
fn a_cancelled_batch_keeps_its_partial_results() {
    let server = start_with(Server::builder().batch_time(Duration::from_secs(5)));
    let at = server.local_addr();
    let id = batch(at, &input(at, &chat_lines(100)));
    eventually("some requests are completed", || {
        retrieve(at, &id)["request_counts"]["completed"].as_u64().is_some_and(|count| count > 3)
    });
    let path = format!("/v1/batches/{id}/cancel");
    let cancelling = request(at, "POST", &path, &[], b"").ok();
    assert_eq!(cancelling["status"], "cancelling");
    let cancelled = ended(at, &id);
    assert_eq!(cancelled["status"], "cancelled");
    let (lines, _) = results(at, &cancelled["output_file_id"]);
    assert_eq!(Some(lines.len() as u64), cancelled["request_counts"]["completed"].as_u64());
    assert!((4..100).contains(&lines.len()), "{}", lines.len());
    request(at, "POST", &path, &[], b"").is_error(409, "batch_ended", "batch_id");
}

#[test]
fn an_expired_batch_has_an_error_line_for_each_request_that_was_not_run() {
    let server = with_batch_fault(BatchFault::Expire(0.25));
    let at = server.local_addr();
    let batch = ended(at, &batch(at, &input(at, &chat_lines(40))));
    assert_eq!(batch["status"], "expired");
    let (output, _) = results(at, &batch["output_file_id"]);
    let (errors, order) = results(at, &batch["error_file_id"]);
    assert_eq!((output.len(), errors.len()), (10, 30));
    assert!(!order.is_sorted_by_key(|id| id[3..].parse::<u32>().unwrap()), "{order:?}");
    let line = errors.values().next().unwrap();
    assert_eq!((&line["response"], &line["error"]["code"]), (&Value::Null, &json!("batch_expired")));
}

#[test]
fn a_batch_expires_when_its_window_ends() {
    let server = start_with(Server::builder().batch_time(Duration::from_secs(5)));
    let at = server.local_addr();
    let id = batch(at, &input(at, &chat_lines(50)));
    eventually("some requests are completed", || {
        retrieve(at, &id)["request_counts"]["completed"].as_u64().is_some_and(|count| count > 0)
    });
    server.clock().advance(Duration::from_secs(24 * 3600));
    let batch = ended(at, &id);
    assert_eq!(batch["status"], "expired");
    let (output, _) = results(at, &batch["output_file_id"]);
    let (errors, _) = results(at, &batch["error_file_id"]);
    assert_eq!(output.len() + errors.len(), 50);
    assert!(!output.is_empty() && !errors.is_empty());
}

#[test]
fn each_batch_fault_has_its_effect() {
    let failed = |fault: BatchFault| {
        let server = with_batch_fault(fault);
        let at = server.local_addr();
        let batch = ended(at, &batch(at, &input(at, &chat_lines(3))));
        assert_eq!(batch["status"], "failed");
        batch["errors"]["data"][0]["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(failed(BatchFault::FailValidation), "invalid_json_line");
    assert_eq!(failed(BatchFault::TokenLimit), "token_limit_exceeded");

    let server = with_batch_fault(BatchFault::FailLines(0.5));
    let at = server.local_addr();
    let batch_of = |lines| ended(at, &batch(at, &input(at, lines)));
    let finished = batch_of(&chat_lines(200));
    assert_eq!(finished["status"], "completed");
    let (output, _) = results(at, &finished["output_file_id"]);
    let (errors, _) = results(at, &finished["error_file_id"]);
    assert_eq!(output.len() + errors.len(), 200);
    assert!((60..140).contains(&errors.len()), "{}", errors.len());
    assert!(errors.values().all(|line| line["response"]["status_code"].as_u64() >= Some(429)));

    let server = with_batch_fault(BatchFault::EmptyIds);
    let at = server.local_addr();
    let finished = ended(at, &batch(at, &input(at, &chat_lines(2))));
    assert_eq!(finished["error_file_id"], "");

    let server = with_batch_fault(BatchFault::Cancel(0.5));
    let at = server.local_addr();
    let finished = ended(at, &batch(at, &input(at, &chat_lines(10))));
    assert_eq!(finished["status"], "cancelled");
    assert_eq!(results(at, &finished["output_file_id"]).0.len(), 5);
}

#[test]
fn a_batch_above_the_token_limit_fails_until_others_have_ended() {
    let settings = || Server::builder().max_enqueued_tokens(300).batch_time(Duration::from_secs(2));
    let server = start_with(settings());
    let at = server.local_addr();
    let file = input(at, &chat_lines(5));
    let first = batch(at, &file);
    eventually("the first is admitted", || retrieve(at, &first)["status"] == "in_progress");
    let second = ended(at, &batch(at, &file));
    assert_eq!(second["errors"]["data"][0]["code"], "token_limit_exceeded");
    assert_eq!(ended(at, &first)["status"], "completed");
    assert_eq!(ended(at, &batch(at, &file))["status"], "completed");
}

#[test]
fn answers_come_from_a_file_a_command_or_another_server() {
    let run = |settings: ServerBuilder, lines: &str| {
        let server = start_with(settings);
        let at = server.local_addr();
        let batch = ended(at, &batch(at, &input(at, lines)));
        let (mut lines, _) = results(at, &batch["output_file_id"]);
        lines.extend(results(at, &batch["error_file_id"]).0);
        lines
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("answers.jsonl");
    std::fs::write(&path, "{\"custom_id\":\"id-0\",\"body\":{\"x\":1}}\n").unwrap();
    let lines = run(Server::builder().answers(Answers::file(&path)), &chat_lines(2));
    assert_eq!(lines["id-0"]["response"]["body"], json!({"x": 1}));
    assert_eq!(lines["id-1"]["response"]["status_code"], 404);

    let command = "grep -q id-0 && echo '{\"answer\": 42}'";
    let lines = run(Server::builder().answers(Answers::command(command)), &chat_lines(20));
    assert_eq!(lines.len(), 20);
    assert_eq!(lines["id-0"]["response"]["body"], json!({"answer": 42}));
    assert_eq!(lines["id-1"]["response"]["status_code"], 500);

    // Another local server has no chat completions, and answers so.
    let model = start();
    let lines = run(Server::builder().answers(Answers::url(model.base_url())), &chat_lines(2));
    assert_eq!(lines["id-0"]["response"]["status_code"], 404);
    assert_eq!(lines["id-0"]["response"]["body"]["error"]["code"], "unknown_url");
    assert!(model.requests().iter().all(|request| request.uri.path() == CHAT));
}
