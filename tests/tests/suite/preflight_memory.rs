//! The memory of a preflight, measured from outside the process.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::command_fixture::{Run, command};

/// The peak memory of a process so far, in bytes.
fn peak(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Feeds one line of `repeats` mebibytes to `check`. Returns its peak memory and its output.
fn check(purpose: &str, begin: &[u8], filling: u8, repeats: usize, end: &[u8]) -> (u64, Run) {
    let mut child = command(&["check", "-p", purpose, "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(begin).unwrap();
    let block = vec![filling; 1 << 20];
    for _ in 0..repeats {
        stdin.write_all(&block).unwrap();
    }
    let peak = peak(child.id());
    stdin.write_all(end).unwrap();
    drop(stdin);
    (peak, Run::from(child.wait_with_output().unwrap()))
}

#[test]
fn a_line_of_any_length_takes_no_more_memory_than_a_short_one() {
    const REPEATS: usize = 64;
    for (purpose, begin, filling, end, expected) in [
        ("fine-tune", "{\"prompt\":\"", b'x', "\",\"completion\":\"y\"}\n", "too few examples"),
        (
            "fine-tune",
            "{\"messages\":[{\"role\":\"assistant\",\"function_call\":{\"name\":\"f\",\"arguments\":\"[",
            b'1',
            "]\"}}]}\n",
            "too few examples",
        ),
        ("fine-tune", "{\"messages\":[{\"role\":\"", b'x', "\"}]}\n", "unknown role"),
        ("fine-tune", "{\"messages\":[", b'1', "]}\n", "must be an object, is a number"),
        ("fine-tune", "{\"", b'x', "\":1}\n", "must have `messages`"),
        ("fine-tune", "[", b'1', "]\n", "must be an object"),
        ("fine-tune", "", b'[', "\n", "nested more than"),
        ("fine-tune", "", b' ', "\n", "has no line of JSON"),
        ("batch", "{\"custom_id\":\"", b'x', "\"}\n", "`custom_id` is longer than"),
        ("batch", "{\"url\":\"", b'x', "\"}\n", "`url` is longer than"),
    ] {
        let (peak, run) = check(purpose, begin.as_bytes(), filling, REPEATS, end.as_bytes());
        let what = format!("{begin}{}…", char::from(filling));
        assert!(run.stdout.contains(expected), "{what}: {}{}", run.stdout, run.stderr);
        assert!(peak < 40 << 20, "{what}: {peak} bytes for a line of {REPEATS} MiB");
    }
}
