//! A file batch of a vector store.

use serde::{Deserialize, Serialize};

/// Files that are added together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileBatch {
    /// The file batch's id.
    pub id: String,
    /// The status, such as `in_progress` or `completed`.
    pub status: String,
    /// The number of files by status.
    pub file_counts: FileCounts,
}

impl FileBatch {
    pub(super) fn has_ended(&self) -> bool {
        self.status != "in_progress"
    }
}

/// The number of files by status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct FileCounts {
    /// The files that are being indexed.
    pub in_progress: u64,
    /// The files that can be searched.
    pub completed: u64,
    /// The files that could not be indexed.
    pub failed: u64,
    /// The files whose indexing was cancelled.
    pub cancelled: u64,
    /// All files.
    pub total: u64,
}
