//! Where the command reads the API key, and how it treats a key with extra characters around it.

use openai_uploads::server::{Faults, LocalServer};

use crate::command_fixture::{AnsweringServer, Files, KEY, Run, api_error, command, server, upload};

/// Runs `upload` with this value of `OPENAI_API_KEY`.
fn run_with_variable(server: &LocalServer, path: &str, value: &str) -> Run {
    Run::of(upload(server, &["-p", "assistants", path]).env("OPENAI_API_KEY", value))
}

/// Runs `upload` with a key file of this content.
fn run_with_file(server: &LocalServer, files: &Files, path: &str, content: impl AsRef<[u8]>) -> Run {
    let key = files.file("key", content);
    let mut command = upload(server, &["-p", "assistants", "--api-key-file", &key, path]);
    Run::of(command.env_remove("OPENAI_API_KEY"))
}

#[test]
fn a_key_variable_is_read_without_characters_around_it() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    for value in [
        format!("{KEY}\n"),
        format!("{KEY}\r\n"),
        format!("  {KEY}\t"),
        format!("\"{KEY}\""),
        format!("'{KEY}'\n"),
        format!("\u{feff}{KEY}"),
    ] {
        let run = run_with_variable(&server, &path, &value);
        assert_eq!(run.code, Some(0), "{value:?}: {}", run.stderr);
    }
}

#[test]
fn a_key_file_is_read_without_characters_around_the_key() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    for content in [
        format!("{KEY}\r\n\r\n"),
        format!("\u{feff}\"{KEY}\"\n"),
        format!("OPENAI_API_KEY={KEY}\n"),
        format!("# mine\nOPENAI_ORG_ID=org\nexport OPENAI_API_KEY=\"{KEY}\"\n"),
    ] {
        let run = run_with_file(&server, &files, &path, &content);
        assert_eq!(run.code, Some(0), "{content:?}: {}", run.stderr);
    }
}

#[test]
fn a_key_that_no_header_can_carry_is_bad_input_and_not_shown() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    for (value, problem) in [
        (format!("{KEY}\nmore"), "a line break"),
        (format!("{KEY} more"), "a space"),
        (format!("{KEY}\u{7}more"), "a control character"),
        (format!("{KEY}é"), "not an ASCII character"),
    ] {
        // `Run` checks that the key is not shown.
        let run = run_with_variable(&server, &path, &value);
        assert_eq!(run.code, Some(2), "{value:?}: {}", run.stderr);
        assert!(run.stderr.contains("OPENAI_API_KEY") && run.stderr.contains(problem), "{}", run.stderr);
        assert!(run.stderr.contains("help: "), "{}", run.stderr);
    }
    for (content, problem) in [
        (format!("{KEY}\nmore\n"), "has 2 lines"),
        (format!("{KEY} more\n"), "a space"),
        ("\n\n".to_owned(), "is empty"),
        ("OPENAI_API_KEY=\n".to_owned(), "has no key"),
    ] {
        let run = run_with_file(&server, &files, &path, &content);
        assert_eq!(run.code, Some(2), "{content:?}: {}", run.stderr);
        assert!(run.stderr.contains(&files.path("key")) && run.stderr.contains(problem), "{}", run.stderr);
    }
    let mut blank = command(&["upload", "-p", "assistants", &path]);
    let run = Run::of(blank.env("OPENAI_API_KEY", " \n"));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("OPENAI_API_KEY is empty"), "{}", run.stderr);
    let directory = files.0.path().to_str().unwrap();
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--api-key-file", directory, &path]));
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains(&format!("{directory} is a directory")), "{}", run.stderr);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn other_variables_are_read_without_characters_around_them() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.txt", "hello");
    let mut quoted = upload(&server, &["-p", "assistants", &path]);
    quoted.env("OPENAI_BASE_URL", format!(" \"{}\"\r\n", server.base_url()));
    quoted.env("OPENAI_ORG_ID", "org-1\n").env("OPENAI_PROJECT_ID", "'proj-1'");
    let run = Run::of(&mut quoted);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mut broken = upload(&server, &["-p", "assistants", &path]);
    let run = Run::of(broken.env("OPENAI_ORG_ID", "org\n1"));
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("OPENAI_ORG_ID"), "{}", run.stderr);
}

#[test]
fn a_short_key_does_not_garble_messages() {
    let answering = AnsweringServer::start(|_| (403, "", api_error("many companies may not", "any")));
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    let mut command = command(&["upload", "-p", "assistants", "--base-url", &answering.base_url(), &path]);
    let run = Run::of(command.env("OPENAI_API_KEY", "any"));
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("many companies may not"), "{}", run.stderr);
    assert!(!run.stderr.contains("[the API key]"), "{}", run.stderr);
}
