//! The command on an emulated terminal: bars, colours, and Ctrl-C as a key.

use std::io::{Read, Write};
use std::thread;
use std::time::Duration;

use openai_uploads::server::{Fault, Faults, LocalServer, When};

use crate::command_fixture::{Files, KEY, server, wait_until};

const WIDTHS: [u16; 3] = [60, 80, 120];
const ROWS: u16 = 30;

/// A run of the command on a terminal.
struct Terminal {
    child: std::process::Child,
    keys: pty_process::blocking::Pty,
    output: thread::JoinHandle<Vec<Vec<u8>>>,
    width: u16,
}

/// A run that ended.
struct Seen {
    code: Option<i32>,
    /// All bytes that the terminal got.
    raw: String,
    /// The terminal after each of its reads, the last one included.
    screens: Vec<String>,
}

impl Terminal {
    fn upload(server: &LocalServer, width: u16, arguments: &[&str]) -> Self {
        let base_url = ("OPENAI_BASE_URL", server.base_url());
        Self::run(width, &[base_url], &[&["upload"], arguments].concat())
    }

    fn run(width: u16, variables: &[(&str, &str)], arguments: &[&str]) -> Self {
        let (pty, pts) = pty_process::blocking::open().unwrap();
        pty.resize(pty_process::Size::new(ROWS, width)).unwrap();
        let child = pty_process::blocking::Command::new(crate::program::path())
            .args(arguments)
            .env_remove("NO_COLOR")
            .env("TERM", "xterm-256color")
            .env("OPENAI_API_KEY", KEY)
            .envs(variables.iter().copied())
            .spawn(pts)
            .unwrap();
        let mut reader = rustix::io::dup(&pty).map(std::fs::File::from).unwrap();
        let output = thread::spawn(move || {
            let (mut reads, mut buffer) = (Vec::new(), [0; 4096]);
            // Reading a terminal is an error after the last process on it has ended.
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                reads.push(buffer[..read].to_vec());
            }
            reads
        });
        Self { child, keys: pty, output, width }
    }

    /// Waits for the end, and returns the output on the terminal. No line of it may be wrapped.
    fn end(mut self) -> Seen {
        let code = self.child.wait().unwrap().code();
        drop(self.keys);
        let reads = self.output.join().unwrap();
        let mut parser = vt100::Parser::new(ROWS, self.width, 0);
        let mut screens = Vec::new();
        for read in &reads {
            parser.process(read);
            screens.push(parser.screen().contents());
        }
        let raw = String::from_utf8_lossy(&reads.concat()).into_owned();
        assert!(!raw.contains(KEY));
        Seen { code, raw, screens }
    }
}

impl Seen {
    fn last(&self) -> &str {
        self.screens.last().map_or("", String::as_str)
    }

    /// The lines of all screens with a bar or below one, which are the progress.
    fn progress_lines(&self) -> impl Iterator<Item = &str> {
        let lines = self.screens.iter().flat_map(|screen| screen.lines());
        lines.filter(|line| line.contains('[') || line.contains("elapsed") || line.contains("retrying"))
    }

    /// Whether some screen has a line with all these words.
    fn has_line(&self, words: &[&str]) -> bool {
        let mut lines = self.screens.iter().flat_map(|screen| screen.lines());
        lines.any(|line| words.iter().all(|word| line.contains(word)))
    }

    fn assert_line(&self, words: &[&str]) {
        assert!(self.has_line(words), "no line has {words:?}:\n{}", self.screens.join("\n---\n"));
    }

    /// Progress takes one row per line. A wrapped line would have its end in another row.
    fn assert_nothing_wraps(&self, width: u16) {
        for line in self.progress_lines() {
            assert!(line.chars().count() < width.into(), "{line:?} is too wide for {width} columns");
        }
        for (above, below) in
            self.screens.iter().flat_map(|screen| screen.lines().zip(screen.lines().skip(1)))
        {
            let is_row = above.contains('%') && above.contains("MiB");
            let is_expected = below.contains('[') || below.contains("elapsed") || below.contains("retrying");
            assert!(!is_row || is_expected || below.is_empty(), "{above:?} is followed by {below:?}");
        }
    }
}

