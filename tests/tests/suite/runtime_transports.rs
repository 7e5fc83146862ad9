//! Transports in place of a client: in memory, recorded over a real socket, replayed, and wrapped.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::files_api::{ListFilesParams, create_file, delete_file, list_files};
use openai_uploads::models::CreateFileRequest;
use openai_uploads::runtime::testing::{MemoryTransport, Recorder, Replayer, TestReply};
use openai_uploads::runtime::{
    ApiKeyLocation, Binary, Call, Error, Operation, Request, RetryPolicy, SecurityScheme, Transport,
    TransportErrorKind, TransportRequest, TransportResult,
};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::network_fixture::{RawServer, reply};
use super::received_request::{block_on, configuration};

const KEY: &str = "sk-hidden-0123456789";

fn deleted(id: &str) -> Value {
    json!({ "id": id, "object": "file", "deleted": true })
}

#[test]
fn a_transport_in_memory_gets_what_a_server_would_get() {
    let transport = MemoryTransport::new(|request| {
        assert_eq!(request.headers["authorization"], format!("Bearer {KEY}"));
        TestReply::json(200, &deleted(request.url.path().rsplit('/').next().unwrap()))
    });
    let to = configuration().with_transport(transport.clone()).with_bearer_access_token(KEY);
    assert_eq!(block_on(delete_file(&to, "file-1").query("a", "b c")).unwrap().id, "file-1");
    let form = CreateFileRequest::new(Binary::bytes("{}"), "batch".into());
    block_on(create_file(&to, form)).unwrap_err();
    let requests = transport.requests();
    assert_eq!(requests[0].query("a").as_deref(), Some("b c"));
    assert_eq!((requests[1].operation.id, &requests[1].method), ("createFile", &Method::POST));
    assert!(String::from_utf8_lossy(&requests[1].body).contains("name=\"purpose\""));
    assert!(!format!("{transport:?}").contains(KEY));
}

#[test]
fn failures_in_memory_are_retried_as_those_of_a_client() {
    let refused = TestReply::failure(TransportErrorKind::Connect);
    let busy = TestReply::new(503, "").header("retry-after", "0");
    let replies = [refused.clone(), busy, TestReply::json(200, &deleted("file-1"))];
    let mut policy = RetryPolicy::at_most(3);
    policy.first_wait = std::time::Duration::from_millis(1);
    let to = |replies: &[TestReply]| {
        let transport = MemoryTransport::in_order(replies.to_vec());
        configuration().with_transport(transport).with_bearer_access_token(KEY).with_retry(policy.clone())
    };
    assert!(block_on(delete_file(&to(&replies), "file-1")).unwrap().deleted);
    let error = block_on(delete_file(&to(&[refused]), "file-1")).unwrap_err();
    assert_eq!(error.to_string(), "the test has no reply left for DELETE /v1/files/file-1");
    let never = to(&[TestReply::failure(TransportErrorKind::Tls)]).with_retry(RetryPolicy::never());
    match block_on(delete_file(&never, "file-1")).unwrap_err() {
        Error::Transport(error) => {
            assert_eq!((error.kind, error.host.as_str()), (TransportErrorKind::Tls, "api.openai.com"))
        }
        other => panic!("{other:?}"),
    }
}

static SEARCH: Operation = Operation::new(
    "search",
    Method::GET,
    "/search",
    &[&[
        SecurityScheme::Bearer,
        SecurityScheme::ApiKey { scheme: "q", location: ApiKeyLocation::Query, name: "api_key" },
        SecurityScheme::ApiKey { scheme: "c", location: ApiKeyLocation::Cookie, name: "session" },
    ]],
);

fn searching(to: &Configuration) -> Call<Value> {
    Request::new(to, &SEARCH).query("text", "a b").json()
}

/// Every credential that a configuration can have, a short one too.
fn with_secrets(to: Configuration) -> Configuration {
    let mut header = HeaderValue::from_static("hidden-header-1");
    header.set_sensitive(true);
    to.with_bearer_access_token(KEY)
        .with_api_key("q", "pin7")
        .with_api_key("c", "hidden-cookie-1")
        .with_query("code", "hid")
        .with_header(HeaderName::from_static("x-secret"), header)
}

