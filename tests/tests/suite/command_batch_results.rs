//! `batch run` with batches and result files that are not as they should be: nothing is lost, and each request has a
//! reason.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::batch_fixture::{batch_at, ids};
use crate::command_fixture::{AnsweringServer, Files, Run, api_error, signal, wait_until};

/// A server with one batch, of which a test chooses the states and the result files.
struct BatchServer {
    server: AnsweringServer,
    files: Files,
    input: String,
}

/// An answer to a poll: a status, and a batch or an error.
type Poll = (u16, Value);

impl BatchServer {
    /// `poll` gets the number of earlier polls. `output` and `errors` are the result files; `None`: they are missing.
    fn start(
        requests: usize,
        poll: impl Fn(usize) -> Poll + Send + Sync + 'static,
        output: Option<String>,
        errors: Option<String>,
    ) -> Self {
        let polls = AtomicUsize::new(0);
        let server = AnsweringServer::start(move |path| {
            let json = "content-type: application/json\r\n";
            let file = |content: &Option<String>| match content {
                Some(content) => (200, "content-type: application/octet-stream\r\n", content.clone()),
                None => (404, json, api_error("no such file", "not_found")),
            };
            let (status, value) = match path.strip_prefix("/v1").unwrap_or_default() {
                "/files/output/content" => return file(&output),
                "/files/errors/content" => return file(&errors),
                "/files" => (200, json!({"id": "file-1"})),
                "/batches" => (200, json!({"id": "batch_1", "status": "validating"})),
                "/batches/batch_1" => poll(polls.fetch_add(1, Ordering::Relaxed)),
                path if path.starts_with("/batches?") => (200, json!({"data": [], "has_more": false})),
                _ => (404, json!({"error": {"message": "no such path", "code": null}})),
            };
            (status, json, value.to_string())
        });
        let files = Files::new();
        let body = json!({"model": "gpt-5", "input": "Hi"});
        let line = |id| json!({"custom_id": format!("{id}"), "method": "POST", "url": "/v1/responses", "body": body});
        let lines: Vec<_> = (1..=requests).map(|id| line(id).to_string()).collect();
        let input = files.file("requests.jsonl", lines.join("\n"));
        Self { server, files, input }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        batch_at(&self.server.base_url(), &self.files, arguments)
    }

    fn run(&self) -> Run {
        Run::of(&mut self.command(&["run", &self.input]))
    }

    /// The ids, codes and reasons of the requests without an answer.
    fn failures(&self) -> Vec<(String, String)> {
        let text = fs::read_to_string(self.files.path("results.errors.jsonl")).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        lines.map(|line| (text(&line["custom_id"]), text(&line["reason"]))).collect()
    }

    /// How often a path was asked for.
    fn count(&self, request: &str) -> usize {
        let asked = self.server.asked.lock().unwrap();
        asked.iter().filter(|line| line.starts_with(&format!("{request} "))).count()
    }
}

fn batch(status: &str) -> Poll {
    let batch =
        json!({"id": "batch_1", "status": status, "output_file_id": "output", "error_file_id": "errors"});
    (200, batch)
}

fn answer(id: &str) -> String {
    json!({"custom_id": id, "response": {"status_code": 200, "body": {}}, "error": null}).to_string() + "\n"
}

fn failure(id: &str, status: u16) -> String {
    let body = json!({"error": {"message": format!("failed with {status}")}});
    json!({"custom_id": id, "response": {"status_code": status, "body": body}, "error": null}).to_string()
        + "\n"
}

#[test]
fn unknown_missing_and_repeated_results_are_counted_and_the_rest_is_kept() {
    let output = [
        answer("5"),
        answer("unknown"),
        "garbage\n\n".to_owned(),
        answer("1"),
        answer("5"),
        "{\"custom_id\": 7, \"response\": {}}\n".to_owned(),
        "{\"custom_id\": \"2\", \"response\": null, \"error\": null}\n".to_owned(),
        // A last line that was cut.
        answer("3")[..20].to_owned(),
    ];
    let errors = failure("4", 400) + &failure("1", 500);
    let strange = BatchServer::start(5, |_| batch("completed"), Some(output.concat()), Some(errors));
    let run = strange.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let warning = "the results of batch 1 have 5 lines that are none of its requests', and 2 repeated ones";
    assert!(run.stderr.contains(warning), "{}", run.stderr);
    assert_eq!(ids(&strange.files, "results.jsonl"), ["1", "5"]);
    let missing = "neither result file of its batch has an answer";
    let expected = [("2", missing), ("3", missing), ("4", "failed with 400")];
    let expected = expected.map(|(id, reason)| (id.to_owned(), reason.to_owned()));
    assert_eq!(strange.failures(), expected);
}

