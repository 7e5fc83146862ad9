//! `openapi-crate check`: reports the faults of a document, and whether a generated folder is up to date.

use super::count::counted;
use super::failure::Failure;
use super::generate;
use super::report::{Outcome, Report};
use super::settings::SettingsArguments;
use super::terminal::Progress;
use crate::Output;

/// Report the faults of a document; with --out, also whether a generated crate or module is up to date
///
/// Writes nothing. Exits with 2 if something is wrong, and with 1 if the folder differs.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
}

impl Arguments {
    pub(super) fn run(&self, progress: &Progress) -> Result<Report, Failure> {
        let settings = self.settings.settings()?;
        if settings.out.is_some() {
            return generate::run(&settings, true, generate::writing_command("openapi-crate"), progress);
        }
        let input = settings.input()?;
        progress.step("Checking", &input.name);
        let name = input.name.clone();
        // What is wrong does not depend on what is written.
        let output = settings.output().unwrap_or(Output::ModuleTree);
        let generated = input.generate(settings.options(output))?;
        if settings.deny_warnings && !generated.warnings.is_empty() {
            return Err(Failure::Document(generated.warnings));
        }
        let counts = [
            counted(generated.operations, "operation"),
            counted(generated.models, "model"),
            counted(generated.warnings.len(), "warning"),
        ];
        let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let counts = if counts.is_empty() { "nothing in it" } else { &counts };
        let mut report = Report::new(Outcome::Fine, format!("{name}: no errors ({counts})\n"))
            .with("operations", generated.operations)
            .with("models", generated.models);
        report.warnings = generated.warnings;
        Ok(report)
    }
}
