//! Error messages of the command: what happened, to which file, and what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use openai_uploads::server::Faults;

use crate::command_fixture::{AnsweringServer, Files, KEY, Run, api_error, command, server, upload};

/// Checks a run that fails: its exit code, and the words that stderr must have.
fn fails(mut command: std::process::Command, code: i32, words: &[&str]) {
    let run = Run::of(&mut command);
    assert_eq!(run.code, Some(code), "{command:?}\n{}", run.stderr);
    assert!(run.stderr.lines().any(|line| line.starts_with("error: ")), "{}", run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{word:?} is not in:\n{}", run.stderr);
    }
    assert_eq!(run.stdout, "");
}

#[test]
fn bad_usage_is_exit_code_2() {
    let files = Files::new();
    let (path, other) = (files.file("a.jsonl", "{}"), files.file("b.jsonl", "{}"));
    for (arguments, word) in [
        (&["upload", &path][..], "--purpose"),
        (&["upload", "-p", "batch"], "<FILE>"),
        (&["upload", "-p", "", &path], "purpose"),
        (&["upload", "-p", "batch", "--concurrency", "0", &path], "1 or more"),
        (&["upload", "-p", "batch", "-c", "many", &path], "1 or more"),
        (&["upload", "-p", "finetune", &path], "did you mean `fine-tune`?"),
        (&["check", "-p", "Batch", &path], "did you mean `batch`?"),
        (&["serve", "--dir", "d", "--listen", "localhost:http"], "localhost:8080"),
        (&["upload", "-p", "batch", "--part-size", "100MB", &path], "67108864"),
        (&["upload", "-p", "batch", "--part-size", "0", &path], "67108864"),
        (&["upload", "-p", "batch", "--part-size", "big", &path], "64MiB"),
        (&["upload", "-p", "batch", "--expires-after", "1m", &path], "1h to 30days"),
        (&["upload", "-p", "batch", "--mime-type", "nonsense", &path], "text/jsonl"),
        (&["upload", "-p", "batch", "--base-url", "ftp://x", &path], "https://"),
        (&["upload", "-p", "batch", "--base-url", "https://me:pass@x", &path], "password"),
        (&["upload", "-p", "batch", "--state", "s", "--no-resume", &path], "--state"),
        (&["upload", "-p", "batch", "--state", "s", &path, &other], "--state"),
        (&["upload", "-p", "batch", "--api-key", KEY, &path], "--api-key"),
        (&["cancel", ""], "UPLOAD_ID"),
        (&["serve"], "--dir"),
        (&["serve", "--dir", "d", "--fail", "200"], "400 to 599"),
        (&["serve", "--dir", "d", "--fail", "503@often"], "every=N"),
        (&["completions", "tcsh"], "bash"),
        (&["nonsense"], "unrecognized"),
    ] {
        let mut command = command(arguments);
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(word), "{word:?} is not in what {arguments:?} says:\n{text}");
    }
}

