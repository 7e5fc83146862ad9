//! The first examples of guides, run as they are typed.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use crate::command_fixture::Files;
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

/// Runs the example; what it prints on stderr.
fn run_first_example(guide: &str) -> String {
    let guide = fs::read_to_string(program::workspace().join("docs").join(guide)).unwrap();
    let mut blocks = guide.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let example = blocks.find(|block| !block.contains("cargo install")).expect("the guide has an example");
    // The port of the guide may be taken here.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let example = example.replace("8080", &port.to_string());
    let files = Files::new();
    let folder = program::path().parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("bash");
    shell.args(["-uc", &example]).current_dir(&files.0).env("PATH", path);
    let output = shell.env_remove("OPENAI_API_KEY").output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{example}\n{stderr}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("file-"), "{stderr}");
    stderr
}