/// Whether text contains sequences for colours or weights.
fn is_coloured(shown: &str) -> bool {
    shown.split("\u{1b}[").skip(1).any(|rest| {
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != ';');
        end.is_some_and(|end| rest[end..].starts_with('m'))
    })
}

#[test]
fn one_file_has_a_bar_that_goes_away() {
    for width in WIDTHS {
        let (server, files) = (server(Faults::new().rate(1_000_000)), Files::new());
        let (path, _) = files.random("a.bin", 7, 4_000_000);
        let seen =
            Terminal::upload(&server, width, &["-p", "assistants", "--api", "uploads", "-c", "2", &path])
                .end();
        assert_eq!(seen.code, Some(0), "{}", seen.raw);
        seen.assert_line(&["a.bin  [=", ">", "%", "/3.8 MiB", "0/2"]);
        seen.assert_line(&["MiB/s, 0:0", " elapsed, 0:0", " left"]);
        seen.assert_nothing_wraps(width);
        let id = &server.files()[0].id;
        let (last, end) = (seen.last(), format!("a.bin {id} (3.8 MiB in "));
        assert!(!last.contains("[=") && !last.contains("elapsed"), "the bar is still there:\n{last}");
        assert_eq!(last.replace('\n', "").matches(id.as_str()).count(), 1, "{last}");
        assert!(last.replace('\n', "").contains(&end), "{last}");
    }
}

#[test]
fn five_files_have_aligned_bars_and_one_for_all() {
    let names =
        ["a.bin", "b.bin", "c.bin", "d.bin", "a-name-that-is-much-too-long-for-a-narrow-terminal-0005.bin"];
    for width in WIDTHS {
        let (server, files) = (server(Faults::new().rate(400_000)), Files::new());
        let paths = names.map(|name| files.random(name, 8, 1_000_000).0);
        let mut arguments = vec!["-p", "assistants", "--api", "uploads", "-c", "5"];
        arguments.extend(paths.iter().map(String::as_str));
        let seen = Terminal::upload(&server, width, &arguments).end();
        assert_eq!(seen.code, Some(0), "{}", seen.raw);
        seen.assert_line(&["0/5 files", "%", "/4.7 MiB"]);
        seen.assert_line(&["a.bin", "%", "/0.9 MiB", "0/1"]);
        seen.assert_line(&["a-name-", "…", "%"]);
        seen.assert_nothing_wraps(width);
        let all =
            seen.screens.iter().find(|screen| screen.lines().filter(|line| line.contains('[')).count() == 6);
        let all = all.expect(&seen.raw);
        let columns: Vec<_> = all
            .lines()
            .filter(|line| line.contains('['))
            .map(|line| line.chars().position(|character| character == '%'))
            .collect();
        assert!(columns.iter().all(|column| *column == columns[0]), "{all}");
        for file in server.files() {
            assert!(seen.last().replace('\n', "").contains(&file.id), "{}", seen.last());
        }
    }
}

#[test]
fn a_retry_shows_its_reason_and_the_next_try() {
    let faults =
        Faults::new().with(Fault::fail(503).header("retry-after", "2"), When::nth(1).on("addUploadPart"));
    for width in WIDTHS {
        let (server, files) = (server(faults.clone()), Files::new());
        let path = files.file("a.bin", vec![0; 1_500_000]);
        let seen =
            Terminal::upload(&server, width, &["-p", "assistants", "--api", "uploads", "-c", "1", &path])
                .end();
        assert_eq!(seen.code, Some(0), "{}", seen.raw);
        seen.assert_line(&["part 1 failed: the server", ", retrying in 1."]);
        seen.assert_line(&["elapsed", "1 retry"]);
        seen.assert_nothing_wraps(width);
        assert!(!seen.last().contains("retrying"), "{}", seen.last());
        assert!(seen.last().replace('\n', "").contains("1 retry)"), "{}", seen.last());
    }
}

#[test]
fn a_stalled_upload_has_no_estimate() {
    let faults = Faults::new().with(Fault::stall(0), When::always().on("addUploadPart"));
    let (server, files) = (server(faults), Files::new());
    let (path, _) = files.random("a.bin", 9, 4_000_000);
    let mut terminal = Terminal::upload(&server, 80, &["-p", "assistants", "--api", "uploads", &path]);
    wait_until("a part", || server.requests().len() > 1);
    thread::sleep(Duration::from_secs(7));
    terminal.keys.write_all(&[3]).unwrap();
    let seen = terminal.end();
    assert_eq!(seen.code, Some(130), "{}", seen.raw);
    seen.assert_line(&["  0 B/s, 0:0", "elapsed, — left"]);
}

