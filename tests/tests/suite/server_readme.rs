//! The `curl` commands in `docs/local-server.md`, run as they are written.

use std::fs;
use std::process::Command;

use crate::server_fixture::start_with;
use crate::skipped::skipped;
use openai_uploads::server::Server;

const GUIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/local-server.md");
const KEY: &str = "sk-of-the-test";

#[test]
fn the_curl_commands_of_the_guide_work_as_typed() {
    if Command::new("curl").arg("--version").output().is_err() {
        return skipped("there is no curl");
    }
    let guide = fs::read_to_string(GUIDE).unwrap();
    let mut blocks = guide.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
    let Some(commands) = blocks.find(|block| block.contains("curl ")) else {
        return skipped("docs/local-server.md has no commands for curl");
    };
    let server = start_with(Server::builder().api_key(KEY));
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-euc", commands]).current_dir(&folder);
    shell.env("OPENAI_BASE_URL", server.base_url()).env("OPENAI_API_KEY", KEY);
    let ran = shell.output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "hello world\n");
    assert_eq!(server.files().len(), 1);
}
