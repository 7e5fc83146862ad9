//! `openapi-crate completions`: prints the completion script for a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use super::report::{Outcome, Report};

/// Print the completion script for a shell
///
/// For instance: openapi-crate completions fish > ~/.config/fish/completions/openapi-crate.fish
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl Arguments {
    pub(super) fn run<P: CommandFactory>(&self) -> Report {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut P::command(), "openapi-crate", &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        Report::new(Outcome::Fine, script.clone()).with("script", script)
    }
}
