//! Errors that do not come from the API: pages, texts and JSON of proxies, portals and other servers. The command
//! quotes what the server said, and says that it is not the API's answer.

use std::io::Write;
use std::net::TcpListener;
use std::thread;

use openai_uploads::apis::uploads_api::cancel_upload;
use openai_uploads::runtime::describe;

use super::command_fixture::{Files, KEY, Run, upload_in_parts};
use super::network_fixture::{RawServer, reply, uploads_body};
use super::received_request::{block_on, configuration};

const PORTAL: &str = "<!DOCTYPE html><html><head><title>Sign in to\n Hotel WiFi</title></head><body><h1>Welcome</h1>\
                      <p>x</p></body></html>";

/// The message and help of an upload to a server that always answers like this.
fn upload_to(path: &str, status: u16, content_type: &str, body: &str) -> String {
    let answer = reply(status, &format!("content-type: {content_type}\r\nx-should-retry: false\r\n"), body);
    let server = RawServer::start(move |_| answer.clone());
    let files = Files::new();
    let file = files.file("a.txt", "hello");
    let base_url = format!("{}{path}", server.url());
    let run = Run::of(&mut upload_in_parts(&base_url, &file));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(run.stdout, "");
    run.stderr
}

#[test]
fn an_html_page_is_quoted_by_its_title() {
    for status in [200, 403, 511] {
        let message = upload_to("/v1", status, "text/html; charset=utf-8", PORTAL);
        for words in ["an HTML page", "not an answer of the API", "Sign in to Hotel WiFi", "help:"] {
            assert!(message.contains(words), "{status}: {words:?} is not in {message}");
        }
        assert!(!message.contains("<p>"), "{message}");
    }
}

#[test]
fn a_page_of_a_server_in_between_is_quoted() {
    let page =
        "<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>nginx</body></html>";
    let message = upload_to("/v1", 413, "text/html", page);
    assert!(message.contains("413 Request Entity Too Large") && message.contains("--part-size"), "{message}");
}

#[test]
fn success_without_an_id_is_quoted_and_comes_with_help() {
    for (body, words) in [
        (
            r#"{"code": 0, "data": {"id": "upload_1"}}"#,
            ["the reply has no id of the upload", "check the base URL"],
        ),
        (
            r#"{"error": {"message": "You exceeded your current quota"}}"#,
            ["success and an error", "plan and billing"],
        ),
        (r#"{"error": "the storage limit is reached"}"#, ["success and an error", "delete files"]),
    ] {
        let message = upload_to("/v1", 200, "application/json", body);
        for words in words {
            assert!(message.contains(words), "{words:?} is not in {message}");
        }
    }
}

#[test]
fn an_id_is_printed_on_one_line() {
    let server = RawServer::start(|request| {
        let body = uploads_body(request).replace("file-1", r"file-\u001b[31m1\nfile-2");
        reply(200, "content-type: application/json\r\n", body)
    });
    let files = Files::new();
    let file = files.file("a.txt", "hello");
    let base_url = format!("{}/v1", server.url());
    let run = Run::of(&mut upload_in_parts(&base_url, &file));
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "file-\\u{1b}[31m1\\nfile-2\n"), "{}", run.stderr);
}

