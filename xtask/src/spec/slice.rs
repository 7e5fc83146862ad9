//! `cargo xtask spec slice`: what `openapi-crate slice` does.

use std::path::PathBuf;

use openapi_crate::command::failure::Failure;
use openapi_crate::command::report::Report;
use openapi_crate::command::slice;

/// Cut a document down to some operations and all that they reach, keeping order and text
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The document to cut
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Keep the operations that have this tag; may be given several times
    #[arg(long, value_name = "TAG", required_unless_present = "operation")]
    tag: Vec<String>,
    /// Keep this operation, by its operationId or as 'post /uploads'; may be given several times
    #[arg(long, value_name = "ID")]
    operation: Vec<String>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let Arguments { from, tag, operation, out } = arguments;
    let (spec, tag) = (from.clone(), tag.clone());
    slice::Arguments { spec, tag, operation: operation.clone(), out: out.clone() }.run()
}
