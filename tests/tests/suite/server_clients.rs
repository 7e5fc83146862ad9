//! Independent clients: the official ones for Python and Node.js, and a program that makes random requests from the
//! spec.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use openai_uploads::server::{Fault, Faults, LocalServer, Server, When};

use crate::program::workspace;
use crate::python;
use crate::server_fixture::start_with;
use crate::skipped::skipped;

const KEY: &str = "sk-of-the-test";
const SPEC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/uploads.yaml");
const SCHEMATHESIS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/schemathesis.toml");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/openai_client.py");
const BATCHES_PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/openai_batches.py");
const BATCHES_NODE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/openai_batches.js");

#[test]
fn the_official_python_client_uploads_and_understands_every_error() {
    let Some(mut python) = python::with("openai") else { return };
    let server = start_with(Server::builder().api_key(KEY));
    let faults = Faults::new()
        .with(Fault::fail(429).header("retry-after-ms", "1"), When::nth(1))
        .with(Fault::fail(503).header("retry-after-ms", "1"), When::nth(2))
        .with(Fault::fail(500).header("retry-after-ms", "1"), When::nth(3));
    let failing = start_with(Server::builder().api_key(KEY).faults(faults));
    python.arg(SCRIPT).args([server.base_url(), failing.base_url()]).env("OPENAI_API_KEY", KEY);
    python::succeed(&mut python);
    assert_eq!(failing.requests().len(), 4, "two that failed, one that failed and its retry");
}

/// A server whose batches take this long.
fn with_batches_of(time: Duration) -> LocalServer {
    start_with(Server::builder().api_key(KEY).batch_time(time))
}

#[test]
fn the_official_python_client_runs_batches_and_reads_several_pages() {
    let Some(mut python) = python::with("openai") else { return };
    let (quick, slow) = (with_batches_of(Duration::ZERO), with_batches_of(Duration::from_secs(600)));
    python.arg(BATCHES_PYTHON).args([quick.base_url(), slow.base_url()]).env("OPENAI_API_KEY", KEY);
    python::succeed(&mut python);
}

#[test]
fn the_official_node_client_runs_batches_and_reads_several_pages() {
    let folder = std::env::var_os("OPENAI_NODE_CLIENT").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| workspace().join("target/npm/node_modules/openai"));
    let node = Command::new("node").arg("--version").output();
    if !folder.is_dir() || !node.is_ok_and(|node| node.status.success()) {
        return skipped(
            "there is no client for Node.js; install openai with npm and set OPENAI_NODE_CLIENT to its folder",
        );
    }
    let (quick, slow) = (with_batches_of(Duration::ZERO), with_batches_of(Duration::from_secs(600)));
    let mut node = Command::new("node");
    node.arg(BATCHES_NODE).arg(folder).args([quick.base_url(), slow.base_url()]).env("OPENAI_API_KEY", KEY);
    python::succeed(&mut node);
}

/// The response to a valid request depends on earlier requests, such as a cancellation, so a valid request must only
/// succeed where there were none.
#[test]
fn random_requests_get_only_responses_of_the_spec() {
    let Some(mut python) = python::with("schemathesis") else { return };
    run_schemathesis(&mut python, &["--exclude-checks", "positive_data_acceptance", "--max-time", "20"]);
}

#[test]
fn a_file_announced_as_in_the_spec_is_accepted() {
    let Some(mut python) = python::with("schemathesis") else { return };
    let operation = openai_uploads::apis::uploads_api::CREATE_UPLOAD.id;
    let phases = ["--phases", "examples,coverage,fuzzing"];
    run_schemathesis(&mut python, &[&["--include-operation-id", operation], &phases[..]].concat());
}

fn run_schemathesis(python: &mut std::process::Command, arguments: &[&str]) {
    let server = start_with(Server::builder().api_key(KEY));
    // The folder where it keeps earlier findings. A test must not depend on them.
    let folder = tempfile::tempdir().unwrap();
    let seed = fastrand::u32(..).to_string();
    python.current_dir(&folder).args(["-m", "schemathesis.cli", "--config-file", SCHEMATHESIS, "run", SPEC]);
    python.args(["--url", server.base_url()]);
    python.args(["--header", &format!("Authorization: Bearer {KEY}"), "--seed", &seed]);
    python.args(["--checks", "all", "--max-examples", "50", "--continue-on-failure"]).args(arguments);
    // A busy machine makes requests slowly, which is not a fault of the server.
    python.args(["--suppress-health-check", "all"]);
    python::succeed(python);
    let answers = server.requests().iter().filter_map(|seen| seen.status).collect::<Vec<_>>();
    assert!(answers.iter().all(|status| !status.is_server_error()), "seed {seed}");
    assert!(answers.iter().any(|status| status.is_success()), "seed {seed}");
}
