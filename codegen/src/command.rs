//! The program `openapi-crate`, and what the commands of a workspace share with it. Feature `cli`.

mod check;
pub mod choice;
mod completions;
pub mod count;
pub mod diff;
mod explain;
pub mod failure;
pub mod generate;
pub mod report;
pub mod settings;
pub mod slice;
pub mod terminal;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use report::Report;

/// Make a Rust crate from an OpenAPI document
///
/// Exit codes: 0: done. 1: a check found a difference. 2: something is wrong, and nothing was written.
#[derive(Debug, Parser)]
#[command(name = "openapi-crate", bin_name = "openapi-crate", version)]
struct Arguments {
    /// Write one JSON object to stdout instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Arguments),
    Check(check::Arguments),
    Slice(slice::Arguments),
    Diff(diff::Arguments),
    Explain(explain::Arguments),
    Completions(completions::Arguments),
}

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let Arguments { json, command } = Arguments::parse();
    let progress = terminal::Progress::new(!json);
    report::end(run(&command, &progress), json)
}

fn run(command: &Command, progress: &terminal::Progress) -> Result<Report, Failure> {
    match command {
        Command::Generate(arguments) => arguments.run(progress),
        Command::Check(arguments) => arguments.run(progress),
        Command::Slice(arguments) => arguments.run(),
        Command::Diff(arguments) => arguments.run(),
        Command::Explain(arguments) => arguments.run(),
        Command::Completions(arguments) => Ok(arguments.run::<Arguments>()),
    }
}
