//! `completions`: prints shell completions.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::exit::{CommandError, Exit};
use crate::stdout;

/// Print shell completions
#[derive(Args)]
#[command(after_help = COMPLETIONS_HELP)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

const COMPLETIONS_HELP: &str = "\
For bash:  openai-uploads completions bash > ~/.local/share/bash-completion/completions/openai-uploads";

impl Completions {
    pub(crate) fn run<C: CommandFactory>(self) -> Result<Exit, CommandError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut C::command(), env!("CARGO_PKG_NAME"), &mut script);
        stdout::line(String::from_utf8_lossy(&script).trim_end())?;
        Ok(Exit::Done)
    }
}
