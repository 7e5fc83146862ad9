//! Redirects: within the origin they are followed with the body, and the key goes to no other host.

use openai_uploads::apis::uploads_api::{add_upload_part, cancel_upload};
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{Binary, Error, TransportErrorKind};

use super::command_fixture::{Files, KEY, Run, upload_in_parts};
use super::network_fixture::{RawServer, reply, uploads_reply};
use super::received_request::{ReceivedRequest, block_on, configuration};

/// Answers like the API below `/moved`, and redirects everything else there.
fn moving(status: u16) -> RawServer {
    RawServer::start(move |request| {
        if request.target.starts_with("/moved") {
            return uploads_reply(request);
        }
        reply(status, &format!("location: /moved{}\r\n", request.target), "")
    })
}

#[test]
fn an_upload_follows_307_and_308_and_sends_each_body_again() {
    for status in [307, 308] {
        let server = moving(status);
        let files = Files::new();
        let path = files.file("a.txt", "hello");
        let base_url = format!("{}/v1", server.url());
        let run = Run::of(&mut upload_in_parts(&base_url, &path));
        assert_eq!((run.code, run.stdout.trim()), (Some(0), "file-1"), "{}", run.stderr);
        let requests = server.requests();
        assert_eq!(requests.len(), 6, "{requests:?}");
        for pair in requests.chunks(2) {
            assert_eq!(pair[1].target, format!("/moved{}", pair[0].target));
            assert_eq!(pair[1].header("authorization"), Some(&*format!("Bearer {KEY}")));
            assert_eq!(pair[0].body.len(), pair[1].body.len());
        }
        assert!(String::from_utf8_lossy(&requests[3].body).contains("hello"));
    }
}

#[test]
fn a_body_that_can_be_read_once_is_not_redirected() {
    let server = moving(307);
    let to = configuration().with_base_path(server.url());
    let once = Binary::stream(2, futures_util::stream::iter([Ok("ab".into())]));
    let error = block_on(add_upload_part(&to, "id", once)).unwrap_err();
    assert_eq!(error.api().unwrap().status.as_u16(), 307, "{error}");
    assert!(error.to_string().contains("/moved/uploads/id/parts"), "{error}");
    let twice = Binary::repeatable(2, || futures_util::stream::iter([Ok("ab".into())]));
    assert_eq!(block_on(add_upload_part(&to, "id", twice)).unwrap().id, "part_1");
}

#[test]
fn redirects_of_requests_with_effects_are_errors_without_the_query() {
    for status in [301, 302, 303] {
        let server = moving(status);
        let error: Error<ErrorResponse> = block_on(cancel_upload(
            &configuration().with_base_path(server.url()).with_query("key", KEY),
            "id",
        ))
        .unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(error.to_string().contains("/moved/uploads/id/cancel"), "{error}");
        assert!(!error.to_string().contains(KEY), "{shown}");
        assert_eq!(server.count(), 1);
    }
}

#[test]
fn a_redirect_to_another_host_port_or_scheme_is_not_followed() {
    let other = RawServer::at("127.0.0.2", uploads_reply);
    let port = RawServer::start(uploads_reply);
    for target in [
        format!("{}/v1", other.url()),
        format!("//{}/v1", other.address),
        format!("/\\{}/v1", other.address),
        format!("{}/v1", port.url()),
        format!("https://{}/v1", other.address),
    ] {
        for status in [307, 308] {
            let location = format!("location: {target}\r\n");
            let server = RawServer::start(move |_: &ReceivedRequest| reply(status, &location, ""));
            let to = configuration().with_base_path(server.url()).with_bearer_access_token(KEY);
            let error = block_on(cancel_upload(&to, "id")).unwrap_err();
            assert_eq!(error.api().map(|error| error.status.as_u16()), Some(status), "{target}: {error}");
            assert!(!error.is_retryable());
            assert_eq!(server.count(), 1);
        }
    }
    assert_eq!((other.count(), port.count()), (0, 0));
}

#[test]
fn a_user_name_in_a_redirect_becomes_no_header() {
    let server = RawServer::start(|request| {
        if request.target.starts_with("/moved") {
            return uploads_reply(request);
        }
        let host = request.header("host").unwrap();
        reply(307, &format!("location: http://me:pass@{host}/moved/cancel\r\n"), "")
    });
    let to = configuration().with_base_path(server.url()).with_bearer_access_token(KEY);
    block_on(cancel_upload(&to, "id")).unwrap();
    assert_eq!(server.requests()[1].header("authorization"), Some(&*format!("Bearer {KEY}")));
}

#[test]
fn a_redirect_without_end_or_without_a_target_is_an_error() {
    let endless = RawServer::start(|request| reply(307, &format!("location: {}\r\n", request.target), ""));
    let error = block_on(cancel_upload(&configuration().with_base_path(endless.url()), "id")).unwrap_err();
    match &error {
        Error::Transport(error) => assert_eq!(error.kind, TransportErrorKind::TooManyRedirects),
        other => panic!("{other:?}"),
    }
    assert!(!error.is_retryable());
    assert_eq!(endless.count(), 11);
    let nowhere = RawServer::start(|_| reply(307, "", ""));
    let error = block_on(cancel_upload(&configuration().with_base_path(nowhere.url()), "id")).unwrap_err();
    assert_eq!(error.api().unwrap().status.as_u16(), 307);
}
