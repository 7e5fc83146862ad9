//! `batch`: requests become batches, and their answers come back in order under all circumstances.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use openai_uploads::server::{BatchFault, Fault, Faults, LocalServer, Server, ServerBuilder, When};
use serde_json::{Value, json};

use super::command_fixture::{Files, Run, command, signal, start, wait_until};
use super::server_fixture::get;

/// Requests to two endpoints and two models, in turn.
fn requests(count: usize) -> String {
    let mut lines = String::new();
    for number in 0..count {
        let (url, body) = match number % 3 {
            0 => ("/v1/responses", json!({"model": "gpt-5", "input": format!("question {number}")})),
            1 => ("/v1/responses", json!({"model": "gpt-5-mini", "input": "?"})),
            _ => ("/v1/embeddings", json!({"model": "text-embedding-3-small", "input": ["a", "b"]})),
        };
        let line = json!({"custom_id": format!("id-{number}"), "method": "POST", "url": url, "body": body});
        writeln!(lines, "{line}").unwrap();
    }
    lines
}

fn builder() -> ServerBuilder {
    Server::builder()
}

/// `batch STEP -o results.jsonl` to this server.
fn batch(server: &LocalServer, files: &Files, arguments: &[&str]) -> Command {
    let mut command = command(&["batch"]);
    command.args(arguments).args(["-o", &files.path("results.jsonl")]);
    command.env("OPENAI_BASE_URL", server.base_url());
    command
}

fn ids(files: &Files, name: &str) -> Vec<String> {
    let text = fs::read_to_string(files.path(name)).unwrap();
    let id = |line: &str| -> String {
        serde_json::from_str::<Value>(line).unwrap()["custom_id"].as_str().unwrap().to_owned()
    };
    text.lines().map(id).collect()
}

fn in_order(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("id-{number}")).collect()
}

/// The batches that the server has.
fn batches(server: &LocalServer) -> Vec<Value> {
    let list = get(server.local_addr(), "/v1/batches?limit=100").ok();
    list["data"].as_array().unwrap().clone()
}

#[test]
fn answers_come_back_in_the_order_of_the_requests() {
    let (server, files) = (start(builder()), Files::new());
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
    let (server, files) = (start(builder()), Files::new());
    let input = files.file("requests.jsonl", requests(10));
    let mut command = batch(&server, &files, &["run", "-"]);
    command.stdin(Stdio::from(fs::File::open(input).unwrap()));
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(10));
}

#[test]
fn requests_without_an_answer_are_listed_with_the_reason() {
    let faults = Faults::new().with_batch(BatchFault::FailLines(0.3), When::always()).seed(1);
    let (server, files) = (start(builder().faults(faults)), Files::new());
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
    let (server, files) = (start(builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(90));
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--retry-failed", "2"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(90));
    assert!(batches(&server).len() > 3);
}

#[test]
fn empty_ids_of_result_files_mean_no_file() {
    let faults = Faults::new().with_batch(BatchFault::EmptyIds, When::always());
    let (server, files) = (start(builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(6));
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl"), in_order(6));
}

#[test]
fn a_batch_that_fails_validation_gives_its_reason_for_each_request() {
    let faults = Faults::new().with_batch(BatchFault::FailValidation, When::nth(1));
    let (server, files) = (start(builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(9));
    let run = Run::of(&mut batch(&server, &files, &["run", &input, "--max-active", "1"]));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(ids(&files, "results.jsonl").len(), 6);
    assert_eq!(ids(&files, "results.errors.jsonl").len(), 3);
}

#[test]
fn invalid_input_ends_the_run_before_anything_is_sent() {
    let (server, files) = (start(builder()), Files::new());
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
    let (server, files) = (start(builder()), Files::new());
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
    let (server, files) = (start(builder()), Files::new());
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
    assert_eq!((status.matches("running").count(), status.matches("waiting").count()), (2, 1), "{status}");
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
fn an_interrupted_run_leaves_the_batches_and_says_how_to_continue() {
    let (server, files) = (start(builder().batch_time(Duration::from_secs(600))), Files::new());
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
    let (server, files) = (start(builder().faults(faults)), Files::new());
    let input = files.file("requests.jsonl", requests(3));
    let run = Run::of(&mut batch(&server, &files, &["run", &input]));
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("has no Batch API"), "{}", run.stderr);
    assert!(server.files().is_empty());
}

/// `BATCH_SEED=n` repeats a run that failed.
#[test]
fn killed_at_random_moments_no_batch_is_created_twice() {
    const KILLS: usize = 20;
    let seed = std::env::var("BATCH_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("BATCH_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let faults = Faults::new()
        .with(Fault::cut_reply(0), When::share(0.3).on("createBatch"))
        .with(Fault::fail(503), When::share(0.1))
        .with_batch(BatchFault::Expire(0.3), When::share(0.2))
        .with_batch(BatchFault::TokenLimit, When::share(0.1))
        .seed(seed);
    let server = start(builder().faults(faults).batch_time(Duration::from_millis(700)));
    let files = Files::new();
    let input = files.file("requests.jsonl", requests(3_000));
    let arguments = ["run", &input, "--max-lines", "300", "--retry-failed", "9", "--max-active", "6"];
    for _ in 0..KILLS {
        let mut command = batch(&server, &files, &arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(random.u64(10..1_200)));
        child.kill().unwrap();
        child.wait().unwrap();
        if fs::exists(files.path("results.jsonl")).unwrap() {
            break;
        }
    }
    if !fs::exists(files.path("results.jsonl")).unwrap()
        || fs::exists(files.path("results.jsonl.batch")).unwrap()
    {
        let run = Run::of(&mut batch(&server, &files, &arguments));
        assert_eq!(run.code, Some(0), "BATCH_SEED={seed}: {}", run.stderr);
    }
    assert_eq!(ids(&files, "results.jsonl"), in_order(3_000), "BATCH_SEED={seed}");
    let batches = batches(&server);
    assert!(batches.len() < 100, "the list has one page");
    let shards: HashSet<_> =
        batches.iter().map(|batch| batch["metadata"]["openai_uploads_shard"].as_str().unwrap()).collect();
    assert_eq!(shards.len(), batches.len(), "BATCH_SEED={seed}: a batch was created twice");
}
