//! The record of an upload.

use serde::{Deserialize, Serialize};

use super::super::id;
use super::file::{self, FileProperties, lifetime};
use super::folder::UPLOAD;
use crate::models;
use crate::models::upload::Status;

/// The record of an upload, stored as JSON beside its parts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct UploadRecord {
    pub(super) upload: models::Upload,
    /// The position of the upload among all uploads, files and batches. Times are too coarse to order them.
    pub(super) number: u64,
    /// The position of its file.
    pub(super) file_number: u64,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_after: Option<models::FileExpirationAfter>,
    /// The parts of the file, in order, if there is a file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) part_ids: Vec<String>,
    /// Whether the file was deleted.
    #[serde(default)]
    pub(super) deleted: bool,
}

impl UploadRecord {
    /// The record of a new upload.
    pub(super) fn new(request: models::CreateUploadRequest, now: u64, number: u64) -> Self {
        let upload = models::Upload {
            object: Some(models::upload::Object::default()),
            ..models::Upload::new(
                id::new(UPLOAD),
                now,
                request.filename,
                request.bytes,
                request.purpose.to_string(),
                Status::Pending,
                now.saturating_add(models::Upload::LIFETIME_SECONDS),
            )
        };
        let models::CreateUploadRequest { mime_type, expires_after, .. } = request;
        Self {
            upload,
            number,
            file_number: 0,
            mime_type,
            expires_after,
            part_ids: Vec::new(),
            deleted: false,
        }
    }

    /// The record of the upload after its completion.
    pub(super) fn completed(&self, part_ids: &[String], now: u64, file_number: u64) -> Self {
        let upload = &self.upload;
        let properties = FileProperties {
            filename: upload.filename.clone(),
            purpose: upload.purpose.as_str().into(),
            lifetime: lifetime(&upload.purpose, self.expires_after.as_ref()),
        };
        let file = properties.file(file::new_id(), upload.bytes, now);
        let upload = models::Upload { status: Status::Completed, file: Some(file), ..upload.clone() };
        Self { upload, file_number, part_ids: part_ids.to_vec(), ..self.clone() }
    }

    /// The record of the upload after its cancellation.
    pub(super) fn cancelled(&self) -> Self {
        let upload = models::Upload { status: Status::Cancelled, ..self.upload.clone() };
        Self { upload, ..self.clone() }
    }

    /// The record of the upload after its file was deleted.
    pub(super) fn without_file(&self) -> Self {
        Self { deleted: true, ..self.clone() }
    }

    /// The file, unless it is deleted or expired.
    pub(super) fn file(&self, now: u64) -> Option<&models::OpenAiFile> {
        self.upload.file.as_ref().filter(|file| !self.deleted && !file::is_expired(file, now))
    }

    /// Updates the status of a pending upload that expired. This depends on the time only, so it is not written.
    pub(super) fn expire(&mut self, now: u64) {
        if self.upload.status == Status::Pending && now >= self.upload.expires_at {
            self.upload.status = Status::Expired;
        }
    }

    /// Whether a part is still needed.
    pub(super) fn needs(&self, part_id: &str, now: u64) -> bool {
        match self.upload.status {
            Status::Pending => true,
            _ => self.file(now).is_some() && self.part_ids.iter().any(|id| id == part_id),
        }
    }
}
