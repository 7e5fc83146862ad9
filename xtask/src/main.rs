//! The maintainer's commands.

mod bench;
mod chart;
mod codegen;
mod package;
mod spec;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use openapi_crate::command::report::{Outcome, Report, end};

// Most of a generator's time goes into small allocations on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The maintainer's commands.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Codegen(codegen::Arguments),
    #[command(subcommand)]
    Bench(bench::Command),
    Package(package::Arguments),
    #[command(subcommand)]
    Spec(spec::Command),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Spec(command) => spec::run(&command),
        Command::Bench(command) => bench::run(&command).map(|()| done()),
        Command::Package(arguments) => package::run(&arguments).map(|()| done()),
    };
    end(result, false)
}

/// The report of a command that has printed its output already.
fn done() -> Report {
    Report::new(Outcome::Fine, "")
}
