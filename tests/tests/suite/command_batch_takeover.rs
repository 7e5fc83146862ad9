//! `batch run` with results in a store: another machine, which is another folder here, continues the run.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use openai_uploads::server::{BatchFault, Fault, Faults, LocalServer, Server, When};

use crate::batch_fixture::{batches, requests};
use crate::command_batch_shards::{check_batches, ids};
use crate::command_fixture::{Files, Run, command, signal, start, wait_until};
use crate::stores::{StoreServer, azure, google, s3};

const REQUESTS: usize = 600;

/// `batch STEP` in the folder of a machine.
fn batch(
    machine: &Files,
    server: &LocalServer,
    store: &StoreServer,
    prefix: &str,
    arguments: &[&str],
) -> Command {
    let mut command = command(&["batch"]);
    command.args(arguments).args(["-o", &store.url(&format!("{prefix}/results.jsonl")), "--lease", "900ms"]);
    command.current_dir(&machine.0).env("OPENAI_BASE_URL", server.base_url());
    store.reach(&mut command);
    command
}

fn run(prefix: &str, store: &StoreServer) -> Vec<String> {
    let input = store.url(&format!("{prefix}/requests.jsonl"));
    let run = ["run", &input, "--max-lines", "40", "--retry-failed", "9", "--poll-interval", "20ms"];
    run.iter().map(|word| (*word).to_owned()).collect()
}

