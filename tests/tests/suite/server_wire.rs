//! Mistakes of clients on the wire: each gets its answer and leaves nothing behind.

use std::time::Duration;

use openai_uploads::models::AddUploadPartRequest;
use openai_uploads::server::{LocalServer, Server};
use serde_json::json;

use crate::server_fixture::{
    Answer, Client, FORM, JSON, add, announcement, complete, create, eventually, form, get, head,
    parts_on_disk, post, request, start, start_with,
};

/// A failed request leaves nothing: no bytes on the disk, none counted.
#[track_caller]
fn nothing_is_left(server: &LocalServer) {
    eventually("no bytes of it are left", || parts_on_disk(server.dir()).is_empty());
    assert!(server.uploads().iter().all(|stored| stored.parts.is_empty()));
}

#[test]
fn every_answer_has_a_request_id_of_its_own() {
    let server = start();
    let at = server.local_addr();
    let answers = [
        post(at, "/v1/uploads", &announcement(1)),
        get(at, "/v1/files"),
        get(at, "/v1/files/file-unknown"),
        get(at, "/nowhere"),
        request(at, "PUT", "/v1/uploads", &[], b""),
    ];
    let mut ids: Vec<_> = answers.iter().map(|answer| answer.header("x-request-id").unwrap()).collect();
    let seen: Vec<String> = server.requests().into_iter().map(|request| request.id).collect();
    assert_eq!(ids, seen);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), answers.len());
}

#[test]
fn an_unknown_path_or_method_is_named() {
    let server = start();
    let at = server.local_addr();
    for path in [
        "/x",
        "/_page",
        "/v1",
        "/v1/",
        "/uploads",
        "/v1/upload",
        "/v1/uploads/",
        "/v1/uploads/x/y",
        "/v1//uploads",
    ] {
        get(at, path).is_error(404, "unknown_url", "");
    }
    let not_allowed = |method: &str, path: &str, allowed: &str| {
        let answer = request(at, method, path, &[], b"");
        answer.is_error(405, "method_not_allowed", "");
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    };
    for method in ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        not_allowed(method, "/v1/uploads", "POST");
        not_allowed(method, "/v1/uploads/upload_x/parts", "POST");
        not_allowed(method, "/v1/uploads/upload_x/complete", "POST");
        not_allowed(method, "/v1/uploads/upload_x/cancel", "POST");
    }
    not_allowed("PUT", "/v1/files", "POST,GET,HEAD");
    not_allowed("PUT", "/v1/files/file-x", "GET,HEAD,DELETE");
    not_allowed("DELETE", "/v1/files/file-x/content", "GET,HEAD");
}

#[test]
fn a_configured_key_is_required_and_checked() {
    let server = start_with(Server::builder().api_key("sk-right"));
    let at = server.local_addr();
    let with = |headers: &[&str]| request(at, "GET", "/v1/files", headers, b"");
    for wrong in [
        &[][..],
        &["authorization: Bearer sk-wrong"],
        &["authorization: Bearer sk-righ"],
        &["authorization: Bearer sk-right2"],
        &["authorization: Bearer"],
        &["authorization: Basic sk-right"],
        &["authorization: sk-right"],
        &["authorization: Bearer sk-wrong", "authorization: Bearer sk-right"],
        &["proxy-authorization: Bearer sk-right"],
    ] {
        let answer = with(wrong);
        answer.is_error(401, "invalid_api_key", "");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        assert!(!String::from_utf8_lossy(&answer.body).contains("sk-"), "no key is repeated");
    }
    assert_eq!(with(&["authorization: Bearer sk-right"]).status, 200);
    // A missing path needs no key.
    request(at, "GET", "/nowhere", &[], b"").is_error(401, "invalid_api_key", "");
    assert!(!format!("{server:?} {:?}", server.requests()).contains("sk-"), "no key is shown");
}

#[test]
fn a_body_of_another_type_is_refused() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 3);
    let json = announcement(3).to_string();
    for headers in
        [&[][..], &["content-type: text/plain"], &["content-type: multipart/form-data; boundary=cut"]]
    {
        request(at, "POST", "/v1/uploads", headers, json.as_bytes()).is_error(
            415,
            "unsupported_content_type",
            "",
        );
    }
    for headers in [&["content-type: application/json; charset=utf-8"], &["Content-Type: Application/JSON"]] {
        request(at, "POST", "/v1/uploads", headers, json.as_bytes()).ok();
    }
    for body in ["", "{", "{\"filename\": \"a\",}", "\u{0}", "{} {}"] {
        request(at, "POST", "/v1/uploads", &[JSON], body.as_bytes()).is_error(400, "invalid_json", "");
    }
    request(at, "POST", "/v1/uploads", &[JSON], b"{\"filename\": \"\xff\"}").is_error(
        400,
        "invalid_json",
        "",
    );
    let huge = format!("{{\"filename\": \"{}\"}}", "a".repeat(5 << 20));
    request(at, "POST", "/v1/uploads", &[JSON], huge.as_bytes()).is_error(413, "request_too_large", "");
    let deep = "[".repeat(100_000);
    request(at, "POST", "/v1/uploads", &[JSON], deep.as_bytes()).is_error(400, "invalid_json", "");

    let parts = format!("/v1/uploads/{id}/parts");
    for headers in [&[][..], &[JSON], &["content-type: application/octet-stream"]] {
        request(at, "POST", &parts, headers, &form("data", b"abc")).is_error(
            415,
            "unsupported_content_type",
            "",
        );
    }
    let no_boundary = ["content-type: multipart/form-data"];
    request(at, "POST", &parts, &no_boundary, &form("data", b"abc")).is_error(400, "invalid_multipart", "");
    nothing_is_left(&server);
}

