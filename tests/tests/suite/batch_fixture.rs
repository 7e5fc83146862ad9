//! Fixtures of the tests of `batch`: requests, runs of the real binary, and what the server has afterwards.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use openai_uploads::server::LocalServer;
use serde_json::{Value, json};

use crate::command_fixture::{Files, command};
use crate::server_fixture::get;

/// Requests to two endpoints and three models, in turn.
pub(crate) fn requests(count: usize) -> String {
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

/// The ids of [`requests`].
pub(crate) fn in_order(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("id-{number}")).collect()
}

/// `batch STEP -o results.jsonl` to this server, without long waits.
pub(crate) fn batch(server: &LocalServer, files: &Files, arguments: &[&str]) -> Command {
    batch_at(server.base_url(), files, arguments)
}

/// `batch STEP -o results.jsonl` to the server at this URL, without long waits.
pub(crate) fn batch_at(base_url: &str, files: &Files, arguments: &[&str]) -> Command {
    let mut command = command(&["batch"]);
    command.args(arguments).args(["-o", &files.path("results.jsonl")]);
    if !["split", "status", "cancel"].contains(&arguments[0]) {
        command.args(["--poll-interval", "20ms"]);
    }
    command.env("OPENAI_BASE_URL", base_url);
    command
}

/// The ids in a results file, in its order.
pub(crate) fn ids(files: &Files, name: &str) -> Vec<String> {
    let text = fs::read_to_string(files.path(name)).unwrap();
    let id = |line: &str| -> String {
        serde_json::from_str::<Value>(line).unwrap()["custom_id"].as_str().unwrap().to_owned()
    };
    text.lines().map(id).collect()
}

/// All batches that the server has, newest first.
pub(crate) fn batches(server: &LocalServer) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map(|batch| format!("&after={}", batch["id"].as_str().unwrap()));
        let path = format!("/v1/batches?limit=100{}", after.unwrap_or_default());
        let answer = get(server.local_addr(), &path);
        if answer.status == 503 {
            // On purpose, by a fault of the test.
            continue;
        }
        let page = answer.ok();
        all.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] != true {
            return all;
        }
    }
}
