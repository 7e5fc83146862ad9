//! `batch` with requests and results in stores, with real servers of S3 and Azure.

use std::process::Command;

use openai_uploads::server::{BatchFault, Faults, LocalServer, When};

use crate::command_fixture::{Files, Run, command, server};
use crate::stores::{StoreServer, azure, google, s3};

/// Requests with the ids `r-0`, `r-1` and so on.
fn requests(count: usize) -> String {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    let line = |number| {
        format!(
            "{{\"custom_id\":\"r-{number}\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{body}}}\n"
        )
    };
    (0..count).map(line).collect()
}

/// The ids of the lines of a file, in order.
fn ids(lines: &[u8]) -> Vec<String> {
    let lines = std::str::from_utf8(lines).unwrap().lines();
    let id = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value["custom_id"].as_str().unwrap().to_owned()
    };
    lines.map(id).collect()
}

fn numbered(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|number| format!("r-{number}")).collect()
}

/// `batch` in a folder.
fn batch(folder: &Files, server: &LocalServer, store: &StoreServer, arguments: &[&str]) -> Run {
    let mut batch: Command = command(&["batch"]);
    batch.args(arguments).current_dir(&folder.0).env("OPENAI_BASE_URL", server.base_url());
    Run::of(store.reach(&mut batch))
}

#[test]
fn requests_come_from_a_store_and_results_go_back_to_it() {
    for store in [s3(), azure(), Some(google())].into_iter().flatten() {
        let (folder, server) = (Files::new(), server(Faults::new()));
        store.put("run/a.jsonl", requests(30));
        let (input, output) = (store.url("run/a.jsonl"), store.url("run/results.jsonl"));
        let run = ["run", &input, "-o", &output, "--poll-interval", "100ms"];
        let done = batch(&folder, &server, store, &run);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        assert!(
            done.stderr.contains(&format!("30 of 30 requests have an answer, in {output}")),
            "{}",
            done.stderr
        );
        assert_eq!(ids(&store.get("run/results.jsonl")), numbered(0..30));
        assert_eq!(store.keys("run"), ["run/a.jsonl", "run/results.jsonl"]);
        assert!(folder.names().is_empty(), "nothing is left on this machine: {:?}", folder.names());

        let again = batch(&folder, &server, store, &run);
        assert_eq!(again.code, Some(2), "{}", again.stderr);
        assert!(again.stderr.contains(&format!("{output} exists already")), "{}", again.stderr);
        store.put("run/a.jsonl", requests(10));
        let replaced = batch(&folder, &server, store, &[&run[..], &["--overwrite"]].concat());
        assert_eq!(replaced.code, Some(0), "{}", replaced.stderr);
        assert_eq!(ids(&store.get("run/results.jsonl")), numbered(0..10));
        assert!(folder.names().is_empty(), "{:?}", folder.names());
    }
}

#[test]
fn long_results_go_to_a_store_in_parts() {
    // A part has 8 MiB.
    let (count, long) = (20, "a".repeat(1 << 20));
    for store in [Some(google()), s3()].into_iter().flatten() {
        let (folder, server) = (Files::new(), server(Faults::new()));
        store.put("long/a.jsonl", requests(count).replace("\"hi\"", &format!("\"{long}\"")));
        let (input, output) = (store.url("long/a.jsonl"), store.url("long/results.jsonl"));
        let done =
            batch(&folder, &server, store, &["run", &input, "-o", &output, "--poll-interval", "100ms"]);
        assert_eq!(done.code, Some(0), "{}", done.stderr);
        let results = store.get("long/results.jsonl");
        assert!(results.len() > count << 20, "the echo has the requests");
        assert_eq!(ids(&results), numbered(0..count));
    }
}

