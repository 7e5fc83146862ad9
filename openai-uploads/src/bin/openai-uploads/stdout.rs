//! What programs read, on stdout.

use std::io::{self, ErrorKind, Write};

use crate::exit::{Exit, Trouble};

/// Writes a line to stdout, at once.
///
/// A reader that has gone away, as `head` does, ends the run as if all had been read.
pub(crate) fn line(line: impl AsRef<str>) -> Result<(), Trouble> {
    try_line(line.as_ref()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Trouble::silent(Exit::Done),
        _ => Trouble::failed(format!("stdout cannot be written: {error}")),
    })
}

/// Writes a line to stdout, where it is for the caller to say what is lost if that fails.
pub(crate) fn try_line(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// A value on one line.
pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value)
        .expect("what is printed has names for its members and no number that JSON lacks")
}