/// Kills a machine at a random moment: so many milliseconds after so many events.
fn stop_after(command: &mut Command, events: usize, milliseconds: u64) {
    let mut child = command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.lines().take(events).for_each(|line| drop(line.unwrap()));
    std::thread::sleep(Duration::from_millis(milliseconds));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// `BATCH_SEED=n` repeats a run that failed.
#[test]
fn another_machine_continues_a_run_whose_machine_has_died() {
    let seed = std::env::var("BATCH_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().unwrap());
    println!("BATCH_SEED={seed}");
    for store in [Some(google()), s3(), azure()].into_iter().flatten() {
        let mut random = fastrand::Rng::with_seed(seed);
        let faults = Faults::new()
            .with(Fault::cut_reply(0), When::share(0.3).on("createBatch"))
            .with_batch(BatchFault::Expire(0.3), When::share(0.2))
            .with_batch(BatchFault::TokenLimit, When::share(0.1))
            .seed(seed);
        let server = start(Server::builder().faults(faults).batch_time(Duration::from_millis(200)));
        store.put("died/requests.jsonl", requests(REQUESTS));
        let arguments = run("died", store);
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let mut machines = Vec::new();
        let is_done = || store.keys("died") == ["died/requests.jsonl", "died/results.jsonl"];
        while machines.len() < 3 && !is_done() {
            let machine = Files::new();
            // Some machines come back before another one continues.
            for _ in 0..random.usize(1..=2) {
                let mut command = batch(&machine, &server, store, "died", &arguments);
                stop_after(&mut command, random.usize(3..25), random.u64(0..30));
            }
            machines.push(machine);
        }
        let machine = Files::new();
        if !is_done() {
            let done = Run::of(&mut batch(&machine, &server, store, "died", &arguments));
            assert_eq!(done.code, Some(0), "BATCH_SEED={seed}: {}", done.stderr);
        }
        let expected: Vec<_> = (0..REQUESTS).map(|number| format!("id-{number}")).collect();
        let results = String::from_utf8(store.get("died/results.jsonl")).unwrap();
        assert!(ids(&results) == expected, "BATCH_SEED={seed}");
        check_batches(&server);
        let runs: BTreeSet<_> = batches(&server)
            .iter()
            .map(|batch| batch["metadata"]["openai_uploads_run"].to_string())
            .collect();
        assert_eq!(runs.len(), 1, "BATCH_SEED={seed}: all machines work on one run");
        assert_eq!(store.keys("died"), ["died/requests.jsonl", "died/results.jsonl"], "BATCH_SEED={seed}");
        assert!(machine.names().is_empty(), "{:?}", machine.names());
        // A machine that comes back has nothing to do.
        let created = batches(&server).len();
        for machine in machines.iter().filter(|machine| !machine.names().is_empty()) {
            let back = Run::of(&mut batch(machine, &server, store, "died", &arguments));
            assert_eq!(back.code, Some(0), "BATCH_SEED={seed}: {}", back.stderr);
            // The last one may have been stopped after it had sent the results.
            let words = ["another machine has finished this run", "sent the results of the earlier run"];
            assert!(words.iter().any(|words| back.stderr.contains(words)), "{}", back.stderr);
            assert!(machine.names().is_empty(), "{:?}", machine.names());
        }
        assert_eq!(batches(&server).len(), created, "BATCH_SEED={seed}");
    }
}

/// A machine at work, whose batches exist.
fn at_work(machine: &Files, server: &LocalServer, store: &StoreServer, prefix: &str) -> Child {
    store.put(&format!("{prefix}/requests.jsonl"), requests(30));
    let arguments = run(prefix, store);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let mut command = batch(machine, server, store, prefix, &arguments);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the batches are created", || batches(server).len() == 3);
    child
}

#[test]
fn two_machines_do_not_work_on_one_run() {
    let (server, store) = (start(Server::builder().batch_time(Duration::from_secs(20))), google());
    let (first, second) = (Files::new(), Files::new());
    let child = at_work(&first, &server, store, "two");
    let arguments = run("two", store);
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    let refused = Run::of(&mut batch(&second, &server, store, "two", &arguments));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    for words in ["another machine works on this run", "two/.results.jsonl.openai-batch", "help: wait for it"]
    {
        assert!(refused.stderr.contains(words), "{words}: {}", refused.stderr);
    }
    assert!(second.names().is_empty(), "{:?}", second.names());
    // A machine that stops in order need not be waited for.
    signal(&child, rustix::process::Signal::INT);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    let cancelled = Run::of(&mut batch(&first, &server, store, "two", &["cancel"]));
    assert_eq!(cancelled.code, Some(0), "{}", cancelled.stderr);
    store.put("two/requests.jsonl", requests(31));
    let other = Run::of(&mut batch(&second, &server, store, "two", &arguments));
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    assert!(other.stderr.contains("holds an unfinished run of other requests"), "{}", other.stderr);
    store.put("two/requests.jsonl", requests(30));
    let taken_over = Run::of(&mut batch(&second, &server, store, "two", &arguments));
    assert!(taken_over.stderr.contains("continuing a run of 3 batches"), "{}", taken_over.stderr);
    assert!(!taken_over.stderr.contains("it is watched"), "{}", taken_over.stderr);
    assert_eq!(taken_over.code, Some(1), "the batches were cancelled: {}", taken_over.stderr);
    assert_eq!(batches(&server).len(), 3, "nothing is paid for twice");
    let first = Run::of(&mut batch(&first, &server, store, "two", &["fetch"]));
    assert!(first.stderr.contains("another machine has finished this run"), "{}", first.stderr);
}

#[test]
fn a_machine_whose_run_was_taken_over_stops() {
    let (server, store) = (start(Server::builder().batch_time(Duration::from_secs(600))), google());
    let machine = Files::new();
    let child = at_work(&machine, &server, store, "lost");
    let key = "lost/.results.jsonl.openai-batch";
    let text = String::from_utf8(store.get(key)).unwrap();
    let mut state: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(!text.contains("requests.jsonl"), "it has no paths of the machine: {text}");
    state["owner"] = "another".into();
    store.put(key, state.to_string());
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("another machine works on this run"), "{}", run.stderr);
    assert!(String::from_utf8(store.get(key)).unwrap().contains(r#""owner":"another""#));
    let step = Run::of(&mut batch(&machine, &server, store, "lost", &["wait"]));
    assert_eq!(step.code, Some(1), "{}", step.stderr);
    assert!(step.stderr.contains("`batch run` with the same files then continues"), "{}", step.stderr);
}
