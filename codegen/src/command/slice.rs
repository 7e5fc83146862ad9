//! `openapi-crate slice`: cuts a document down to some operations.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::choice::Choice;
use super::failure::Failure;
use super::report::{Outcome, Report};
use super::settings::input;
use crate::package::Package;
use crate::slice::slice;

/// Cut a document down to some operations and everything that they use, keeping order and text
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The document to cut
    #[arg(value_name = "SPEC")]
    pub spec: PathBuf,
    /// An overlay that corrects the document first, which is then written as JSON; may be given several times
    #[arg(long, value_name = "FILE")]
    pub overlay: Vec<PathBuf>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The operations to keep
    #[command(flatten)]
    pub choice: Choice,
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A file that cannot be read or written, a tag or operation that the document does not have, or a document that
    /// is not OpenAPI.
    pub fn run(&self) -> Result<Report, Failure> {
        let input = input(&self.spec, &self.overlay)?;
        let document = input.document()?;
        let text = slice(&document, &self.choice.clone().into()).map_err(|error| {
            Failure::with_help(error.to_string(), "upper and lower case count; nothing was written")
        })?;
        let folder = |file: &Path| file.parent().map(Path::to_owned).unwrap_or_default();
        if !input.files.is_empty() && folder(&self.out) != folder(&self.spec) {
            return Err(Failure::with_help(
                format!("`{}` refers to files beside it, which would not be beside the slice", input.name),
                "write the slice into the same folder",
            ));
        }
        let Some(name) = self.out.file_name().and_then(|name| name.to_str()) else {
            return Err(Failure::new(format!("`{}` is not a file name", self.out.display())));
        };
        let mut package = Package::new();
        package.insert(name, text);
        let changes = package.compare(&folder(&self.out))?;
        changes.write()?;
        let text: String = changes.iter().map(|change| format!("{change}\n")).collect();
        let changed: Vec<Value> = changes.iter().map(|change| json!(change.path())).collect();
        let mut report = Report::new(Outcome::Fine, text).with("changes", changed);
        report.warnings = document.locate(document.warnings().to_vec());
        Ok(report)
    }
}