#[test]
fn a_form_that_is_not_a_part_is_refused() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 3);
    let parts = format!("/v1/uploads/{id}/parts");
    let with = |body: &[u8]| request(at, "POST", &parts, &[FORM], body);
    with(b"--cut--\r\n").is_error(400, "missing_required_parameter", "data");
    with(&form("file", b"abc")).is_error(400, "unknown_parameter", "file");
    let field =
        |name: &str| format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nabc\r\n");
    let twice = format!("{}{}--cut--\r\n", field("data"), field("data"));
    with(twice.as_bytes()).is_error(400, "duplicate_parameter", "data");
    let extra = format!("{}{}--cut--\r\n", field("data"), field("colour"));
    with(extra.as_bytes()).is_error(400, "unknown_parameter", "colour");
    let nameless = "--cut\r\nContent-Type: text/plain\r\n\r\nabc\r\n--cut--\r\n";
    for broken in [
        "",
        "abc",
        "--other\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nabc\r\n--other--\r\n",
        &field("data"),
        nameless,
    ] {
        with(broken.as_bytes()).is_error(400, "invalid_multipart", "");
    }
    nothing_is_left(&server);
    // And as plain a one as there is.
    let plain = "--cut\r\ncontent-disposition: form-data; name=data\r\n\r\nabc\r\n--cut--";
    let only = with(plain.as_bytes()).ok()["id"].as_str().unwrap().to_owned();
    assert_eq!(server.part(&id, &only).unwrap(), b"abc");
}

#[test]
fn a_part_of_the_maximum_length_is_accepted_and_one_byte_more_is_not() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, AddUploadPartRequest::DATA_MAX_LENGTH);
    let most = usize::try_from(AddUploadPartRequest::DATA_MAX_LENGTH).unwrap();
    let mut bytes = vec![b'a'; most + 1];
    add(at, &id, &bytes).is_error(413, "part_too_large", "data");
    nothing_is_left(&server);
    bytes.pop();
    let whole = add(at, &id, &bytes).ok()["id"].as_str().unwrap().to_owned();
    complete(at, &id, &[&whole]).ok();
}

#[test]
fn a_part_that_is_too_long_is_refused_while_it_arrives() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 3);
    let path = format!("/v1/uploads/{id}/parts");
    // With a stated length: refused before any byte is received.
    let mut client = Client::connect(at);
    client.send(&head("POST", &path, &[FORM], Some(1 << 40)));
    client.answer().unwrap().is_error(413, "part_too_large", "data");

    // Without a stated length: refused at the first byte too many, although the body continues.
    let mut client = Client::connect(at);
    client.send(&head("POST", &path, &[FORM, "transfer-encoding: chunked"], None));
    let chunk = |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let opening = form("data", b"");
    client.send(&chunk(&opening[..opening.len() - 11]));
    let mebibyte = chunk(&vec![b'a'; 1 << 20]);
    for _ in 0..64 {
        client.send(&mebibyte);
    }
    client.send(&chunk(b"one more"));
    client.answer().unwrap().is_error(413, "part_too_large", "data");
    nothing_is_left(&server);
}

#[test]
fn a_refusal_reaches_a_client_that_is_still_sending() {
    let server = start();
    let at = server.local_addr();
    let bytes = vec![b'a'; 32 << 20];
    for _ in 0..4 {
        add(at, "upload_unknown", &bytes).is_error(404, "not_found", "upload_id");
    }
    // A client that sends `Expect: 100-continue` does not send the body at all.
    let mut client = Client::connect(at);
    let headers = [FORM, "expect: 100-continue"];
    client.send(&head("POST", "/v1/uploads/upload_unknown/parts", &headers, Some(bytes.len())));
    client.answer().unwrap().is_error(404, "not_found", "upload_id");

    let id = create(at, 3);
    let body = form("data", b"abc");
    let mut client = Client::connect(at);
    client.send(&head("POST", &format!("/v1/uploads/{id}/parts"), &headers, Some(body.len())));
    assert_eq!(client.answer().unwrap().status, 100);
    client.send(&body);
    client.answer().unwrap().ok();
}