#[test]
fn an_upload_shows_how_far_its_check_is() {
    let (server, files) = (server(Faults::new()), Files::new());
    let path = files.file("a.jsonl", "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(1_500_000));
    let seen = Terminal::upload(&server, 60, &["-p", "fine-tune", &path]).end();
    assert_eq!(seen.code, Some(0), "{}", seen.raw);
    seen.assert_line(&["a.jsonl", "%", "MiB", "checking"]);
    let checking: Vec<_> = seen.progress_lines().filter(|line| line.contains("checking")).collect();
    assert!(checking.iter().any(|line| !line.contains(" 0%")), "{checking:?}");
    seen.assert_nothing_wraps(60);
}

#[test]
fn waiting_for_a_server_is_shown() {
    let faults = Faults::new().with(Fault::delay(Duration::from_secs(18)), When::always());
    let (server, files) = (server(faults), Files::new());
    let path = files.file("a.bin", "hello");
    let seen = Terminal::upload(&server, 60, &["-p", "assistants", &path]).end();
    assert_eq!(seen.code, Some(0), "{}", seen.raw);
    seen.assert_line(&["waiting for the server for 15 s"]);
    seen.assert_line(&["waiting for the server for 16 s"]);
    seen.assert_nothing_wraps(60);
}

#[test]
fn a_check_of_a_large_file_has_a_bar_that_goes_away() {
    let files = Files::new();
    let path = files.file("a.jsonl", "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(1_500_000));
    for width in WIDTHS {
        let seen = Terminal::run(width, &[], &["check", "-p", "fine-tune", &path]).end();
        assert_eq!(seen.code, Some(0), "{}", seen.raw);
        seen.assert_line(&["a.jsonl", "[", "%", "MiB", "checking"]);
        seen.assert_nothing_wraps(width);
        assert!(!seen.last().contains("checking") && seen.last().contains("fit for"), "{}", seen.last());
    }
}

#[test]
fn colours_are_only_for_terminals_that_allow_them() {
    let (server, files) = (server(Faults::new()), Files::new());
    let seen = Terminal::upload(&server, 100, &["-p", "assistants", &files.path("none")]).end();
    assert_eq!(seen.code, Some(2));
    assert!(is_coloured(&seen.raw), "{:?}", seen.raw);
    let path = files.file("a.jsonl", "{\"prompt\":\"1\",\"completion\":\"2\"}\n".repeat(10));
    for no_color in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let arguments = ["upload", "-p", "fine-tune", "-m", "text/x-odd", &files.path("none"), &path];
        let variables = [("OPENAI_BASE_URL", server.base_url()), no_color];
        let seen = Terminal::run(100, &variables, &arguments).end();
        assert_eq!(seen.code, Some(1));
        let shown = seen.raw;
        assert!(shown.contains("none does not exist") && shown.contains("warning: "), "{shown:?}");
        assert!(!is_coloured(&shown), "{no_color:?}: {shown:?}");
    }
}

#[test]
fn ctrl_c_is_a_key_and_removes_the_bars() {
    for width in WIDTHS {
        let (server, files) = (server(Faults::new().rate(500_000)), Files::new());
        let (path, _) = files.random("a.bin", 9, 4_000_000);
        let arguments = ["-p", "assistants", "--part-size", "100KB", &path];
        let mut terminal = Terminal::upload(&server, width, &arguments);
        wait_until("a request", || server.requests().len() > 2);
        thread::sleep(Duration::from_millis(300));
        terminal.keys.write_all(&[3]).unwrap();
        let seen = terminal.end();
        assert_eq!(seen.code, Some(130), "{}", seen.raw);
        let last = seen.last();
        assert!(!last.contains("[=") && !last.contains("elapsed"), "{last}");
        let last = last.replace('\n', "");
        for words in
            ["interrupted: 1 file not done", "/40 parts kept", "in flight lost", "--part-size 100000"]
        {
            assert!(last.contains(words), "{words:?} is not in {last}");
        }
    }
}
