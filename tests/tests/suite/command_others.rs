//! `check`, `plan`, `cancel`, `status`, `completions` and the help.

use std::io::Write;
use std::process::Stdio;

use openai_uploads::apis::uploads_api::create_upload;
use openai_uploads::models::CreateUploadRequest;
use openai_uploads::models::upload::Status;
use openai_uploads::server::Faults;

use crate::command_fixture::{Files, Run, command, server};

#[test]
fn check_prints_each_fault_with_its_file_and_line() {
    let files = Files::new();
    let good = files.file("good.jsonl", "{\"prompt\":\"1\",\"completion\":\"2\"}\n".repeat(10));
    let bad = files.file("bad.jsonl", "{\"prompt\":1}\r\n\n\u{feff}{}\n".as_bytes());
    let run = Run::of(&mut command(&["check", "-p", "fine-tune", &good, &bad]));
    assert_eq!(run.code, Some(1));
    let expected = format!(
        "{bad}: too few examples: 2, and the minimum is 10\n\
         {bad}:1: `prompt` must be a string, is a number\n{bad}:1: `completion` is missing\n{bad}:2: a blank line\n{bad}:3: not JSON at byte 1: expected a value\n"
    );
    assert_eq!(run.stdout, expected);
    assert!(run.stderr.contains(&format!("{good}: fit for `fine-tune`: 10 lines")), "{}", run.stderr);

    let run =
        Run::of(&mut command(&["check", "--json", "-p", "fine-tune", &good, &bad, &files.path("none")]));
    assert_eq!(run.code, Some(1));
    let json = run.json();
    assert_eq!((&json[0]["fit"], &json[1]["fit"]), (&true.into(), &false.into()));
    assert_eq!((&json[1]["faults"][3]["line"], &json[1]["fault_count"]), (&2.into(), &5.into()));
    assert_eq!(json[1]["faults"][2]["message"], "`completion` is missing");
    assert!(json[2]["error"].is_string());
    assert_eq!(Run::of(&mut command(&["check", "-p", "fine-tune", &good])).code, Some(0));
    assert_eq!(Run::of(&mut command(&["check", "-p", "batch", &files.path("none")])).code, Some(2));
}

#[test]
fn check_reads_stdin_too() {
    let mut child = command(&["check", "-p", "batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"[]").unwrap();
    let run = Run::from(child.wait_with_output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (Some(1), "-:1: must be an object, is an array\n"));
}

#[test]
fn plan_prints_the_parts() {
    let files = Files::new();
    let path = files.file("a.bin", vec![0; 2_500_000]);
    let run = Run::of(&mut command(&["plan", &path, "--part-size", "1MB"]));
    assert_eq!(run.code, Some(0));
    assert_eq!(run.stdout, "1\t0\t1000000\n2\t1000000\t1000000\n3\t2000000\t500000\n");
    let json = &Run::of(&mut command(&["plan", "--json", &path, "--part-size", "1MB"])).json()[0];
    assert_eq!((&json["bytes"], &json["parts"][2]["bytes"]), (&2_500_000.into(), &500_000.into()));
}

#[test]
fn cancel_cancels_on_the_server() {
    let server = server(Faults::new());
    let configuration = server.configuration();
    let request = CreateUploadRequest::new("a".into(), "batch".into(), 5, "text/plain".into());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let created = runtime.block_on(async { create_upload(&configuration, request).await }).unwrap();
    let cancel = |arguments: &[&str]| {
        Run::of(command(&["cancel"]).args(arguments).args(["--base-url", server.base_url()]))
    };
    let run = cancel(&["--json", &created.id]);
    assert_eq!((run.code, &run.json()[0]["status"]), (Some(0), &"cancelled".into()), "{}", run.stderr);
    assert_eq!(server.uploads()[0].upload.status, Status::Cancelled);
    let run = cancel(&["upload_none"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("upload_none") && run.stderr.contains("404"), "{}", run.stderr);
}

#[test]
fn completions_exist_for_each_shell_and_help_lists_the_exit_codes() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = Run::of(&mut command(&["completions", shell]));
        assert_eq!(run.code, Some(0));
        assert!(run.stdout.contains("openai-uploads") && run.stdout.contains("no-preflight"), "{shell}");
    }
    for help in [&["--help"][..], &["upload", "--help"], &["check", "-h"]] {
        let run = Run::of(&mut command(help));
        assert_eq!(run.code, Some(0));
        for code in ["0 ", "1 ", "2 ", "130 "] {
            assert!(
                run.stdout.lines().any(|line| line.trim_start().starts_with(code)),
                "{code}: {}",
                run.stdout
            );
        }
    }
    assert!(Run::of(&mut command(&["--version"])).stdout.starts_with("openai-uploads "));
}

#[test]
fn options_are_listed_under_their_headings() {
    for step in [&["upload"][..], &["batch", "run"], &["files", "list"], &["cancel"], &["doctor"]] {
        let arguments: Vec<&str> = step.iter().copied().chain(["--help"]).collect();
        let help = Run::of(&mut command(&arguments)).stdout;
        let (own, connection) =
            help.split_once("\nConnection:\n").expect("there are options of the connection");
        assert!(own.contains("--json") && !connection.contains("--json"), "{step:?}: {help}");
        assert!(connection.contains("--base-url") && !connection.contains("--quiet"), "{step:?}: {help}");
    }
}

#[test]
fn a_broken_pipe_is_not_an_error() {
    let files = Files::new();
    let bad = files.file("bad.jsonl", "[]\n");
    let long = files.file("long.bin", vec![0; 10_000]);
    for (arguments, code) in [
        (&["completions", "bash"][..], 0),
        (&["plan", &long, "--part-size", "1"], 0),
        (&["check", "-p", "batch", &bad], 1),
        (&["--help"], 0),
    ] {
        let mut child = command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let run = Run::from(child.wait_with_output().unwrap());
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        assert!(!run.stderr.contains("error"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_full_disk_behind_stdout_is_an_error() {
    let files = Files::new();
    let bad = files.file("bad.jsonl", "[]\n");
    for arguments in [&["completions", "bash"][..], &["plan", &bad], &["check", "-p", "batch", &bad]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let run = Run::of(command(arguments).stdout(full));
        assert_eq!(run.code, Some(1), "{arguments:?}: {}", run.stderr);
        let errors: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("error: ")).collect();
        assert_eq!(errors.len(), 1, "{}", run.stderr);
        assert!(errors[0].contains("stdout") && errors[0].contains("No space left"), "{}", run.stderr);
    }
}
