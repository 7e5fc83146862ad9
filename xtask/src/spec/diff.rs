//! `cargo xtask spec diff`: what a newer published document says differently from ours.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use openapi_crate::compare::{Departures, compare};

use crate::failure::{Failure, counted};
use crate::input::{Input, read_text};
use crate::{Outcome, terminal, workspace};

/// Where our document departs from the published one on purpose, by the root of the workspace.
const DEPARTURES: &str = "spec/departures.yaml";

/// Compare spec/uploads.yaml with the same operations of a published document, by structure
///
/// Exits with 1 where they differ, but for what spec/departures.yaml lists, and where that lists what is no longer
/// needed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The published document
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let root = workspace::root();
    let ours = Input::read(&root, Path::new(workspace::SPEC))?.document()?;
    let published = Input::read(Path::new(""), &arguments.from)?.document()?;
    let departures = Departures::parse(DEPARTURES, &read_text(&root, Path::new(DEPARTURES))?)?;
    let (left, needed, needless) = departures.apply(compare(&ours, &published));
    let mut told = String::new();
    for difference in &left {
        let _ = writeln!(told, "{difference}");
        let _ = writeln!(told, "         here   {}", difference.our_place);
        let _ = writeln!(told, "         there  {}", difference.published_place);
    }
    for departure in &needless {
        let _ = writeln!(
            told,
            "needless {DEPARTURES}:{}: the published document no longer differs like this at {}",
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
        let _ = writeln!(told, "no difference{counts}");
    } else {
        let advice =
            format!("Follow the published document in {}, or say why not in {DEPARTURES}.", workspace::SPEC);
        let _ = writeln!(told, "\n{counts}\n{advice}");
    }
    terminal::say(&told);
    Ok(if is_fine { Outcome::Fine } else { Outcome::Differs })
}
