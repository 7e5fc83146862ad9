//! The vector stores and fine-tuning jobs of the local server.

use std::net::SocketAddr;
use std::time::Duration;

use openai_uploads::server::{Clock, LocalServer, Server};
use serde_json::{Value, json};

use super::command_fixture::start;
use super::server_fixture::{get, post};

fn server() -> LocalServer {
    start(Server::builder())
}

/// Uploads a file, and returns its id.
fn file(server: &LocalServer, name: &str, purpose: &str, content: &str) -> String {
    let source = openai_uploads::uploader::Source::bytes(name, content.to_owned());
    let mut options = openai_uploads::uploader::Options::default();
    options.preflight = false;
    let uploader = openai_uploads::Uploader::with_options(server.configuration(), options);
    let upload = uploader.upload(source, purpose.into());
    super::received_request::block_on(upload).unwrap().file.id
}

fn vector_store(at: SocketAddr) -> String {
    let store = post(at, "/v1/vector_stores", &json!({"name": "Manuals"})).ok();
    store["id"].as_str().unwrap().to_owned()
}

#[test]
fn files_are_indexed_in_a_file_batch() {
    let server = server();
    let at = server.local_addr();
    let store = vector_store(at);
    let (text, binary, empty) = (
        file(&server, "a.md", "assistants", "hello"),
        file(&server, "a.exe", "assistants", "hello"),
        file(&server, "empty.txt", "assistants", ""),
    );
    let path = format!("/v1/vector_stores/{store}/file_batches");
    let body = json!({"file_ids": [text, binary, empty], "attributes": {"year": 2026}});
    let batch = post(at, &path, &body).ok();
    let id = batch["id"].as_str().unwrap();
    let batch = get(at, &format!("{path}/{id}")).ok();
    assert_eq!(batch["status"], "completed");
    let counts = json!({"in_progress": 0, "completed": 1, "failed": 2, "cancelled": 0, "total": 3});
    assert_eq!(batch["file_counts"], counts);
    let listed = |query: &str| -> Vec<Value> {
        get(at, &format!("{path}/{id}/files?{query}")).ok()["data"].as_array().unwrap().clone()
    };
    let ids = |files: &[Value]| -> Vec<Value> { files.iter().map(|file| file["id"].clone()).collect() };
    assert_eq!(ids(&listed("order=asc")), [json!(text), json!(binary), json!(empty)]);
    assert_eq!(ids(&listed("limit=1")), [json!(empty)]);
    assert_eq!(ids(&listed(&format!("after={empty}"))), [json!(binary), json!(text)]);
    assert_eq!(ids(&listed(&format!("before={text}&limit=1"))), [json!(binary)]);
    let failed = listed("filter=failed&order=asc");
    let codes: Vec<_> = failed.iter().map(|file| file["last_error"]["code"].clone()).collect();
    assert_eq!(codes, ["unsupported_file", "invalid_file"]);
    let done = listed("filter=completed");
    assert_eq!((&done[0]["usage_bytes"], &done[0]["attributes"]), (&json!(5), &json!({"year": 2026.0})));
    let store = get(at, &format!("/v1/vector_stores/{store}")).ok();
    assert_eq!((&store["status"], &store["usage_bytes"]), (&json!("completed"), &json!(5)));
}

#[test]
fn a_file_batch_and_a_job_take_their_time_and_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::new();
    let builder = || {
        let builder = Server::builder().dir(folder.path()).clock(clock.clone());
        builder.batch_time(Duration::from_secs(1000))
    };
    let first = start(builder());
    let at = first.local_addr();
    let store = vector_store(at);
    let files: Vec<_> = (0..4).map(|n| file(&first, &format!("{n}.txt"), "assistants", "hello")).collect();
    let batches = format!("/v1/vector_stores/{store}/file_batches");
    let batch = post(at, &batches, &json!({ "file_ids": files })).ok();
    assert_eq!((&batch["status"], &batch["file_counts"]["in_progress"]), (&json!("in_progress"), &json!(4)));
    let examples = "{\"messages\":[]}\n".repeat(10);
    let training = file(&first, "train.jsonl", "fine-tune", &examples);
    let job = post(at, "/v1/fine_tuning/jobs", &json!({"model": "gpt", "training_file": training})).ok();
    assert_eq!(job["status"], "validating_files");
    drop(first);

    let second = start(builder());
    let at = second.local_addr();
    let progress = || {
        let batch = get(at, &format!("{batches}/{}", batch["id"].as_str().unwrap())).ok();
        let job = get(at, &format!("/v1/fine_tuning/jobs/{}", job["id"].as_str().unwrap())).ok();
        let events = format!("/v1/fine_tuning/jobs/{}/events", job["id"].as_str().unwrap());
        let events = get(at, &events).ok()["data"].as_array().unwrap().len();
        let completed = batch["file_counts"]["completed"].as_u64().unwrap();
        (batch["status"].clone(), completed, job["status"].clone(), events)
    };
    let mut seen = Vec::new();
    for _ in 0..4 {
        clock.advance(Duration::from_secs(260));
        seen.push(progress());
    }
    assert_eq!(
        seen,
        [
            (json!("in_progress"), 1, json!("queued"), 3),
            (json!("in_progress"), 2, json!("running"), 5),
            (json!("in_progress"), 3, json!("running"), 6),
            (json!("completed"), 4, json!("succeeded"), 9),
        ]
    );
    let done = get(at, &format!("/v1/fine_tuning/jobs/{}", job["id"].as_str().unwrap())).ok();
    assert!(done["fine_tuned_model"].as_str().unwrap().starts_with("ft:gpt:local:"), "{done}");
}

