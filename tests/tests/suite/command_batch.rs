//! `batch`: requests become batches, and their answers come back in order under all circumstances.

use std::collections::HashSet;
use std::fs;
use std::process::Stdio;
use std::time::Duration;

use openai_uploads::server::{BatchFault, Fault, Faults, Server, When};
use serde_json::{Value, json};

use crate::batch_fixture::{batch, batches, ids, in_order, requests};
use crate::command_fixture::{Files, Run, signal, start, wait_until};

#[test]
fn answers_come_back_in_the_order_of_the_requests() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("requests.jsonl", requests(100));
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--max-lines", "20"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("100 of 100 requests have an answer"), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(100));
    // 34, 33 and 33 requests in batches of up to 20.
    assert_eq!(batches(&server).len(), 6);
    assert_eq!(files.names(), ["requests.jsonl", "results.jsonl"]);
}

#[test]
fn requests_can_come_through_a_pipe() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("requests.jsonl", requests(10));
    let mut command = batch(&server, &files, &["run", "-"]);
    command.stdin(Stdio::from(fs::File::open(input).unwrap()));
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(10));
}

#[test]
fn blank_lines_and_a_byte_order_mark_are_left_out() {
    let (server, files) = (start(Server::builder()), Files::new());
    let lines: Vec<_> = requests(7).lines().map(str::to_owned).collect();
    let windows =
        files.file("windows.jsonl", format!("\u{feff}\r\n{}\r\n\r\n", lines[..4].join("\r\n \r\n")));
    let unix = files.file("unix.jsonl", format!("\n\t\n{}", lines[4..].join("\n\n")));
    let run = Run::of(&mut batch(&server, &files, &["run", &windows, &unix]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for warning in [
        "windows.jsonl: the byte order mark at the start is left out",
        "windows.jsonl: 5 blank lines are left out, the first is line 1",
        "unix.jsonl: 4 blank lines are left out, the first is line 1",
    ] {
        assert_eq!(run.stderr.matches(warning).count(), 1, "{warning}: {}", run.stderr);
    }
    assert_eq!(ids(&files, "results.jsonl"), in_order(7));
    let sent = server.files().into_iter().filter(|file| file.purpose.to_string() == "batch");
    let sent = sent.map(|file| String::from_utf8(server.content(&file.id).unwrap()).unwrap());
    let mut sent: Vec<_> =
        sent.flat_map(|text| text.split('\n').map(str::to_owned).collect::<Vec<_>>()).collect();
    sent.retain(|line| !line.is_empty());
    assert_eq!(sent.len(), 7);
    assert!(sent.iter().all(|line| lines.contains(line)), "{sent:#?}");
}

#[test]
fn requests_without_an_answer_are_listed_with_the_reason() {
    let faults = Faults::new().with_batch(BatchFault::FailLines(0.3), When::always()).seed(1);
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(60));
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--json"]));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let done = run.json().pop().unwrap();
    let (answered, failed) = (ids(&files, "results.jsonl"), ids(&files, "results.errors.jsonl"));
    assert_eq!(done["answered"], answered.len());
    assert_eq!(done["failed"], failed.len());
    assert!(!failed.is_empty());
    let all: HashSet<_> = answered.iter().chain(&failed).collect();
    assert_eq!((answered.len() + failed.len(), all.len()), (60, 60));
    let text = fs::read_to_string(files.path("results.errors.jsonl")).unwrap();
    let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert!(first["status_code"].as_u64().unwrap() >= 400, "{first}");
    assert_eq!(first["custom_id"], first["result"]["custom_id"]);
}

#[test]
fn expired_requests_are_sent_again_on_request() {
    let faults = Faults::new().with_batch(BatchFault::Expire(0.5), When::first(2));
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(90));
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--retry-failed", "2"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(90));
    assert!(batches(&server).len() > 3);
}

#[test]
fn empty_ids_of_result_files_mean_no_file() {
    let faults = Faults::new().with_batch(BatchFault::EmptyIds, When::always());
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(6));
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(6));
}

#[test]
fn a_batch_that_fails_validation_gives_its_reason_for_each_request() {
    let faults = Faults::new().with_batch(BatchFault::FailValidation, When::nth(1));
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(9));
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--max-active", "1"]));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl").len(), 6);
    assert_eq!(ids(&files, "results.errors.jsonl").len(), 3);
}

