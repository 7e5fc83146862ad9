//! `check`: checks files for a purpose and sends nothing.

use std::fs::File;
use std::io;
use std::path::Path;

use clap::{Args, ValueHint};
use openai_uploads::preflight::{self, Preflight, Provider, Report, Warning};
use openai_uploads::uploader::Source;
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::description::Description;
use crate::exit::{self, CommandError, Exit};
use crate::files::{FileArguments, Input};
use crate::objects::{Objects, is_url, shown};
use crate::progress::CheckProgress;
use crate::stdin::is_stdin;
use crate::{connection, explain, message, quantity, runtime, stdout};

/// Check files for a purpose, and send nothing
///
/// Prints one line for each fault: the file, the first line with the fault, and what is wrong. Lists up to twenty
/// faults a file, and counts the same fault on several lines.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Check {
    #[command(flatten)]
    files: FileArguments,

    #[command(flatten)]
    description: Description,

    /// The base URL that the files are for [default: the environment variable `OPENAI_BASE_URL`].
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    base_url: Option<String>,

    /// Print a JSON object for each file.
    #[arg(long)]
    json: bool,

    /// Print faults only.
    #[arg(long, short)]
    quiet: bool,
}

#[derive(Serialize)]
struct Checked<'a> {
    path: &'a str,
    fit: bool,
    lines: u64,
    bytes: u64,
    faults: Vec<Fault>,
    fault_count: u64,
    warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// A fault as `--json` prints it, here and in `upload`.
#[derive(Serialize)]
pub(crate) struct Fault {
    line: Option<u64>,
    /// The number of lines that have it.
    count: u64,
    message: String,
}

impl Fault {
    /// The faults that a report lists.
    pub(crate) fn listed_in(report: &Report) -> Vec<Self> {
        let faults = report.faults.iter();
        faults
            .map(|fault| Self { line: fault.line, count: fault.count, message: fault.kind.to_string() })
            .collect()
    }
}

impl Check {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        self.description.warn_of_unknown_purpose();
        let mut exits = Vec::new();
        let runtime = runtime::single_threaded()?;
        let objects = Objects::default();
        for Input { path: file, .. } in &self.files.expand(&runtime, &objects)? {
            let printed = match self.check(file, &runtime, &objects) {
                Ok(report) => {
                    exits.push(if report.is_fit() { Exit::Done } else { Exit::Failed });
                    self.print(shown(file), &report, None)
                }
                Err(error) => {
                    let problem = explain::unreadable(shown(file), &error);
                    problem.print();
                    exits.push(problem.exit);
                    self.print(shown(file), &Report::default(), Some(problem.message))
                }
            };
            match printed {
                // Nobody reads on, but the exit code is that of what was checked.
                Err(problem) if problem.is_silent() => break,
                printed => printed?,
            }
        }
        Ok(Exit::of_files(exits))
    }

    fn check(&self, file: &Path, runtime: &Runtime, objects: &Objects) -> io::Result<Report> {
        let mut preflight = Preflight::new(self.description.purpose.clone());
        if let Some(provider) = self.provider() {
            preflight = preflight.with_provider(provider);
        }
        if is_stdin(file) {
            return preflight.reader(io::stdin().lock());
        }
        let mime_type = self.description.mime_type.clone();
        let mime_type = mime_type.unwrap_or_else(|| Source::path(shown(file)).mime_type());
        let name = shown(file).file_name().unwrap_or_default().to_string_lossy();
        let preflight = preflight.with_mime_type(mime_type).with_file_name(name);
        if is_url(file) {
            let (length, reader) = runtime.block_on(objects.read(file))?;
            let reader = CheckProgress::new(reader, shown(file), Some(length), self.quiet);
            // The reader waits for the runtime, so it has a thread of its own.
            let check = runtime.spawn_blocking(move || preflight.reader(reader));
            return runtime.block_on(check)?;
        }
        if file.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let opened = File::open(file)?;
        let metadata = opened.metadata()?;
        let length = metadata.is_file().then_some(metadata.len());
        preflight.reader(CheckProgress::new(Box::new(opened), file, length, self.quiet))
    }

    /// The provider that is named, or else the one that `upload` would send to.
    fn provider(&self) -> Option<Provider> {
        let base_url = self.base_url.clone().or_else(connection::base_url_of_environment);
        self.description.provider.or_else(|| base_url.map(|base_url| Provider::at(base_url.trim())))
    }

    fn print(&self, file: &Path, report: &Report, error: Option<String>) -> Result<(), CommandError> {
        if self.json {
            stdout::line(stdout::json(&Checked::new(&file.to_string_lossy(), report, error)))
        } else if error.is_some() {
            Ok(())
        } else {
            self.print_text(file, report)
        }
    }

    fn print_text(&self, file: &Path, report: &Report) -> Result<(), CommandError> {
        let path = message::path(file);
        for fault in &report.faults {
            stdout::line(located(&path, fault))?;
        }
        if report.more() > 0 {
            stdout::line(format!("{path}: and {} more", report.more()))?;
        }
        if self.quiet {
            return Ok(());
        }
        for warning in &report.warnings {
            let shown = match warning {
                Warning::MayBeRefused(fault) => located(&path, fault),
                other => format!("{path}: {other}"),
            };
            message::write(&message::warning(&message::text(&shown)));
        }
        if report.is_fit() {
            let purpose = message::text(self.description.purpose.as_str());
            let size = quantity::shown_size(report.bytes);
            let result = match report.lines {
                0 => format!("the lines of files for `{purpose}` are not checked"),
                1 => format!("fit for `{purpose}`: 1 line, {size}"),
                lines => format!("fit for `{purpose}`: {lines} lines, {size}"),
            };
            message::write(&format!("{path}: {result}"));
        }
        Ok(())
    }
}

impl<'a> Checked<'a> {
    fn new(path: &'a str, report: &Report, error: Option<String>) -> Self {
        Self {
            path,
            fit: report.is_fit() && error.is_none(),
            lines: report.lines,
            bytes: report.bytes,
            faults: Fault::listed_in(report),
            fault_count: report.fault_count,
            warnings: report.warnings.iter().map(ToString::to_string).collect(),
            error,
        }
    }
}

/// A fault as compilers print it: `FILE:LINE: message`.
fn located(path: &str, fault: &preflight::Fault) -> String {
    let line = fault.line.map_or(String::new(), |line| format!("{line}:"));
    format!("{path}:{line} {}", fault.message())
}
