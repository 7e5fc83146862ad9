//! `upload --vector-store` and `upload --fine-tune`: what follows the upload.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use openai_uploads::after_upload::{Event, FollowUp};
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::server::{Fault, Faults, LocalServer, Server, When};
use serde_json::{Value, json};

use crate::command_fixture::{AnsweringServer, Files, KEY, Run, server, signal, start, upload};
use crate::server_fixture::request;

const AUTHORIZATION: &str = "authorization: Bearer sk-hidden-0123456789";

fn call(server: &LocalServer, method: &str, path: &str, body: &Value) -> Value {
    let headers = [AUTHORIZATION, "content-type: application/json"];
    request(server.local_addr(), method, &format!("/v1{path}"), &headers, body.to_string().as_bytes()).ok()
}

fn create_vector_store(server: &LocalServer) -> String {
    call(server, "POST", "/vector_stores", &json!({}))["id"].as_str().unwrap().to_owned()
}

/// A training file with this many examples.
fn training_file(files: &Files, examples: usize) -> String {
    let line = r#"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}]}"#;
    files.file("train.jsonl", format!("{line}\n").repeat(examples))
}

/// A server whose jobs take this long.
fn server_with_time(time: Duration) -> LocalServer {
    start(Server::builder().api_key(KEY.to_owned()).batch_time(time))
}

/// The number of requests whose path ends so.
fn requests_to(server: &LocalServer, end: &str) -> usize {
    server.requests().iter().filter(|seen| seen.uri.path().ends_with(end)).count()
}

#[test]
fn files_are_added_to_a_vector_store_and_their_ids_are_printed_in_order() {
    let files = Files::new();
    let server = server_with_time(Duration::from_millis(300));
    let store = create_vector_store(&server);
    let paths = ["b.txt", "a.md", "c.txt"].map(|name| files.file(name, name));
    let mut arguments = vec!["-p", "assistants", "--vector-store", &store];
    arguments.extend(paths.iter().map(String::as_str));
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let names: Vec<_> = run
        .stdout
        .lines()
        .map(|id| server.files().into_iter().find(|file| file.id == id).expect("a line is an id").filename)
        .collect();
    assert_eq!(names, ["b.txt", "a.md", "c.txt"]);
    assert!(run.stderr.contains(&format!("3 of 3 files can be searched in {store}")), "{}", run.stderr);
    let store = call(&server, "GET", &format!("/vector_stores/{store}"), &Value::Null);
    assert_eq!(store["file_counts"]["completed"], 3, "{store}");
    assert_eq!(requests_to(&server, "/file_batches"), 1, "all files go in one batch");
}

#[test]
fn a_file_that_cannot_be_searched_is_named_and_the_others_are_added() {
    let files = Files::new();
    let server = server(Faults::new());
    let store = create_vector_store(&server);
    let (good, bad) = (files.file("good.txt", "text"), files.file("bad.bin", "bytes"));
    let missing = files.path("missing.txt");
    let arguments = ["-p", "assistants", "--json", "--vector-store", &store, &good, &bad, &missing];
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("error: {bad} cannot be searched: ")), "{}", run.stderr);
    assert!(run.stderr.contains("1 of 2 files can be searched"), "{}", run.stderr);
    let lines = run.json();
    assert_eq!(lines.len(), 4, "one a file, and one of the vector store: {}", run.stdout);
    let attached = &lines[3]["vector_store"];
    assert_eq!(attached["vector_store_id"], *store);
    assert_eq!(attached["file_batches"][0]["file_counts"]["failed"], 1);
    assert_eq!(attached["failed"][0]["file_id"], lines[1]["file"]["id"]);
}

#[test]
fn many_files_go_in_file_batches_of_two_thousand() {
    let answering = AnsweringServer::start(|path| {
        assert!(path.ends_with("/file_batches"), "they have ended, so there is nothing to ask for: {path}");
        let batch =
            json!({"id": "vsfb_1", "status": "completed", "file_counts": {"completed": 1, "total": 1}});
        (200, "content-type: application/json\r\n", batch.to_string())
    });
    let follow_up = FollowUp::new(Configuration::at(answering.base_url()));
    let (sender, events) = std::sync::mpsc::channel();
    let follow_up = follow_up.on_event(move |event| {
        if let Event::FileBatchCreated { .. } = event {
            sender.send(()).unwrap();
        }
    });
    let ids: Vec<_> = (0..4001).map(|number| format!("file-{number}")).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let attached = runtime.block_on(follow_up.attach("vs_1", &ids)).unwrap();
    assert!(attached.is_complete());
    assert_eq!((attached.file_batches.len(), events.try_iter().count()), (3, 3));
    assert!(runtime.block_on(follow_up.attach("vs_1", &[])).unwrap().file_batches.is_empty());
    assert_eq!(answering.asked.lock().unwrap().len(), 3);
}

#[test]
fn an_unknown_vector_store_is_found_before_anything_is_sent() {
    let files = Files::new();
    let server = server(Faults::new());
    let path = files.file("a.txt", "hello");
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--vector-store", "vs_none", &path]));
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    assert!(run.stderr.contains("vs_none") && run.stderr.contains("check the id"), "{}", run.stderr);
    assert_eq!(server.files().len(), 0);
}

