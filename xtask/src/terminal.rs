//! What the commands say: results to standard output, complaints to standard error.
//!
//! A reader that has seen enough (`| head`) is no fault.

use std::io::{self, IsTerminal, Write};

/// Says a result.
pub(crate) fn say(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// Says what is wrong.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether complaints may be in colour: somebody reads them at a terminal and has not asked for none.
pub(crate) fn is_coloured() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
