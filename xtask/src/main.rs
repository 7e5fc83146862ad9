//! The commands a maintainer types.

mod bench;
mod chart;
mod codegen;
mod failure;
mod input;
mod package;
mod spec;
mod terminal;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

// Half of what a generator does is make small things and drop them again, on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The commands a maintainer types.
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

/// How a command ended that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is as it should be.
    Fine,
    /// Something is not as it should be, and was told.
    Differs,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Codegen(arguments) => codegen::run(&arguments),
        Command::Bench(command) => bench::run(&command),
        Command::Package(arguments) => package::run(&arguments),
        Command::Spec(command) => spec::run(&command),
    };
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Differs) => ExitCode::from(1),
        Err(failure) => {
            terminal::complain(&failure.render(terminal::is_coloured()));
            ExitCode::from(2)
        }
    }
}
