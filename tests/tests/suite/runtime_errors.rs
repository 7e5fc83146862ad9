//! Replies that are errors, and replies that the document does not declare.

use std::time::Duration;

use openai_uploads::apis::uploads_api::cancel_upload;
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{ApiError, DecodeError, Error};

use super::received_request::{SingleRequestServer, block_on, configuration};

fn error(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Error<ErrorResponse> {
    let server = SingleRequestServer::answering(status, headers, body);
    let error = block_on(cancel_upload(&configuration().with_base_path(&server.url), "id")).unwrap_err();
    server.received();
    error
}

fn api_error(status: u16, headers: &str, body: impl AsRef<[u8]>) -> ApiError<ErrorResponse> {
    match error(status, headers, body) {
        Error::Api(error) => *error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn messages_are_found_in_every_format_of_error_body() {
    for (body, message, code, kind, param) in [
        (
            r#"{"error": {"message": "No.", "code": "bad", "type": "invalid", "param": "bytes"}}"#,
            "No.",
            Some("bad"),
            Some("invalid"),
            Some("bytes"),
        ),
        (r#"{"error": {"message": "No.", "code": 42, "type": null}}"#, "No.", Some("42"), None, None),
        (r#"{"message": "No.", "code": "bad"}"#, "No.", Some("bad"), None, None),
        (r#"{"error": "No."}"#, "No.", None, None, None),
        (r#"{"detail": "No."}"#, "No.", None, None, None),
        (r#"{"title": "No.", "type": "about:blank"}"#, "No.", None, Some("about:blank"), None),
        (r#"{"error": {}}"#, r#"{"error": {}}"#, None, None, None),
        ("[1]", "[1]", None, None, None),
        ("<html>", "<html>", None, None, None),
        ("", "Bad Request", None, None, None),
    ] {
        let error = api_error(400, "x-request-id: req_7\r\n", body);
        assert_eq!(error.message, message, "{body}");
        assert_eq!((error.code(), error.error_type()), (code, kind), "{body}");
        assert_eq!(error.param(), param, "{body}");
        assert_eq!(error.request_id(), Some("req_7"));
        assert_eq!(error.body, body.as_bytes());
        assert!(error.to_string().contains(message) && error.to_string().contains("400"), "{error}");
        assert!(error.to_string().contains("req_7"), "{error}");
    }
    let whole = r#"{"error": {"message": "No.", "code": null, "type": "t", "param": null}}"#;
    assert_eq!(api_error(500, "", whole).entity.unwrap().error.message, "No.");
    assert!(api_error(500, "", b"\xff\xfe").entity.is_none());
    assert_eq!(api_error(599, "", "").message, "no reason given");
}

#[test]
fn errors_say_whether_and_when_to_retry() {
    for (status, headers, retryable, wait) in [
        (408, "", true, None),
        (409, "", true, None),
        (429, "retry-after: 2\r\n", true, Some(Duration::from_secs(2))),
        (429, "retry-after: 2\r\nretry-after-ms: 1500\r\n", true, Some(Duration::from_millis(1500))),
        (429, "retry-after-ms: soon\r\nretry-after: 3\r\n", true, Some(Duration::from_secs(3))),
        (500, "", true, None),
        (503, "retry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\n", true, Some(Duration::ZERO)),
        (503, "x-should-retry: false\r\n", false, None),
        (400, "", false, None),
        (400, "x-should-retry: true\r\n", true, None),
        (404, "x-should-retry: perhaps\r\n", false, None),
    ] {
        let error = error(status, headers, "{}");
        assert_eq!((error.is_retryable(), error.retry_after()), (retryable, wait), "{status} {headers}");
    }
}

fn decode_error(body: impl AsRef<[u8]>) -> DecodeError {
    let error = error(200, "x-request-id: req_7\r\n", body);
    assert!(!error.is_retryable());
    assert_eq!(error.request_id(), Some("req_7"));
    match error {
        Error::Decode(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reply_that_cannot_be_read_says_where_and_shows_what_is_there() {
    let upload = r#"{"id": "u", "created_at": 1, "filename": "f", "bytes": 1, "purpose": "p", "status": "pending",
        "expires_at": 2, "file": {"id": "f", "bytes": "many", "created_at": 1, "filename": "f", "purpose": "p"}}"#;
    let error = decode_error(upload);
    assert_eq!((&*error.path, &*error.snippet), ("file.bytes", "`\"many\"`"));
    assert!(
        error.to_string().contains("cancelUpload") && error.to_string().contains("file.bytes"),
        "{error}"
    );

    let long = decode_error(format!("\"{}\"", "é".repeat(10_000)));
    assert!(long.snippet.chars().count() < 200 && long.snippet.ends_with("…`"), "{}", long.snippet);
    assert_eq!(decode_error("").message, "it has no content");
    for body in ["{", "{} {}", "[]", "<html>", "null", "\u{0}"] {
        assert!(!decode_error(body).message.is_empty(), "{body}");
    }
    decode_error(b"\xff\xfe\xfd");
    decode_error("[".repeat(100_000));
}
