//! `upload` in a script: stdout, stderr and the exit code.

use std::fs::File;
use std::process::Stdio;
use std::time::Duration;

use openai_uploads::server::{Fault, Faults, When};

use crate::command_fixture::{Files, KEY, Run, server, upload};

const EXAMPLE: &str = "{\"messages\":[{\"role\":\"assistant\",\"content\":\"hi\"}]}\n";

/// A file that is fit for fine-tuning.
fn examples() -> String {
    EXAMPLE.repeat(10)
}

#[test]
fn stdout_has_the_id_and_nothing_else() {
    let (server, files) = (server(Faults::new()), Files::new());
    let (path, bytes) = files.random("a.bin", 1, 3_000_000);
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--api", "uploads", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let stored = server.files();
    assert_eq!(run.stdout, format!("{}\n", stored[0].id));
    assert!(server.content(&stored[0].id).unwrap() == bytes);
    assert!(run.stderr.contains("3 parts of 1048576 bytes, the last of 902848 bytes"), "{}", run.stderr);
    assert!(!run.stderr.contains('\u{1b}'), "no colours or cursors in a pipe: {}", run.stderr);
    assert_eq!(files.names(), ["a.bin"], "no state is left");
}

#[test]
fn json_has_an_object_for_each_file_also_for_those_that_failed() {
    let (server, files) = (server(Faults::new()), Files::new());
    let good = files.file("good.jsonl", examples());
    let bad = files.file("bad.jsonl", "{\"messages\":1}\n".repeat(10));
    let missing = files.path("missing.jsonl");
    let run = Run::of(&mut upload(
        &server,
        &["--json", "-p", "fine-tune", "--api", "uploads", &missing, &good, &bad],
    ));
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    let json = run.json();
    assert_eq!(json.iter().map(|line| &line["path"]).collect::<Vec<_>>(), [&missing, &good, &bad]);
    assert!(json[0]["error"]["message"].as_str().unwrap().contains("does not exist"), "{json:?}");
    assert_eq!(json[1]["file"]["id"], server.files()[0].id);
    assert_eq!(json[1]["file"]["filename"], "good.jsonl");
    assert_eq!(json[1]["md5"].as_str().unwrap().len(), 32);
    assert_eq!(json[1]["upload_id"], server.uploads()[0].upload.id);
    let faults = &json[2]["error"]["faults"];
    assert_eq!((&faults[0]["line"], &faults[0]["count"]), (&1.into(), &10.into()), "{json:?}");
    assert_eq!(faults[0]["message"], "`messages` must be an array, is a number");
    assert_eq!(json[2]["error"]["fault_count"], 10);
    let checked =
        Run::of(&mut crate::command_fixture::command(&["check", "--json", "-p", "fine-tune", &bad]));
    assert_eq!(checked.json()[0]["faults"], *faults, "`check --json` has the same faults");
    let message = json[2]["error"]["message"].as_str().unwrap();
    assert!(message.contains("line 1: `messages` must be an array, is a number"), "{message}");
}

#[test]
fn ids_are_printed_in_the_order_of_the_arguments() {
    // Each third creation fails at first, so that files overtake each other.
    let faults = Faults::new().with(Fault::fail(503), When::every(3).on("createUpload"));
    let (server, files) = (server(faults), Files::new());
    let paths: Vec<_> = (0..12).map(|n| files.file(&format!("{n}.txt"), "x".repeat(n * 1000))).collect();
    let mut arguments = vec!["-p", "assistants", "--api", "uploads", "--json", "--concurrency", "3"];
    arguments.extend(paths.iter().map(String::as_str));
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let json = run.json();
    for (n, (line, path)) in json.iter().zip(&paths).enumerate() {
        assert_eq!(
            (&line["path"], line["file"]["bytes"].as_u64()),
            (&path.as_str().into(), Some(n as u64 * 1000))
        );
    }
    assert_eq!(json.len(), 12);
}

#[test]
fn the_options_of_a_file_reach_the_server() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.jsonl", examples());
    let arguments = [
        "-p",
        "fine-tune",
        "--api",
        "uploads",
        "-m",
        "text/x-mine",
        "--expires-after",
        "2h",
        "--no-md5",
        "--json",
        &path,
    ];
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let json = run.json();
    let file = &json[0]["file"];
    assert_eq!(file["expires_at"].as_u64().unwrap() - file["created_at"].as_u64().unwrap(), 7200);
    assert!(json[0].get("md5").is_none());
    assert!(run.stderr.contains("warning:") && run.stderr.contains("text/x-mine"), "{}", run.stderr);
}

#[test]
fn quiet_prints_only_the_id_and_errors() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.jsonl", examples());
    let run = Run::of(&mut upload(&server, &["--quiet", "-p", "fine-tune", &path]));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let run = Run::of(&mut upload(&server, &["--quiet", "-p", "fine-tune", &files.path("none")]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.starts_with("error: ") && run.stderr.contains("does not exist"), "{}", run.stderr);
}

