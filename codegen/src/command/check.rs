//! `openapi-crate check`: reports the faults of a document, and whether a generated folder is up to date.

use std::path::PathBuf;

use super::choice::Choice;
use super::count::counted;
use super::failure::Failure;
use super::generate;
use super::report::{Outcome, Report};
use super::terminal::Progress;
use crate::{Input, Options};

/// Report the faults of a document; with --out, also whether a generated crate or module is up to date
///
/// Writes nothing. Exits with 2 if something is wrong, and with 1 if the folder differs.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The OpenAPI document, as YAML or JSON
    #[arg(value_name = "SPEC")]
    spec: PathBuf,
    /// The generated folder
    #[arg(long, value_name = "DIR", requires = "output")]
    out: Option<PathBuf>,
    /// The name of the generated crate
    #[arg(long, value_name = "CRATE", value_parser = generate::crate_name, group = "output", requires = "out")]
    name: Option<String>,
    /// The folder is a module
    #[arg(long, group = "output", requires = "out")]
    module: bool,
    /// Exit with 2 if there is a warning
    #[arg(long)]
    deny_warnings: bool,
    #[command(flatten)]
    choice: Choice,
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or the faults of the document.
    pub fn run(&self, progress: &Progress) -> Result<Report, Failure> {
        if let Some(out) = &self.out {
            let (spec, out, name) = (self.spec.clone(), out.clone(), self.name.clone());
            let (module, deny_warnings) = (self.module, self.deny_warnings);
            let choice = self.choice.clone();
            let arguments =
                generate::Arguments { spec, out, name, module, check: true, deny_warnings, choice };
            return arguments.run(progress);
        }
        progress.step("Checking", &self.spec.display().to_string());
        let input = Input::read(&self.spec)?;
        let name = input.name.clone();
        let generated =
            input.generate(Options { selection: self.choice.clone().into(), ..Options::default() })?;
        if self.deny_warnings && !generated.warnings.is_empty() {
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
