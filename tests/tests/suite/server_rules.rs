//! The rules of the API: the states of an upload, and what is refused.

use std::time::Duration;

use openai_uploads::models::upload::Status;
use openai_uploads::models::{CreateUploadRequest, FileExpirationAfter, Upload};
use serde_json::{Value, json};

use crate::server_fixture::{
    add, announcement, cancel, complete, create, get, part, parts_on_disk, post, request, start,
};

#[test]
fn a_file_is_its_parts_in_the_order_of_the_list() {
    let server = start();
    let at = server.local_addr();
    let created = post(at, "/v1/uploads", &announcement(9)).ok();
    let id = created["id"].as_str().unwrap();
    assert_eq!(created["object"], "upload");
    assert_eq!(created["status"], "pending");
    assert_eq!(created["bytes"], 9);
    assert_eq!(created["filename"], "a.jsonl");
    assert_eq!(created["purpose"], "batch");
    let (from, until) = (created["created_at"].as_u64().unwrap(), created["expires_at"].as_u64().unwrap());
    assert_eq!(until - from, Upload::LIFETIME_SECONDS);
    assert_eq!(created.get("file"), None);

    let second = add(at, id, b"second").ok();
    assert_eq!(second["object"], "upload.part");
    assert_eq!(second["upload_id"], id);
    let unlisted = part(at, id, b"left out");
    let first = part(at, id, b"1st");
    let second = second["id"].as_str().unwrap();
    let completed = complete(at, id, &[&first, second]).ok();
    assert_eq!(completed["id"], id);
    assert_eq!(completed["status"], "completed");
    let file = &completed["file"];
    assert_eq!(file["object"], "file");
    assert_eq!(file["bytes"], 9);
    assert_eq!(file["filename"], "a.jsonl");
    assert_eq!(file["purpose"], "batch");
    assert_eq!(file["status"], "processed");
    // Files for batches are deleted after 30 days.
    let lifetime = file["expires_at"].as_u64().unwrap() - file["created_at"].as_u64().unwrap();
    assert_eq!(lifetime, 30 * 24 * 3600);
    let file_id = file["id"].as_str().unwrap();

    assert_eq!(&get(at, &format!("/v1/files/{file_id}")).ok(), file);
    assert_eq!(get(at, &format!("/v1/files/{file_id}/content")).body, b"1stsecond");
    assert_eq!(server.content(file_id).unwrap(), b"1stsecond");
    assert_eq!(server.part(id, &first).unwrap(), b"1st");
    let stored = &server.uploads()[0];
    assert_eq!(stored.upload.status, Status::Completed);
    let mut kept = [first.as_str(), second];
    kept.sort_unstable();
    assert_eq!(stored.parts.iter().map(|part| part.id.as_str()).collect::<Vec<_>>(), kept);
    assert!(!parts_on_disk(server.dir()).contains(&unlisted), "a part that is not listed is dropped");
}

#[test]
fn an_empty_file_needs_no_part_and_takes_an_empty_one() {
    let server = start();
    let at = server.local_addr();
    for parts in [0, 1] {
        let id = create(at, 0);
        let parts: Vec<String> = (0..parts).map(|_| part(at, &id, b"")).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let file = complete(at, &id, &parts).ok()["file"]["id"].as_str().unwrap().to_owned();
        let content = get(at, &format!("/v1/files/{file}/content"));
        assert_eq!((content.status, content.body.as_slice()), (200, b"".as_slice()));
    }
}

#[test]
fn the_listed_parts_must_add_up_to_the_file() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 6);
    let (first, second) = (part(at, &id, b"abc"), part(at, &id, b"def"));
    let other = create(at, 3);
    let foreign = part(at, &other, b"xyz");
    let refused = |parts: &[&str]| complete(at, &id, parts).error(400);
    let value = ("invalid_value".to_owned(), "part_ids".to_owned());
    let bytes = ("bytes_mismatch".to_owned(), "part_ids".to_owned());
    assert_eq!(refused(&[&first, "part_unknown"]), value);
    assert_eq!(refused(&[&first, &foreign]), value);
    assert_eq!(refused(&[&first, &first]), value);
    assert_eq!(refused(&[&first, "../../lock"]), value);
    assert_eq!(refused(&[&first]), bytes);
    assert_eq!(refused(&[]), bytes);
    complete(at, &id, &[&second, &first]).ok();
}