#[test]
fn result_files_may_be_binary_or_empty() {
    for output in ["\0\u{1}\u{fffd}", "", "\u{feff}", "[]", "null\n[1]\n\"x\"\n"] {
        let strange =
            BatchServer::start(2, |_| batch("completed"), Some(output.to_owned()), Some(answer("1")));
        let run = strange.run();
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert_eq!(ids(&strange.files, "results.jsonl"), ["1"]);
        assert_eq!(strange.failures().len(), 1);
    }
}

#[test]
fn a_result_file_that_is_gone_is_the_reason() {
    let strange = BatchServer::start(2, |_| batch("completed"), None, Some(answer("2")));
    let run = strange.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(ids(&strange.files, "results.jsonl"), ["2"]);
    let reason = "its result file output no longer exists on the server".to_owned();
    assert_eq!(strange.failures(), [("1".to_owned(), reason)]);
}

#[test]
fn a_batch_that_disappears_is_the_reason_and_is_not_created_again() {
    let gone = |polls| match polls {
        0 | 2 => batch("in_progress"),
        _ => (404, json!({"error": {"message": "no such batch", "code": "not_found"}})),
    };
    let strange = BatchServer::start(2, gone, None, None);
    let run = strange.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(ids(&strange.files, "results.jsonl").is_empty());
    let reason = "its batch batch_1 no longer exists on the server".to_owned();
    assert_eq!(strange.failures(), [("1".to_owned(), reason.clone()), ("2".to_owned(), reason)]);
    assert_eq!(strange.count("POST /v1/batches"), 1);
}

#[test]
fn an_unknown_status_is_named_once_and_the_run_waits() {
    let statuses = |polls| {
        batch(["validating", "paused", "paused", "in_progress"].get(polls).copied().unwrap_or("completed"))
    };
    let strange = BatchServer::start(1, statuses, Some(answer("1")), Some(String::new()));
    let run = strange.run();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let warning = "batch 1 has the status paused, which this version does not know";
    assert_eq!(run.stderr.matches(warning).count(), 1, "{}", run.stderr);
    assert_eq!(ids(&strange.files, "results.jsonl"), ["1"]);
}

#[cfg(unix)]
#[test]
fn a_batch_that_stays_cancelling_can_be_left_and_fetched_later() {
    let has_ended = Arc::new(AtomicUsize::new(0));
    let ended = Arc::clone(&has_ended);
    let status = move |_| batch(if ended.load(Ordering::Relaxed) == 0 { "cancelling" } else { "cancelled" });
    let cancelled = json!({"custom_id": "2", "response": null,
        "error": {"code": "batch_cancelled", "message": "This request was cancelled."}});
    let strange = BatchServer::start(3, status, Some(answer("1")), Some(cancelled.to_string()));
    let mut command = strange.command(&["run", &strange.input]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_until("the batch is polled several times", || strange.count("GET /v1/batches/batch_1") > 5);
    signal(&child, rustix::process::Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    has_ended.store(1, Ordering::Relaxed);
    let run = strange.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert_eq!(ids(&strange.files, "results.jsonl"), ["1"]);
    let expected = [("2", "This request was cancelled."), ("3", "its batch was cancelled")];
    assert_eq!(strange.failures(), expected.map(|(id, reason)| (id.to_owned(), reason.to_owned())));
    assert_eq!(strange.count("POST /v1/batches"), 1);
}

#[test]
fn replies_that_are_not_batches_stop_the_run_with_the_reason() {
    let strange = BatchServer::start(1, |_| (200, json!(["hello"])), None, None);
    let run = strange.run();
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("retrieving a batch"), "{}", run.stderr);
    assert!(run.stderr.contains("the same command continues it"), "{}", run.stderr);
}

#[test]
fn a_lost_batch_is_found_on_a_server_that_keeps_no_metadata() {
    let creations = Arc::new(AtomicUsize::new(0));
    let created = Arc::clone(&creations);
    let server = AnsweringServer::start(move |path| {
        let json = "content-type: application/json\r\n";
        let batch = |status| json!({"id": "batch_1", "status": status, "input_file_id": "file-1", "output_file_id": "output"});
        let value = match path.strip_prefix("/v1").unwrap_or_default() {
            "/files" => json!({"id": "file-1"}),
            "/files/output/content" => {
                return (200, "content-type: application/octet-stream\r\n", answer("1"));
            }
            "/batches" => {
                created.fetch_add(1, Ordering::Relaxed);
                return (502, json, "lost".to_owned());
            }
            "/batches/batch_1" => batch("completed"),
            _ if created.load(Ordering::Relaxed) == 0 => json!({"data": [], "has_more": false}),
            _ => json!({"data": [batch("validating")], "has_more": false}),
        };
        (200, json, value.to_string())
    });
    let files = Files::new();
    let line = json!({"custom_id": "1", "method": "POST", "url": "/v1/responses", "body": {"model": "m", "input": "Hi"}});
    let input = files.file("requests.jsonl", line.to_string());
    let run = Run::of(&mut batch_at(&server.base_url(), &files, &["run", &input]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(creations.load(Ordering::Relaxed), 1);
}
