//! `cargo xtask bench spector`: `TypeSpec`'s HTTP scenarios, called with generated clients.

use std::fs;
use std::path::PathBuf;

use clap::Args;
use corpus::typespec::{PACKAGES, TypeSpec};
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

use crate::workspace;

/// Call `TypeSpec`'s HTTP scenarios with generated clients, and count which pass
///
/// Installs `TypeSpec`'s server and compiler from npm below target/, generates a client of each document, builds the
/// program in tests/typespec, and runs it against the server. A scenario passed if the server accepted each request
/// and the program each reply.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only install the npm packages, for the test that calls the scenarios
    #[arg(long)]
    install: bool,

    /// The file to write the tables to, as Markdown
    #[arg(long, value_name = "FILE", default_value = "target/bench/spector.md")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace::root();
    let folder = root.join("target/typespec");
    let typespec = TypeSpec { target: root.join("target/probes"), workspace: root.clone(), folder };
    let cannot = |error: std::io::Error| Failure::new(error.to_string());
    typespec.install().map_err(cannot)?;
    if arguments.install {
        return Ok(());
    }
    let scoreboard = typespec.run().map_err(cannot)?;
    let failures = scoreboard.failures();
    let failed: String = failures.iter().map(|failure| format!("{failure}\n")).collect();
    let groups = scoreboard.groups();
    let text = format!("{groups}\n{}\nnpm packages: {}\n", scoreboard.left_out(), PACKAGES.join(", "));
    let out = root.join(&arguments.out);
    if let Some(parent) = out.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io("make", parent, &error))?;
    }
    fs::write(&out, &text).map_err(|error| Failure::io("write", &out, &error))?;
    terminal::print(&groups);
    terminal::eprint(&failed);
    if failures.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{} scenarios failed", failures.len())))
}