#[test]
fn an_md5_is_checked_and_a_wrong_one_changes_nothing() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 11);
    let parts = [part(at, &id, b"hello "), part(at, &id, b"world")];
    let path = format!("/v1/uploads/{id}/complete");
    for wrong in ["5eb63bbbe01eeed093cb22bb8f5acdc4", "", "no md5"] {
        post(at, &path, &json!({"part_ids": parts, "md5": wrong})).is_error(400, "md5_mismatch", "md5");
    }
    // In capitals, which are equivalent.
    post(at, &path, &json!({"part_ids": parts, "md5": "5EB63BBBE01EEED093CB22BB8F5ACDC3"})).ok();
}

#[test]
fn an_upload_that_has_ended_accepts_no_request() {
    let server = start();
    let at = server.local_addr();
    let over = |id: &str, code: &str| {
        add(at, id, b"abc").is_error(400, code, "upload_id");
        complete(at, id, &[]).is_error(400, code, "upload_id");
        cancel(at, id).is_error(400, code, "upload_id");
    };

    let completed = create(at, 3);
    let file = part(at, &completed, b"abc");
    complete(at, &completed, &[&file]).ok();
    over(&completed, "upload_completed");

    let cancelled = create(at, 3);
    part(at, &cancelled, b"abc");
    let answer = cancel(at, &cancelled).ok();
    assert_eq!((&answer["status"], &answer["id"]), (&json!("cancelled"), &json!(cancelled)));
    over(&cancelled, "upload_cancelled");

    let expired = create(at, 3);
    part(at, &expired, b"abc");
    server.clock().advance(Duration::from_secs(Upload::LIFETIME_SECONDS));
    over(&expired, "upload_expired");
    let status = |id: &str| {
        let uploads = server.uploads();
        uploads.iter().find(|stored| stored.upload.id == id).unwrap().upload.status.clone()
    };
    assert_eq!(status(&expired), Status::Expired);
    assert_eq!(status(&cancelled), Status::Cancelled);
    assert_eq!(parts_on_disk(server.dir()), [file], "what is over keeps no parts but a file's");

    add(at, "upload_unknown", b"abc").is_error(404, "not_found", "upload_id");
    complete(at, "upload_unknown", &[]).is_error(404, "not_found", "upload_id");
    cancel(at, "upload_unknown").is_error(404, "not_found", "upload_id");
}

#[test]
fn an_upload_accepts_parts_until_it_expires() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 3);
    let expires = server.uploads()[0].upload.expires_at;
    let left = expires - server.clock().now();
    assert!(left <= Upload::LIFETIME_SECONDS);
    // Some seconds earlier, so that a slow machine stays within the limit.
    server.clock().advance(Duration::from_secs(left.saturating_sub(30)));
    let only = part(at, &id, b"abc");
    complete(at, &id, &[&only]).ok();
}

#[test]
fn a_file_expires_at_the_requested_time() {
    let server = start();
    let at = server.local_addr();
    let seconds = FileExpirationAfter::SECONDS_MINIMUM;
    let mut request = announcement(3);
    request["expires_after"] = json!({"anchor": "created_at", "seconds": seconds});
    let id = post(at, "/v1/uploads", &request).ok()["id"].as_str().unwrap().to_owned();
    let only = part(at, &id, b"abc");
    let file = complete(at, &id, &[&only]).ok()["file"].clone();
    assert_eq!(file["expires_at"].as_u64().unwrap() - file["created_at"].as_u64().unwrap(), seconds);
    let path = format!("/v1/files/{}", file["id"].as_str().unwrap());
    assert_eq!(server.files().len(), 1);
    server.clock().advance(Duration::from_secs(seconds));
    get(at, &path).is_error(404, "not_found", "file_id");
    get(at, &format!("{path}/content")).is_error(404, "not_found", "file_id");
    assert_eq!(server.files(), []);
    assert_eq!(parts_on_disk(server.dir()), [""; 0]);
}

