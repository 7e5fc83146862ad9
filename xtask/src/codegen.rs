//! `cargo xtask codegen`: a document in, Rust and its reference pages out.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use openapi_crate::diagnostic::Diagnostics;
use openapi_crate::package::{Change, Changes, Kind, MARKER};
use openapi_crate::{Options, Output, generate};

use crate::failure::{Failure, counted};
use crate::input::Input;
use crate::{Outcome, terminal, workspace};

/// The most files that are named one by one.
const MAXIMUM_NAMED: usize = 20;

/// Write Rust and its reference pages from an OpenAPI document
///
/// Without arguments, from spec/uploads.yaml into openai-uploads
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; show what would change, and exit with 1 where something would
    #[arg(long)]
    check: bool,
    /// Exit with 2, and write nothing, when something of the document cannot be expressed
    #[arg(long)]
    deny_warnings: bool,
    /// The document to make a crate of
    #[arg(long, value_name = "FILE", requires = "out")]
    spec: Option<PathBuf>,
    /// The folder that the crate is written to
    #[arg(long, value_name = "DIR", requires = "name")]
    out: Option<PathBuf>,
    /// The name of the crate
    #[arg(long, value_parser = crate_name, requires = "spec")]
    name: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let root = workspace::root();
    let (input, out, output) = match (&arguments.spec, &arguments.out, &arguments.name) {
        (Some(spec), Some(out), Some(name)) => {
            (Input::read(Path::new(""), spec)?, out.clone(), Output::Crate { name: name.clone() })
        }
        _ => (Input::read(&root, Path::new(workspace::SPEC))?, root.join(workspace::CRATE), Output::Modules),
    };
    let Input { name, text, files } = input;
    let generated = generate(&text, &Options { file: name, files, output })?;
    if arguments.deny_warnings && !generated.warnings.is_empty() {
        return Err(Failure::Document(generated.warnings));
    }
    tell_warnings(&generated.warnings);
    if arguments.spec.is_some() {
        refuse_foreign(&out)?;
    }
    let changes = generated.package.compare(&out)?;
    let file_count = generated.package.files().len();
    if arguments.check && !changes.is_empty() {
        return Ok(show(&changes, arguments));
    }
    changes.write()?;
    terminal::say(&summary(&changes, &out, file_count));
    Ok(Outcome::Fine)
}

fn tell_warnings(warnings: &Diagnostics) {
    if let Some(count) = counted(warnings.len(), "warning") {
        let drawn = warnings.render(terminal::is_coloured());
        terminal::complain(&format!(
            "{drawn}{count}: what is told above is not in the output
"
        ));
    }
}

/// Refuses a folder that something else than a generated crate is in.
fn refuse_foreign(out: &Path) -> Result<(), Failure> {
    let Ok(mut entries) = out.read_dir() else { return Ok(()) };
    let is_ours =
        std::fs::read_to_string(out.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains(MARKER));
    let is_free =
        entries.all(|entry| entry.is_ok_and(|entry| entry.file_name().as_encoded_bytes().starts_with(b".")));
    if is_ours || is_free {
        return Ok(());
    }
    let message = format!("`{}` has something in it that was not generated", out.display());
    Err(Failure::with_help(message, "give a folder that is empty, or that a crate was generated into before"))
}

fn show(changes: &Changes, arguments: &Arguments) -> Outcome {
    let Some(files) = counted(changes.iter().len(), "file") else { return Outcome::Fine };
    let mut shown: String = changes.iter().map(Change::diff).collect();
    let _ = writeln!(shown, "\n{files} not as the document says; mend it with: {}", command(arguments));
    terminal::say(&shown);
    Outcome::Differs
}

/// The command that writes what `--check` looks at.
fn command(arguments: &Arguments) -> String {
    let mut command = "cargo xtask codegen".to_owned();
    let mut option = |name: &str, value: &str| {
        let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte));
        let quoted = if plain { value.to_owned() } else { format!("'{}'", value.replace('\'', r"'\''")) };
        command.extend([" --", name, " ", &quoted]);
    };
    if let (Some(spec), Some(out), Some(name)) = (&arguments.spec, &arguments.out, &arguments.name) {
        option("spec", &spec.to_string_lossy());
        option("out", &out.to_string_lossy());
        option("name", name);
    }
    command
}

/// What was changed: each file by name where they are few, and how many.
fn summary(changes: &Changes, out: &Path, file_count: usize) -> String {
    let folder = out.file_name().map_or_else(|| out.to_string_lossy(), |name| name.to_string_lossy());
    if changes.is_empty() {
        return format!("{folder}: all {file_count} files are up to date\n");
    }
    let mut summary = String::new();
    for change in changes.iter().take(MAXIMUM_NAMED) {
        let _ = writeln!(summary, "{change}");
    }
    if let Some(more @ 1..) = changes.iter().len().checked_sub(MAXIMUM_NAMED) {
        let _ = writeln!(summary, "… and {more} more");
    }
    let count = |kind| changes.iter().filter(|change| change.kind() == kind).count();
    let counts = [(Kind::Create, "created"), (Kind::Edit, "changed"), (Kind::Remove, "removed")]
        .map(|(kind, done)| (count(kind), done))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, done)| format!("{count} {done}"))
        .collect::<Vec<_>>();
    let _ = writeln!(summary, "{folder}: {} (of {file_count} files)", counts.join(", "));
    summary
}

fn crate_name(name: &str) -> Result<String, &'static str> {
    openapi_crate::crate_name::check(name).map(|()| name.to_owned())
}
