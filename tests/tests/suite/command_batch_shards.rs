//! `batch run --shard`: several processes run the requests of one folder or prefix.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use openai_uploads::server::{LocalServer, Server};
use serde_json::{Value, json};

use crate::batch_fixture::batches;
use crate::command_fixture::{Files, Run, command, start, wait_until};
use crate::stores::s3;

const FILES: usize = 24;
const LINES: usize = 10;

/// The requests of one of the files.
fn requests(file: usize) -> String {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    let line = |line| {
        let id = format!("{file:02}-{line}");
        json!({"custom_id": id, "method": "POST", "url": "/v1/chat/completions", "body": body}).to_string()
            + "\n"
    };
    (0..LINES).map(line).collect()
}

/// The ids of the lines of a results file, in order.
pub(crate) fn ids(text: &str) -> Vec<String> {
    let id = |line: &str| {
        let value: Value = serde_json::from_str(line).unwrap();
        value["custom_id"].as_str().unwrap().to_owned()
    };
    text.lines().map(id).collect()
}

/// `batch run` of share `share` of 4.
fn run(server: &LocalServer, input: &str, output: &str, share: usize) -> Command {
    let mut command = command(&["batch", "run", "-r", input, "-o", output, "--poll-interval", "20ms"]);
    command.args(["--max-lines", "20", "--shard", "auto/4"]).env("JOB_COMPLETION_INDEX", share.to_string());
    command.env("OPENAI_BASE_URL", server.base_url());
    command
}

fn spawn(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Checks that the results of the shares have each id once, and that the server has each shard's batch once.
fn check(server: &LocalServer, results: &[String]) {
    let mut all: Vec<_> = results.iter().flat_map(|text| ids(text)).collect();
    for text in results {
        assert!(!text.is_empty(), "each share has some files");
        assert!(ids(text).is_sorted(), "the files of a share are in order");
    }
    all.sort();
    let expected = (0..FILES).flat_map(|file| (0..LINES).map(move |line| format!("{file:02}-{line}")));
    assert!(all.iter().eq(&expected.collect::<Vec<_>>()), "{all:?}");
    check_batches(server);
}

/// Checks that the server has each shard's batch once.
pub(crate) fn check_batches(server: &LocalServer) {
    let mut counts = BTreeMap::new();
    for batch in batches(server) {
        let metadata = &batch["metadata"];
        let key = format!("{} {}", metadata["openai_uploads_run"], metadata["openai_uploads_shard"]);
        *counts.entry(key).or_insert(0) += 1;
    }
    assert!(counts.values().all(|count| *count == 1), "{counts:?}");
}

#[test]
fn four_processes_run_the_requests_of_a_folder() {
    let (server, files) = (start(Server::builder().batch_time(Duration::from_millis(300))), Files::new());
    fs::create_dir(files.path("in")).unwrap();
    (0..FILES).for_each(|file| drop(files.file(&format!("in/{file:02}.jsonl"), requests(file))));
    let (input, output) = (files.path("in"), files.path("results.jsonl"));
    let mut children: Vec<_> = (0..4).map(|share| spawn(&mut run(&server, &input, &output, share))).collect();
    wait_until("batches", || batches(&server).len() >= 4);
    children[0].kill().unwrap();
    children[0].wait().unwrap();
    let again = spawn(&mut run(&server, &input, &output, 0));
    for child in children.drain(1..).chain([again]) {
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains("of 24 files, with the results in"), "{}", run.stderr);
    }
    let path = |share| files.path(&format!("results.{share}-of-4.jsonl"));
    let results: Vec<_> = (0..4).map(|share| fs::read_to_string(path(share)).unwrap()).collect();
    check(&server, &results);
    let again = Run::of(&mut run(&server, &input, &output, 0));
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(again.stderr.contains("results.0-of-4.jsonl exists already"), "{}", again.stderr);
}

#[test]
fn four_processes_run_the_requests_of_a_prefix() {
    let Some(store) = s3() else { return };
    let (server, files) = (start(Server::builder().batch_time(Duration::from_millis(300))), Files::new());
    for file in 0..FILES {
        store.put(&format!("shared/in/{file:02}.jsonl"), requests(file));
    }
    let (input, output) = (store.url("shared/in/"), store.url("shared/results.jsonl"));
    let spawn = |share| {
        let mut command = run(&server, &input, &output, share);
        spawn(store.reach(command.current_dir(&files.0)))
    };
    let mut children: Vec<_> = (0..4).map(spawn).collect();
    wait_until("batches", || batches(&server).len() >= 4);
    children[0].kill().unwrap();
    children[0].wait().unwrap();
    for child in children.drain(1..).chain([spawn(0)]) {
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
    }
    let key = |share| format!("shared/results.{share}-of-4.jsonl");
    let results: Vec<_> = (0..4).map(|share| String::from_utf8(store.get(&key(share))).unwrap()).collect();
    check(&server, &results);
    assert!(files.names().is_empty(), "{:?}", files.names());
}

#[test]
fn results_in_the_folder_of_the_requests_are_not_requests() {
    let (server, files) = (start(Server::builder()), Files::new());
    fs::create_dir(files.path("in")).unwrap();
    files.file("in/a.jsonl", requests(0));
    let (input, output) = (files.path("in"), files.path("in/results.jsonl"));
    let step = |step: &str, options: &[&str]| {
        let mut command = command(&["batch", step, "-r", &input, "-o", &output]);
        Run::of(command.args(options).env("OPENAI_BASE_URL", server.base_url()))
    };
    let split = step("split", &[]);
    assert_eq!(split.code, Some(0), "{}", split.stderr);
    assert!(fs::exists(files.path("in/results.jsonl.batch/0001.jsonl")).unwrap());
    for options in [&["--poll-interval", "20ms"][..], &["--poll-interval", "20ms", "--overwrite"]] {
        let run = step("run", options);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stderr.contains("10 of 10 requests"), "{}", run.stderr);
    }
    assert_eq!(ids(&fs::read_to_string(&output).unwrap()).len(), LINES);
}

#[test]
fn an_empty_share_is_done_at_once_and_stdin_has_none() {
    let (server, files) = (start(Server::builder()), Files::new());
    let input = files.file("only.jsonl", requests(0));
    let run_share = |input: &str, share: &str| {
        let mut command =
            command(&["batch", "run", input, "-o", &files.path("results.jsonl"), "--shard", share]);
        Run::of(command.env("OPENAI_BASE_URL", server.base_url()))
    };
    let runs: Vec<_> = ["0/2", "1/2"].iter().map(|share| run_share(&input, share)).collect();
    assert!(runs.iter().all(|run| run.code == Some(0)), "{}{}", runs[0].stderr, runs[1].stderr);
    assert_eq!(runs.iter().filter(|run| run.stderr.contains("0 of 1 file")).count(), 1);
    assert_eq!(batches(&server).len(), 1);
    let stdin = run_share("-", "0/2");
    assert_eq!(stdin.code, Some(2));
    assert!(stdin.stderr.contains("stdin has no shares"), "{}", stdin.stderr);
}