#[test]
fn requests_are_validated_against_the_schema() {
    let server = start();
    let at = server.local_addr();
    let with = |name: &str, value: Value| {
        let mut request = announcement(3);
        request[name] = value;
        post(at, "/v1/uploads", &request)
    };
    with("purpose", json!("reports")).is_error(400, "invalid_value", "purpose");
    with("purpose", json!("Batch")).is_error(400, "invalid_value", "purpose");
    with("purpose", json!(7)).is_error(400, "invalid_type", "purpose");
    let most = CreateUploadRequest::BYTES_MAXIMUM;
    with("bytes", json!(most)).ok();
    with("bytes", json!(most + 1)).is_error(400, "integer_above_max_value", "bytes");
    with("bytes", json!(-1)).is_error(400, "integer_below_min_value", "bytes");
    with("bytes", json!(1.5)).is_error(400, "invalid_type", "bytes");
    with("bytes", json!("3")).is_error(400, "invalid_type", "bytes");
    with("mime_type", json!(null)).is_error(400, "invalid_type", "mime_type");
    with("expires_after", json!(null)).is_error(400, "invalid_type", "expires_after");
    with("colour", json!("red")).is_error(400, "unknown_parameter", "colour");
    let after = |seconds: Value| with("expires_after", json!({"anchor": "created_at", "seconds": seconds}));
    let (least, most) = (FileExpirationAfter::SECONDS_MINIMUM, FileExpirationAfter::SECONDS_MAXIMUM);
    after(json!(least)).ok();
    after(json!(most)).ok();
    after(json!(least - 1)).is_error(400, "integer_below_min_value", "expires_after.seconds");
    after(json!(most + 1)).is_error(400, "integer_above_max_value", "expires_after.seconds");
    after(json!("long")).is_error(400, "invalid_type", "expires_after.seconds");
    with("expires_after", json!({"anchor": "never", "seconds": least})).is_error(
        400,
        "invalid_value",
        "expires_after.anchor",
    );
    with("expires_after", json!({"seconds": least})).is_error(
        400,
        "missing_required_parameter",
        "expires_after.anchor",
    );
    for required in ["filename", "purpose", "bytes", "mime_type"] {
        let mut request = announcement(3);
        request.as_object_mut().unwrap().remove(required);
        post(at, "/v1/uploads", &request).is_error(400, "missing_required_parameter", required);
    }
    for body in [json!([]), json!("a"), json!(null), json!(3)] {
        post(at, "/v1/uploads", &body).is_error(400, "invalid_type", "");
    }
    assert_eq!(server.uploads().len(), 3, "only what was accepted is there");

    let id = create(at, 3);
    let path = format!("/v1/uploads/{id}/complete");
    post(at, &path, &json!({})).is_error(400, "missing_required_parameter", "part_ids");
    post(at, &path, &json!({"part_ids": "a"})).is_error(400, "invalid_type", "part_ids");
    post(at, &path, &json!({"part_ids": [1]})).is_error(400, "invalid_type", "part_ids[0]");
    post(at, &path, &json!({"part_ids": [], "md5": 1})).is_error(400, "invalid_type", "md5");
    post(at, &path, &json!({"part_ids": [], "sha": ""})).is_error(400, "unknown_parameter", "sha");
}

#[test]
fn a_name_cannot_contain_a_path() {
    let server = start();
    let at = server.local_addr();
    let name = "../../etc/\"passwd\"\r\nx: y\u{0}ä";
    let mut request = announcement(3);
    request["filename"] = json!(name);
    let id = post(at, "/v1/uploads", &request).ok()["id"].as_str().unwrap().to_owned();
    let only = part(at, &id, b"abc");
    let file = complete(at, &id, &[&only]).ok()["file"].clone();
    assert_eq!(file["filename"], name);
    let content = get(at, &format!("/v1/files/{}/content", file["id"].as_str().unwrap()));
    assert_eq!((content.status, content.body.as_slice()), (200, b"abc".as_slice()));
    assert_eq!(content.header("x"), None);
    assert_eq!(parts_on_disk(server.dir()), [only]);

    for id in ["..", "..%2F..%2Flock", "%2e%2e", "a%00b", "%ff", &"x".repeat(10_000), "lock"] {
        cancel(at, id).error(404);
        get(at, &format!("/v1/files/{id}")).error(404);
        get(at, &format!("/v1/files/{id}/content")).error(404);
    }
    assert!(server.dir().join("lock").exists());
}

