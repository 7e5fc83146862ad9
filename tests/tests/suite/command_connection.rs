//! The servers that the command sends requests to, and their headers and credentials.

use std::net::TcpListener;

use serde_json::json;

use crate::command_fixture::{AnsweringServer, Files, KEY, Run, api_error, command};
use crate::received_request::SingleRequestServer;
use crate::tls_server::TlsServer;

/// A variable that a test sets to a secret.
const SECRET: &str = "gateway-token-0123456789";

#[test]
fn headers_take_their_values_from_files_and_variables() {
    let files = Files::new();
    let team = files.file("team", "search\n");
    for (header, name, value) in [
        ("X-Team: search", "x-team", "search"),
        (&*format!("X-Team: @{team}"), "x-team", "search"),
        ("X-Token: env:GATEWAY_TOKEN", "x-token", SECRET),
        ("Authorization: env:GATEWAY_TOKEN", "authorization", SECRET),
    ] {
        let server = SingleRequestServer::json(404, &json!({}));
        let mut cancel = command(&["cancel", "upload_1", "--base-url", &server.url, "--header", header]);
        let run = Run::of(cancel.env("GATEWAY_TOKEN", SECRET));
        assert_eq!(run.code, Some(1), "{header}: {}", run.stderr);
        let received = server.received();
        assert_eq!(received.header(name), Some(value), "{header}");
        let authorization = if name == "authorization" { SECRET.to_owned() } else { format!("Bearer {KEY}") };
        assert_eq!(received.header("authorization"), Some(&*authorization), "{header}");
    }
}

#[test]
fn a_header_that_cannot_be_read_or_shows_a_secret_is_bad_usage() {
    let files = Files::new();
    let (empty, none) = (files.file("empty", "\n"), files.path("none"));
    for (header, words) in [
        ("Authorization: Bearer sk-in-the-arguments", "env:VARIABLE"),
        ("no colon", "X-Team: search"),
        ("X-Token: env:NOT_SET_ANYWHERE", "NOT_SET_ANYWHERE is not set"),
        (&*format!("X-Token: @{none}"), "cannot be read"),
        (&*format!("X-Token: @{empty}"), "is empty"),
    ] {
        let run = Run::of(&mut command(&["cancel", "upload_1", "--header", header]));
        assert_eq!(run.code, Some(2), "{header}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{words:?}: {}", run.stderr);
        let shown = run.stderr.replace(header, "");
        assert!(!shown.contains("sk-in-the-arguments"), "{}", run.stderr);
    }
}

#[test]
fn a_secret_header_that_the_server_repeats_is_not_shown() {
    let answering =
        AnsweringServer::start(|_| (403, "", api_error(&format!("{SECRET} may not"), "forbidden")));
    let mut cancel = command(&["cancel", "upload_1", "--base-url", &answering.base_url()]);
    cancel.args(["--header", "Authorization: env:GATEWAY_TOKEN"]);
    let run = Run::of(cancel.env("GATEWAY_TOKEN", format!("Bearer {SECRET}")));
    assert_eq!(run.code, Some(1));
    assert!(!run.stderr.contains(SECRET) && run.stderr.contains("may not"), "{}", run.stderr);
}

#[test]
fn azure_is_found_in_the_environment_or_named_by_an_argument() {
    for (variables, arguments, target, header) in [
        (&[("AZURE_OPENAI_API_KEY", SECRET)][..], &[][..], "/openai/v1/uploads", ("api-key", SECRET)),
        (
            &[("AZURE_OPENAI_AD_TOKEN", SECRET), ("AZURE_OPENAI_API_KEY", "other")],
            &["--azure-api-version", "2024-10-21"],
            "/openai/uploads",
            ("authorization", "Bearer gateway-token-0123456789"),
        ),
    ] {
        for is_argument in [false, true] {
            let server = SingleRequestServer::json(404, &json!({}));
            let mut cancel = command(&["cancel", "upload_1"]);
            cancel.args(arguments).envs(variables.iter().copied());
            if is_argument {
                cancel.args(["--azure-endpoint", &server.url]);
            } else {
                cancel.env("AZURE_OPENAI_ENDPOINT", &server.url).env_remove("OPENAI_API_KEY");
            }
            let run = Run::of(&mut cancel);
            assert_eq!(run.code, Some(1), "{}", run.stderr);
            let received = server.received();
            assert!(received.target.starts_with(&format!("{target}/upload_1/cancel")), "{}", received.target);
            assert_eq!(received.target.contains("api-version=2024-10-21"), !arguments.is_empty());
            assert_eq!(received.header(header.0), Some(header.1));
            assert!(!run.stderr.contains(SECRET));
        }
    }
}

