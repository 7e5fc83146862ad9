//! `openapi-crate generate`: generates Rust and reference pages from a document.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::count::{counted, thousands};
use super::failure::Failure;
use super::report::{Outcome, Report};
use super::settings::{Settings, SettingsArguments};
use super::terminal::Progress;
use crate::package::{Change, Changes, Kind, MARKER};
use crate::{Dependency, Generated, Input, Options, Output, dependency_tables};

/// The maximum number of files that are listed by name.
const MAX_NAMED: usize = 20;

/// Write a crate, or a module, from a document
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    settings: SettingsArguments,
    /// Write nothing; show what would change, and exit with 1 if something would
    #[arg(long, help_heading = None::<&str>)]
    check: bool,
}

impl Arguments {
    pub(super) fn run(&self, progress: &Progress) -> Result<Report, Failure> {
        run(&self.settings.settings()?, self.check, writing_command("openapi-crate"), progress)
    }
}

/// Writes what the settings say, or with `is_check` compares with it. `command` is the command that writes.
///
/// # Errors
///
/// A file that cannot be read or written, and all that is wrong with the document.
pub fn run(
    settings: &Settings,
    is_check: bool,
    command: String,
    progress: &Progress,
) -> Result<Report, Failure> {
    let (output, out) = (settings.output()?, settings.folder()?);
    let shown = settings.spec.as_deref().unwrap_or(Path::new("")).display().to_string();
    progress.step("Reading", &shown);
    let input = settings.input()?;
    refuse_foreign(out, &output)?;
    let options = settings.options(output);
    let deny_warnings = settings.deny_warnings;
    let job = Job { out, options, is_check, deny_warnings, command };
    job.run(input, progress)
}

/// The command of this process, as the one that writes instead of comparing.
pub fn writing_command(program: &str) -> String {
    let arguments = std::env::args().skip(1).filter(|argument| argument != "--check" && argument != "--json");
    let arguments = arguments.map(|argument| match argument.as_str() {
        "check" => "generate".to_owned(),
        argument => quoted(argument),
    });
    std::iter::once(program.to_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// One run of the generator.
#[derive(Debug)]
pub struct Job<'a> {
    /// The folder to write to.
    pub out: &'a Path,
    /// The options of the generator.
    pub options: Options,
    /// Whether to compare instead of writing.
    pub is_check: bool,
    /// Whether a warning is a failure.
    pub deny_warnings: bool,
    /// The command that writes, shown at the end of a check.
    pub command: String,
}

impl Job<'_> {
    /// Generates, then writes or compares.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, or the faults of the document.
    pub fn run(self, input: Input, progress: &Progress) -> Result<Report, Failure> {
        let start = Instant::now();
        let is_module = self.options.output == Output::ModuleTree;
        progress.step("Generating", &self.out.display().to_string());
        let generated = input.generate(self.options)?;
        if self.deny_warnings && !generated.warnings.is_empty() {
            return Err(Failure::Document(generated.warnings));
        }
        let changes = generated.package.compare(self.out)?;
        let is_same = !self.is_check || changes.is_empty();
        if is_same && !changes.is_empty() {
            let count = counted(changes.iter().len(), "file").unwrap_or_default();
            progress.step("Writing", &count);
            changes.write()?;
        }
        let lines = lines(&generated);
        let mut text = String::new();
        if is_same {
            text.push_str(&summary(&changes, self.out, generated.package.files().len()));
            if is_module {
                let tables = dependency_tables(&generated.dependencies);
                let _ = writeln!(text, "the module needs these lines in `Cargo.toml`:\n\n{tables}");
            }
            text.push_str(&counts(&generated, lines, start.elapsed()));
        } else {
            changes.iter().map(Change::diff).for_each(|diff| text.push_str(&diff));
            let files = counted(changes.iter().len(), "file").unwrap_or_default();
            let _ = writeln!(text, "\n{files} out of date; to update, run: {}", self.command);
        }
        let outcome = if is_same { Outcome::Fine } else { Outcome::Differs };
        let mut report = Report::new(outcome, text);
        report.json = json(&generated, lines, &changes);
        report.warnings = generated.warnings;
        Ok(report)
    }
}

