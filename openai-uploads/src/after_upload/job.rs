//! A fine-tuning job.

use serde::{Deserialize, Serialize};

/// A fine-tuning job, as far as waiting for it needs. Compatible servers leave out much of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FineTuningJob {
    /// The job's id.
    pub id: String,
    /// The status, such as `running`, `succeeded`, `failed` or `cancelled`.
    pub status: String,
    /// The model that is trained.
    #[serde(default)]
    pub model: String,
    /// The id of the file that it is trained on.
    #[serde(default)]
    pub training_file: String,
    /// The trained model, once there is one.
    #[serde(default)]
    pub fine_tuned_model: Option<String>,
    /// The tokens that the job is charged for, once it has ended.
    #[serde(default)]
    pub trained_tokens: Option<u64>,
    /// Why the job failed.
    #[serde(default)]
    pub error: Option<JobError>,
}

/// Why a job failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct JobError {
    /// The reason, such as `invalid_training_file`.
    pub code: Option<String>,
    /// The server's message.
    pub message: Option<String>,
}

impl FineTuningJob {
    /// Whether the job has ended.
    pub fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "succeeded" | "failed" | "cancelled")
    }

    /// Whether there is a trained model.
    pub fn has_succeeded(&self) -> bool {
        self.status == "succeeded"
    }

    /// Why the job failed, if the server says so.
    pub fn reason(&self) -> Option<&str> {
        self.error.as_ref()?.message.as_deref().filter(|message| !message.is_empty())
    }
}
