//! Fault injection: each fault has its effect, on the requests that it names.

use std::time::{Duration, Instant};

use openai_uploads::server::{Fault, Faults, LocalServer, Server, StartError, When};

use crate::server_fixture::{
    Client, FORM, add, complete, create, eventually, form, get, head, part, parts_on_disk, request,
    start_with,
};

fn faulty(fault: Fault, when: When) -> LocalServer {
    start_with(Server::builder().faults(Faults::new().with(fault, when)))
}

/// A request for a part. The connection accepts as much as it can.
fn send_part(server: &LocalServer, upload: &str, bytes: &[u8]) -> Client {
    let body = form("data", bytes);
    let mut client = Client::connect(server.local_addr());
    client.send(&head("POST", &format!("/v1/uploads/{upload}/parts"), &[FORM], Some(body.len())));
    let _ = client.try_send(&body);
    client
}

#[test]
fn every_nth_request_fails_with_the_status_and_the_headers_asked_for() {
    let fault = Fault::fail(429).header("retry-after-ms", "20").header("x-should-retry", "true");
    let server = faulty(fault, When::every(2).on("createUpload"));
    let at = server.local_addr();
    for _ in 0..3 {
        create(at, 3);
        get(at, "/v1/files").ok();
        let refused = crate::server_fixture::post(at, "/v1/uploads", &crate::server_fixture::announcement(3));
        assert_eq!(refused.status, 429);
        assert_eq!(refused.json()["error"]["type"], "rate_limit_error");
        assert_eq!(refused.header("retry-after-ms"), Some("20"));
        assert_eq!(refused.header("x-should-retry"), Some("true"));
        assert!(refused.header("x-request-id").is_some());
    }
    assert_eq!(server.uploads().len(), 3, "what failed was not done");
}

#[test]
fn a_share_of_the_requests_fails_the_same_ones_each_time() {
    let run = |seed: u64| {
        let faults = Faults::new().with(Fault::fail(500), When::share(0.5)).seed(seed);
        let server = start_with(Server::builder().faults(faults));
        (0..40).map(|_| get(server.local_addr(), "/v1/files").status).collect::<Vec<_>>()
    };
    let first = run(1);
    assert!(first.contains(&200) && first.contains(&500), "{first:?}");
    assert_eq!(first, run(1));
    assert_ne!(first, run(2));
}

#[test]
fn a_delay_is_waited_for() {
    let delay = Duration::from_millis(300);
    let server = faulty(Fault::delay(delay), When::nth(2));
    let timed = || {
        let since = Instant::now();
        get(server.local_addr(), "/v1/files").ok();
        since.elapsed()
    };
    timed();
    assert!(timed() >= delay);
}

#[test]
fn a_rate_holds_for_each_connection_in_each_direction() {
    let rate = 2_000_000;
    let server = start_with(Server::builder().faults(Faults::new().rate(rate)));
    let at = server.local_addr();
    let bytes = vec![b'a'; 1_000_000];
    let id = create(at, bytes.len() as u64);
    // It cannot be faster than this. How much slower it is depends on the machine.
    let least = Duration::from_millis(450);
    let since = Instant::now();
    let parts: Vec<String> = std::thread::scope(|scope| {
        let sent: Vec<_> = (0..4).map(|_| scope.spawn(|| part(at, &id, &bytes))).collect();
        sent.into_iter().map(|part| part.join().unwrap()).collect()
    });
    assert!(since.elapsed() >= least, "{:?}", since.elapsed());
    let file = complete(at, &id, &[&parts[0]]).ok()["file"]["id"].as_str().unwrap().to_owned();
    let since = Instant::now();
    assert_eq!(get(at, &format!("/v1/files/{file}/content")).body, bytes);
    assert!(since.elapsed() >= least, "{:?}", since.elapsed());
}

#[test]
fn a_request_is_cut_off_after_the_given_bytes_and_leaves_nothing() {
    for after in [0, 1, 70_000] {
        let server = faulty(Fault::cut_request(after), When::first(1).on("addUploadPart"));
        let id = create(server.local_addr(), 3);
        let mut client = send_part(&server, &id, &vec![b'a'; 100_000]);
        assert!(client.answer().is_none(), "{after}");
        eventually("nothing is left", || parts_on_disk(server.dir()).is_empty());
        assert_eq!(server.requests()[1].status, None);
        assert_eq!(server.uploads()[0].parts, []);
        part(server.local_addr(), &id, b"abc");
    }
    let server = faulty(Fault::cut_request(1_000_000), When::always());
    let id = create(server.local_addr(), 3);
    part(server.local_addr(), &id, b"shorter than that");
}