#[test]
fn missing_azure_settings_are_named() {
    let mut without_key = command(&["cancel", "upload_1", "--azure-endpoint", "https://x.invalid"]);
    let run = Run::of(&mut without_key);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("AZURE_OPENAI_API_KEY") && run.stderr.contains("help: "), "{}", run.stderr);
    let run = Run::of(&mut command(&["cancel", "upload_1", "--azure-api-version", "2024-10-21"]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("--azure-endpoint"), "{}", run.stderr);
    let mut broken = command(&["cancel", "upload_1"]);
    broken.env("AZURE_OPENAI_ENDPOINT", "my resource").env("AZURE_OPENAI_API_KEY", SECRET);
    let run = Run::of(broken.env_remove("OPENAI_API_KEY"));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("AZURE_OPENAI_ENDPOINT") && !run.stderr.contains(SECRET), "{}", run.stderr);
}

#[test]
fn a_proxy_can_be_an_argument() {
    let proxy = SingleRequestServer::json(404, &json!({}));
    let base_url = ["--base-url", "http://no-such-host.invalid/v1"];
    let run = Run::of(command(&["cancel", "upload_1", "--proxy", &proxy.url]).args(base_url));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(proxy.received().target, "http://no-such-host.invalid/v1/uploads/upload_1/cancel");

    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run =
        Run::of(command(&["cancel", "upload_1", "--proxy", &format!("http://{closed}")]).args(base_url));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("help: "), "{}", run.stderr);
    for proxy in ["localhost:3128", "http://me:secret@proxy.example"] {
        let run = Run::of(command(&["cancel", "upload_1", "--proxy", proxy]).args(base_url));
        assert_eq!(run.code, Some(2), "{}", run.stderr);
    }
}

#[test]
fn a_request_that_takes_too_long_fails() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/v1", silent.local_addr().unwrap());
    let run = Run::of(&mut command(&["cancel", "upload_1", "--timeout", "300ms", "--base-url", &base_url]));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("time"), "{}", run.stderr);
    assert!(run.stderr.contains("help: "), "{}", run.stderr);
}

#[test]
fn a_broken_file_of_certificates_is_named() {
    let files = Files::new();
    let begin = "-----BEGIN CERTIFICATE-----\n";
    for (content, problem) in [
        ("", "has no certificate"),
        ("hello", "has no certificate"),
        (&*format!("{begin}!!!!\n-----END CERTIFICATE-----\n"), "has a damaged certificate"),
        (&*format!("{begin}aGVsbG8=\n"), "certificate"),
        (&*format!("{begin}aGVsbG8=\n-----END CERTIFICATE-----\n"), "certificate"),
    ] {
        let authority = files.file("broken.pem", content);
        let base_url = ["--base-url", "https://127.0.0.1:9/v1"];
        let run = Run::of(command(&["cancel", "upload_1", "--ca-cert", &authority]).args(base_url));
        assert_eq!(run.code, Some(2), "{content:?}: {}", run.stderr);
        assert!(
            run.stderr.contains(&authority) && run.stderr.contains(problem),
            "{content:?}: {}",
            run.stderr
        );
        assert!(run.stderr.contains("help: "), "{}", run.stderr);
    }
}

#[test]
fn a_private_authority_and_a_client_certificate_are_used() {
    let files = Files::new();
    let Some(server) = TlsServer::private(&files) else { return };
    let (authority, certificate) = (files.path("ca.pem"), files.path("client.pem"));
    let (key, both) = (files.path("client.key"), files.path("both.pem"));
    let cancel = |arguments: &[&str]| {
        Run::of(command(&["cancel", "upload_1", "--base-url", &server.base_url()]).args(arguments))
    };
    for identity in [&["--client-cert", &certificate, "--client-key", &key][..], &["--client-cert", &both]] {
        let run = cancel(&[&["--connect-timeout", "10s", "--ca-cert", &authority], identity].concat());
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("404"), "the server is not reached: {}", run.stderr);
    }
    for (arguments, code) in [
        (&[][..], 1),
        (&["--ca-cert", &authority][..], 1),
        (&["--ca-cert", &key], 2),
        (&["--ca-cert", &files.path("none.pem")], 2),
        (&["--ca-cert", &authority, "--client-cert", &certificate], 2),
        (&["--client-key", &key], 2),
    ] {
        let run = cancel(arguments);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains("404"), "{arguments:?}: {}", run.stderr);
    }
}
