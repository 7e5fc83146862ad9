//! The page of the local server: what it shows, who may see it, and who may switch faults.

use std::net::SocketAddr;

use openai_uploads::server::{BatchFault, Fault, Faults, Server, When};
use serde_json::{Value, json};

use crate::server_fixture::{
    Answer, Client, JSON, add, announcement, complete, create, eventually, get, head, part, post, request,
    start, start_with,
};

const FILES: [&str; 4] = ["/", "/_page/page.css", "/_page/page.js", "/_page/icon.svg"];

fn state(address: SocketAddr) -> Value {
    get(address, "/_page/state").ok()
}

/// A request with a chosen `Host`.
fn get_from(address: SocketAddr, host: &str, path: &str) -> Answer {
    let mut client = Client::connect(address);
    client.send(format!("GET {path} HTTP/1.1\r\nhost: {host}\r\n\r\n").as_bytes());
    client.answer().unwrap()
}

/// Switches a fault as the page does.
fn switch(address: SocketAddr, fault: usize, is_on: bool) -> Answer {
    let body = json!({"fault": fault, "is_on": is_on}).to_string();
    request(address, "POST", "/_page/faults", &[JSON, "origin: http://localhost"], body.as_bytes())
}

#[test]
fn the_page_is_embedded_and_loads_nothing_from_elsewhere() {
    let server = start();
    for path in FILES {
        let answer = get(server.local_addr(), path);
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        let text = String::from_utf8(answer.body).unwrap();
        let urls = text.matches("http").count() - text.matches("http://www.w3.org/2000/svg").count();
        assert_eq!(urls, 0, "{path} has a URL");
    }
    let mut client = Client::connect(server.local_addr());
    client.send(&head("DELETE", "/", &[], None));
    assert_eq!(client.answer().unwrap().status, 405);
}

#[test]
fn it_shows_uploads_with_parts_files_batches_and_requests() {
    let server = start();
    let address = server.local_addr();
    let before = state(address);
    assert_eq!((&before["uploads"]["total"], &before["requests"]), (&json!(0), &json!([])));
    let lines = r#"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#;
    let upload = create(address, lines.len() as u64);
    let first = part(address, &upload, &lines.as_bytes()[..40]);
    let row = &state(address)["uploads"]["newest"][0];
    assert_eq!((&row["status"], &row["received"]), (&json!("pending"), &json!(40)));
    assert_eq!(row["parts"], json!([{"id": first, "bytes": 40}]));
    let second = part(address, &upload, &lines.as_bytes()[40..]);
    let file = complete(address, &upload, &[&first, &second]).ok()["file"]["id"].clone();
    let create_batch =
        json!({"input_file_id": file, "endpoint": "/v1/chat/completions", "completion_window": "24h"});
    let batch = post(address, "/v1/batches", &create_batch).ok()["id"].clone();
    eventually("the batch is completed", || {
        state(address)["batches"]["newest"][0]["status"] == json!("completed")
    });
    let state = state(address);
    assert_eq!(state["uploads"]["active"], 0);
    assert_eq!(state["uploads"]["newest"][0]["file_id"], file);
    let row = &state["batches"]["newest"][0];
    assert_eq!((&row["id"], &row["completed"], &row["total"]), (&batch, &json!(1), &json!(1)));
    assert_eq!(state["files"]["total"], 2, "the input and the output: {state}");
    assert_eq!(state["files"]["newest"][1]["filename"], "a.jsonl");
    let requests = state["requests"].as_array().unwrap();
    let paths: Vec<_> = requests.iter().map(|request| request["path"].as_str().unwrap()).collect();
    assert_eq!((paths.len(), paths[0]), (5, "/v1/batches"), "newest first, and none of the page's own");
    assert!(requests.iter().all(|request| request["status"] == 200 && request["milliseconds"].is_u64()));
}

#[test]
fn it_shows_vector_stores_and_fine_tuning_jobs() {
    let server = start();
    let address = server.local_addr();
    assert_eq!(state(address)["vector_stores"]["newest"], json!([]));
    let upload = post(address, "/v1/uploads", &{
        let mut announced = announcement(12);
        announced["filename"] = json!("manual.txt");
        announced["purpose"] = json!("fine-tune");
        announced
    });
    let upload = upload.ok()["id"].as_str().unwrap().to_owned();
    let part = part(address, &upload, b"not examples");
    let file = complete(address, &upload, &[&part]).ok()["file"]["id"].clone();
    let store = post(address, "/v1/vector_stores", &json!({"name": "manuals", "file_ids": [file]})).ok();
    let job = post(address, "/v1/fine_tuning/jobs", &json!({"model": "gpt", "training_file": file})).ok();
    eventually("both have ended", || {
        let state = state(address);
        (&state["vector_stores"]["active"], &state["jobs"]["active"]) == (&json!(0), &json!(0))
    });
    let state = state(address);
    let row = &state["vector_stores"]["newest"][0];
    assert_eq!((&row["id"], &row["name"], &row["total"]), (&store["id"], &json!("manuals"), &json!(1)));
    assert_eq!((&row["status"], &row["completed"]), (&json!("completed"), &json!(1)));
    let row = &state["jobs"]["newest"][0];
    assert_eq!((&row["id"], &row["model"], &row["status"]), (&job["id"], &json!("gpt"), &json!("failed")));
    assert!(row["error"].as_str().unwrap().contains("line 1 is not an example"), "{row}");
}

