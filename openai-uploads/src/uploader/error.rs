//! Why an upload failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::models::{ErrorResponse, OpenAiFile};
use crate::preflight::Report;
use crate::runtime::{ApiError, Error};

/// Why an upload failed.
///
/// `Display` says what happened, and the source why; [`describe`](crate::runtime::describe) writes the whole chain.
///
/// If the upload can be resumed, [`state`](Self::state) returns the state file that the next run resumes from.
/// After any other failure nothing is left behind: the state is removed, and the upload is cancelled on the server
/// if the server can be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The source cannot be opened or read to its end.
    #[error("{name} cannot be read")]
    Source {
        /// The path, or the name of the source.
        name: String,
        /// The error of the operating system or the reader.
        source: io::Error,
        /// The state of the upload, if one was started.
        state: Option<PathBuf>,
    },
    /// The source is larger than a file may be. Nothing was sent.
    #[error("{bytes} bytes are too many; the maximum is {max}")]
    TooLarge {
        /// The bytes of the source.
        bytes: u64,
        /// The maximum of the API that it was to be sent by.
        max: u64,
    },
    /// The options are invalid. Nothing was sent.
    #[error("{message}")]
    Options {
        /// Which option, why, and what is valid.
        message: String,
    },
    /// The content does not fit the purpose. Nothing was sent.
    #[error("{name} does not fit its purpose:\n{report}")]
    FailedPreflight {
        /// The path, or the name of the source.
        name: String,
        /// What is wrong with it.
        report: Report,
    },
    /// Another upload, in this process or in another, is sending the same file. Nothing was sent.
    #[error("{name} is being uploaded already (lock file: {}); wait for that upload or stop it", .lock.display())]
    Locked {
        /// The path of the file.
        name: String,
        /// The lock file.
        lock: PathBuf,
    },
    /// The file changed while it was sent, so the server has parts of two contents.
    #[error("{name} changed while it was being uploaded ({what}); upload it again when nothing writes to it")]
    Changed {
        /// The path of the file.
        name: String,
        /// What changed.
        what: String,
    },
    /// A request failed for good.
    #[error("{step} failed{}", times(*.attempts))]
    Request {
        /// What the request was for.
        step: Step,
        /// The number of attempts.
        attempts: u32,
        /// The last failure.
        #[source]
        failure: Box<Failure>,
        /// The upload, if it exists.
        upload_id: Option<String>,
        /// The state of the upload, if it can be resumed.
        state: Option<PathBuf>,
        /// Whether the same upload may succeed later.
        may_pass: bool,
    },
    /// The server made a file of another length than was sent. The file exists; delete it.
    #[error("the server made file {} of {} bytes from the {bytes} bytes that were sent; delete it", .file.id, .file.bytes)]
    Mismatch {
        /// The file, as the server describes it.
        file: Box<OpenAiFile>,
        /// The bytes that were sent.
        bytes: u64,
    },
    /// The upload was completed, but the id of its file is not known: the reply was lost, or does not name it.
    #[error(
        "upload {upload_id} was completed, but no reply names its file; look for {file_name} among your \
         files, or upload it again"
    )]
    FileUnknown {
        /// The upload.
        upload_id: String,
        /// The name of the file.
        file_name: String,
    },
    /// [`UploadHandle::cancel`](super::UploadHandle::cancel) was called.
    #[error("the upload was cancelled")]
    Cancelled {
        /// The upload, if it existed.
        upload_id: Option<String>,
    },
}

/// One of the requests of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Sends a whole file, by the Files API.
    File,
    /// Creates the upload.
    Create,
    /// Sends the part with this index, counted from 0.
    Part(usize),
    /// Completes the upload.
    Complete,
    /// Cancels the upload.
    Cancel,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The server refused, could not be reached, or sent a reply that cannot be read.
    #[error(transparent)]
    Call(#[from] Error<ErrorResponse>),
    /// No byte was sent for as long as [`Options::stall_limit`](super::Options::stall_limit).
    #[error("no byte was sent for {limit:?}")]
    Stalled {
        /// The limit.
        limit: Duration,
    },
    /// The bytes of the part did not come from the source.
    #[error("the source failed: {0}")]
    Source(io::Error),
    /// All bytes were sent, and no reply came.
    #[error("no reply came for {limit:?}")]
    NoReply {
        /// The limit.
        limit: Duration,
    },
    /// The server asks for a longer wait than
    /// [`RetryPolicy::max_retry_after`](super::RetryPolicy::max_retry_after).
    #[error("the server asks to wait {asked:?}, which is longer than {limit:?}")]
    WaitTooLong {
        /// The wait that the server asks for.
        asked: Duration,
        /// The limit.
        limit: Duration,
        /// The server's answer.
        #[source]
        call: Error<ErrorResponse>,
    },
    /// The reply is JSON, but not that of an Uploads API: it has no id, for instance.
    #[error("{message}")]
    UnexpectedResponse {
        /// What is wrong with it.
        message: String,
    },
}

impl UploadError {
    /// The state file from which the next run resumes the upload, if there is one.
    pub fn state(&self) -> Option<&Path> {
        match self {
            Self::Source { state, .. } | Self::Request { state, .. } => state.as_deref(),
            _ => None,
        }
    }

    /// The server's answer, if it is the reason.
    pub fn api(&self) -> Option<&ApiError<ErrorResponse>> {
        match self {
            Self::Request { failure, .. } => failure.api(),
            _ => None,
        }
    }

    /// Whether the same upload may succeed later without a change to the file or the options.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Request { may_pass, .. } => *may_pass,
            Self::Locked { .. } | Self::Changed { .. } => true,
            _ => self.state().is_some(),
        }
    }
}

impl Failure {
    pub(super) fn unexpected(message: impl Into<String>) -> Self {
        Self::UnexpectedResponse { message: message.into() }
    }

    /// The server's answer, if it is one.
    pub fn api(&self) -> Option<&ApiError<ErrorResponse>> {
        match self {
            Self::Call(call) | Self::WaitTooLong { call, .. } => call.api(),
            _ => None,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str("sending the file"),
            Self::Create => f.write_str("creating the upload"),
            Self::Part(index) => write!(f, "sending part {}", index.saturating_add(1)),
            Self::Complete => f.write_str("completing the upload"),
            Self::Cancel => f.write_str("cancelling the upload"),
        }
    }
}

fn times(attempts: u32) -> String {
    if attempts > 1 { format!(" {attempts} times") } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::describe;

    #[test]
    fn a_chain_of_errors_repeats_nothing() {
        let source =
            UploadError::Source { name: "a.bin".into(), source: io::Error::other("a bad disk"), state: None };
        let failure = Failure::unexpected("no id");
        let request = UploadError::Request {
            step: Step::Part(0),
            attempts: 2,
            failure: Box::new(failure),
            upload_id: None,
            state: None,
            may_pass: false,
        };
        assert_eq!(describe(&source), "a.bin cannot be read: a bad disk");
        assert_eq!(describe(&request), "sending part 1 failed 2 times: no id");
    }
}
