//! The first examples of guides, run as they are typed.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use crate::command_fixture::{Files, wait_until};
use crate::program;

#[test]
fn the_first_example_of_the_guide_works_as_typed() {
    run_first_example("command.md");
}

#[test]
fn the_first_example_of_the_guide_to_sources_works_as_typed() {
    let stderr = run_first_example("sources.md");
    assert!(stderr.contains("3 files: 3 unchanged"), "{stderr}");
}

#[test]
fn the_first_run_of_the_guide_to_batches_works_as_typed() {
    let (guide, port) = guide("batches.md");
    let [serve, run] = [0, 1].map(|index| block(&guide, "sh", index));
    let files = Files::new();
    files.file("requests.jsonl", block(&guide, "json", 0));
    let mut server =
        shell(&format!("exec {serve}"), &files).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    wait_until("the server listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let output = shell(run, &files).output().unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{run}\n{stderr}");
    assert!(stderr.contains("1 of 1 requests have an answer, in results.jsonl"), "{stderr}");
    let results = fs::read_to_string(files.path("results.jsonl")).unwrap();
    let result: serde_json::Value = serde_json::from_str(&results).unwrap();
    assert_eq!((&result["custom_id"], &result["response"]["status_code"]), (&"1".into(), &200.into()));
    assert_eq!(files.names(), ["requests.jsonl", "results.jsonl", "uploads"]);
}

/// Runs the example; what it prints on stderr.
fn run_first_example(guide: &str) -> String {
    let (guide, _) = self::guide(guide);
    let is_installation = block(&guide, "sh", 0).contains("cargo install");
    let example = block(&guide, "sh", usize::from(is_installation));
    let files = Files::new();
    let output = shell(example, &files).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{example}\n{stderr}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("file-"), "{stderr}");
    stderr
}

/// The text of a guide with a free port in place of its own, which may be taken here; and the port.
fn guide(name: &str) -> (String, u16) {
    let text = fs::read_to_string(program::workspace().join("docs").join(name)).unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    (text.replace("8080", &port.to_string()), port)
}

/// A block of the language in a guide.
fn block<'a>(guide: &'a str, language: &str, index: usize) -> &'a str {
    let start = format!("```{language}\n");
    let mut blocks = guide.split(start.as_str()).skip(1);
    blocks.nth(index).and_then(|block| block.split("```").next()).expect("the guide has the block")
}

/// A shell in the folder that finds the command, without a key.
fn shell(example: &str, files: &Files) -> Command {
    let folder = program::path().parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-uc", example]).current_dir(&files.0).env("PATH", path).env_remove("OPENAI_API_KEY");
    shell
}
