//! `batch run`, killed at random moments: the results are those of an undisturbed run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use openai_uploads::server::{Answers, BatchFault, Fault, Faults, LocalServer, Server, When};
use serde_json::json;

use crate::batch_fixture::{batch, batches, requests};
use crate::command_fixture::{Files, Run, start};

const REQUESTS: usize = 3_000;
const KILLS: usize = 20;
/// The maximum number of events of a process before it is killed. A whole run has some 150.
const EVENTS: usize = 15;

/// `BATCH_SEED=n` repeats a run that failed.
#[test]
fn a_run_that_is_killed_has_the_results_of_an_undisturbed_run() {
    let seed = std::env::var("BATCH_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("BATCH_SEED={seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let faults = Faults::new()
        .with(Fault::cut_reply(0), When::share(0.3).on("createBatch"))
        .with(Fault::fail(503).header("retry-after-ms", "1"), When::share(0.1))
        .with_batch(BatchFault::Expire(0.3), When::share(0.2))
        .with_batch(BatchFault::TokenLimit, When::share(0.1))
        .seed(seed);
    let files = Files::new();
    let input = files.file("requests.jsonl", requests(REQUESTS));
    let server = server(&files, faults);
    let mut kills = 0;
    while kills < KILLS && has_more_to_do(&files) {
        kill_after(&server, &files, &input, random.usize(1..=EVENTS));
        kills += 1;
    }
    assert!(kills > 3, "BATCH_SEED={seed}: the run was done after {kills} kills");
    if has_more_to_do(&files) {
        let run = Run::of(&mut batch(&server, &files, &arguments(&input)));
        assert_eq!(run.code, Some(0), "BATCH_SEED={seed}: {}", run.stderr);
    }
    let undisturbed = undisturbed_results(&input);
    let results = without_random_ids(&fs::read_to_string(files.path("results.jsonl")).unwrap());
    assert!(results == undisturbed, "BATCH_SEED={seed}: the results differ");
    assert!(!fs::exists(files.path("results.errors.jsonl")).unwrap(), "BATCH_SEED={seed}");
    for (shard, count) in creations(&server) {
        assert_eq!(count, 1, "BATCH_SEED={seed}: the batch of shard {shard} was created {count} times");
    }
}

/// A server whose answers are the same each time.
fn server(files: &Files, faults: Faults) -> LocalServer {
    let mut answers = String::new();
    for number in 0..REQUESTS {
        let line = json!({"custom_id": format!("id-{number}"), "body": {"answer": number}});
        writeln!(answers, "{line}").unwrap();
    }
    let answers = Answers::file(files.file("answers.jsonl", answers));
    start(Server::builder().faults(faults).answers(answers).batch_time(Duration::from_millis(200)))
}

fn arguments(input: &str) -> [&str; 8] {
    ["run", input, "--max-lines", "300", "--retry-failed", "9", "--max-active", "6"]
}

fn has_more_to_do(files: &Files) -> bool {
    !fs::exists(files.path("results.jsonl")).unwrap()
        || fs::exists(files.path("results.jsonl.batch")).unwrap()
}

/// Starts or continues the run, and kills it after this many events.
fn kill_after(server: &LocalServer, files: &Files, input: &str, events: usize) {
    let mut command = batch(server, files, &arguments(input));
    let mut child = command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.lines().take(events).for_each(|line| drop(line.unwrap()));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn undisturbed_results(input: &str) -> String {
    let files = Files::new();
    let server = server(&files, Faults::new());
    let run = Run::of(&mut batch(&server, &files, &arguments(input)));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    without_random_ids(&fs::read_to_string(files.path("results.jsonl")).unwrap())
}

/// The text without the ids that the server generates for each answer: `batch_req_…` and `req_…`.
fn without_random_ids(text: &str) -> String {
    let mut pieces = text.split("req_");
    let mut rest = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        rest.push_str("req_");
        rest.push_str(piece.trim_start_matches(|c: char| c.is_ascii_alphanumeric()));
    }
    rest
}

/// How many batches the server has for each shard, and for each attempt after a token limit.
fn creations(server: &LocalServer) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for batch in batches(server) {
        let shard = batch["metadata"]["openai_uploads_shard"].as_str().unwrap().to_owned();
        *counts.entry(shard).or_default() += 1;
    }
    assert!(counts.len() >= 12, "{counts:?}");
    counts
}
