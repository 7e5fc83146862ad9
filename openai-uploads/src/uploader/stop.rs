//! Why an upload stopped, and what is kept or removed.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::api_errors::{Cause, final_cause, says_status_is};
use super::source::Content;
use super::{Failure, Step, UploadError};
use crate::models::OpenAiFile;
use crate::models::upload::Status;
use crate::runtime::Error;
use reqwest::StatusCode;

/// Why an upload stopped after it was created.
#[derive(Debug)]
pub(super) enum Stop {
    Cancelled,
    Source(io::Error),
    Changed(String),
    /// Another run continues the upload, and has the state at this place.
    TakenOver(PathBuf),
    Failed {
        step: Step,
        attempts: u32,
        failure: Box<Failure>,
    },
    Mismatch(Box<OpenAiFile>),
    FileUnknown,
}

/// What an error says about an upload besides why it stopped.
pub(super) struct Details {
    pub(super) name: String,
    pub(super) file_name: String,
    pub(super) bytes: u64,
    pub(super) upload_id: Option<String>,
    /// Where the state is, if it was kept.
    pub(super) state: Option<PathBuf>,
}

impl Stop {
    /// The source cannot be read: it fails, or it is not what it was.
    pub(super) fn of_source(error: io::Error) -> Self {
        #[cfg(feature = "object-store")]
        if let Some(crate::objects::ObjectError::Changed { what, .. }) =
            crate::objects::ObjectError::of(&error)
        {
            return Self::Changed(what.clone());
        }
        Self::Source(error)
    }

    /// Whether another run may finish the same upload, once the network, the server, the key or the account is in
    /// order again.
    pub(super) fn is_resumable(&self) -> bool {
        match self {
            Self::Source(_) => true,
            Self::Failed { failure, .. } => match &**failure {
                Failure::Call(call @ Error::Api(error)) => match final_cause(error) {
                    Some(cause) => cause == Cause::Account,
                    None => is_about_the_key(error.status) || call.is_retryable(),
                },
                Failure::Call(Error::Input(_)) | Failure::UnexpectedResponse { .. } => false,
                Failure::Call(_)
                | Failure::Stalled { .. }
                | Failure::NoReply { .. }
                | Failure::Source(_)
                | Failure::WaitTooLong { .. } => true,
            },
            Self::Cancelled
            | Self::TakenOver(_)
            | Self::Changed(_)
            | Self::Mismatch(_)
            | Self::FileUnknown => false,
        }
    }

    /// Whether there is nothing left of ours on the server that could be cancelled.
    pub(super) fn leaves_upload_alone(&self) -> bool {
        matches!(self, Self::Mismatch(_) | Self::FileUnknown | Self::TakenOver(_))
    }

    /// The server's message, if it refuses the upload itself, so that a new one may succeed.
    ///
    /// Each server has its own way to refuse an upload that was resumed; one that was created a moment ago can only
    /// have been forgotten, cancelled or expired.
    pub(super) fn refusal(&self, is_resumed: bool) -> Option<String> {
        let Self::Failed { step: Step::Part(_) | Step::Complete, failure, .. } = self else { return None };
        let Failure::Call(call @ Error::Api(error)) = &**failure else { return None };
        let is_over = [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&error.status)
            || [Status::Expired, Status::Cancelled].iter().any(|status| says_status_is(status, error));
        let is_about_something_else = is_about_the_key(error.status)
            || error.status == StatusCode::PAYLOAD_TOO_LARGE
            || final_cause(error).is_some();
        let is_refused = is_resumed && error.status.is_client_error() && !call.is_retryable();
        (!is_about_something_else && (is_over || is_refused)).then(|| error.message.clone())
    }

    /// Whether the server has no Uploads API: nothing is at the path where uploads are created.
    pub(super) fn says_no_uploads(&self) -> bool {
        let Self::Failed { step: Step::Create, failure, .. } = self else { return false };
        let Failure::Call(Error::Api(error)) = &**failure else { return false };
        let absent = [StatusCode::NOT_FOUND, StatusCode::METHOD_NOT_ALLOWED, StatusCode::NOT_IMPLEMENTED];
        absent.contains(&error.status)
    }

    pub(super) fn into_error(self, details: Details) -> UploadError {
        let Details { name, file_name, bytes, upload_id, state } = details;
        let may_pass = self.is_resumable();
        match self {
            Self::Cancelled => UploadError::Cancelled { upload_id },
            Self::Source(source) => UploadError::Source { name, source, state },
            Self::Changed(what) => UploadError::Changed { name, what },
            Self::TakenOver(lock) => UploadError::Locked { name, lock },
            Self::Failed { step, attempts, failure } => {
                UploadError::Request { step, attempts, failure, upload_id, state, may_pass }
            }
            Self::Mismatch(file) => UploadError::Mismatch { file, bytes },
            Self::FileUnknown => {
                UploadError::FileUnknown { upload_id: upload_id.unwrap_or_default(), file_name }
            }
        }
    }
}

fn is_about_the_key(status: StatusCode) -> bool {
    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&status)
}

/// Fails if the content has changed since it was opened.
pub(super) async fn check_unchanged(content: Option<&Arc<dyn Content>>) -> Result<(), Stop> {
    let Some(content) = content.cloned() else { return Ok(()) };
    match content.change().await {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(Stop::Changed(what)),
        Err(error) => Err(Stop::Source(error)),
    }
}