#[test]
fn preflight_refuses_a_file_before_anything_is_sent_unless_it_is_off() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.jsonl", "{}\nnot json\n".repeat(20));
    let run = Run::of(&mut upload(&server, &["-p", "batch", &path]));
    assert_eq!(run.code, Some(1));
    let twice = "line 1: `custom_id` is missing (and on 19 more lines)";
    assert!(run.stderr.contains(twice), "{}", run.stderr);
    assert!(run.stderr.contains("line 2: not JSON at byte 2"), "{}", run.stderr);
    assert!(run.stderr.contains("--no-preflight"), "{}", run.stderr);
    assert_eq!(server.requests().len(), 0);
    let run = Run::of(&mut upload(&server, &["-p", "batch", "--no-preflight", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn without_a_terminal_progress_is_a_line_every_few_seconds() {
    let faults = Faults::new().rate(300_000);
    let (server, files) = (server(faults), Files::new());
    let (path, _) = files.random("slow.bin", 2, 2_500_000);
    let arguments = ["-p", "assistants", "--api", "uploads", "--concurrency", "1", &path];
    let run = Run::of(&mut upload(&server, &arguments));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let lines: Vec<_> = run.stderr.lines().filter(|line| line.contains("%)")).collect();
    assert!(!lines.is_empty(), "{}", run.stderr);
    assert!(lines[0].starts_with(&format!("{path}: ")) && lines[0].contains("/s"), "{}", run.stderr);
}

#[test]
fn a_retry_is_reported_and_counted() {
    let faults =
        Faults::new().with(Fault::fail(503).header("retry-after", "0"), When::nth(1).on("addUploadPart"));
    let (server, files) = (server(faults), Files::new());
    let path = files.file("a.txt", "hello");
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--api", "uploads", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("sending part 1 failed: the server answered 503"), "{}", run.stderr);
    assert!(run.stderr.contains(", 1 retry"), "{}", run.stderr);
}

#[test]
fn an_id_that_cannot_be_written_to_stdout_goes_to_stderr() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = Run::of(upload(&server, &["-p", "assistants", &path]).stdout(full));
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains(&server.files()[0].id), "{}", run.stderr);

    let mut child = upload(&server, &["-p", "assistants", &path])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(1));
    assert!(
        run.stderr.contains(&server.files()[1].id) || run.stderr.contains(&server.files()[0].id),
        "{}",
        run.stderr
    );
}

#[test]
fn a_file_that_is_named_twice_is_sent_once() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    let link = files.path("link.txt");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let detour = format!("{}/./a.txt", files.0.path().display());
    let run = Run::of(&mut upload(&server, &["-p", "assistants", &path, &path, &detour, &link]));
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 1), "{}", run.stderr);
    assert_eq!(server.files().len(), 1);
    let notes: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    assert_eq!(notes.len(), 3, "{}", run.stderr);
    assert_eq!(notes[2], format!("note: {link} is the same file as {path}; it is sent once"));
}

#[test]
fn the_key_can_be_in_a_file() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    let key = files.file("key", format!("{KEY}\n"));
    let mut command = upload(&server, &["-p", "assistants", "--api-key-file", &key, &path]);
    let run = Run::of(command.env("OPENAI_API_KEY", "another"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
}

#[test]
fn the_state_option_chooses_the_state_file() {
    let faults =
        Faults::new().with(Fault::delay(Duration::from_millis(500)), When::always().on("addUploadPart"));
    let (server, files) = (server(faults), Files::new());
    let path = files.file("a.txt", "hello");
    let state = files.path("elsewhere.state");
    let mut child = upload(&server, &["-p", "assistants", "--api", "uploads", "--state", &state, &path])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    crate::command_fixture::wait_until("the state file", || std::path::Path::new(&state).exists());
    assert!(child.wait().unwrap().success());
    assert_eq!(files.names(), ["a.txt"]);
}

#[test]
fn a_small_file_is_one_request_and_a_large_one_an_upload() {
    let (server, files) = (server(Faults::new()), Files::new());
    let (small, bytes) = files.random("small.bin", 1, 4 << 20);
    let (large, _) = files.random("large.bin", 2, (4 << 20) + 1);
    let run = Run::of(&mut upload(&server, &["--json", "-p", "user_data", &small]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let (json, stored) = (run.json(), server.files());
    assert_eq!((&json[0]["file"]["id"], json[0].get("upload_id")), (&stored[0].id.as_str().into(), None));
    assert_eq!(json[0]["file"]["purpose"], "user_data");
    assert!(server.content(&stored[0].id).unwrap() == bytes);
    assert!(run.stderr.contains("1 request of 4194304 bytes"), "{}", run.stderr);
    assert_eq!(server.requests().len(), 1);
    let run = Run::of(&mut upload(&server, &["-p", "assistants", &large]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains(" parts of "), "{}", run.stderr);
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--api", "files", &large]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!((server.uploads().len(), server.files().len()), (1, 3));
    assert_eq!(files.names(), ["large.bin", "small.bin"], "no state is left");
}

#[test]
fn a_whole_file_is_sent_again_after_a_failure() {
    let fail = Fault::fail(503).header("retry-after", "0");
    let (server, files) = (server(Faults::new().with(fail, When::nth(1).on("createFile"))), Files::new());
    let path = files.file("a.txt", "hello");
    let run = Run::of(&mut upload(&server, &["-p", "assistants", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("sending the file failed: the server answered 503"), "{}", run.stderr);
    assert!(run.stderr.contains(", 1 retry"), "{}", run.stderr);
}
