//! `--token-command`, and a key file that changes during a run.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};

use super::command_fixture::{Files, Run, command};
use super::network_fixture::{RawServer, reply, uploads_reply};

/// A program that prints `hidden-token-0001`, then `hidden-token-0002`, and so on.
fn token_program(files: &Files) -> String {
    let count = files.path("count");
    let script = format!("echo x >> '{count}'\nprintf 'hidden-token-%04d\\n' $(wc -l < '{count}')\n");
    format!("sh {}", files.file("print token.sh", script).replace(' ', "\\ "))
}

/// `cancel` at a server, without a key in the environment.
fn cancel(server: &RawServer, arguments: &[&str]) -> Run {
    let mut command = command(&["cancel", "upload_1", "--base-url", &format!("{}/v1", server.url())]);
    Run::of(command.args(arguments).env_remove("OPENAI_API_KEY"))
}

#[test]
fn a_token_command_takes_the_place_of_a_key() {
    let files = Files::new();
    let server = RawServer::start(uploads_reply);
    let run = cancel(&server, &["--token-command", &token_program(&files)]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(server.requests()[0].header("authorization"), Some("Bearer hidden-token-0001"));

    let azure = RawServer::start(uploads_reply);
    let mut command = command(&["cancel", "upload_1", "--azure-endpoint", &azure.url()]);
    command.args([
        "--token-command",
        "echo '{\"accessToken\":\"hidden-token-azure\",\"expires_on\":4102444800}'",
    ]);
    let run = Run::of(command.env_remove("OPENAI_API_KEY"));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let request = &azure.requests()[0];
    assert_eq!(request.header("authorization"), Some("Bearer hidden-token-azure"));
    assert_eq!((request.header("api-key"), &*request.target), (None, "/openai/v1/uploads/upload_1/cancel"));
}

#[test]
fn a_token_that_is_refused_during_an_upload_is_replaced() {
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    let parts = AtomicU32::new(0);
    let server = RawServer::start(move |request| {
        let is_old = request.header("authorization") == Some("Bearer hidden-token-0001");
        if request.target.ends_with("/parts") && is_old {
            parts.fetch_add(1, Ordering::Relaxed);
            return reply(401, "", "{}");
        }
        uploads_reply(request)
    });
    let mut upload = command(&[
        "upload",
        &path,
        "-p",
        "assistants",
        "--api",
        "uploads",
        "--token-command",
        &token_program(&files),
    ]);
    let run =
        Run::of(upload.env("OPENAI_BASE_URL", format!("{}/v1", server.url())).env_remove("OPENAI_API_KEY"));
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "file-1"), "{}", run.stderr);
    let used: Vec<_> =
        server.requests().iter().map(|one| one.header("authorization").unwrap()[20..].to_owned()).collect();
    assert_eq!(used, ["0001", "0001", "0002", "0002"]);
}

#[test]
fn a_token_command_that_does_not_work_is_found_before_anything_is_sent() {
    let server = RawServer::start(uploads_reply);
    for (token_command, words) in [
        (
            "sh -c 'echo hidden-token; echo please sign in >&2; exit 1'",
            &["failed (exit status: 1): please sign in"][..],
        ),
        ("true", &["printed nothing"]),
        ("printf 'hidden token'", &["printed text whose character 7"]),
        ("echo '{\"user\":\"hidden\"}'", &["JSON without a string `access_token`"]),
        ("no-such-program --flag", &["no-such-program was not found"]),
        // No shell puts a variable or another program in.
        ("echo hidden | cat", &["printed text"]),
    ] {
        let run = cancel(&server, &["--token-command", token_command]);
        assert_eq!(run.code, Some(2), "{token_command}: {}", run.stderr);
        for word in words.iter().chain(&["no access token: the command", "help: run the command by hand"]) {
            assert!(run.stderr.contains(word), "{word:?} is not in {}", run.stderr);
        }
        assert!(!run.stderr.contains("hidden"), "{}", run.stderr);
        assert_eq!(run.stderr.matches("error:").count(), 1, "{}", run.stderr);
    }
    for arguments in [
        &["--token-command", "echo 'x"][..],
        &["--token-command", ""],
        &["--token-command", "echo x", "--api-key-file", "x"],
    ] {
        let run = cancel(&server, arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
    }
    assert_eq!(server.count(), 0);
}

#[test]
fn a_refused_token_says_what_to_check() {
    let server = RawServer::start(|_| {
        reply(401, "content-type: application/json\r\n", "{\"error\":{\"message\":\"no\"}}")
    });
    let run = cancel(&server, &["--token-command", "echo hidden-token"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("401") && run.stderr.contains("--token-command"), "{}", run.stderr);
    assert!(!run.stderr.contains("hidden"), "{}", run.stderr);
}

#[test]
fn a_key_file_that_changes_during_a_run_is_read_again() {
    let files = Files::new();
    let (path, key) = (files.file("a.txt", "hello"), files.file("key", "OPENAI_API_KEY=hidden-old-key\n"));
    let changed = key.clone();
    let server = RawServer::start(move |request| {
        if request.target.ends_with("/parts")
            && request.header("authorization") == Some("Bearer hidden-old-key")
        {
            fs::write(&changed, "OPENAI_API_KEY=hidden-new-key\n").unwrap();
            return reply(401, "", "{}");
        }
        uploads_reply(request)
    });
    let mut upload =
        command(&["upload", &path, "-p", "assistants", "--api", "uploads", "--api-key-file", &key]);
    let run =
        Run::of(upload.env("OPENAI_BASE_URL", format!("{}/v1", server.url())).env_remove("OPENAI_API_KEY"));
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "file-1"), "{}", run.stderr);
    assert_eq!(server.requests().pop().unwrap().header("authorization"), Some("Bearer hidden-new-key"));
}