#[test]
fn malformed_requests_get_an_answer() {
    let server = start();
    let at = server.local_addr();
    let answer = |bytes: &[u8]| -> Answer {
        let mut client = Client::connect(at);
        let _ = client.try_send(bytes);
        let answer = client.answer().expect("an answer");
        assert!(client.is_closed_within(Duration::from_secs(10)));
        answer
    };
    for malformed in [
        &b"hello\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST /v1/uploads HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/uploads HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST /v1/uploads HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
    ] {
        answer(malformed).is_error(400, "malformed_request", "");
    }
    let huge = format!("GET / HTTP/1.1\r\nhuge: {}\r\n\r\n", "a".repeat(1 << 20));
    answer(huge.as_bytes()).is_error(431, "headers_too_large", "");
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "many: x\r\n".repeat(1000));
    answer(many.as_bytes()).is_error(431, "headers_too_large", "");
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(66_000));
    assert!([414, 431].contains(&answer(long.as_bytes()).error_status()));
    // The other connection is not affected.
    post(at, "/v1/uploads", &announcement(3)).ok();
}

impl Answer {
    /// The status of an answer with the API's error object.
    fn error_status(&self) -> u16 {
        self.error(self.status);
        self.status
    }
}

#[test]
fn a_slow_client_is_answered_and_disconnected() {
    // Long enough for a normal client on a busy machine.
    let server = start_with(Server::builder().read_timeout(Duration::from_secs(1)));
    let at = server.local_addr();
    let id = create(at, 3);
    let path = format!("/v1/uploads/{id}/parts");
    let body = form("data", b"abc");
    let part = |sent: usize| [&head("POST", &path, &[FORM], Some(body.len())), &body[..sent]].concat();
    let slow = [
        b"POST /v1/uploads HTTP/1.1\r\nhost: ".to_vec(),
        head("POST", "/v1/uploads", &[JSON], Some(10)),
        part(0),
        part(10),
        part(body.len() - 1),
    ];
    std::thread::scope(|scope| {
        for sent in &slow {
            scope.spawn(|| {
                let mut client = Client::connect(at);
                client.send(sent);
                client.answer().unwrap().is_error(408, "request_timeout", "");
            });
        }
        // A connection without a request is closed without an answer.
        scope.spawn(|| assert_eq!(Client::connect(at).bytes_until_closed(), 0));
    });
    nothing_is_left(&server);
}

#[test]
fn a_request_that_is_cut_short_leaves_nothing_behind() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 3);
    let path = format!("/v1/uploads/{id}/parts");
    let bytes = vec![b'a'; 3 << 20];
    let body = form("data", &bytes);
    let request = [head("POST", &path, &[FORM], Some(body.len())), body].concat();
    for sent in [10, 200, 1 << 20, request.len() - 1] {
        // The connection was closed without an answer.
        let mut client = Client::connect(at);
        client.send(&request[..sent]);
        drop(client);
        // The client has stopped sending, but still reads.
        let mut client = Client::connect(at);
        client.send(&request[..sent]);
        client.end();
        assert_eq!(client.answer().unwrap().error_status(), 400, "{sent} bytes");
    }
    nothing_is_left(&server);
    eventually("all are over", || server.requests().iter().filter(|seen| seen.status.is_none()).count() <= 4);
    add(at, &id, b"abc").ok();
}

#[test]
fn requests_follow_each_other_on_one_connection() {
    let server = start();
    let mut client = Client::connect(server.local_addr());
    let body = announcement(3).to_string();
    let create = [head("POST", "/v1/uploads", &[JSON], Some(body.len())), body.into_bytes()].concat();
    for _ in 0..3 {
        client.send(&create);
        client.answer().unwrap().ok();
        client.send(&head("GET", "/v1/files/file-unknown", &[], None));
        client.answer().unwrap().error(404);
        client.send(&head("PUT", "/v1/uploads", &[], None));
        client.answer().unwrap().error(405);
    }
    // Two requests at once, the second of them malformed.
    client.send(&[create, b"nonsense\r\n\r\n".to_vec()].concat());
    client.answer().unwrap().ok();
    assert_eq!(client.answer().unwrap().status, 400);
    assert!(client.is_closed_within(Duration::from_secs(10)));
}

#[test]
fn a_head_response_has_no_body() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 3);
    let only = add(at, &id, b"abc").ok()["id"].as_str().unwrap().to_owned();
    let completed = post(at, &format!("/v1/uploads/{id}/complete"), &json!({"part_ids": [only]})).ok();
    let file = completed["file"]["id"].as_str().unwrap();
    let mut client = Client::connect(at);
    client.send(&head("HEAD", &format!("/v1/files/{file}/content"), &["connection: close"], None));
    let text = client.text_until_closed();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains("content-length: 3\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n"), "{text}");
}