#[test]
fn a_response_is_cut_off_after_the_given_bytes() {
    for after in [0, 1, 20, 250] {
        let server = faulty(Fault::cut_reply(after), When::first(1).on("completeUpload"));
        let at = server.local_addr();
        let id = create(at, 3);
        let only = part(at, &id, b"abc");
        let body = format!("{{\"part_ids\": [\"{only}\"]}}");
        let mut client = Client::connect(at);
        let json = [crate::server_fixture::JSON];
        client.send(&head("POST", &format!("/v1/uploads/{id}/complete"), &json, Some(body.len())));
        client.send(body.as_bytes());
        assert_eq!(client.bytes_until_closed() as u64, after);
        assert_eq!(server.files().len(), 1, "the file is there all the same");
        complete(at, &id, &[&only]).is_error(400, "upload_completed", "upload_id");
    }
}

#[test]
fn a_reply_that_is_cut_in_its_content_is_short() {
    let server = faulty(Fault::cut_reply(100_000), When::first(1).on("downloadFile"));
    let at = server.local_addr();
    let bytes = vec![b'a'; 300_000];
    let id = create(at, bytes.len() as u64);
    let only = part(at, &id, &bytes);
    let file = complete(at, &id, &[&only]).ok()["file"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/files/{file}/content");
    let mut client = Client::connect(at);
    client.send(&head("GET", &path, &[], None));
    assert_eq!(client.bytes_until_closed(), 100_000);
    assert_eq!(get(at, &path).body, bytes);
}

#[test]
fn a_stalled_request_does_not_affect_others() {
    for after in [0, 70_000] {
        let server = faulty(Fault::stall(after), When::first(1).on("addUploadPart"));
        let at = server.local_addr();
        let id = create(at, 3);
        let mut stalled = send_part(&server, &id, &vec![b'a'; 100_000]);
        assert!(!stalled.is_closed_within(Duration::from_millis(300)), "no answer, and no end");
        let only = part(at, &id, b"abc");
        assert_eq!(parts_on_disk(server.dir()), [only.as_str()], "what had arrived of it is gone");
        complete(at, &id, &[&only]).ok();
        // A stalled request does not delay stopping.
        drop(server);
        assert!(stalled.is_closed_within(Duration::from_secs(60)));
    }
}

#[test]
fn a_removed_upload_leaves_nothing() {
    let server = faulty(Fault::forget(), When::nth(3).on("addUploadPart"));
    let at = server.local_addr();
    let id = create(at, 9);
    let other = create(at, 3);
    part(at, &id, b"abc");
    let kept = part(at, &other, b"abc");
    add(at, &id, b"def").is_error(404, "not_found", "upload_id");
    add(at, &id, b"def").is_error(404, "not_found", "upload_id");
    complete(at, &id, &[]).is_error(404, "not_found", "upload_id");
    assert_eq!(parts_on_disk(server.dir()), [kept.as_str()]);
    let file = complete(at, &other, &[&kept]).ok()["file"]["id"].as_str().unwrap().to_owned();
    server.forget(&other).unwrap();
    server.forget("upload_unknown").unwrap();
    get(at, &format!("/v1/files/{file}")).is_error(404, "not_found", "file_id");
    assert!(server.uploads().is_empty());
}

#[test]
fn faults_apply_to_unknown_paths_too() {
    let server = faulty(Fault::fail(503), When::always());
    let answer = request(server.local_addr(), "GET", "/nowhere", &[], b"");
    answer.is_error(503, "failed_on_purpose", "");
}

#[tokio::test]
async fn a_server_does_not_start_with_a_fault_that_can_never_happen() {
    for (fault, when) in [
        (Fault::fail(200), When::always()),
        (Fault::delay(Duration::ZERO).header("retry-after", "1"), When::always()),
        (Fault::fail(503), When::always().on("addPart")),
    ] {
        let settings = Server::builder().faults(Faults::new().with(fault, when));
        let error = LocalServer::start_with(settings).await.map(drop).unwrap_err();
        assert!(matches!(error, StartError::Fault(_)), "{error}");
    }
}
