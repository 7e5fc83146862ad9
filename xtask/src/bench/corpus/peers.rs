//! The same documents, generated and checked with other generators.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

use crate::bench::check::{Check, check_with};
use crate::bench::generator::Generator;
use crate::bench::measurement::seconds;
use crate::bench::program;

/// Documents with fewer operations are mostly examples.
const MIN_TO_CHECK: usize = 30;

/// A generator that takes longer has failed.
const MAX_TO_GENERATE: Duration = Duration::from_secs(120);

/// A check that takes longer has failed.
const MAX_TO_CHECK: Duration = Duration::from_secs(600);

/// A document and its number of operations.
pub(crate) struct Subject {
    pub(crate) title: String,
    pub(crate) path: PathBuf,
    pub(crate) operations: usize,
}

/// What a generator made of a document. `Err`: why there is nothing.
type Cell = Result<Made, String>;

struct Made {
    lines: usize,
    time: Duration,
    /// `None`: not tried.
    check: Option<Check>,
}

impl Made {
    /// Seconds of the check, if the crate compiles.
    fn seconds(&self) -> Option<f64> {
        match self.check {
            Some(Check::Passed { seconds, .. }) => Some(seconds),
            _ => None,
        }
    }
}

/// Generates from each document with this generator and with those that are installed. Returns two tables, as Markdown:
/// one of the generators, and one of the documents. `save` gets the tables so far after each document. Without a `target`
/// folder, nothing is checked.
pub(crate) fn compare(
    subjects: &[Subject],
    target: Option<&Path>,
    save: impl Fn(&str) -> Result<(), Failure>,
) -> Result<String, Failure> {
    let (mut generators, absent) = Generator::others();
    generators.insert(0, Generator::ours(program::build("xtask", &[])?));
    let names: Vec<&str> = generators.iter().map(|generator| &*generator.name).collect();
    // Outside of this workspace, which would claim the crates as its own.
    let scratch = tempfile::tempdir()
        .map_err(|error| Failure::io("make a folder in", &std::env::temp_dir(), &error))?;
    let mut rows = Vec::new();
    let mut tables = String::new();
    for (number, subject) in subjects.iter().enumerate() {
        let mut row: Vec<Cell> = Vec::new();
        for (other, generator) in generators.iter().enumerate() {
            let folder = scratch.path().join(format!("{number}/{other}/api"));
            let target = target.filter(|_| subject.operations >= MIN_TO_CHECK);
            let cell = made(generator, subject, &folder, target)?;
            terminal::eprint(&format!("{}: {}: {}\n", subject.title, generator.name, shown(&cell)));
            row.push(cell);
        }
        rows.push(row);
        tables = format!("{}\n{}", summary(&names, &rows), table(&names, subjects, &rows));
        if !absent.is_empty() {
            let _ = writeln!(tables, "\nNot installed: {}.", absent.join(", "));
        }
        save(&tables)?;
    }
    Ok(tables)
}

fn made(
    generator: &Generator,
    subject: &Subject,
    folder: &Path,
    target: Option<&Path>,
) -> Result<Cell, Failure> {
    let made = match generator.generate(&subject.path, folder, MAX_TO_GENERATE)? {
        Ok(made) => made,
        Err(why) => return Ok(Err(why)),
    };
    let check = target.map(|target| check_with(folder, target, MAX_TO_CHECK)).transpose()?;
    Ok(Ok(Made { lines: made.lines, time: made.cost.wall, check }))
}

/// One row a generator. Lines and times are beside those of the first one, for the documents that both compile.
fn summary(names: &[&str], rows: &[Vec<Cell>]) -> String {
    let checked = rows.iter().filter(|row| row.iter().flatten().any(|made| made.check.is_some())).count();
    let mut text = format!(
        "{} documents; the {checked} with {MIN_TO_CHECK} or more operations are checked.\n\n\
         | generator | generates | compiles, of {checked} | without warnings | time to generate | lines, beside ours \
         | `cargo check`, beside ours |\n|---|---|---|---|---|---|---|\n",
        rows.len(),
    );
    for (index, name) in names.iter().enumerate() {
        let made = || rows.iter().filter_map(|row| row[index].as_ref().ok());
        let generated = made().count();
        let compiled = made().filter(|made| made.seconds().is_some()).count();
        let is_clean = |made: &&Made| matches!(made.check, Some(Check::Passed { warnings: 0, .. }));
        let clean = made().filter(is_clean).count();
        let time: Duration = made().map(|made| made.time).sum();
        let both = || {
            rows.iter().filter_map(|row| {
                let (ours, other) = (row[0].as_ref().ok()?, row[index].as_ref().ok()?);
                Some((ours.seconds()?, other.seconds()?, ours.lines, other.lines))
            })
        };
        let lines: (usize, usize) =
            both().fold((0, 0), |sum, (_, _, ours, other)| (sum.0 + ours, sum.1 + other));
        let checks: (f64, f64) =
            both().fold((0.0, 0.0), |sum, (ours, other, ..)| (sum.0 + ours, sum.1 + other));
        let _ = writeln!(
            text,
            "| {name} | {generated} | {compiled} | {clean} | {} | {} : {} | {} : {} |",
            seconds(time.as_secs_f64()),
            lines.1,
            lines.0,
            seconds(checks.1),
            seconds(checks.0),
        );
    }
    text
}

/// One row a document.
fn table(names: &[&str], subjects: &[Subject], rows: &[Vec<Cell>]) -> String {
    let mut text = format!("| document | operations | {} |\n", names.join(" | "));
    let _ = writeln!(text, "|---|---|{}", "---|".repeat(names.len()));
    for (subject, row) in subjects.iter().zip(rows) {
        let cells: Vec<String> = row.iter().map(shown).collect();
        let _ = writeln!(text, "| {} | {} | {} |", subject.title, subject.operations, cells.join(" | "));
    }
    text
}

fn shown(cell: &Cell) -> String {
    match cell {
        Err(why) => why.clone(),
        Ok(Made { lines, check: None, .. }) => format!("{lines} lines"),
        Ok(Made { lines, check: Some(check), .. }) => format!("{lines} lines, {check}"),
    }
}