#[test]
fn invalid_input_ends_the_run_before_anything_is_sent() {
    let (server, files) = (start(Server::builder()), Files::new());
    let twice = requests(3) + requests(1).as_str();
    for (text, message) in [(twice.as_str(), "is used twice"), ("{\n", "has faults"), ("", "has faults")] {
        let input = files.file("requests.jsonl", text);
        let run = Run::of(&mut batch(&server, &files, &["run", &input]));
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains(message) && run.stderr.contains("help:"), "{}", run.stderr);
    }
    assert_eq!(files.names(), ["requests.jsonl"]);
    assert!(server.requests().is_empty());
}

#[test]
fn existing_results_are_replaced_only_on_request() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("requests.jsonl", requests(3));
    files.file("results.jsonl", "precious");
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("exists already"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(files.path("results.jsonl")).unwrap(), "precious");
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--overwrite"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(3));
}

#[test]
fn the_separate_steps_make_a_whole_run() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("requests.jsonl", requests(30));
    let step = |arguments: &[&str]| {
        let run = Run::of(&mut batch(&server, &files, arguments));
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        run
    };
    step(&["split", &input]);
    assert!(batches(&server).is_empty());
    step(&["submit", "--max-active", "2"]);
    assert_eq!(batches(&server).len(), 2);
    let status = step(&["status"]).stdout;
    assert_eq!((status.matches("batch_").count(), status.matches("waiting").count()), (2, 1), "{status}");
    step(&["wait"]);
    assert_eq!(batches(&server).len(), 3);
    assert!(!fs::exists(files.path("results.jsonl")).unwrap());
    step(&["fetch"]);
    assert_eq!(ids(&files, "results.jsonl"), in_order(30));
    let run = Run::of(&mut batch(&server, &files, &["fetch"]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("no unfinished run"), "{}", run.stderr);
}

#[test]
fn submit_counts_the_batches_that_run_already() {
    let (server, files) = (start(Server::builder().batch_time(Duration::from_secs(20))), Files::new());
    let input = files.file("requests.jsonl", requests(30));
    let step = |arguments: &[&str]| {
        let run = Run::of(&mut batch(&server, &files, arguments));
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        batches(&server).len()
    };
    // Two batches for each of three models.
    step(&["split", &input, "--max-lines", "5"]);
    let submit = |option: &str, max: &str| step(&["submit", option, max]);
    assert_eq!([submit("--max-active", "2"), submit("--max-active", "2")], [2, 2]);
    assert_eq!(submit("--max-active", "3"), 3);
    assert_eq!(submit("--max-enqueued-tokens", "1"), 3, "each model has a batch in progress");
    step(&["cancel"]);
    wait_until("the batches have ended", || {
        batches(&server).iter().all(|batch| batch["status"] == "cancelled")
    });
    assert_eq!(submit("--max-active", "2"), 5, "batches that have ended do not count");
}

#[test]
fn an_interrupted_run_leaves_the_batches_and_says_how_to_continue() {
    let (server, files) = (start(Server::builder().batch_time(Duration::from_secs(600))), Files::new());
    let input = files.file("requests.jsonl", requests(6));
    let mut command = batch(&server, &files, &["run", &input]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the batches are created", || batches(&server).len() == 3);
    // Meanwhile a second run for the same results is refused.
    let second = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(second.code, Some(1));
    assert!(second.stderr.contains("another process works on"), "{}", second.stderr);
    signal(&child, rustix::process::Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(run.stderr.contains("keep running") && run.stderr.contains("batch cancel -o"), "{}", run.stderr);
    let cancelled = Run::of(&mut batch(&server, &files, &["cancel"]));
    assert_eq!(cancelled.code, Some(0), "{}", cancelled.stderr);
    let cancels = ["cancelling", "cancelled"];
    assert!(batches(&server).iter().all(|batch| cancels.contains(&batch["status"].as_str().unwrap())));
}

#[test]
fn a_server_without_batches_is_named() {
    let faults = Faults::new().with(Fault::fail(404), When::always().on("listBatches"));
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(3));
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("has no Batch API"), "{}", run.stderr);
    assert!(server.files().is_empty());
}

#[test]
fn a_shard_is_sent_once_more_if_the_id_of_its_file_is_lost() {
    let faults = Faults::new().with(Fault::cut_reply(0), When::first(1).on("completeUpload"));
    let (server, files) = (start(Server::builder().faults(faults)), Files::new());
    // More than one request of the Files API takes.
    let body = json!({"model": "gpt-5", "input": "x".repeat(50_000)});
    let line = |id: usize| {
        let id = format!("id-{id}");
        json!({"custom_id": id, "method": "POST", "url": "/v1/responses", "body": body})
    };
    let lines: String = (0..100).map(|id| format!("{}\n", line(id))).collect();
    let input = files.file("requests.jsonl", lines);
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("no reply names its file"), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(100));
    assert_eq!(batches(&server).len(), 1);
}