#[test]
fn a_job_is_started_and_its_id_is_printed() {
    let files = Files::new();
    let server = server_with_time(Duration::from_secs(3600));
    let path = training_file(&files, 12);
    let run = Run::of(&mut upload(&server, &["-p", "fine-tune", "--fine-tune", "gpt-4.1-mini", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let id = run.stdout.strip_suffix('\n').unwrap();
    assert!(id.starts_with("ftjob-") && !id.contains('\n'), "only the job's id: {}", run.stdout);
    let job = call(&server, "GET", &format!("/fine_tuning/jobs/{id}"), &Value::Null);
    assert_eq!(
        (&job["model"], &job["training_file"]),
        (&json!("gpt-4.1-mini"), &json!(server.files()[0].id))
    );
}

#[test]
fn wait_ends_with_the_job_and_reports_why_it_failed() {
    let files = Files::new();
    let server = server_with_time(Duration::from_millis(300));
    let good = training_file(&files, 12);
    let arguments = ["-p", "fine-tune", "--fine-tune", "m", "--wait", "--json", &good];
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines = run.json();
    let job = &lines[1]["fine_tuning_job"];
    assert_eq!((&job["status"], &job["training_file"]), (&json!("succeeded"), &lines[0]["file"]["id"]));
    let model = job["fine_tuned_model"].as_str().unwrap();
    assert!(run.stderr.contains(&format!("the model {model} is ready")), "{}", run.stderr);
    assert!(run.stderr.contains("The job has succeeded."), "messages of the job are shown: {}", run.stderr);

    let short = training_file(&files, 9);
    let arguments = ["-p", "fine-tune", "--no-preflight", "--fine-tune", "m", "--wait", &short];
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.starts_with("ftjob-"), "{}", run.stdout);
    assert!(run.stderr.contains("is failed: ") && run.stderr.contains("9 examples"), "{}", run.stderr);
}

#[test]
fn an_interruption_leaves_the_job_running_and_says_how_to_look_at_it() {
    let files = Files::new();
    let server = server_with_time(Duration::from_secs(3600));
    let path = training_file(&files, 12);
    let mut waiting = upload(&server, &["-p", "fine-tune", "--fine-tune", "m", "--wait", &path]);
    let mut waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut id = String::new();
    BufReader::new(waiting.stdout.take().unwrap()).read_line(&mut id).unwrap();
    signal(&waiting, rustix::process::Signal::INT);
    let mut stderr = String::new();
    waiting.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(waiting.wait().unwrap().code(), Some(130), "{stderr}");
    let url = format!("{}/fine_tuning/jobs/{}", server.base_url(), id.trim_end());
    assert!(stderr.contains("continues") && stderr.contains(&format!("curl {url} ")), "{stderr}");
    assert!(!stderr.contains(KEY), "{stderr}");
    let job = call(&server, "GET", &format!("/fine_tuning/jobs/{}", id.trim_end()), &Value::Null);
    assert_eq!(job["status"], "validating_files");
}

#[test]
fn a_job_is_never_started_twice() {
    let files = Files::new();
    let path = training_file(&files, 12);
    let arguments = ["-p", "fine-tune", "--fine-tune", "m", &path];
    let lost = Fault::cut_reply(0);
    let lost = server(Faults::new().with(lost, When::always().on("createFineTuningJob")));
    let run = Run::of(&mut upload(&lost, &arguments));
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), ""), "{}", run.stderr);
    assert!(run.stderr.contains("it is unknown whether the job was started"), "{}", run.stderr);
    assert!(run.stderr.contains(&lost.files()[0].id), "the file's id is not lost: {}", run.stderr);
    assert_eq!(requests_to(&lost, "/fine_tuning/jobs"), 1);

    // The server has not acted on it, and says so.
    let busy = Fault::fail(503).header("retry-after", "0");
    let busy = server(Faults::new().with(busy, When::nth(1).on("createFineTuningJob")));
    let run = Run::of(&mut upload(&busy, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(requests_to(&busy, "/fine_tuning/jobs"), 2);
}

#[test]
fn options_that_do_not_fit_are_refused_before_anything_is_sent() {
    let files = Files::new();
    let server = server(Faults::new());
    let (one, two) = (training_file(&files, 12), files.file("b.jsonl", "{}\n"));
    for (arguments, words) in [
        (&["-p", "fine-tune", "--fine-tune", "m", &one, &two][..], "--fine-tune takes one file, not 2"),
        (&["-p", "batch", "--fine-tune", "m", &one], "pass -p fine-tune"),
        (&["-p", "fine-tune", "--wait", &one], "--fine-tune"),
        (&["-p", "fine-tune", "--fine-tune", "m", "--vector-store", "vs_1", &one], "cannot be used with"),
    ] {
        let run = Run::of(&mut upload(&server, arguments));
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(words), "{words:?}: {}", run.stderr);
    }
    assert!(server.requests().is_empty());
}
