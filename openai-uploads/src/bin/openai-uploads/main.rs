//! The command `openai-uploads`: uploads files to OpenAI and runs batches, from a terminal or a script.

mod batch;
mod cancel;
mod check;
mod client;
mod completions;
mod connection;
mod description;
mod doctor;
mod exit;
mod explain;
mod files;
mod header;
mod interrupt;
#[cfg(feature = "keyring")]
mod key;
mod key_source;
mod manifest;
mod message;
mod objects;
mod plan;
mod progress;
mod quantity;
mod remote_files;
mod runtime;
mod serve;
mod shard;
mod status;
mod stdin;
mod stdout;
mod token_command;
mod upload;
mod version;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{CommandError, Exit};

/// Upload files of up to 8 GiB to OpenAI, run batches, and fetch the results
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = exit::HELP, after_long_help = exit::HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Upload(Box<upload::Upload>),
    Check(check::Check),
    Batch(Box<batch::Batch>),
    Files(remote_files::Files),
    Plan(plan::Plan),
    Cancel(cancel::Cancel),
    Status(status::Status),
    Doctor(doctor::Doctor),
    #[cfg(feature = "keyring")]
    Key(key::Key),
    Serve(serve::Serve),
    Completions(completions::Completions),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(exit) => exit.into(),
        Err(problem) => {
            problem.print();
            problem.exit.into()
        }
    }
}

fn run(command: Command) -> Result<Exit, CommandError> {
    match command {
        Command::Upload(upload) => upload.run(),
        Command::Check(check) => check.run(),
        Command::Batch(batch) => batch.run(),
        Command::Files(files) => files.run(),
        Command::Plan(plan) => plan.run(),
        Command::Cancel(cancel) => cancel.run(),
        Command::Status(status) => status.run(),
        Command::Doctor(doctor) => doctor.run(),
        #[cfg(feature = "keyring")]
        Command::Key(key) => key.run(),
        Command::Serve(serve) => serve.run(),
        Command::Completions(completions) => completions.run::<Arguments>(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_arguments_is_consistent() {
        super::Arguments::command().debug_assert();
    }
}
