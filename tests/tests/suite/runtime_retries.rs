//! Which requests of a generated client are sent again, and how often.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use openai_uploads::runtime::{Binary, Call, Operation, Request, RetryPolicy};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::Value;

use super::network_fixture::RawServer;
use super::received_request::{ReceivedRequest, block_on, configuration};

static READ: Operation = Operation::new("read", Method::GET, "/things", &[]);
static CREATE: Operation = Operation::new("create", Method::POST, "/things", &[]);

const UNAVAILABLE: &str = "503 \r\n";
const RETRY_AFTER: &str = "503 \r\nretry-after: 0\r\n";

/// A server that answers with each of `heads`, and with 200 after them.
fn server(heads: &'static [&'static str]) -> RawServer {
    let answered = AtomicUsize::new(0);
    RawServer::start(move |_| {
        let head = heads.get(answered.fetch_add(1, Ordering::SeqCst)).unwrap_or(&"200 \r\n");
        // An empty head is a connection that breaks.
        if head.is_empty() {
            return Vec::new();
        }
        format!("HTTP/1.1 {head}content-length: 2\r\nconnection: close\r\n\r\n{{}}").into_bytes()
    })
}

fn policy() -> RetryPolicy {
    let mut policy = RetryPolicy::at_most(3);
    policy.first_wait = Duration::from_millis(1);
    policy
}

/// Sends a request, and returns its status, if it succeeded, with the requests that arrived.
fn send(
    heads: &'static [&'static str],
    operation: &'static Operation,
    prepare: impl FnOnce(Request) -> Request,
    set: impl FnOnce(Call<Value>) -> Call<Value>,
) -> (Option<u16>, Vec<ReceivedRequest>) {
    let server = server(heads);
    let to = configuration().with_base_path(server.url()).with_retry(policy());
    let result = block_on(set(prepare(Request::new(&to, operation)).json()).response());
    (result.ok().map(|response| response.status.as_u16()), server.requests())
}

fn count(
    heads: &'static [&'static str],
    operation: &'static Operation,
    set: impl FnOnce(Call<Value>) -> Call<Value>,
) -> (Option<u16>, usize) {
    let (status, requests) = send(heads, operation, |request| request, set);
    (status, requests.len())
}

#[test]
fn an_idempotent_request_is_sent_at_most_as_often_as_the_policy_says() {
    let same = |call| call;
    assert_eq!(count(&[UNAVAILABLE, "500 \r\n"], &READ, same), (Some(200), 3));
    assert_eq!(count(&[UNAVAILABLE, UNAVAILABLE, UNAVAILABLE], &READ, same), (None, 3));
    assert_eq!(count(&["", "429 \r\nretry-after-ms: 1\r\n"], &READ, same), (Some(200), 3));
    for refusal in [&["404 \r\n"], &["503 \r\nx-should-retry: false\r\n"], &["503 \r\nretry-after: 121\r\n"]]
    {
        assert_eq!(count(refusal, &READ, same), (None, 1), "{refusal:?}");
    }
    assert_eq!(count(&[UNAVAILABLE], &READ, |call| call.retry(RetryPolicy::never())), (None, 1));
}

#[test]
fn another_request_is_sent_again_only_where_the_server_has_not_acted_on_it() {
    let same = |call| call;
    assert_eq!(count(&[UNAVAILABLE], &CREATE, same), (None, 1));
    assert_eq!(count(&[""], &CREATE, same), (None, 1));
    assert_eq!(count(&[RETRY_AFTER], &CREATE, same), (Some(200), 2));
    assert_eq!(count(&["500 \r\nx-should-retry: true\r\nretry-after: 0\r\n"], &CREATE, same), (Some(200), 2));
    let keyed = |call: Call<Value>| {
        call.header(HeaderName::from_static("idempotency-key"), HeaderValue::from_static("k"))
    };
    assert_eq!(count(&[UNAVAILABLE], &CREATE, keyed), (Some(200), 2));
}

#[test]
fn a_retry_has_the_same_body_and_the_same_random_key() {
    let body = || Binary::repeatable(3, || futures_util::stream::iter([Ok("abc".into())]));
    let prepare = |request: Request| {
        request.idempotency_key("Idempotency-Key", None::<String>).binary_body("text/plain", body())
    };
    let (status, requests) = send(&[UNAVAILABLE], &CREATE, prepare, |call| call);
    assert_eq!((status, requests.len()), (Some(200), 2));
    let key = requests[0].header("idempotency-key").unwrap();
    assert_eq!((key.len(), requests[1].header("idempotency-key")), (36, Some(key)));
    assert!(requests.iter().all(|request| request.body == b"abc"), "{requests:?}");

    let own = |request: Request| request.idempotency_key("Idempotency-Key", Some("mine"));
    let (_, requests) = send(&[], &CREATE, own, |call| call);
    assert_eq!(requests[0].header("idempotency-key"), Some("mine"));
}

#[test]
fn a_stream_that_can_be_read_once_is_never_sent_again() {
    let once = |request: Request| {
        let stream = Binary::stream(3, futures_util::stream::iter([Ok("abc".into())]));
        request.binary_body("text/plain", stream)
    };
    let (status, requests) = send(&[RETRY_AFTER], &CREATE, once, |call| call);
    assert_eq!((status, requests.len()), (None, 1));
}
