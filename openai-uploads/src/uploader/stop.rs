//! Why an upload stopped, and what is to become of what it leaves behind.

use std::io;
use std::path::PathBuf;

use reqwest::StatusCode;

use super::{Failure, Step, UploadError};
use crate::models::OpenAiFile;
use crate::runtime::Error;

/// Why an upload stopped after it was created.
#[derive(Debug)]
pub(super) enum Stop {
    Cancelled,
    Source(io::Error),
    Changed(String),
    Failed { step: Step, attempts: u32, failure: Box<Failure> },
    Mismatch(Box<OpenAiFile>),
    FileUnknown,
}

/// What an error has to tell about an upload besides why it stopped.
pub(super) struct Remains {
    pub(super) name: String,
    pub(super) filename: String,
    pub(super) bytes: u64,
    pub(super) upload_id: Option<String>,
    /// Where the state is, if it was kept.
    pub(super) state: Option<PathBuf>,
}

impl Stop {
    /// Whether the same upload may come to its end in another run: when a network, a server or a key is in order
    /// again.
    pub(super) fn is_resumable(&self) -> bool {
        match self {
            Self::Source(_) => true,
            Self::Failed { failure, .. } => match &**failure {
                Failure::Call(call @ Error::Api(error)) => {
                    let mended_by_key = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                    mended_by_key.contains(&error.status) || call.is_retryable()
                }
                Failure::Call(Error::Input(_)) | Failure::Senseless { .. } => false,
                Failure::Call(_)
                | Failure::Stalled { .. }
                | Failure::NoReply { .. }
                | Failure::WaitTooLong { .. } => true,
            },
            Self::Cancelled | Self::Changed(_) | Self::Mismatch(_) | Self::FileUnknown => false,
        }
    }

    /// Whether the server made a file, or may have, so that there is no upload left to cancel.
    pub(super) fn is_after_completion(&self) -> bool {
        matches!(self, Self::Mismatch(_) | Self::FileUnknown)
    }

    /// What the server said, where it is the upload itself that it does not go on with, so that another one
    /// would do. Of an upload that was resumed much may have become of it meanwhile, and each server has its own
    /// way of saying so; one that was created a moment ago can only have been forgotten.
    pub(super) fn refusal(&self, resumed: bool) -> Option<String> {
        let Self::Failed { step: Step::Part(_) | Step::Complete, failure, .. } = self else { return None };
        let Failure::Call(call @ Error::Api(error)) = &**failure else { return None };
        let is_forgotten = [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&error.status);
        let is_about_something_else =
            [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::PAYLOAD_TOO_LARGE]
                .contains(&error.status);
        let is_refused =
            resumed && error.status.is_client_error() && !is_about_something_else && !call.is_retryable();
        (is_forgotten || is_refused).then(|| error.message.clone())
    }

    pub(super) fn into_error(self, remains: Remains) -> UploadError {
        let Remains { name, filename, bytes, upload_id, state } = remains;
        match self {
            Self::Cancelled => UploadError::Cancelled { upload_id },
            Self::Source(source) => UploadError::Source { name, source, state },
            Self::Changed(what) => UploadError::Changed { name, what },
            Self::Failed { step, attempts, failure } => {
                UploadError::Request { step, attempts, failure, upload_id, state }
            }
            Self::Mismatch(file) => UploadError::Mismatch { file, bytes },
            Self::FileUnknown => {
                UploadError::FileUnknown { upload_id: upload_id.unwrap_or_default(), filename }
            }
        }
    }
}