#[test]
fn files_are_listed_a_page_at_a_time_and_deleted() {
    let server = start();
    let at = server.local_addr();
    let mut ids = Vec::new();
    for purpose in ["batch", "fine-tune", "batch"] {
        let mut request = announcement(0);
        request["purpose"] = json!(purpose);
        let id = post(at, "/v1/uploads", &request).ok()["id"].as_str().unwrap().to_owned();
        ids.push(complete(at, &id, &[]).ok()["file"]["id"].as_str().unwrap().to_owned());
    }
    let listed = |query: &str| -> (Vec<String>, bool) {
        let page = get(at, &format!("/v1/files{query}")).ok();
        assert_eq!(page["object"], "list");
        let files = page["data"].as_array().unwrap();
        let ids = files.iter().map(|file| file["id"].as_str().unwrap().to_owned()).collect();
        (ids, page["has_more"].as_bool().unwrap())
    };
    let of = |numbers: &[usize]| numbers.iter().map(|&number| ids[number].clone()).collect::<Vec<_>>();
    assert_eq!(listed(""), (of(&[2, 1, 0]), false));
    assert_eq!(listed("?order=asc"), (of(&[0, 1, 2]), false));
    assert_eq!(listed("?purpose=batch&later=unknown"), (of(&[2, 0]), false));
    assert_eq!(listed("?limit=2"), (of(&[2, 1]), true));
    assert_eq!(listed(&format!("?limit=2&after={}", ids[1])), (of(&[0]), false));
    get(at, "/v1/files?limit=0").is_error(400, "invalid_value", "limit");
    get(at, "/v1/files?order=up").is_error(400, "invalid_value", "order");

    let path = format!("/v1/files/{}", ids[1]);
    let deleted = request(at, "DELETE", &path, &[], b"").ok();
    assert_eq!(deleted, json!({"id": ids[1], "object": "file", "deleted": true}));
    request(at, "DELETE", &path, &[], b"").is_error(404, "not_found", "file_id");
    get(at, &path).is_error(404, "not_found", "file_id");
    assert_eq!(listed("").0, of(&[2, 0]));
}

#[test]
fn content_is_read_by_range() {
    let server = start();
    let at = server.local_addr();
    let id = create(at, 10);
    let parts = [part(at, &id, b"0123"), part(at, &id, b"456"), part(at, &id, b"789")];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let file = complete(at, &id, &parts).ok()["file"]["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/files/{file}/content");
    let range = |range: &str| request(at, "GET", &path, &[&format!("range: bytes={range}")], b"");
    for (asked, content, shown) in [("3-6", "3456", "3-6"), ("8-", "89", "8-9"), ("-2", "89", "8-9")] {
        let answer = range(asked);
        assert_eq!((answer.status, answer.body.as_slice()), (206, content.as_bytes()), "{asked}");
        assert_eq!(answer.header("content-range"), Some(format!("bytes {shown}/10").as_str()));
    }
    let outside = range("10-");
    outside.is_error(416, "invalid_range", "");
    assert_eq!(outside.header("content-range"), Some("bytes */10"));
    let whole = get(at, &path);
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    assert_eq!(whole.header("content-disposition"), Some("attachment; filename*=UTF-8''a.jsonl"));
}

#[test]
fn every_purpose_that_the_official_clients_know_is_accepted() {
    let server = start();
    for purpose in ["assistants", "batch", "fine-tune", "vision", "user_data", "evals"] {
        let mut request = announcement(0);
        request["purpose"] = json!(purpose);
        let upload = post(server.local_addr(), "/v1/uploads", &request).ok();
        let file = complete(server.local_addr(), upload["id"].as_str().unwrap(), &[]).ok();
        assert_eq!(file["file"]["purpose"], purpose);
    }
}
