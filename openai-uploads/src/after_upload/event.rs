//! The events of a follow-up.

use std::time::Duration;

use super::{FileBatch, FineTuningJob};

/// Something that happened. A failure is not an event: the call returns it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// A file batch was created.
    FileBatchCreated {
        /// The file batch.
        file_batch: FileBatch,
    },
    /// The state of a file batch changed.
    FileBatchChanged {
        /// The file batch.
        file_batch: FileBatch,
    },
    /// A job has another status.
    JobChanged {
        /// The job.
        job: FineTuningJob,
    },
    /// The job reports something, such as a step of the training.
    JobMessage {
        /// The job's id.
        job_id: String,
        /// The message.
        message: String,
    },
    /// A request failed and is sent again.
    Retrying {
        /// What the request is for.
        step: &'static str,
        /// The wait before it.
        wait: Duration,
        /// Why it failed.
        reason: String,
    },
}