#[test]
fn a_job_with_an_invalid_file_fails_with_the_reason() {
    let server = server();
    let at = server.local_addr();
    for (content, words) in [
        ("{\"messages\":[]}\n", "1 examples, but at least 10"),
        ("{\"messages\":[]}\nhello\n", "line 2 is not an example"),
    ] {
        let training = file(&server, "train.jsonl", "fine-tune", content);
        let job = post(at, "/v1/fine_tuning/jobs", &json!({"model": "gpt", "training_file": training})).ok();
        let job = get(at, &format!("/v1/fine_tuning/jobs/{}", job["id"].as_str().unwrap())).ok();
        assert_eq!(
            (&job["status"], &job["error"]["code"]),
            (&json!("failed"), &json!("invalid_training_file"))
        );
        assert!(job["error"]["message"].as_str().unwrap().contains(words), "{job}");
    }
}

#[test]
fn invalid_requests_are_refused() {
    let server = server();
    let at = server.local_addr();
    let (store, text) = (vector_store(at), file(&server, "a.md", "assistants", "hello"));
    let batches = format!("/v1/vector_stores/{store}/file_batches");
    let too_many: Vec<_> = (0..2001).map(|_| text.clone()).collect();
    for (path, body, status, param) in [
        (batches.as_str(), json!({}), 400, "file_ids"),
        (&batches, json!({"file_ids": []}), 400, "file_ids"),
        (&batches, json!({ "file_ids": too_many }), 400, "file_ids"),
        (&batches, json!({"file_ids": ["file-none"]}), 404, "file_ids"),
        (&batches, json!({"file_ids": [text], "files": []}), 400, "file_ids"),
        ("/v1/vector_stores/vs_none/file_batches", json!({"file_ids": [text]}), 404, "vector_store_id"),
        (
            "/v1/vector_stores",
            json!({"expires_after": {"anchor": "last_active_at", "days": 366}}),
            400,
            "expires_after.days",
        ),
        ("/v1/vector_stores", json!({"chunking_strategy": {"type": "dynamic"}}), 400, "chunking_strategy"),
        ("/v1/fine_tuning/jobs", json!({"model": "gpt", "training_file": "file-none"}), 400, "training_file"),
        ("/v1/fine_tuning/jobs", json!({"model": "gpt", "training_file": text}), 400, "training_file"),
        ("/v1/fine_tuning/jobs", json!({"model": "gpt", "training_file": text, "suffix": ""}), 400, "suffix"),
        (
            "/v1/fine_tuning/jobs",
            json!({"model": "gpt", "training_file": text,
                "method": {"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 51}}}}),
            400,
            "method.supervised.hyperparameters.n_epochs",
        ),
    ] {
        let refused = post(at, path, &body);
        assert_eq!(refused.status, status, "{path} {body}: {}", refused.json());
        assert_eq!(refused.json()["error"]["param"], param, "{path} {body}: {}", refused.json());
    }
    for path in ["/v1/vector_stores/vs_none", &format!("{batches}/none"), "/v1/fine_tuning/jobs/ftjob-none"] {
        assert_eq!(get(at, path).status, 404, "{path}");
    }
}

#[test]
fn an_expired_vector_store_takes_no_files() {
    let clock = Clock::new();
    let server = start(Server::builder().clock(clock.clone()));
    let at = server.local_addr();
    let body = json!({"name": "a", "expires_after": {"anchor": "last_active_at", "days": 1}});
    let store = post(at, "/v1/vector_stores", &body).ok()["id"].as_str().unwrap().to_owned();
    let text = file(&server, "a.md", "assistants", "hello");
    let batches = format!("/v1/vector_stores/{store}/file_batches");
    post(at, &batches, &json!({"file_ids": [text]})).ok();
    clock.advance(Duration::from_secs(86_400));
    assert_eq!(get(at, &format!("/v1/vector_stores/{store}")).ok()["status"], "expired");
    post(at, &batches, &json!({"file_ids": [text]})).is_error(400, "vector_store_expired", "vector_store_id");
}
