//! `cargo xtask codegen`: what `openapi-crate generate` does, for this workspace's document and crate.

use std::path::{Path, PathBuf};

use openapi_crate::command::failure::Failure;
use openapi_crate::command::generate::{self, Job};
use openapi_crate::command::report::Report;
use openapi_crate::command::settings::{Settings, crate_name};
use openapi_crate::command::terminal::Progress;
use openapi_crate::{Input, Options, Output};

use crate::workspace;

/// Write Rust and its reference pages from an OpenAPI document
///
/// Without arguments, from spec/uploads.yaml into openai-uploads
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; show what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Exit with 2, and write nothing, if the document has something that cannot be expressed
    #[arg(long)]
    deny_warnings: bool,
    /// Another document, to make a crate of: the same as `openapi-crate generate FILE`
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// The folder to write the crate to
    #[arg(long, value_name = "DIR", requires = "name")]
    out: Option<PathBuf>,
    /// The name of the crate
    #[arg(long, value_parser = crate_name, requires = "spec")]
    name: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let progress = Progress::new(true);
    let (check, deny_warnings) = (arguments.check, arguments.deny_warnings);
    if arguments.spec.is_some() {
        let (spec, out, name) = (arguments.spec.clone(), arguments.out.clone(), arguments.name.clone());
        let settings = Settings { spec, out, name, deny_warnings, ..Settings::default() };
        return generate::run(&settings, check, generate::writing_command("cargo xtask"), &progress);
    }
    let root = workspace::root();
    let job = Job {
        out: &root.join(workspace::CRATE),
        options: Options { output: Output::Modules, ..Options::default() },
        is_check: check,
        deny_warnings,
        command: "cargo xtask codegen".to_owned(),
    };
    job.run(Input::read_in(&root, Path::new(workspace::SPEC))?, &progress)
}
