//! `key set`, `--key-from-keyring` and `key remove`, with GNOME Keyring on a D-Bus of its own.

use std::fs;
use std::process::{Command, Stdio};

use openai_uploads::server::Faults;

use crate::command_fixture::{Files, KEY, Run, command, server};
use crate::program;
use crate::skipped::skipped;

/// Runs a shell in a session with a new keyring, which is unlocked. The script finds the command as `$PROGRAM`.
fn in_session(script: &str, files: &Files, base_url: &str) -> Option<Run> {
    let has = |program: &str| {
        let mut command = Command::new(program);
        let found = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    };
    if !program::has_keyring() || !has("dbus-run-session") || !has("gnome-keyring-daemon") {
        skipped("no test with a keyring; set TEST_KEYRING=1, and install gnome-keyring and dbus");
        return None;
    }
    fs::create_dir_all(files.path("run")).unwrap();
    let unlock = "echo -n password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
    let mut session = Command::new("dbus-run-session");
    session.args(["--", "bash", "-c", &format!("{unlock}; {script}")]).stdin(Stdio::null());
    session.env("PROGRAM", program::path()).env("KEY", KEY).env("OPENAI_BASE_URL", base_url);
    session
        .env_remove("OPENAI_API_KEY")
        .env("HOME", files.0.path())
        .env("XDG_RUNTIME_DIR", files.path("run"));
    session.env_remove("XDG_DATA_HOME").env_remove("DISPLAY");
    Some(Run::of(&mut session))
}

#[test]
fn a_key_is_stored_used_and_removed() {
    let (server, files) = (server(Faults::new()), Files::new());
    files.file("a.txt", "hello");
    let script = "cd ~
        echo \"OPENAI_API_KEY=$KEY\" | $PROGRAM key set
        $PROGRAM upload -p assistants a.txt --key-from-keyring || exit 1
        $PROGRAM doctor --key-from-keyring --json
        $PROGRAM key remove
        $PROGRAM upload -p assistants a.txt --key-from-keyring
        echo $?";
    let Some(run) = in_session(script, &files, server.base_url()) else { return };
    let lines: Vec<_> = run.stdout.lines().collect();
    let [id, report, last] = lines[..] else { panic!("{}\n{}", run.stdout, run.stderr) };
    assert_eq!(server.content(id).unwrap(), b"hello");
    let report: serde_json::Value = serde_json::from_str(report).unwrap();
    let entry = report["settings"]["key"]["from"].as_str().unwrap();
    assert!(entry.starts_with("the entry openai-uploads, 127.0.0.1:"), "{entry}");
    assert_eq!(last, "2", "{}", run.stderr);
    for words in
        ["the key is stored as the entry", "is removed", "does not exist", "help: store the key with"]
    {
        assert!(run.stderr.contains(words), "{words:?} is not in {}", run.stderr);
    }
}

#[test]
fn a_machine_without_a_keyring_gets_one_message() {
    let server = server(Faults::new());
    if !program::has_keyring() {
        let run = Run::of(&mut command(&["files", "list", "--key-from-keyring"]));
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("built without keyrings"), "{}", run.stderr);
        assert!(run.stderr.contains("help: install it with --features cli,keyring"), "{}", run.stderr);
        return;
    }
    for arguments in [&["files", "list", "--key-from-keyring"][..], &["key", "remove"]] {
        let mut command = command(arguments);
        command.env("OPENAI_BASE_URL", server.base_url()).env_remove("OPENAI_API_KEY");
        command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus").env_remove("XDG_RUNTIME_DIR");
        let run = Run::of(&mut command);
        assert_eq!(run.code, Some(2), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains("of the keyring cannot be"), "{}", run.stderr);
        assert!(run.stderr.contains("help: check that a keyring runs"), "{}", run.stderr);
        let errors = run.stderr.lines().filter(|line| line.starts_with("error: "));
        assert_eq!(errors.count(), 1, "{}", run.stderr);
    }
    // Without the option, a missing key is reported as before.
    let mut command = command(&["files", "list"]);
    command.env_remove("OPENAI_API_KEY").env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/no/such/bus");
    let run = Run::of(&mut command);
    assert!(run.stderr.contains("no API key"), "{}", run.stderr);
    assert_eq!(server.requests().len(), 0);
}
