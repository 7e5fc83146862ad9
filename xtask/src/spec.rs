//! `cargo xtask spec`: commands for documents.

mod diff;
mod slice;

use openapi_crate::command::failure::Failure;
use openapi_crate::command::report::Report;

/// Compare documents and cut them down
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Diff(diff::Arguments),
    Slice(slice::Arguments),
}

pub(crate) fn run(command: &Command) -> Result<Report, Failure> {
    match command {
        Command::Diff(arguments) => diff::run(arguments),
        Command::Slice(arguments) => slice::run(arguments),
    }
}
