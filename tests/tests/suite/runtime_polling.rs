//! Calls that are repeated until a reply is the one that is waited for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use openai_uploads::runtime::{Error, Operation, PollError, PollPolicy, Request, RetryPolicy};
use reqwest::Method;
use serde_json::Value;

use super::network_fixture::{RawServer, reply};
use super::received_request::{block_on, configuration};

static JOB: Operation = Operation::new("getJob", Method::GET, "/job", &[]);
static CREATE: Operation = Operation::new("createJob", Method::POST, "/job", &[]);

fn policy() -> PollPolicy {
    let mut policy = PollPolicy::default();
    policy.first_wait = Duration::from_millis(1);
    policy
}

/// A server that answers with each status and these headers, and the number of the request.
fn server(answers: &'static [(u16, &'static str)]) -> RawServer {
    let count = AtomicUsize::new(0);
    RawServer::start(move |_| {
        let count = count.fetch_add(1, Ordering::SeqCst);
        let (status, headers) = answers.get(count).copied().unwrap_or((200, ""));
        reply(status, headers, (count + 1).to_string())
    })
}

fn poll(
    server: &RawServer,
    operation: &'static Operation,
    until: u64,
    policy: PollPolicy,
) -> Result<u64, PollError<u64, Value>> {
    let to = configuration().with_base_path(server.url());
    block_on(Request::new(&to, operation).json().poll_until(|count| *count >= until, policy))
}

#[test]
fn a_call_is_repeated_until_its_reply_is_accepted() {
    let server = server(&[]);
    assert_eq!(poll(&server, &JOB, 4, policy()).unwrap(), 4);
    assert_eq!(server.count(), 4);
}

#[test]
fn the_wait_that_the_server_asks_for_is_obeyed() {
    let server = server(&[(200, "retry-after: 1\r\n"), (202, "retry-after: 0\r\n")]);
    let begin = Instant::now();
    assert_eq!(poll(&server, &JOB, 3, policy()).unwrap(), 3);
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
}

#[test]
fn the_end_of_the_time_limit_is_an_error_with_the_last_reply() {
    let server = server(&[(200, ""), (200, "retry-after: 3600\r\n")]);
    let mut policy = policy();
    policy.time_limit = Some(Duration::from_secs(1800));
    match poll(&server, &JOB, 9, policy).unwrap_err() {
        error @ PollError::TimeLimit { last: 2, requests: 2, .. } => {
            assert_eq!(error.to_string(), "not done within the time limit, after 2 requests");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_failure_ends_the_polling_after_the_retries_of_the_call() {
    let answers = &[(200, ""), (503, "retry-after: 0\r\n"), (200, ""), (404, "")];
    let server = server(answers);
    let to = configuration().with_base_path(server.url()).with_retry(RetryPolicy::at_most(2));
    let call = Request::new(&to, &JOB).json::<u64, Value>();
    match block_on(call.poll_until(|_| false, policy())).unwrap_err() {
        PollError::Call(Error::Api(error)) => assert_eq!(error.status.as_u16(), 404),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.count(), 4);
}

#[test]
fn a_request_that_is_not_idempotent_is_not_repeated() {
    let server = server(&[]);
    let error = poll(&server, &CREATE, 1, policy()).unwrap_err();
    assert!(matches!(&error, PollError::Call(Error::Input(_))), "{error:?}");
    assert_eq!(server.count(), 0);
}
