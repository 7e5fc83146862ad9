//! Uploads as tests see them.

use crate::models;

/// An upload and its parts.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredUpload {
    /// The upload as the API shows it, with its current status.
    pub upload: models::Upload,
    /// The stored parts, by id: all parts of a pending upload, the parts of the file of a completed one, and none
    /// otherwise.
    pub parts: Vec<StoredPart>,
}

/// A stored part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredPart {
    /// The part's id.
    pub id: String,
    /// The size of the part in bytes.
    pub bytes: u64,
}