/// Refuses a folder that has something in it that was not generated.
fn refuse_foreign(out: &Path, output: &Output) -> Result<(), Failure> {
    let Ok(mut entries) = out.read_dir() else { return Ok(()) };
    let root = if *output == Output::ModuleTree { "mod.rs" } else { "Cargo.toml" };
    let is_ours = std::fs::read_to_string(out.join(root)).is_ok_and(|text| text.contains(MARKER));
    let is_free =
        entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b".")));
    if is_ours || is_free {
        return Ok(());
    }
    let message = format!("`{}` has something in it that was not generated", out.display());
    Err(Failure::with_help(message, "give a folder that is empty, or that was generated into before"))
}

/// The changed files, by name if they are few, and their number.
fn summary(changes: &Changes<'_>, out: &Path, file_count: usize) -> String {
    let folder = out.file_name().map_or_else(|| out.to_string_lossy(), |name| name.to_string_lossy());
    if changes.is_empty() {
        return format!("{folder}: all {} files are up to date\n", thousands(file_count));
    }
    let mut summary = String::new();
    for change in changes.iter().take(MAX_NAMED) {
        let _ = writeln!(summary, "{change}");
    }
    if let Some(more @ 1..) = changes.iter().len().checked_sub(MAX_NAMED) {
        let _ = writeln!(summary, "… and {} more", thousands(more));
    }
    let count = |kind| changes.iter().filter(|change| change.kind() == kind).count();
    let counts = [(Kind::Create, "created"), (Kind::Edit, "changed"), (Kind::Remove, "removed")]
        .map(|(kind, done)| (count(kind), done))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, done)| format!("{} {done}", thousands(count)))
        .collect::<Vec<_>>();
    let _ = writeln!(summary, "{folder}: {} (of {} files)", counts.join(", "), thousands(file_count));
    summary
}

fn counts(generated: &Generated, lines: usize, time: Duration) -> String {
    let counts = [
        counted(generated.operations, "operation"),
        counted(generated.models, "model"),
        counted(lines, "line"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let warnings = match counted(generated.warnings.len(), "warning") {
        Some(warnings) => format!(", {warnings}"),
        None => String::new(),
    };
    let pages = match counted(generated.paged, "operation") {
        Some(paged) => format!("{paged} with a list in pages: see \"Pages\" on the reference pages\n"),
        None => String::new(),
    };
    format!("{} of Rust in {:.1} s{warnings}\n{pages}", counts.join(", "), time.as_secs_f64())
}

/// The number of lines of Rust.
fn lines(generated: &Generated) -> usize {
    let rust = generated.package.files().filter(|(path, _)| path.ends_with(".rs"));
    rust.map(|(_, text)| memchr::memchr_iter(b'\n', text.as_bytes()).count()).sum()
}

fn json(generated: &Generated, lines: usize, changes: &Changes<'_>) -> serde_json::Map<String, Value> {
    let kind = |change: &Change<'_>| match change.kind() {
        Kind::Create => "created",
        Kind::Edit => "changed",
        Kind::Remove => "removed",
    };
    let changes: Vec<Value> =
        changes.iter().map(|change| json!({ "kind": kind(change), "path": change.path() })).collect();
    let dependencies: Vec<Value> = generated
        .dependencies
        .iter()
        .map(|dependency| {
            let Dependency { name, requirement, target } = dependency;
            json!({ "name": name, "requirement": requirement, "target": target })
        })
        .collect();
    let members = [
        ("operations", json!(generated.operations)),
        ("operations_with_pages", json!(generated.paged)),
        ("models", json!(generated.models)),
        ("lines", json!(lines)),
        ("files", json!(generated.package.files().len())),
        ("changes", json!(changes)),
        ("dependencies", json!(dependencies)),
    ];
    members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

/// An argument as a shell reads it.
fn quoted(argument: &str) -> String {
    let plain = argument.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
    if plain && !argument.is_empty() {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
