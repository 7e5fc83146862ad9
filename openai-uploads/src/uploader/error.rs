//! Why an upload failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::models::{CreateUploadRequest, ErrorResponse, OpenAiFile};
use crate::preflight::Report;
use crate::runtime::{ApiError, Error};

/// Why an upload failed.
///
/// Where going on later makes sense, [`state`](Self::state) has the file that the next run goes on from.
/// After any other failure nothing is left behind: the state file is removed and the upload is cancelled on the
/// server, where it can be reached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// The source cannot be opened or read to its end.
    #[error("{name} cannot be read")]
    Source {
        /// The path, or the name that the source was given.
        name: String,
        /// What the operating system or the reader says.
        source: io::Error,
        /// Where the state of the upload is, when one was begun.
        state: Option<PathBuf>,
    },
    /// The source has more bytes than an upload may have. Nothing was sent.
    #[error("{bytes} bytes are too many for an upload, {} is the most", CreateUploadRequest::BYTES_MAXIMUM)]
    TooLarge {
        /// The bytes of the source.
        bytes: u64,
    },
    /// Options that cannot be followed. Nothing was sent.
    #[error("{message}")]
    Options {
        /// Which, why, and what can be.
        message: String,
    },
    /// The purpose cannot take the content. Nothing was sent.
    #[error("{name} is not fit for its purpose:\n{report}")]
    Unfit {
        /// The path, or the name that the source was given.
        name: String,
        /// What is wrong with it.
        report: Report,
    },
    /// Another upload, in this process or in another, is sending the same source. Nothing was sent.
    #[error("{name} is being uploaded already, by whoever has locked {}; wait for it to end, or stop it", .lock.display())]
    Busy {
        /// The path of the source.
        name: String,
        /// The lock that is held.
        lock: PathBuf,
    },
    /// The source changed while it was sent. What arrived would have been neither the old content nor the new.
    #[error("{name} changed while it was being uploaded ({what}); upload it again when it is at rest")]
    Changed {
        /// The path, or the name that the source was given.
        name: String,
        /// What changed.
        what: String,
    },
    /// A request failed, and sending it again did not help or would not.
    #[error("{step} failed{}", tried(*.attempts))]
    Request {
        /// What was to be done.
        step: Step,
        /// How often it was tried.
        attempts: u32,
        /// Why it failed the last time.
        #[source]
        failure: Box<Failure>,
        /// The upload, where it exists.
        upload_id: Option<String>,
        /// Where the state of the upload is, when it can be resumed.
        state: Option<PathBuf>,
    },
    /// The server made a file of another length than was sent. The file exists; delete it.
    #[error("the server made file {} of {} bytes from the {bytes} bytes that were sent; delete it", .file.id, .file.bytes)]
    Mismatch {
        /// The file as the server describes it.
        file: Box<OpenAiFile>,
        /// The bytes that were sent.
        bytes: u64,
    },
    /// The upload was completed, but the reply that names the file was lost and the server does not repeat it.
    #[error(
        "upload {upload_id} was completed, but the reply that names its file was lost; look for {filename} \
         among your files, or upload it again"
    )]
    FileUnknown {
        /// The upload.
        upload_id: String,
        /// The name that the file was given.
        filename: String,
    },
    /// [`UploadHandle::cancel`](super::UploadHandle::cancel) was called.
    #[error("the upload was cancelled")]
    Cancelled {
        /// The upload, where it existed.
        upload_id: Option<String>,
    },
}

/// One of the requests that an upload consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// The upload is created.
    Create,
    /// The part with this index, from 0, is sent.
    Part(usize),
    /// The upload is completed.
    Complete,
    /// The upload is cancelled.
    Cancel,
}

/// Why a request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The server refused, could not be reached, or gave an answer that cannot be read.
    #[error(transparent)]
    Call(#[from] Error<ErrorResponse>),
    /// The connection took no byte for as long as [`Options::stall_limit`](super::Options::stall_limit).
    #[error("no byte went out for {limit:?}")]
    Stalled {
        /// The limit.
        limit: Duration,
    },
    /// All bytes went out, and no reply came.
    #[error("no reply came for {limit:?}")]
    NoReply {
        /// The time that the reply was given.
        limit: Duration,
    },
    /// The server asks for a longer wait than
    /// [`RetryPolicy::longest_asked_wait`](super::RetryPolicy::longest_asked_wait).
    #[error("the server asks to wait {asked:?}, which is longer than {limit:?}")]
    WaitTooLong {
        /// The wait that the server asks for.
        asked: Duration,
        /// The longest that is waited.
        limit: Duration,
        /// The server's answer.
        #[source]
        call: Error<ErrorResponse>,
    },
    /// The answer reads well but cannot be: an upload that is completed and has no file, for instance.
    #[error("{message}")]
    Senseless {
        /// What cannot be.
        message: String,
    },
}

impl UploadError {
    /// The state file from which the next run goes on, where this failure left one.
    pub fn state(&self) -> Option<&Path> {
        match self {
            Self::Source { state, .. } | Self::Request { state, .. } => state.as_deref(),
            _ => None,
        }
    }

    /// The server's answer, where that is why the upload failed.
    pub fn api(&self) -> Option<&ApiError<ErrorResponse>> {
        match self {
            Self::Request { failure, .. } => failure.api(),
            _ => None,
        }
    }
}

impl Failure {
    pub(super) fn senseless(message: impl Into<String>) -> Self {
        Self::Senseless { message: message.into() }
    }

    /// The server's answer, where it is that.
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
            Self::Create => f.write_str("creating the upload"),
            Self::Part(index) => write!(f, "sending part {}", index + 1),
            Self::Complete => f.write_str("completing the upload"),
            Self::Cancel => f.write_str("cancelling the upload"),
        }
    }
}

fn tried(attempts: u32) -> String {
    if attempts > 1 { format!(" {attempts} times") } else { String::new() }
}