#[test]
fn a_part_that_is_arriving_is_shown() {
    let server = start();
    let upload = create(server.local_addr(), 1000);
    let mut client = Client::connect(server.local_addr());
    let form = crate::server_fixture::form("data", &[b'x'; 1000]);
    let path = format!("/v1/uploads/{upload}/parts");
    client.send(&head("POST", &path, &[crate::server_fixture::FORM], Some(form.len())));
    client.send(&form[..600]);
    eventually("some of the part is counted", || {
        let received = state(server.local_addr())["uploads"]["newest"][0]["received"].as_u64().unwrap();
        received > 0 && received < 1000
    });
    let running = state(server.local_addr())["requests"][0].clone();
    assert_eq!((&running["status"], &running["milliseconds"]), (&Value::Null, &Value::Null));
    client.send(&form[600..]);
    assert_eq!(client.answer().unwrap().status, 200);
}

#[test]
fn a_switch_changes_the_next_request() {
    let configured = Faults::new()
        .with(Fault::fail(500).header("retry-after", "7"), When::every(1).on("createUpload"))
        .with_batch(BatchFault::Slow(3.0), When::always())
        .rate(50_000_000);
    let server = start_with(Server::builder().faults(configured));
    let address = server.local_addr();
    let faults = state(address)["faults"].as_array().unwrap().clone();
    let on: Vec<_> = faults.iter().filter(|fault| fault["is_on"] == true).collect();
    assert_eq!(on.len(), 3, "{faults:?}");
    assert_eq!(on[0]["what"], "Answer 500, retry-after: 7");
    assert_eq!(on[0]["when"], "every request for createUpload");
    assert_eq!(post(address, "/v1/uploads", &announcement(1)).status, 500);
    assert_eq!(switch(address, 0, false).ok()[0]["is_on"], false);
    let upload = create(address, 1);
    let answer_503 = faults.iter().position(|fault| fault["what"] == "Answer 503").unwrap();
    switch(address, answer_503, true).ok();
    assert_eq!(add(address, &upload, b"x").status, 503);
    switch(address, answer_503, false).ok();
    assert_eq!(add(address, &upload, b"x").status, 200);
    let state = state(address);
    assert_eq!(state["faults"][answer_503]["injected"], 1);
    let marks: Vec<_> = state["requests"].as_array().unwrap().iter().map(|seen| &seen["has_fault"]).collect();
    assert_eq!(marks, [false, true, false, true]);
    let unknown = switch(address, faults.len(), true);
    assert_eq!((unknown.status, &unknown.json()["error"]["code"]), (400, &json!("unknown_fault")));
}

#[test]
fn other_sites_can_neither_read_nor_switch() {
    let server = start();
    let address = server.local_addr();
    // A name that resolves to this machine, as in DNS rebinding.
    for host in ["evil.example", "evil.example:80", "localhost.evil.example", ""] {
        for path in FILES.into_iter().chain(["/_page/state"]) {
            let answer = get_from(address, host, path);
            assert_eq!(answer.status, 421, "{host} {path}");
            assert!(String::from_utf8_lossy(&answer.body).contains("by an IP address"));
        }
    }
    for host in [address.to_string(), format!("localhost:{}", address.port()), "[::1]:9".to_owned()] {
        assert_eq!(get_from(address, &host, "/_page/state").status, 200, "{host}");
    }
    let body = br#"{"fault": 0, "is_on": true}"#;
    let post = |headers: &[&str]| request(address, "POST", "/_page/faults", headers, body).status;
    assert_eq!(post(&[JSON]), 403, "without an origin");
    for origin in ["null", "http://evil.example", "http://localhost:1", "https://localhost"] {
        assert_eq!(post(&[JSON, &format!("origin: {origin}")]), 403, "{origin}");
    }
    assert_eq!(post(&["content-type: text/plain", "origin: http://localhost"]), 415, "as a form sends it");
    let preflight = request(address, "OPTIONS", "/_page/faults", &["origin: http://evil.example"], b"");
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (403, None));
    assert!(state(address)["faults"].as_array().unwrap().iter().all(|fault| fault["is_on"] == false));
    assert_eq!(post(&[JSON, "origin: http://localhost"]), 200);
}

#[test]
fn the_key_is_nowhere_on_the_page() {
    const KEY: &str = "sk-hidden-0123456789";
    let server = start_with(Server::builder().api_key(KEY));
    let address = server.local_addr();
    let with_key = format!("authorization: Bearer {KEY}");
    for (path, headers) in [
        ("/v1/files", &[with_key.as_str()][..]),
        (&format!("/v1/files?api-key={KEY}"), &[]),
        ("/v1/files", &[]),
    ] {
        request(address, "GET", path, headers, b"");
    }
    for path in FILES.into_iter().chain(["/_page/state"]) {
        let answer = get(address, path);
        assert_eq!(answer.status, 200, "the page needs no key");
        assert!(!String::from_utf8(answer.body).unwrap().contains(KEY), "{path}");
    }
    let statuses: Vec<_> =
        state(address)["requests"].as_array().unwrap().iter().map(|seen| seen["status"].clone()).collect();
    assert_eq!(statuses, [401, 401, 200]);
}

#[test]
fn on_other_addresses_the_page_is_there_only_if_asked_for() {
    let everywhere = || Server::builder().listen("0.0.0.0:0".parse().unwrap());
    for (builder, status) in [(everywhere(), 404), (everywhere().page(true), 200), (Server::builder(), 200)] {
        let server = start_with(builder);
        let address = (std::net::Ipv4Addr::LOCALHOST, server.local_addr().port()).into();
        for path in FILES.into_iter().chain(["/_page/state"]) {
            assert_eq!(get(address, path).status, status, "{path}");
        }
    }
}
