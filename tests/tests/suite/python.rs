//! A Python with the packages that some tests need.

use std::ffi::OsString;
use std::process::{Command, Stdio};

use crate::skipped::skipped;

/// A command that runs a Python with the package: the one in `OPENAI_PYTHON`, or else `python3`. `None`, with a
/// message: there is no such Python, and the test is skipped.
pub(crate) fn with(package: &str) -> Option<Command> {
    let command = quietly_with(package);
    if command.is_none() {
        let python = interpreter();
        let python = python.display();
        skipped(&format!("{python} has no package {package}; set OPENAI_PYTHON to a Python that has it"));
    }
    command
}

/// As [`with`], for callers that say themselves what is skipped.
pub(crate) fn quietly_with(package: &str) -> Option<Command> {
    let mut command = Command::new(interpreter());
    let import =
        command.args(["-c", &format!("import {package}")]).stdout(Stdio::null()).stderr(Stdio::null());
    import.status().is_ok_and(|status| status.success()).then(|| Command::new(interpreter()))
}

fn interpreter() -> OsString {
    std::env::var_os("OPENAI_PYTHON").unwrap_or_else(|| OsString::from("python3"))
}

/// Runs it to its end, and fails with all that it printed if it fails.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) {
    let ended = command.output().unwrap();
    let (said, complained) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{said}\n{complained}");
}
