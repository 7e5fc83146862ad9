//! Output for programs, on stdout.

use std::io::{self, ErrorKind, Write};

use crate::exit::{CommandError, Exit};

/// Writes a line to stdout and flushes it. A broken pipe, as after `head`, is not an error.
pub(crate) fn line(line: impl AsRef<str>) -> Result<(), CommandError> {
    try_line(line.as_ref()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => CommandError::silent(Exit::Done),
        _ => CommandError::failed(format!("cannot write to stdout: {error}"))
            .with_help("check the disk or the program that stdout goes to"),
    })
}

/// Writes a line to stdout and flushes it. The caller reports what is lost if that fails.
pub(crate) fn try_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// A value on one line.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("the structs that are printed have string keys and finite numbers")
}
