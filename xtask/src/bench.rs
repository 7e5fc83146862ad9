//! `cargo xtask bench`: benchmarks for the README, run side by side on this machine.

mod batch;
mod build;
mod caller;
mod check;
mod codegen;
mod contender;
mod corpus;
mod decode;
mod folder;
mod generator;
mod link;
mod measurement;
mod object;
mod program;
mod report;
mod server;
mod sink;
mod spector;
mod statistics;
mod store;
mod upload;

use clap::Subcommand;

use openapi_crate::command::failure::Failure;

/// Run a benchmark, side by side with other programs
#[derive(Subcommand)]
pub(crate) enum Command {
    Build(build::Arguments),
    Codegen(codegen::Arguments),
    Corpus(corpus::Arguments),
    Upload(upload::Arguments),
    Batch(batch::Arguments),
    Decode(decode::Arguments),
    Spector(spector::Arguments),
    Store(store::Arguments),
    Folder(folder::Arguments),
    #[command(hide = true)]
    Object(object::Arguments),
    #[command(hide = true)]
    Sink(sink::Arguments),
}

pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    match command {
        Command::Build(arguments) => build::run(arguments),
        Command::Codegen(arguments) => codegen::run(arguments),
        Command::Corpus(arguments) => corpus::run(arguments),
        Command::Upload(arguments) => upload::run(arguments),
        Command::Batch(arguments) => batch::run(arguments),
        Command::Decode(arguments) => decode::run(arguments),
        Command::Spector(arguments) => spector::run(arguments),
        Command::Store(arguments) => store::run(arguments),
        Command::Folder(arguments) => folder::run(arguments),
        Command::Object(arguments) => object::run(arguments),
        Command::Sink(arguments) => sink::run(arguments),
    }
}