#[test]
fn a_server_without_this_api_is_named_as_such() {
    for (path, status, content_type, body, words) in [
        (
            "/v1",
            404,
            "application/json",
            r#"{"detail":"Not Found"}"#,
            &["Not Found", "form of the API", "Uploads API"][..],
        ),
        ("", 404, "application/json", r#"{"detail":"Not Found"}"#, &["Not Found", "no /v1", "/v1"]),
        (
            "/api",
            404,
            "text/html",
            "<html><title>404 Not Found</title></html>",
            &["404 Not Found", "try http://", "/api/v1"],
        ),
        (
            "/v1",
            404,
            "text/plain",
            "404 page not found\n",
            &["404 page not found", "not an answer of the API", "Uploads API"],
        ),
        ("/v1", 404, "text/plain", "", &["404", "Not Found", "Uploads API"]),
    ] {
        let message = upload_to(path, status, content_type, body);
        for word in words {
            assert!(message.contains(word), "{body}: {word:?} is not in {message}");
        }
    }
}

#[test]
fn errors_of_other_frameworks_are_quoted() {
    for (status, body, quoted) in [
        (
            422,
            r#"{"detail":[{"loc":["body","purpose"],"msg":"field required","type":"value_error.missing"}]}"#,
            "body.purpose: field required",
        ),
        (400, r#"{"detail":"purpose is not supported"}"#, "purpose is not supported"),
        (400, r#"{"error":"purpose not supported"}"#, "purpose not supported"),
        (400, r#"{"message":"no such route"}"#, "no such route"),
        (400, r#"{"errors":[{"title":"Bad purpose"}]}"#, "Bad purpose"),
        (400, r#"{"code":7}"#, r#"{"code":7}"#),
    ] {
        let message = upload_to("/v1", status, "application/json", body);
        assert!(message.contains(quoted) && message.contains("form of the API"), "{body}: {message}");
    }
    let message = upload_to("/v1", 500, "text/plain", "Traceback (most recent call last):\n  boom");
    assert!(
        message.contains("Traceback (most recent call last): boom") && message.contains("plain text"),
        "{message}"
    );
    let message = upload_to("/v1", 400, "text/plain", &"long ".repeat(10_000));
    assert!(message.contains("long …") && message.len() < 1000, "{message}");
}

#[test]
fn an_error_of_the_api_does_not_count_as_one_of_another_server() {
    let azure = r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key."}}"#;
    let message = upload_to("/v1", 401, "application/json", azure);
    assert!(message.contains("Access denied") && message.contains("OPENAI_API_KEY"), "{message}");
    assert!(!message.contains("form of the API"), "{message}");
}

#[test]
fn a_key_that_the_server_repeats_is_not_shown() {
    let shortened = &KEY[..KEY.len() - 1];
    for (status, body) in [
        (200, format!(r#"{{"you_sent":"Bearer {KEY}"}}"#)),
        (401, format!(r#"{{"error":{{"message":"Incorrect API key provided: {KEY}.","code":"{KEY}"}}}}"#)),
        (401, format!(r#"{{"error":{{"message":"Incorrect API key provided: {shortened}."}}}}"#)),
        (403, format!("<html><title>Bearer {KEY}</title></html>")),
    ] {
        // `Run` itself searches for the whole key, also in the lines about retries.
        let message = upload_to("/v1", status, "", &body);
        let is_redacted = ["[redacted]", "[the API key]"].iter().any(|sign| message.contains(sign));
        assert!(is_redacted && !message.contains(shortened), "{message}");
        let answer = reply(status, "", &body);
        let server = RawServer::start(move |_| answer.clone());
        let to = configuration().with_base_path(server.url()).with_bearer_access_token(KEY);
        let error = block_on(cancel_upload(&to, "id")).unwrap_err();
        assert!(!describe(&error).contains(shortened), "{error}");
    }
}

#[test]
fn a_message_of_the_server_is_one_line_without_control_characters() {
    let body = r#"{"error":{"message":"\u001b[2J\u001b[31mgone\u0007\r\nnext","code":"\u001b[1mx"}}"#;
    let message = upload_to("/v1", 400, "application/json", body);
    assert!(message.contains("[31mgone next (code [1mx)"), "{message:?}");
}

#[test]
fn https_to_a_server_without_tls_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = configuration().with_base_path(format!("https://{}/v1", listener.local_addr().unwrap()));
    thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        connection.write_all(&reply(400, "", "Client sent an HTTP request to an HTTPS server.")).unwrap();
        std::io::copy(&mut connection, &mut std::io::sink()).unwrap();
    });
    let error = block_on(cancel_upload(&to, "id")).unwrap_err();
    assert!(
        error.to_string().contains("does not use TLS") && error.to_string().contains("http://"),
        "{error}"
    );
}

#[test]
fn an_error_repeats_nothing() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = block_on(cancel_upload(&configuration().with_base_path(format!("http://{closed}")), "id"));
    let error = error.unwrap_err();
    assert_eq!(error.to_string(), format!("no connection to {closed}"));
    let chain = describe(&error);
    assert_eq!(chain, format!("no connection to {closed}: Connection refused (os error 111)"));
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    let base_url = format!("http://{closed}/v1");
    let run = Run::of(&mut upload_in_parts(&base_url, &path));
    assert_eq!(run.stderr.lines().filter(|line| line.starts_with("error:")).count(), 1, "{}", run.stderr);
    let error_line = run.stderr.lines().find(|line| line.starts_with("error:")).unwrap();
    assert_eq!(error_line.matches("Connection refused").count(), 1, "{}", run.stderr);
}
