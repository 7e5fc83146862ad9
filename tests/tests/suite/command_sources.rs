//! What `upload` and `check` take besides files: stdin, folders and lists of paths.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use openai_uploads::server::{Fault, Faults, LocalServer, When};

use crate::command_fixture::{Files, Run, command, server, signal, upload, wait_until};

/// Runs a command with these bytes on its stdin.
fn run_with_stdin(mut command: Command, bytes: &[u8]) -> Run {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The command may stop before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    Run::from(child.wait_with_output().unwrap())
}

/// The names of the files on the server, sorted.
fn names(server: &LocalServer) -> Vec<String> {
    let mut names: Vec<_> = server.files().into_iter().map(|file| file.filename).collect();
    names.sort();
    names
}

#[test]
fn stdin_is_uploaded_under_the_name_that_is_given() {
    let (server, temporary) = (server(Faults::new()), Files::new());
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    for how in [&[][..], &["--bytes", "3000000"]] {
        let mut command = upload(&server, &["-p", "assistants", "--filename", "data.bin", "-"]);
        command.args(how).env("TMPDIR", temporary.0.path());
        let run = run_with_stdin(command, &bytes);
        assert_eq!(run.code, Some(0), "{how:?}: {}", run.stderr);
        let id = run.stdout.trim_end();
        assert!(server.content(id).unwrap() == bytes, "{how:?}: the bytes differ");
        assert!(run.stderr.contains("data.bin: "), "{}", run.stderr);
    }
    assert_eq!(names(&server), ["data.bin", "data.bin"]);
    assert!(temporary.names().is_empty(), "the temporary file is removed");
}

#[test]
fn stdin_is_checked_before_it_is_sent() {
    let server = server(Faults::new());
    let command = upload(&server, &["-p", "batch", "--filename", "requests.jsonl", "-"]);
    let run = run_with_stdin(command, b"[]\n");
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("requests.jsonl") && run.stderr.contains("line 1"), "{}", run.stderr);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn stdin_that_ends_early_or_has_no_name_is_an_error() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    for (arguments, code, words) in [
        (&["-"][..], 2, &["stdin has no name", "help: pass --filename"][..]),
        (&["-", "--filename", "a", "--state", "s"], 2, &["stdin cannot be resumed"]),
        (&["--bytes", "5", &path], 2, &["--bytes is for stdin"]),
        (&["--filename", "a", "-", &path], 2, &["--filename is for a single file"]),
        (&["-", "-", "--filename", "a"], 2, &["stdin can be named once"]),
        (&["-", "--filename", "a", "--bytes", "100"], 2, &["ended 95 bytes early"]),
    ] {
        let mut command = upload(&server, &["-p", "assistants"]);
        command.args(arguments);
        let run = run_with_stdin(command, b"hello");
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
    }
    assert!(server.files().is_empty());
}

#[test]
fn a_stop_while_stdin_is_read_leaves_nothing() {
    let (server, temporary) = (server(Faults::new()), Files::new());
    let mut command = upload(&server, &["-p", "assistants", "--filename", "a.bin", "-"]);
    command.env("TMPDIR", temporary.0.path());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take().unwrap();
    wait_until("the temporary file", || !temporary.names().is_empty());
    signal(&child, rustix::process::Signal::INT);
    let run = Run::from(child.wait_with_output().unwrap());
    drop(stdin);
    assert_eq!(run.code, Some(130), "{}", run.stderr);
    assert!(run.stderr.contains("nothing was sent"), "{}", run.stderr);
    assert!(temporary.names().is_empty(), "{:?}", temporary.names());
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_stop_while_stdin_is_sent_reports_the_loss() {
    let faults = Faults::new().with(Fault::stall(0), When::always().on("addUploadPart"));
    let (server, files) = (server(faults), Files::new());
    let path = files.file("a.bin", "hello");
    let mut child = upload(&server, &["-p", "assistants", "--api", "uploads", "--filename", "b.bin", "-"])
        .stdin(fs::File::open(&path).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the part", || server.requests().len() > 1);
    signal(&child, rustix::process::Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let run = Run::from(child.wait_with_output().unwrap());
    assert!(run.stderr.contains("stdin cannot be read again"), "{}", run.stderr);
    assert!(!run.stderr.contains("to resume, run:"), "{}", run.stderr);
}

#[test]
fn the_matching_files_of_a_folder_are_uploaded() {
    let (server, files) = (server(Faults::new()), Files::new());
    let folder = files.0.path().to_str().unwrap();
    fs::create_dir(files.path("x")).unwrap();
    for name in ["a.jsonl", "b.txt", "x/c.jsonl", "x/d.jsonl", ".hidden.jsonl"] {
        files.file(name, "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(10));
    }
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "-r", folder, "--include", "*.jsonl"]));
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 3), "{}", run.stderr);
    assert_eq!(names(&server), ["a.jsonl", "c.jsonl", "d.jsonl"]);

    let arguments = ["check", "-p", "fine-tune", "-r", folder, "--exclude", "x", "--exclude", "*.txt"];
    let run = Run::of(&mut command(&arguments));
    assert!(run.stderr.contains("a.jsonl: fit for") && !run.stderr.contains("c.jsonl"), "{}", run.stderr);

    for (arguments, words) in [
        (&[folder, "--include", "*.csv"][..], &[folder, "no file in", "help:"][..]),
        (&[folder, "--include", "{a"], &["--include", "{a", "help:"]),
        (&[folder], &["is a folder", "--recursive"]),
    ] {
        let mut command = upload(&server, &["-p", "assistants"]);
        let run = Run::of(command.args(arguments));
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(words.iter().all(|word| run.stderr.contains(word)), "{words:?}: {}", run.stderr);
    }
}

#[test]
fn paths_can_come_from_a_list() {
    let (server, files) = (server(Faults::new()), Files::new());
    let paths = ["a b.txt", "c.txt"].map(|name| files.file(name, name));
    let list = files.file("list", format!("{}\r\n\n{}\n", paths[0], paths[1]));
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--files-from", &list]));
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 2), "{}", run.stderr);
    assert_eq!(names(&server), ["a b.txt", "c.txt"]);
    let command = upload(&server, &["-p", "assistants", "--files-from", "-"]);
    let run = run_with_stdin(command, format!("{}\n", paths[1]).as_bytes());
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), 1), "{}", run.stderr);

    let none = files.path("none");
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--files-from", &none]));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains(&none) && run.stderr.contains("help: "), "{}", run.stderr);
}
