//! `cargo xtask spec slice`: what `openapi-crate slice` does.

use std::path::PathBuf;

use openapi_crate::command::choice::Choice;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::report::Report;
use openapi_crate::command::slice;

/// Cut a document down to some operations and all that they reach, keeping order and text
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document to cut
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let Arguments { from, out, choice } = arguments;
    slice::Arguments { spec: from.clone(), out: out.clone(), choice: choice.clone(), overlay: Vec::new() }
        .run()
}
