//! `cargo xtask spec diff`: compares a newer published document with ours.

use std::path::{Path, PathBuf};

use openapi_crate::Input;
use openapi_crate::command::diff;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::report::{Outcome, Report};
use openapi_crate::compare::Scope;
use openapi_crate::input::read_text;

use crate::workspace;

/// The intended departures of our document from the published one, relative to the workspace's root.
const DEPARTURES: &str = "spec/departures.yaml";

/// Compare spec/uploads.yaml with the same operations of a published document, by structure
///
/// Exits with 1 if there are differences that spec/departures.yaml does not list, or if it lists some that no longer
/// exist.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The published document
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Report, Failure> {
    let root = workspace::root();
    let ours = Input::read_in(&root, Path::new(workspace::SPEC))?.document()?;
    let published = Input::read(&arguments.from)?.document()?;
    let departures = read_text(&root, Path::new(DEPARTURES))?;
    let mut report = diff::report(&ours, &published, Some((DEPARTURES, &departures)), Scope::OurTags)?;
    if report.outcome == Outcome::Differs {
        let document = workspace::SPEC;
        report.text +=
            &format!("Follow the published document in {document}, or say why not in {DEPARTURES}.\n");
    }
    Ok(report)
}
