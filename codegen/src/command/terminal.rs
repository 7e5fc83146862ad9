//! Output of commands: results go to stdout, everything else to stderr.
//!
//! A broken pipe (`| head`) is not an error.

use std::io::{self, IsTerminal, Write};

/// Writes a result to stdout.
pub fn print(text: &str) {
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

/// Writes a message to stderr.
pub fn eprint(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Whether messages may have colours: stderr is a terminal, and `NO_COLOR` is not set.
pub fn is_coloured() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Shows the steps of a command on stderr as they begin, if that is a terminal.
#[derive(Debug)]
pub struct Progress {
    is_shown: bool,
}

impl Progress {
    /// Progress that is shown if it is `wanted` and stderr is a terminal.
    pub fn new(wanted: bool) -> Self {
        Self { is_shown: wanted && io::stderr().is_terminal() }
    }

    /// Shows that a step begins: a verb, and what it is about.
    pub fn step(&self, verb: &str, object: &str) {
        if self.is_shown {
            eprint(&format!("{verb:>12} {object}\n"));
        }
    }
}
