//! Why a follow-up fails.

use crate::models::ErrorResponse;
use crate::runtime;

/// Why a follow-up fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A request failed, and sending it again did not help or would not.
    #[error("{step} failed")]
    Request {
        /// What the request was for.
        step: &'static str,
        /// Why it failed the last time.
        source: Box<runtime::Error<ErrorResponse>>,
    },
    /// The reply to a request that starts a job was lost, so there may be a job. It was not started again, since each
    /// job is paid for.
    #[error("it is unknown whether the job was started")]
    JobUnknown {
        /// Why there is no reply.
        source: Box<runtime::Error<ErrorResponse>>,
    },
}
