//! The report at the end of a command, as text or as JSON.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use super::count::counted;
use super::failure::Failure;
use super::terminal;
use crate::diagnostic::Diagnostics;

/// The outcome of a command that did its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to report.
    Fine,
    /// A check found a difference.
    Differs,
}

/// The report at the end of a command.
#[derive(Debug)]
pub struct Report {
    /// The outcome.
    pub outcome: Outcome,
    /// Text for stdout.
    pub text: String,
    /// Warnings, for stderr.
    pub warnings: Diagnostics,
    /// The same report as JSON.
    pub json: Map<String, Value>,
}

impl Report {
    /// A report without JSON.
    pub fn new(outcome: Outcome, text: impl Into<String>) -> Self {
        Self { outcome, text: text.into(), warnings: Diagnostics::default(), json: Map::new() }
    }

    /// Adds a member to the JSON.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.json.insert(name.to_owned(), value.into());
        self
    }
}

/// Writes the result of a command, as text or as one JSON object.
///
/// Returns the exit code: 0, or 1 if a check found a difference, or 2 for a failure.
pub fn end(result: Result<Report, Failure>, json: bool) -> ExitCode {
    let code = match &result {
        Ok(Report { outcome: Outcome::Fine, .. }) => 0,
        Ok(Report { outcome: Outcome::Differs, .. }) => 1,
        Err(_) => 2,
    };
    if json {
        let mut text = Value::Object(object(result)).to_string();
        text.push('\n');
        terminal::print(&text);
        return ExitCode::from(code);
    }
    match result {
        Ok(Report { text, warnings, .. }) => {
            terminal::eprint(&warnings_text(&warnings, terminal::is_coloured()));
            terminal::print(&text);
        }
        Err(failure) => terminal::eprint(&failure.render(terminal::is_coloured())),
    }
    ExitCode::from(code)
}

fn warnings_text(warnings: &Diagnostics, colour: bool) -> String {
    match counted(warnings.len(), "warning") {
        None => String::new(),
        Some(count) => format!(
            "{}{count}; `openapi-crate explain CODE` says what the code in brackets means\n",
            warnings.render(colour)
        ),
    }
}

fn object(result: Result<Report, Failure>) -> Map<String, Value> {
    match result {
        Ok(Report { outcome, warnings, mut json, .. }) => {
            let outcome = match outcome {
                Outcome::Fine => "fine",
                Outcome::Differs => "differs",
            };
            json.insert("outcome".to_owned(), outcome.into());
            json.insert("diagnostics".to_owned(), diagnostics(&warnings));
            json
        }
        Err(failure) => {
            let (message, help, found) = match &failure {
                Failure::Document(found) => {
                    let message = "the document cannot be used: see `diagnostics`".to_owned();
                    (message, None, diagnostics(found))
                }
                Failure::Other { message, help } => (message.clone(), help.clone(), json!([])),
            };
            let error = json!({ "message": message, "help": help });
            let members = [("outcome", json!("failed")), ("error", error), ("diagnostics", found)];
            members.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
        }
    }
}

fn diagnostics(list: &Diagnostics) -> Value {
    list.iter()
        .map(|diagnostic| {
            json!({
                "severity": diagnostic.severity.to_string(),
                "code": diagnostic.code,
                "message": diagnostic.message,
                "file": diagnostic.file,
                "pointer": diagnostic.pointer.to_string(),
                "line": diagnostic.position.map(|position| position.line),
                "column": diagnostic.position.map(|position| position.column),
                "help": diagnostic.help,
            })
        })
        .collect()
}
