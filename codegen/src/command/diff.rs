//! `openapi-crate diff`: compares a document with a newer one.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::count::counted;
use super::failure::Failure;
use super::report::{Outcome, Report};
use super::settings::input;
use crate::compare::{Departures, Difference, Scope, compare};
use crate::document::Document;
use crate::input::read_text;

/// Compare the operations of a document with those of a newer one, and report which changes break users
///
/// Exits with 1 if they differ.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The document that users know
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The newer document
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// An overlay that corrects both documents first; may be given several times
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// A file that lists intended differences, each with its reason
    #[arg(long, value_name = "FILE")]
    departures: Option<PathBuf>,
}

impl Arguments {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, or a document that is not OpenAPI.
    pub fn run(&self) -> Result<Report, Failure> {
        let (old, new) = (self.document(&self.old)?, self.document(&self.new)?);
        let departures = match &self.departures {
            None => None,
            Some(file) => {
                let text = read_text(Path::new(""), file)?;
                Some((file.to_string_lossy().into_owned(), text))
            }
        };
        let departures = departures.as_ref().map(|(file, text)| (&**file, &**text));
        let mut report = report(&old, &new, departures, Scope::Everything)?;
        for document in [&old, &new] {
            report.warnings.extend(document.locate(document.warnings().to_vec()));
        }
        Ok(report)
    }

    fn document(&self, file: &Path) -> Result<Document, Failure> {
        Ok(input(file, &self.overlay)?.document()?)
    }
}

/// Compares two documents. `departures` is the name and the text of a file that lists intended differences.
///
/// # Errors
///
/// The faults of the list.
pub fn report(
    ours: &Document,
    published: &Document,
    departures: Option<(&str, &str)>,
    scope: Scope,
) -> Result<Report, crate::diagnostic::Diagnostics> {
    let (list, text) = departures.unwrap_or_default();
    let departures = if list.is_empty() { Departures::default() } else { Departures::parse(list, text)? };
    let (left, needed, needless) = departures.apply(compare(ours, published, scope));
    let mut text = String::new();
    for difference in &left {
        let _ = writeln!(text, "{difference}");
        let _ = writeln!(text, "         here   {}", difference.our_place);
        let _ = writeln!(text, "         there  {}", difference.published_place);
    }
    for departure in &needless {
        let _ = writeln!(
            text,
            "needless {list}:{}: the published document no longer differs like this at {}",
            departure.line, departure.at
        );
    }
    let breaking = left.iter().filter(|difference| difference.breaks.is_some()).count();
    let counts = [
        counted(left.len(), "difference"),
        counted(breaking, "breaking change"),
        counted(needless.len(), "needless departure"),
        counted(needed.len(), "intended departure"),
    ];
    let counts = counts.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let is_fine = left.is_empty() && needless.is_empty();
    if is_fine {
        let counts = if counts.is_empty() { String::new() } else { format!(", {counts}") };
        let _ = writeln!(text, "no difference{counts}");
    } else {
        let _ = writeln!(text, "\n{counts}");
    }
    let outcome = if is_fine { Outcome::Fine } else { Outcome::Differs };
    Ok(Report::new(outcome, text).with("differences", left.iter().map(json_of).collect::<Vec<_>>()))
}

fn json_of(difference: &Difference) -> Value {
    json!({
        "at": difference.at,
        "old": difference.ours,
        "new": difference.published,
        "breaks": difference.breaks.map(|breaks| breaks.to_string()),
        "old_place": difference.our_place.to_string(),
        "new_place": difference.published_place.to_string(),
    })
}
