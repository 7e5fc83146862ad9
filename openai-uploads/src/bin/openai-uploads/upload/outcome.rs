//! The end of one file: its exit code, and its line on stdout.

use std::io::{self, IsTerminal};
use std::path::Path;

use openai_uploads::models::OpenAiFile;
use openai_uploads::uploader::{UploadError, Uploaded};
use serde::Serialize;

use crate::exit::{CommandError, Exit};
use crate::progress::Board;
use crate::{check, message, stdout};

/// The end of one file.
pub(super) struct Ended {
    pub(super) exit: Exit,
    /// The line for stdout, if there is one.
    line: Option<String>,
    pub(super) kind: Kind,
    /// The id of the file, if it is on the server.
    pub(super) file_id: Option<String>,
    /// Whether the run must stop.
    pub(super) stops_run: bool,
}

/// In which way a file ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Uploaded {
        bytes: u64,
    },
    /// It was on the server before.
    Unchanged,
    Failed,
}

impl Ended {
    pub(super) fn arrived(file: &Path, uploaded: &Uploaded, json: bool, board: &Board) -> Self {
        let line = if json {
            Some(stdout::json(&Line {
                path: &file.to_string_lossy(),
                outcome: Outcome::Arrived {
                    file: &uploaded.file,
                    upload_id: uploaded.upload_id.as_deref(),
                    md5: uploaded.md5.as_deref(),
                },
            }))
        } else if board.shows_ids() && io::stdout().is_terminal() {
            // The line shows it beside the file's name already.
            None
        } else {
            Some(message::word(&uploaded.file.id))
        };
        let (kind, file_id) = (Kind::Uploaded { bytes: uploaded.file.bytes }, Some(uploaded.file.id.clone()));
        Self { exit: Exit::Done, line, kind, file_id, stops_run: false }
    }

    /// A file that is on the server already.
    pub(super) fn skipped(file: &Path, known: &OpenAiFile, json: bool) -> Self {
        let line = if json {
            let outcome = Outcome::Unchanged { file: known, unchanged: true };
            stdout::json(&Line { path: &file.to_string_lossy(), outcome })
        } else {
            message::word(&known.id)
        };
        let file_id = Some(known.id.clone());
        Self { exit: Exit::Done, line: Some(line), kind: Kind::Unchanged, file_id, stops_run: false }
    }

    /// The manifest cannot be written, so the run must stop. The outcome of the file itself stays.
    pub(super) fn stopping_run(self) -> Self {
        Self { exit: Exit::Failed, stops_run: true, ..self }
    }

    /// Reports the error on stderr.
    pub(super) fn failed(
        file: &Path,
        problem: &CommandError,
        error: Option<&UploadError>,
        json: bool,
        board: &Board,
    ) -> Self {
        board.write(&message::error(&problem.message, problem.help.as_deref()));
        let answer = error.and_then(UploadError::api);
        let report = match error {
            Some(UploadError::FailedPreflight { report, .. }) => Some(report),
            _ => None,
        };
        let line = json.then(|| {
            stdout::json(&Line {
                path: &file.to_string_lossy(),
                outcome: Outcome::Failed {
                    error: Failed {
                        message: &problem.message,
                        help: problem.help.as_deref(),
                        status: answer.map(|answer| answer.status.as_u16()),
                        code: answer.and_then(|answer| answer.code()),
                        request_id: answer.and_then(|answer| answer.request_id()),
                        faults: report.map(check::Fault::listed_in),
                        fault_count: report.map(|report| report.fault_count),
                    },
                },
            })
        });
        Self { exit: problem.exit, line, kind: Kind::Failed, file_id: None, stops_run: false }
    }

    /// Prints the line of a file. If that fails the line goes to stderr, so that no id is lost; files that are still
    /// being sent are not affected.
    pub(super) fn print(&mut self, board: &Board) {
        let Some(line) = &self.line else { return };
        if let Err(error) = board.suspended(|| stdout::try_line(line)) {
            let message = format!("cannot write to stdout ({error}); this was not printed: {line}");
            board.write(&message::error(&message, None));
            self.exit = Exit::Failed;
        }
    }
}

/// What `--json` prints of a file.
#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    #[serde(flatten)]
    outcome: Outcome<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Outcome<'a> {
    Arrived {
        file: &'a OpenAiFile,
        #[serde(skip_serializing_if = "Option::is_none")]
        upload_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        md5: Option<&'a str>,
    },
    Unchanged {
        file: &'a OpenAiFile,
        /// Always true.
        unchanged: bool,
    },
    Failed {
        error: Failed<'a>,
    },
}

#[derive(Serialize)]
struct Failed<'a> {
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    /// Of a file that failed the preflight; some of them where there are many.
    #[serde(skip_serializing_if = "Option::is_none")]
    faults: Option<Vec<check::Fault>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault_count: Option<u64>,
}
