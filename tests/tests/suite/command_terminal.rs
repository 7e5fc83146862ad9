//! The command on a terminal: bars, colours, and Ctrl-C as a key.

use std::io::{Read, Write};
use std::thread;

use openai_uploads::server::{Fault, Faults, LocalServer, When};

use crate::command_fixture::{Files, KEY, server, wait_until};

/// A run of `upload` on a terminal of 100 columns.
struct Terminal {
    child: std::process::Child,
    keys: pty_process::blocking::Pty,
    screen: thread::JoinHandle<String>,
}

impl Terminal {
    fn run(server: &LocalServer, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(30, 100)).unwrap();
        let child = pty_process::blocking::Command::new(crate::program::path())
            .arg("upload")
            .args(arguments)
            .env_remove("NO_COLOR")
            .env("TERM", "xterm-256color")
            .env("OPENAI_API_KEY", KEY)
            .env("OPENAI_BASE_URL", server.base_url())
            .envs(variables.iter().copied())
            .spawn(pts)
            .unwrap();
        let mut output = rustix::io::dup(&pty).map(std::fs::File::from).unwrap();
        let screen = thread::spawn(move || {
            let (mut shown, mut buffer) = (Vec::new(), [0; 4096]);
            // When the last process on it has gone, reading a terminal is an error.
            while let Ok(read @ 1..) = output.read(&mut buffer) {
                shown.extend_from_slice(&buffer[..read]);
            }
            String::from_utf8_lossy(&shown).into_owned()
        });
        Self { child, keys: pty, screen }
    }

    /// The exit code, and all that was shown.
    fn end(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        drop(self.keys);
        let shown = self.screen.join().unwrap();
        assert!(!shown.contains(KEY));
        (code, shown)
    }
}

/// Whether text has what chooses colours or weights.
fn is_coloured(shown: &str) -> bool {
    shown.split("\u{1b}[").skip(1).any(|rest| {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != ';');
        end.is_some_and(|end| rest[end..].starts_with('m'))
    })
}

#[test]
fn a_bar_shows_how_far_it_is_and_goes_away() {
    let faults = Faults::new()
        .rate(1_000_000)
        .with(Fault::fail(503).header("retry-after", "0"), When::nth(2).on("addUploadPart"));
    let (server, files) = (server(faults), Files::new());
    let (path, _) = files.random("a.bin", 7, 4_000_000);
    let (code, shown) = Terminal::run(&server, &[], &["-p", "assistants", "-c", "2", &path]).end();
    assert_eq!(code, Some(0), "{shown}");
    for word in
        ["[=", "/3.81 MiB", "%", "/s", "left", "1 retry", &server.files()[0].id, "a.bin: sent 3.8 MiB"]
    {
        assert!(shown.contains(word), "{word:?} is not in {shown:?}");
    }
    let after = &shown[shown.rfind("a.bin: sent").unwrap()..];
    assert!(!after.contains("[="), "the bar is gone in the end: {after:?}");
}

#[test]
fn several_files_have_a_bar_each_and_one_for_all() {
    let (server, files) = (server(Faults::new().rate(1_000_000)), Files::new());
    let paths = ["a.bin", "b.bin"].map(|name| files.random(name, 8, 2_000_000).0);
    let arguments = ["-p", "assistants", "-c", "2", &paths[0], &paths[1]];
    let (code, shown) = Terminal::run(&server, &[], &arguments).end();
    assert_eq!(code, Some(0), "{shown}");
    for word in ["2 files [", "a.bin [", "b.bin [", "/3.81 MiB", "/1.91 MiB"] {
        assert!(shown.contains(word), "{word:?} is not in {shown:?}");
    }
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let (server, files) = (server(Faults::new()), Files::new());
    let arguments = ["-p", "assistants", &files.path("none")];
    let (code, shown) = Terminal::run(&server, &[], &arguments).end();
    assert_eq!(code, Some(2));
    assert!(is_coloured(&shown), "{shown:?}");
    let path = files.file("a.jsonl", "{\"prompt\":1,\"completion\":2}");
    for no_color in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let arguments = ["-p", "fine-tune", "-m", "text/x-odd", &files.path("none"), &path];
        let (code, shown) = Terminal::run(&server, &[no_color], &arguments).end();
        assert_eq!(code, Some(1));
        assert!(shown.contains("error: there is no file") && shown.contains("warning: "), "{shown:?}");
        assert!(!is_coloured(&shown), "{no_color:?}: {shown:?}");
    }
}

#[test]
fn ctrl_c_is_a_key() {
    let (server, files) = (server(Faults::new().rate(500_000)), Files::new());
    let (path, _) = files.random("a.bin", 9, 4_000_000);
    let mut terminal = Terminal::run(&server, &[], &["-p", "assistants", "--part-size", "100KB", &path]);
    wait_until("a request", || server.requests().len() > 2);
    terminal.keys.write_all(&[3]).unwrap();
    let (code, shown) = terminal.end();
    assert_eq!(code, Some(130), "{shown:?}");
    assert!(shown.contains("to go on:") && shown.contains("--part-size 100000"), "{shown:?}");
}