#[test]
fn files_that_cannot_be_read_are_named() {
    let (server, files) = (server(Faults::new()), Files::new());
    let folder = files.0.path().to_str().unwrap();
    let missing = files.path("no such file.jsonl");
    fails(upload(&server, &["-p", "batch", &missing]), 2, &[&missing, "does not exist", "help:"]);
    fails(upload(&server, &["-p", "batch", folder]), 2, &[folder, "is a folder", "name the files in it"]);
    fails(upload(&server, &["-p", "batch", "/dev/null"]), 2, &["/dev/null is not a regular file"]);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_file_that_is_too_large_is_refused_with_help() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("large.jsonl", "");
    // It has no blocks on the disk.
    fs::File::options().write(true).open(&path).unwrap().set_len((8 << 30) + 1).unwrap();
    fails(upload(&server, &["-p", "assistants", &path]), 2, &[&path, "8589934593", "help: split the file"]);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_pipe_and_an_empty_file_are_named() {
    let (server, files) = (server(Faults::new()), Files::new());
    let fifo = files.path("pipe.jsonl");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status();
    assert!(made.unwrap().success());
    fails(upload(&server, &["-p", "batch", &fifo]), 2, &[&fifo, "is not a regular file", "help:"]);
    fails(command(&["plan", &fifo]), 2, &[&fifo, "is not a regular file"]);
    let empty = files.file("empty.jsonl", "");
    fails(upload(&server, &["-p", "batch", &empty]), 1, &[&empty, "no line of JSON", "help:"]);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_file_without_permission_is_named() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.jsonl", "{}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let mut command = upload(&server, &["-p", "assistants", &path]);
    if fs::read(&path).is_ok() {
        // Nothing is forbidden to root, so the command is run as nobody, from where nobody can reach it.
        fs::set_permissions(files.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let program = files.path("openai-uploads");
        fs::copy(crate::program::path(), &program).unwrap();
        let arguments: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
        command = std::process::Command::new(program);
        command.args(arguments).uid(65534).gid(65534).current_dir("/");
        command.env("OPENAI_API_KEY", KEY).env("OPENAI_BASE_URL", server.base_url());
    }
    fails(command, 2, &[&path, "no permission to read", "permissions"]);
}

#[test]
fn a_missing_key_or_a_bad_base_url_is_bad_input() {
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    let mut without = command(&["upload", "-p", "assistants", &path]);
    without.env_remove("OPENAI_API_KEY");
    fails(without, 2, &["no API key", "OPENAI_API_KEY", "--api-key-file"]);
    let mut strange = command(&["upload", "-p", "assistants", &path]);
    strange.env("OPENAI_BASE_URL", "my server");
    fails(strange, 2, &["OPENAI_BASE_URL", "https://host/v1"]);
    let nowhere = files.path("nowhere");
    let command = command(&["upload", "-p", "assistants", "--api-key-file", &nowhere, &path]);
    fails(command, 2, &[&nowhere, "does not exist"]);
}

#[test]
fn a_wrong_key_is_named_as_the_reason() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    let mut wrong = upload(&server, &["-p", "assistants", &path]);
    wrong.env("OPENAI_API_KEY", "wrong");
    fails(wrong, 1, &[&path, "401", "OPENAI_API_KEY", "--api-key-file"]);
}

#[test]
fn a_key_that_the_server_repeats_is_not_shown() {
    let answering = AnsweringServer::start(|_| {
        (401, "", api_error(&format!("Incorrect key: {KEY} \u{1b}[2J"), "bad_key"))
    });
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    for json in [false, true] {
        let mut command =
            command(&["upload", "-p", "assistants", "--base-url", &answering.base_url(), &path]);
        command.args(json.then_some("--json"));
        let run = Run::of(&mut command);
        assert_eq!(run.code, Some(1));
        assert!(run.stderr.contains("[redacted]") && !run.stderr.contains('\u{1b}'), "{:?}", run.stderr);
    }
}

#[test]
fn a_refusal_of_the_server_comes_with_help() {
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    for (status, headers, message, code, words) in [
        (429, "x-should-retry: false\r\n", "Rate limit reached", "rate_limit_exceeded", "--concurrency"),
        (429, "retry-after: 600\r\n", "Rate limit reached", "rate_limit_exceeded", "--concurrency"),
        (429, "x-should-retry: false\r\n", "You exceeded your quota", "insufficient_quota", "billing"),
        (
            400,
            "",
            "Your organization has exceeded its storage limit of 100 GB.",
            "storage_limit",
            "files --help",
        ),
        (402, "", "Please pay", "billing_not_active", "billing"),
        (403, "", "Not allowed", "forbidden", "permissions"),
        (404, "", "Unknown URL", "not_found", "base URL"),
        (413, "", "Too large", "too_large", "--part-size"),
        (500, "x-should-retry: false\r\n", "Oops", "server_error", "later"),
        (302, "location: http://127.0.0.1:1/\r\n", "Moved", "moved", "base URL"),
    ] {
        let answering = AnsweringServer::start(move |_| (status, headers, api_error(message, code)));
        let base_url = answering.base_url();
        let arguments = ["upload", "-p", "assistants", "--api", "uploads", "--base-url", &base_url, &path];
        let command = command(&arguments);
        let status = status.to_string();
        if status == "302" {
            // Followed or not, no file is created.
            fails(command, 1, &[&path, "help:"]);
        } else {
            fails(command, 1, &[&path, &status, message, words, "help:"]);
        }
    }
}

#[test]
fn the_help_for_an_unknown_id_fits_files_and_uploads() {
    let server = server(Faults::new());
    for step in [&["files", "get", "file-0"][..], &["files", "delete", "file-0"], &["cancel", "upload_0"]] {
        let mut command = command(step);
        command.args(["--base-url", server.base_url()]);
        fails(command, 1, &["404", "help: nothing has this id, or nothing is at this URL; check the id"]);
    }
}

#[test]
fn an_upload_that_keeps_expiring_fails_with_help() {
    let answering = AnsweringServer::start(|path| {
        if path.ends_with("/parts") {
            return (400, "", api_error("This upload has expired", "upload_expired"));
        }
        let upload = serde_json::json!({
            "id": "upload_1", "object": "upload", "created_at": 1, "filename": "a.txt", "bytes": 5,
            "purpose": "assistants", "status": "pending", "expires_at": 4_102_444_800_u64,
        });
        (200, "", upload.to_string())
    });
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    let base_url = answering.base_url();
    let command =
        command(&["upload", "-p", "assistants", "--api", "uploads", "--base-url", &base_url, &path]);
    fails(command, 1, &[&path, "expired", "run the same command again"]);
}

#[test]
fn a_server_that_cannot_be_reached_comes_with_help() {
    let answering = AnsweringServer::start(|_| (200, "", String::new()));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (base_url, words) in [
        ("http://no-such-host.invalid/v1".to_owned(), &["the host no-such-host.invalid was not found"][..]),
        (format!("http://{nobody}/v1"), &["no connection", "Connection refused", "whether the server runs"]),
        (format!("https://{}/v1", answering.address), &["no secure connection", "http://", "certificates"]),
        (answering.base_url(), &["base URL"]),
    ] {
        let command = command(&["cancel", "upload_1", "--base-url", &base_url]);
        fails(command, 1, words);
    }
}

#[test]
fn control_characters_of_a_name_are_escaped() {
    let files = Files::new();
    let run = Run::of(&mut command(&["plan", &files.path("a\u{1b}[31mb")]));
    assert!(!run.stderr.contains('\u{1b}') && run.stderr.contains("\\u{1b}"), "{:?}", run.stderr);
}
