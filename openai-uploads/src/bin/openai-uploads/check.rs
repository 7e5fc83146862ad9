//! `check`: whether files are fit for their purpose, and nothing is sent.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};
use openai_uploads::preflight::{Preflight, Report};
use openai_uploads::uploader::Source;
use serde::Serialize;

use crate::exit::{self, Exit, Trouble};
use crate::progress::CheckProgress;
use crate::request::Described;
use crate::{explain, message, quantity, stdout};

/// Check files for a purpose, and send nothing
///
/// Prints a line for each fault, up to twenty a file: the file, the line and what is wrong there.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Check {
    /// The files; - is stdin.
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,

    #[command(flatten)]
    described: Described,

    /// Print a JSON object for each file.
    #[arg(long)]
    json: bool,

    /// Print faults alone.
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

/// What `--json` prints of a fault, here and in `upload`.
#[derive(Serialize)]
pub(crate) struct Fault {
    line: Option<u64>,
    message: String,
}

impl Fault {
    /// The faults that a report lists.
    pub(crate) fn listed_in(report: &Report) -> Vec<Self> {
        let faults = report.faults.iter();
        faults.map(|fault| Self { line: fault.line, message: fault.kind.to_string() }).collect()
    }
}

impl Check {
    pub(crate) fn run(self) -> Result<Exit, Trouble> {
        self.described.warn_of_unknown_purpose();
        let mut exits = Vec::new();
        for file in &self.files {
            let printed = match self.report(file) {
                Ok(report) => {
                    exits.push(if report.is_fit() { Exit::Done } else { Exit::Failed });
                    self.tell(file, &report, None)
                }
                Err(error) => {
                    let trouble = explain::unreadable(file, &error);
                    trouble.tell();
                    exits.push(trouble.exit);
                    self.tell(file, &Report::default(), Some(trouble.message))
                }
            };
            match printed {
                // Nobody reads on, but the exit code is that of what was checked.
                Err(trouble) if trouble.is_silent() => break,
                printed => printed?,
            }
        }
        Ok(Exit::of_files(exits))
    }

    fn report(&self, file: &Path) -> io::Result<Report> {
        let preflight = Preflight::new(self.described.purpose.clone());
        if file == Path::new("-") {
            return preflight.reader(io::stdin().lock());
        }
        if file.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mime_type = self.described.mime_type.clone();
        let mime_type = mime_type.unwrap_or_else(|| Source::path(file).mime_type());
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let reader = CheckProgress::new(file, self.quiet)?;
        preflight.mime_type(mime_type).file_name(name).reader(reader)
    }

    fn tell(&self, file: &Path, report: &Report, error: Option<String>) -> Result<(), Trouble> {
        let path = file.to_string_lossy();
        if self.json {
            let checked = Checked {
                path: &path,
                fit: report.is_fit() && error.is_none(),
                lines: report.lines,
                bytes: report.bytes,
                faults: Fault::listed_in(report),
                fault_count: report.fault_count,
                warnings: report.warnings.iter().map(ToString::to_string).collect(),
                error,
            };
            return stdout::line(stdout::json(&checked));
        }
        if error.is_some() {
            return Ok(());
        }
        let path = message::path(file);
        for fault in &report.faults {
            let line = fault.line.map_or(String::new(), |line| format!("{line}:"));
            stdout::line(format!("{path}:{line} {}", fault.kind))?;
        }
        if report.more() > 0 {
            stdout::line(format!("{path}: and {} more", report.more()))?;
        }
        if self.quiet {
            return Ok(());
        }
        for warning in &report.warnings {
            message::write(&message::warning(&format!("{path}: {}", message::text(&warning.to_string()))));
        }
        if report.is_fit() {
            let purpose = message::text(self.described.purpose.as_str());
            let what = match report.lines {
                0 => format!("`{purpose}` does not look at lines"),
                1 => format!("fit for `{purpose}`: 1 line, {}", quantity::shown_size(report.bytes)),
                lines => {
                    format!("fit for `{purpose}`: {lines} lines, {}", quantity::shown_size(report.bytes))
                }
            };
            message::write(&format!("{path}: {what}"));
        }
        Ok(())
    }
}
