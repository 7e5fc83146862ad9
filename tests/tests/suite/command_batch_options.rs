//! The options of `batch`, each seen at the server or in the output.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use openai_uploads::server::{Fault, Faults, LocalServer, Server, When};
use serde_json::{Value, json};

use crate::batch_fixture::{batch, batch_at, batches, ids, in_order, requests};
use crate::command_fixture::{AnsweringServer, Files, Run, command, start, wait_until};

/// Runs `batch run` on `count` requests with these options.
#[track_caller]
fn run(server: &LocalServer, files: &Files, count: usize, options: &[&str]) -> Run {
    let input = files.file("requests.jsonl", requests(count));
    let run = Run::of(&mut batch(server, files, &[&["run", &input], options].concat()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(files, "results.jsonl"), in_order(count));
    run
}

/// Runs the step, which must be refused with these words.
#[track_caller]
fn refused(server: &LocalServer, files: &Files, arguments: &[&str], code: i32, words: &[&str]) {
    let run = Run::of(&mut batch(server, files, arguments));
    assert_eq!(run.code, Some(code), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is missing: {}", run.stderr);
    }
}

/// The shards of `batch split`, as objects.
fn shards(files: &Files, text: &str, options: &[&str]) -> Vec<Value> {
    let input = files.file("requests.jsonl", text);
    let base_url = "http://127.0.0.1:9/v1";
    let run = Run::of(&mut batch_at(base_url, files, &[&["split", &input, "--json"], options].concat()));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let split = run.json().into_iter().find(|event| event["event"] == "split").unwrap();
    fs::remove_dir_all(files.path("results.jsonl.batch")).unwrap();
    split["shards"].as_array().unwrap().clone()
}

#[test]
fn smaller_limits_make_more_batches_of_even_size() {
    let files = Files::new();
    let text = requests(300);
    assert_eq!(shards(&files, &text, &[]).len(), 3);
    let by_lines = shards(&files, &text, &["--max-lines", "30"]);
    assert_eq!(by_lines.len(), 12);
    assert!(by_lines.iter().all(|shard| shard["lines"] == 25), "{by_lines:?}");
    let by_bytes = shards(&files, &text, &["--max-bytes", "5kB"]);
    let bytes: Vec<_> = by_bytes.iter().map(|shard| shard["bytes"].as_u64().unwrap()).collect();
    assert!(bytes.iter().all(|bytes| *bytes <= 5_000), "{bytes:?}");
    assert_eq!(bytes.iter().sum::<u64>(), text.len() as u64);
    // No batch exceeds the tokens that may be in progress, four bytes each.
    let by_tokens = shards(&files, &text, &["--max-enqueued-tokens", "1000"]);
    assert!(by_tokens.iter().all(|shard| shard["bytes"].as_u64().unwrap() <= 4_000), "{by_tokens:?}");
    let run = Run::of(&mut batch_at("http://127.0.0.1:9/v1", &files, &["split", "x", "--max-lines", "0"]));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}

#[test]
fn azure_takes_more_requests_and_urls_without_version() {
    let files = Files::new();
    let line = |id: usize| {
        let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
        json!({"custom_id": format!("{id}"), "method": "POST", "url": "/chat/completions", "body": body})
            .to_string()
            + "\n"
    };
    let text: String = (0..50_001).map(line).collect();
    let split = shards(&files, &text, &["--provider", "azure"]);
    assert_eq!(split.len(), 1);
    assert_eq!((&split[0]["lines"], &split[0]["endpoint"]), (&json!(50_001), &json!("/chat/completions")));
    let versioned = text.replace("\"/chat", "\"/v1/chat");
    assert_eq!(shards(&files, &versioned, &[]).len(), 2);
    let input = files.file("requests.jsonl", line(1));
    let step =
        Run::of(&mut batch_at("http://127.0.0.1:9/v1", &files, &["split", &input, "--provider", "openai"]));
    assert_eq!(step.code, Some(2), "{}", step.stderr);
    assert!(step.stderr.contains("/chat/completions"), "{}", step.stderr);

    // The rules apply to the whole run, and not those of the address.
    let server = AnsweringServer::start(|path| {
        let value = match path {
            "/v1/files" => json!({"id": "file-1"}),
            "/v1/batches" | "/v1/batches/batch_1" => {
                json!({"id": "batch_1", "status": "completed", "output_file_id": "output"})
            }
            "/v1/files/output/content" => json!({"custom_id": "1", "response": {"status_code": 200}}),
            _ => json!({"data": []}),
        };
        (200, "content-type: application/json\r\n", value.to_string())
    });
    let run = Run::of(&mut batch_at(&server.base_url(), &files, &["run", &input, "--provider", "azure"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn batches_run_at_an_azure_endpoint_with_an_api_key() {
    const API_KEY: &str = "azure-key-0123456789";
    let files = Files::new();
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hi"}]});
    let line = json!({"custom_id": "1", "method": "POST", "url": "/chat/completions", "body": body});
    let input = files.file("requests.jsonl", line.to_string());
    let server = AnsweringServer::start(|path| {
        let value = match path.split('?').next().unwrap_or_default() {
            "/openai/v1/files" | "/openai/files" => json!({"id": "file-1"}),
            "/openai/v1/batches/batch_1" | "/openai/batches/batch_1" => {
                json!({"id": "batch_1", "status": "completed", "output_file_id": "output"})
            }
            "/openai/v1/files/output/content" | "/openai/files/output/content" => {
                json!({"custom_id": "1", "response": {"status_code": 200}})
            }
            "/openai/v1/batches" | "/openai/batches" => {
                json!({"id": "batch_1", "status": "validating", "data": []})
            }
            _ => return (404, "", String::new()),
        };
        (200, "content-type: application/json\r\n", value.to_string())
    });
    for (version, start) in [(None, "/openai/v1/"), (Some("2024-10-21"), "/openai/")] {
        server.asked.lock().unwrap().clear();
        let mut run = command(&["batch", "run", &input, "-o", &files.path("results.jsonl"), "--overwrite"]);
        run.args(["--poll-interval", "20ms", "--provider", "azure"]);
        run.args(["--azure-endpoint", &format!("http://{}", server.address)]);
        run.args(version.iter().flat_map(|version| ["--azure-api-version", version]));
        let run = Run::of(run.env("AZURE_OPENAI_API_KEY", API_KEY));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let asked = server.asked.lock().unwrap().clone();
        assert!(asked.len() >= 4, "{asked:?}");
        for line in &asked {
            let path = line.split(' ').nth(1).unwrap();
            assert!(path.starts_with(start), "{line}");
            assert_eq!(path.contains("api-version=2024-10-21"), version.is_some(), "{line}");
        }
        assert!(!run.stderr.contains(API_KEY));
    }
    let credentials = server.credentials.lock().unwrap();
    assert!(
        credentials.iter().all(|sent| *sent == ("api-key".to_owned(), API_KEY.to_owned())),
        "{credentials:?}"
    );
}

#[test]
fn a_continued_run_says_what_other_options_do() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("requests.jsonl", requests(30));
    let split = Run::of(&mut batch(&server, &files, &["split", &input, "--max-lines", "5"]));
    assert_eq!(split.code, Some(0), "{}", split.stderr);
    let step = |arguments: &[&str]| {
        let run = Run::of(&mut batch(&server, &files, arguments));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        run.stderr
    };
    let said = step(&["submit", "--max-active", "2", "--metadata", "job=a"]);
    assert!(!said.contains("not as before"), "nothing was created before: {said}");
    let said = step(&["submit", "--max-active", "2", "--metadata", "job=b", "--output-expires-after", "2h"]);
    let words =
        "not as before: --output-expires-after, --metadata; this applies to the batches that are created";
    assert!(said.contains(words), "{said}");
    let said = step(&["run", &input, "--max-lines", "7", "--provider", "openai", "--metadata", "job=b"]);
    assert!(said.contains("not as before: --provider, --max-lines; this has no effect"), "{said}");
    assert!(said.contains("not as before: --output-expires-after; this applies"), "{said}");
    let jobs = |job: &str| batches(&server).iter().filter(|batch| batch["metadata"]["job"] == *job).count();
    assert_eq!((jobs("a"), jobs("b")), (2, 4));
}

#[test]
fn retries_of_an_upload_are_shown() {
    let faults =
        Faults::new().with(Fault::fail(503).header("retry-after-ms", "1"), When::first(1).on("createFile"));
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(1));
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("uploading shard 1: "), "{}", run.stderr);
    assert!(run.stderr.contains("failed, retrying in"), "{}", run.stderr);
}

#[test]
fn the_window_the_expiry_and_the_metadata_reach_the_server() {
    let (server, files) = (start(Server::builder()), Files::new());
    let options = [
        "--output-expires-after",
        "2h",
        "--metadata",
        "job=nightly",
        "--metadata",
        "note=a=b",
        "--completion-window",
        "24h",
    ];
    run(&server, &files, 30, &options);
    for batch in batches(&server) {
        assert_eq!(batch["completion_window"], "24h");
        assert_eq!(
            (&batch["metadata"]["job"], &batch["metadata"]["note"]),
            (&json!("nightly"), &json!("a=b"))
        );
        let output = server.files().into_iter().find(|file| batch["output_file_id"] == *file.id).unwrap();
        assert_eq!(output.expires_at.unwrap() - output.created_at, 7_200);
    }
}

#[test]
fn invalid_options_are_refused() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("requests.jsonl", requests(3));
    let mut many: Vec<String> = vec!["run".to_owned(), input.clone()];
    (0..15).for_each(|key| many.extend(["--metadata".to_owned(), format!("k{key}=v")]));
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    refused(&server, &files, &many, 2, &["14 pairs of metadata"]);
    for (options, word) in [
        (["--metadata", "openai_uploads_run=1"], "identifies the run"),
        (["--metadata", "novalue"], "KEY=VALUE"),
        (["--provider", "acme"], "openai, azure and other"),
        (["--max-bytes", "many"], "20MB"),
        (["--max-active", "0"], "0 is not in"),
        (["--output-expires-after", "soon"], "90s"),
        (["--retry-failed", "x"], "--retry-failed"),
    ] {
        refused(&server, &files, &["run", &input, options[0], options[1]], 2, &[word]);
    }
    assert!(server.requests().is_empty());
    assert_eq!(files.names(), ["requests.jsonl"]);
    // What the server refuses keeps the run, and another value continues it.
    refused(
        &server,
        &files,
        &["run", &input, "--completion-window", "7d"],
        1,
        &["completion_window", "continues it"],
    );
    refused(
        &server,
        &files,
        &["run", &input, "--output-expires-after", "1s"],
        1,
        &["output_expires_after", "3600"],
    );
    assert_eq!(Run::of(&mut batch(&server, &files, &["run", &input])).code, Some(0));
    assert_eq!(ids(&files, "results.jsonl"), in_order(3));
}

#[test]
fn only_files_of_the_run_are_deleted_on_request() {
    let (server, files) = (start(Server::builder()), Files::new());
    run(&server, &files, 9, &[]);
    let inputs = || server.files().iter().filter(|file| file.purpose.to_string() == "batch").count();
    assert_eq!(inputs(), 3);
    run(&server, &files, 9, &["--overwrite", "--delete-inputs"]);
    assert_eq!(inputs(), 3);
    assert_eq!(server.files().len(), 9);
}

#[test]
fn a_queue_that_is_limited_by_the_server_is_waited_for() {
    let limited = || Server::builder().max_enqueued_tokens(3_000).batch_time(Duration::from_millis(100));
    let (server, files) = (start(limited()), Files::new());
    // 100 requests of a model have some 11 kB, 2,750 tokens.
    let with_limit = run(&server, &files, 1_200, &["--max-enqueued-tokens", "3000", "--json"]);
    // Before a batch has ended, which changes the estimate, there is one for each of the three models.
    let events = with_limit.json();
    let first = events.iter().take_while(|event| event["event"] != "ended");
    assert_eq!(first.filter(|event| event["event"] == "created").count(), 3, "{}", with_limit.stdout);
    let (server, files) = (start(limited()), Files::new());
    let without = run(&server, &files, 1_200, &["--max-lines", "50", "--json"]);
    assert!(without.json().iter().any(|event| event["event"] == "queue_full"), "{}", without.stdout);
}

#[test]
fn events_and_the_usage_are_printed_as_json() {
    let (server, files) = (start(Server::builder()), Files::new());
    let run = run(&server, &files, 30, &["--json", "--max-active", "1"]);
    assert_eq!(run.stderr, "");
    let events = run.json();
    let mut names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    names.retain(|name| !["checking", "progress"].contains(name));
    let of_a_shard = ["uploading", "created", "ended", "fetched"];
    assert_eq!(names.first(), Some(&"split"));
    assert_eq!(names[names.len() - 2..], ["merging", "done"]);
    for name in of_a_shard {
        let shards = events
            .iter()
            .filter(|event| event["event"] == name)
            .map(|event| event["shard"].as_u64().unwrap());
        assert_eq!(shards.collect::<Vec<_>>(), [1, 2, 3], "{name}");
    }
    let done = events.last().unwrap();
    assert_eq!((&done["answered"], &done["failed"], &done["batches"]), (&json!(30), &json!(0), &json!(3)));
    let used = |name: &str| -> u64 {
        batches(&server).iter().map(|batch| batch["usage"][name].as_u64().unwrap()).sum()
    };
    for name in ["input_tokens", "output_tokens", "total_tokens"] {
        assert_eq!(done["usage"][name], used(name), "{name}");
    }
    assert!(used("input_tokens") > 0);
}

#[test]
fn the_usage_is_summed_over_all_batches() {
    let (server, files) = (start(Server::builder()), Files::new());
    let stderr = run(&server, &files, 30, &[]).stderr;
    let used = |name: &str| -> u64 {
        batches(&server).iter().map(|batch| batch["usage"][name].as_u64().unwrap()).sum()
    };
    let expected =
        format!("3 batches used {} input and {} output tokens", used("input_tokens"), used("output_tokens"));
    assert!(stderr.contains(&expected), "{expected}: {stderr}");
}

#[test]
fn the_status_is_that_of_the_server_while_a_run_works() {
    let (server, files) = (start(Server::builder().batch_time(Duration::from_secs(600))), Files::new());
    let input = files.file("requests.jsonl", requests(30));
    let mut command = batch(&server, &files, &["run", &input, "--max-active", "2"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("two batches are created", || batches(&server).len() == 2);
    let status = || {
        let run = Run::of(&mut batch(&server, &files, &["status", "--json"]));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let shards = run.json();
        let statuses = shards.iter().map(|shard| shard["status"].as_str().unwrap_or("none").to_owned());
        statuses.collect::<Vec<_>>()
    };
    wait_until("the state has both batches", || status()[..2].iter().all(|status| status != "none"));
    assert_eq!(status()[2], "none");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(Run::of(&mut batch(&server, &files, &["cancel"])).code, Some(0));
    assert!(status()[..2].iter().all(|status| status.starts_with("cancel")), "{:?}", status());
    let text = Run::of(&mut batch(&server, &files, &["status"])).stdout;
    assert_eq!((text.lines().count(), text.matches("cancel").count()), (3, 2), "{text}");
    assert!(text.contains("waiting") && text.contains("batch_"), "{text}");
}