#[test]
fn steps_alone_and_failures_work_with_a_store_too() {
    let Some(store) = s3() else { return };
    let faults = Faults::new().with_batch(BatchFault::Expire(0.5), When::always());
    let (folder, server) = (Files::new(), server(faults));
    store.put("steps/a.jsonl", requests(10));
    let more = folder.file(
        "more.jsonl",
        requests(20).lines().skip(10).map(|line| format!("{line}\n")).collect::<String>(),
    );
    let (input, output) = (store.url("steps/a.jsonl"), store.url("steps/results.jsonl"));
    let split = batch(&folder, &server, store, &["split", &input, &more, "-o", &output]);
    assert_eq!(split.code, Some(0), "{}", split.stderr);
    assert_eq!(folder.names(), ["more.jsonl", "results.jsonl.openai-batch"]);
    let other = batch(&folder, &server, store, &["run", &input, "-o", &store.url("other/results.jsonl")]);
    assert_eq!(other.code, Some(2), "{}", other.stderr);
    assert!(other.stderr.contains(&format!("holds a run with the results {output}")), "{}", other.stderr);
    let fetch = batch(&folder, &server, store, &["fetch", "-o", &output, "--poll-interval", "100ms"]);
    assert_eq!(fetch.code, Some(1), "half of the requests expired: {}", fetch.stderr);
    let answered = ids(&store.get("steps/results.jsonl"));
    let failed = ids(&store.get("steps/results.errors.jsonl"));
    assert_eq!((answered.len(), failed.len()), (10, 10));
    let mut all = [answered, failed].concat();
    all.sort_by_key(|id| id[2..].parse::<usize>().unwrap());
    assert_eq!(all, numbered(0..20));
    assert_eq!(folder.names(), ["more.jsonl"]);
}

#[test]
fn results_that_could_not_be_sent_are_sent_by_the_same_command() {
    let Some(store) = s3() else { return };
    let (folder, server) = (Files::new(), server(Faults::new()));
    // As it is left when the process ends between merging and sending.
    let kept = folder.0.path().join("results.jsonl.openai-batch");
    std::fs::create_dir(&kept).unwrap();
    let (input, output) = (store.url("unsent/a.jsonl"), store.url("unsent/results.jsonl"));
    std::fs::write(kept.join("url"), &output).unwrap();
    std::fs::write(kept.join("results.jsonl"), "results").unwrap();
    let run = batch(&folder, &server, store, &["run", &input, "-o", &output]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(store.get("unsent/results.jsonl"), b"results");
    assert!(folder.names().is_empty() && server.requests().is_empty(), "nothing is run again");
}

#[test]
fn a_folder_without_a_run_does_not_run_finished_requests_again() {
    let store = google();
    let (folder, server) = (Files::new(), server(Faults::new()));
    // As it is left by a machine that was stopped while it watched another one.
    let kept = folder.0.path().join("results.jsonl.openai-batch");
    std::fs::create_dir_all(kept.join("results.jsonl.batch")).unwrap();
    let (input, output) = (store.url("watched/a.jsonl"), store.url("watched/results.jsonl"));
    std::fs::write(kept.join("url"), &output).unwrap();
    store.put("watched/a.jsonl", requests(3));
    store.put("watched/results.jsonl", "results");
    let run = batch(&folder, &server, store, &["run", &input, "-o", &output]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("results.jsonl exists already"), "{}", run.stderr);
    assert!(server.requests().is_empty());
}

#[test]
fn a_state_on_this_machine_alone_is_not_in_the_store() {
    let store = google();
    let (folder, server) = (Files::new(), server(Faults::new()));
    store.put("local/a.jsonl", requests(3));
    let (input, output) = (store.url("local/a.jsonl"), store.url("local/results.jsonl"));
    for (options, keys) in [
        (&["--local-state"][..], &["local/a.jsonl"][..]),
        (&["--overwrite"], &["local/.results.jsonl.openai-batch", "local/a.jsonl"]),
    ] {
        let split = batch(&folder, &server, store, &[&["split", &input, "-o", &output], options].concat());
        assert_eq!(split.code, Some(0), "{}", split.stderr);
        assert_eq!(store.keys("local"), keys);
    }
}

#[test]
fn a_run_that_cannot_begin_leaves_nothing() {
    let Some(store) = s3() else { return };
    let server = server(Faults::new());
    store.put("bad/invalid.jsonl", "{\n");
    store.put("bad/good.jsonl", requests(1));
    let (invalid, good) = (store.url("bad/invalid.jsonl"), store.url("bad/good.jsonl"));
    let (none, output) = (store.url("bad/none.jsonl"), store.url("bad/results.jsonl"));
    for (input, output, words) in [
        (&none, output.as_str(), "none.jsonl"),
        (&invalid, &output, "not JSON"),
        (&invalid, "results.jsonl", "not JSON"),
        (&good, "s3://no-such-bucket-here/results.jsonl", "no-such-bucket-here"),
        (&good, "https://127.0.0.1/results.jsonl", "web server"),
        (&good, "s3://data/", "names no object"),
    ] {
        let folder = Files::new();
        let run = batch(&folder, &server, store, &["run", input, "-o", output]);
        assert_eq!(run.code, Some(2), "{input} {output}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{words:?}: {}", run.stderr);
        assert!(folder.names().is_empty(), "{input} {output}: {:?}", folder.names());
    }
    assert!(server.requests().is_empty());
}
