//! The hosts that get the key, and those that must not.

use std::io::{self, ErrorKind};
use std::net::TcpListener;
use std::process::Command;
use std::sync::{Arc, Mutex};

use openai_uploads::apis::configuration::{API_KEY_AUTH, Configuration};
use openai_uploads::apis::uploads_api::{CANCEL_UPLOAD, cancel_upload};
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{Call, Error, Operation, Request};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::program;
use super::received_request::{SingleRequestServer, block_on, configuration};

const KEY: &str = "sk-hidden";

/// The crate's own operations all have a body. Only requests without one may be redirected.
static ASK: Operation = Operation::new("ask", Method::GET, "/ask", &[&[API_KEY_AUTH]]);

fn with_key(url: &str) -> Configuration {
    configuration().with_base_path(url).with_bearer_access_token(KEY)
}

fn ask(configuration: &Configuration) -> Call<Value, ErrorResponse> {
    Request::new(configuration, &ASK).json()
}

#[test]
fn a_redirect_to_another_host_takes_no_key_along() {
    let other = SingleRequestServer::json(200, &json!({"here": true}));
    let moved = format!("location: {}/elsewhere\r\n", other.url);
    let server = SingleRequestServer::answering(307, &moved, "");
    let mut key = HeaderValue::from_static(KEY);
    key.set_sensitive(true);
    let to = with_key(&server.url).with_header(HeaderName::from_static("api-key"), key);
    assert_eq!(block_on(ask(&to)).unwrap(), json!({"here": true}));
    let first = server.received();
    assert_eq!(first.header("authorization"), Some(&*format!("Bearer {KEY}")));
    let second = other.received();
    assert_eq!(second.target, "/elsewhere");
    assert!(!format!("{second:?}").contains(KEY), "{second:?}");
    assert_eq!(second.header("accept"), Some("application/json"));
}

#[test]
fn requests_with_a_body_are_not_redirected() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    for status in [301, 302, 303, 307, 308] {
        let moved = format!("location: http://{}/\r\n", other.local_addr().unwrap());
        let server = SingleRequestServer::answering(status, &moved, "");
        let error = block_on(cancel_upload(&with_key(&server.url), "id")).unwrap_err();
        assert_eq!(error.api().map(|error| error.status.as_u16()), Some(status), "{error}");
        assert!(error.to_string().contains(&*format!("http://{}/", other.local_addr().unwrap())), "{error}");
        assert!(!error.is_retryable());
        assert_eq!(server.received().target, "/uploads/id/cancel");
    }
    nobody_came(&other);
}

fn nobody_came(listener: &TcpListener) {
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn a_path_parameter_that_would_lead_elsewhere_is_refused_before_anything_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = with_key(&format!("http://{}", listener.local_addr().unwrap()));
    for id in ["", ".", ".."] {
        let error = block_on(cancel_upload(&to, id)).unwrap_err();
        assert!(matches!(&error, Error::Input(_)), "{error:?}");
        assert!(error.to_string().contains("upload_id"), "{error}");
    }
    nobody_came(&listener);
}

/// Everything that a subscriber for all levels records.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn no_log_error_or_debug_shows_the_key_or_a_body() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let mut shown = tracing::subscriber::with_default(subscriber, || {
        let mut shown = String::new();
        let answers = [(401, json!({"error": {"message": "no"}})), (200, json!({"body": "of the reply"}))];
        for (status, body) in answers {
            let server = SingleRequestServer::json(status, &body);
            let to = with_key(&server.url).with_query("api-key", KEY);
            let call = cancel_upload(&to, "id");
            shown += &format!("{to:?} {call:?}");
            let error = block_on(call).unwrap_err();
            shown += &format!("{error} {error:?}");
            server.received();
        }
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let to = with_key(&format!("http://user:{KEY}@{closed}")).with_query("api-key", KEY);
        let error = block_on(cancel_upload(&to, "id")).unwrap_err();
        shown += &format!("{to:?} {error} {error:?}");
        let unsendable = configuration().with_bearer_access_token(format!("{KEY}\n"));
        let error = block_on(cancel_upload(&unsendable, "id")).unwrap_err();
        assert!(matches!(error, Error::Input(_)), "{error:?}");
        shown + &format!("{unsendable:?} {error} {error:?}")
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains(CANCEL_UPLOAD.id) && log.contains(CANCEL_UPLOAD.path) && log.contains("401"),
        "{log}"
    );
    assert!(!log.contains("of the reply"), "{log}");
    shown += &log;
    assert!(!shown.contains(KEY), "{shown}");
}

#[test]
fn azure_has_its_key_in_a_header_of_its_own_and_its_version_in_the_query() {
    let spec_path = CANCEL_UPLOAD.path.replace("{upload_id}", "id");
    for (version, target) in [
        (Some("2024-10-21"), format!("/openai{spec_path}?api-version=2024-10-21")),
        (None, format!("/openai/v1{spec_path}")),
    ] {
        let server = SingleRequestServer::json(404, &json!({}));
        let to = Configuration::azure(&server.url, KEY, version).unwrap();
        assert!(!format!("{to:?}").contains(KEY), "{to:?}");
        block_on(cancel_upload(&to, "id")).unwrap_err();
        let received = server.received();
        assert_eq!((&*received.target, received.header("api-key")), (&*target, Some(KEY)));
        assert_eq!(received.header("authorization"), None);
    }
}

#[test]
fn the_environment_sets_the_server_and_the_credentials() {
    let server = SingleRequestServer::json(404, &json!({}));
    let output = Command::new(program::path())
        .args(["cancel", "upload_1"])
        .env("OPENAI_API_KEY", KEY)
        .env("OPENAI_BASE_URL", format!("{}/v1", server.url))
        .env("OPENAI_ORG_ID", "org-1")
        .env("OPENAI_PROJECT_ID", "proj-1")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let received = server.received();
    assert_eq!(received.target, format!("/v1{}", CANCEL_UPLOAD.path.replace("{upload_id}", "upload_1")));
    assert_eq!(received.header("authorization"), Some(&*format!("Bearer {KEY}")));
    assert_eq!(received.header("openai-organization"), Some("org-1"));
    assert_eq!(received.header("openai-project"), Some("proj-1"));
    assert!(!received.all_but_header("authorization").contains(KEY));
    let reported =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!reported.contains(KEY), "{reported}");
}