#[test]
fn a_recording_has_no_credentials_and_is_replayed_at_any_host() {
    // A server that repeats what it got, as some do in errors.
    let server = RawServer::start(|request| {
        let echo = json!({ "target": request.target, "headers": request.headers, "é": [1.5, null] });
        reply(200, "set-cookie: hidden-9\r\nx-echo: sk-hidden-0123456789\r\n", echo.to_string())
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("search.jsonl");
    let recorder = Recorder::new(openai_uploads::runtime::default_client(), &file).unwrap();
    let to = with_secrets(configuration().with_base_path(server.url()).with_transport(recorder));
    block_on(async {
        let seen = searching(&to).await.unwrap();
        assert!(seen["target"].as_str().unwrap().contains("pin7"), "the server gets the key");
        searching(&to).query("page", "2").await.unwrap();
    });

    let recording = fs::read_to_string(&file).unwrap();
    assert_eq!(recording.lines().count(), 2);
    for secret in [KEY, "sk-hidden", "hidden-cookie-1", "hidden-header-1", "hidden-9", "code=hid", "pin7"] {
        assert!(!recording.contains(secret), "{secret}: {recording}");
    }
    let first: Value = serde_json::from_str(recording.lines().next().unwrap()).unwrap();
    let target = "/search?code=[redacted]&api_key=[redacted]&text=a%20b";
    assert_eq!(
        first["request"],
        json!({ "operation": "search", "method": "GET", "target": target, "body": {"text": ""} })
    );

    let replaying = Replayer::open(&file).unwrap();
    let to =
        with_secrets(configuration().with_base_path("https://elsewhere.example")).with_transport(replaying);
    let response = block_on(searching(&to).response()).unwrap();
    assert_eq!((response.status.as_u16(), response.body["é"].clone()), (200, json!([1.5, null])));
    assert_eq!(response.headers["x-echo"], "[redacted]");
    block_on(searching(&to).query("page", "2")).unwrap();
    let error = block_on(searching(&to)).unwrap_err().to_string();
    assert!(error.contains("no reply left for GET /search?code=[redacted]"), "{error}");
}

#[test]
fn a_form_is_replayed_though_its_boundary_changes_and_another_body_is_not() {
    let server = RawServer::start(|_| {
        let file = json!({ "id": "file-1", "object": "file", "bytes": 2, "created_at": 1, "filename": "a", "purpose": "batch", "status": "processed" });
        reply(200, "content-type: application/json\r\n", file.to_string())
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("create.jsonl");
    let form = |text: &'static str| CreateFileRequest::new(Binary::bytes(text), "batch".into());
    let recorder = Recorder::new(openai_uploads::runtime::default_client(), &file).unwrap();
    let to = configuration().with_bearer_access_token(KEY);
    let recording = to.clone().with_base_path(format!("{}/v1", server.url())).with_transport(recorder);
    assert_eq!(block_on(create_file(&recording, form("{}"))).unwrap().id, "file-1");
    assert!(String::from_utf8_lossy(&server.requests()[0].body).contains("{}"));

    let replaying = to.with_transport(Replayer::open(&file).unwrap());
    block_on(create_file(&replaying, form("[]"))).unwrap_err();
    assert_eq!(block_on(create_file(&replaying, form("{}"))).unwrap().id, "file-1");
    fs::write(&file, "{}\n").unwrap();
    let error = Replayer::open(&file).unwrap_err().to_string();
    assert!(error.contains("line 1 of"), "{error}");
}

#[test]
fn a_query_of_the_call_replaces_that_of_the_configuration() {
    let transport = MemoryTransport::new(|_| TestReply::json(200, &json!({})));
    let to = configuration().with_query("version", "1").with_query("text", "all").with_query("a b", "1");
    let to = to.with_transport(transport.clone());
    block_on(searching(&to).query("version", "2").query("version", "3").query("a b", "2")).unwrap();
    assert_eq!(transport.requests()[0].url.query(), Some("text=a%20b&version=2&version=3&a%20b=2"));
    block_on(Request::new(&to, &SEARCH).json::<Value, Value>()).unwrap();
    assert_eq!(transport.requests()[1].url.query(), Some("version=1&text=all&a%20b=1"));
}

#[test]
fn a_file_that_is_not_text_is_replayed() {
    let file = json!({ "id": "file-1", "object": "file", "bytes": 3, "created_at": 1, "filename": "a", "purpose": "batch", "status": "processed" });
    let server = MemoryTransport::new(move |_| TestReply::json(200, &file));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("binary.jsonl");
    let form = |bytes: [u8; 3]| CreateFileRequest::new(Binary::bytes(bytes.to_vec()), "batch".into());
    let recording = configuration().with_transport(Recorder::new(server, &file).unwrap());
    block_on(create_file(&recording, form([0xff, 0xfe, 0]))).unwrap();

    let replaying = configuration().with_transport(Replayer::open(&file).unwrap());
    block_on(create_file(&replaying, form([0xff, 0xfe, 1]))).unwrap_err();
    assert_eq!(block_on(create_file(&replaying, form([0xff, 0xfe, 0]))).unwrap().id, "file-1");
}

#[test]
fn a_reply_is_replayed_with_the_same_text_and_with_each_header() {
    let server = MemoryTransport::new(|_| {
        let links = ["<?page=1>; rel=prev", "<?page=3>; rel=next; title=\"Größe\""];
        let reply = TestReply::new(200, " 1.10\n").header("content-type", "text/plain");
        links.into_iter().fold(reply, |reply, link| reply.header("link", link))
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.jsonl");
    let recording = configuration().with_transport(Recorder::new(server, &file).unwrap());
    let replaying = || configuration().with_transport(Replayer::open(&file).unwrap());
    let text = |to| block_on(searching(to).text_as("text/plain").response()).unwrap();
    let live = text(&recording);
    assert_eq!(live.headers.get_all("link").iter().count(), 2);
    let replayed = text(&replaying());
    assert_eq!((live.body.as_str(), replayed.body.as_str()), (" 1.10\n", " 1.10\n"));
    let link = String::from_utf8_lossy(replayed.headers["link"].as_bytes()).into_owned();
    assert_eq!(link, "<?page=1>; rel=prev, <?page=3>; rel=next; title=\"Größe\"");
}

/// A transport around another one, with errors of its own.
struct Limited<T>(T, Arc<AtomicUsize>, Arc<Mutex<Vec<String>>>);

impl<T: Transport> Transport for Limited<T> {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, TransportResult> {
        self.2.lock().unwrap().push(format!("{} {}", request.operation.id, request.redacted_target()));
        if self.1.fetch_add(1, Ordering::SeqCst) > 0 {
            return Box::pin(async { Err(io::Error::other("enough").into()) });
        }
        self.0.send(request)
    }
}

#[test]
fn a_transport_around_a_client_sees_each_request_and_may_fail() {
    let server = RawServer::start(|_| reply(200, "", r#"{"data": [], "object": "list", "has_more": false}"#));
    let (count, seen) = (Arc::<AtomicUsize>::default(), Arc::<Mutex<Vec<String>>>::default());
    let limited = Limited(openai_uploads::runtime::default_client(), count, seen.clone());
    let to =
        configuration().with_base_path(server.url()).with_transport(limited).with_bearer_access_token(KEY);
    block_on(async {
        list_files(&to, ListFilesParams::default()).await.unwrap();
        let error = list_files(&to, ListFilesParams::default()).await.unwrap_err();
        let Error::Transport(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind, TransportErrorKind::Interrupted);
        assert!(format!("{error:?}").contains("enough"), "{error:?}");
    });
    assert_eq!(*seen.lock().unwrap(), ["listFiles /files", "listFiles /files"]);
    assert_eq!(server.count(), 1);
}
