//! What an upload's record says.

use serde::{Deserialize, Serialize};

use super::super::id;
use super::folder::UPLOAD;
use crate::models;
use crate::models::upload::Status;

/// All that is known of an upload but for its bytes; written as JSON beside them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) upload: models::Upload,
    /// Of all uploads and files of a folder, this is the `number`th; times are too coarse to order them by.
    pub(super) number: u64,
    /// The same of the file.
    pub(super) file_number: u64,
    mime_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_after: Option<models::FileExpirationAfter>,
    /// The parts of the file, in order, once there is one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) part_ids: Vec<String>,
    /// Whether there was a file that is deleted now.
    #[serde(default)]
    pub(super) deleted: bool,
}

impl Record {
    /// The record of an upload that is announced `now`.
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

    /// The record once the upload is completed `now` from these parts.
    pub(super) fn completed(&self, part_ids: &[String], now: u64, file_number: u64) -> Self {
        let upload = &self.upload;
        let mut file = models::OpenAiFile::new(
            id::new("file-"),
            upload.bytes,
            now,
            upload.filename.clone(),
            upload.purpose.as_str().into(),
        );
        file.expires_at = self.expires_after.as_ref().map(|after| now.saturating_add(after.seconds));
        #[expect(deprecated, reason = "the schema requires it all the same")]
        {
            file.status = Some(models::open_ai_file::Status::Processed);
        }
        let upload = models::Upload { status: Status::Completed, file: Some(file), ..upload.clone() };
        Self { upload, file_number, part_ids: part_ids.to_vec(), ..self.clone() }
    }

    /// The record once the upload is cancelled.
    pub(super) fn cancelled(&self) -> Self {
        let upload = models::Upload { status: Status::Cancelled, ..self.upload.clone() };
        Self { upload, ..self.clone() }
    }

    /// The record once the file is deleted.
    pub(super) fn without_file(&self) -> Self {
        Self { deleted: true, ..self.clone() }
    }

    /// The file, if there is one `now`.
    pub(super) fn file(&self, now: u64) -> Option<&models::OpenAiFile> {
        let lives = |file: &&models::OpenAiFile| file.expires_at.is_none_or(|expires| now < expires);
        self.upload.file.as_ref().filter(|_| !self.deleted).filter(lives)
    }

    /// Brings the status to what it is `now`. A pending upload expires by time alone, so that is not written.
    pub(super) fn expire(&mut self, now: u64) {
        if self.upload.status == Status::Pending && now >= self.upload.expires_at {
            self.upload.status = Status::Expired;
        }
    }

    /// Whether a part with this id is still needed `now`.
    pub(super) fn needs(&self, part_id: &str, now: u64) -> bool {
        match self.upload.status {
            Status::Pending => true,
            _ => self.file(now).is_some() && self.part_ids.iter().any(|id| id == part_id),
        }
    }
}
