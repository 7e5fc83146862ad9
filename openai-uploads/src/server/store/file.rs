//! A file that was created in one request, or by a batch.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::super::id;
use super::content::Content;
use super::folder::{FILE, RECORD, read_record, replace};
use super::writer::NewFile;
use crate::models;
use crate::models::open_ai_file;

/// A file and its folder.
#[derive(Debug)]
pub(super) struct FileEntry {
    record: FileRecord,
    dir: PathBuf,
    is_deleted: AtomicBool,
}

/// What is known of a file, written as JSON beside its content.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FileRecord {
    file: models::OpenAiFile,
    /// The position of the file among all uploads, files and batches.
    number: u64,
}

/// The properties of a new file.
#[derive(Clone, Debug)]
pub(in super::super) struct FileProperties {
    pub(in super::super) filename: String,
    pub(in super::super) purpose: open_ai_file::Purpose,
    /// How long the file is kept, in seconds. None means for ever.
    pub(in super::super) lifetime: Option<u64>,
}

const CONTENT: &str = "content";

impl FileEntry {
    /// Adds a file whose content is written. `dir` is its folder.
    pub(super) fn create(
        dir: PathBuf,
        content: NewFile,
        properties: FileProperties,
        now: u64,
        number: u64,
    ) -> io::Result<Self> {
        let path = dir.join(CONTENT);
        content.keep_as(&path)?;
        let bytes = fs::metadata(&path)?.len();
        let id = dir.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let record = FileRecord { file: properties.file(id, bytes, now), number };
        replace(&dir.join(RECORD), &serde_json::to_vec(&record)?)?;
        Ok(Self { record, dir, is_deleted: AtomicBool::new(false) })
    }

    /// A file as its folder has it. None if it was not finished: then the folder is removed.
    pub(super) fn open(dir: &Path) -> io::Result<Option<Self>> {
        let Some(record) = read_record(dir)? else { return Ok(None) };
        Ok(Some(Self { record, dir: dir.to_owned(), is_deleted: AtomicBool::new(false) }))
    }

    pub(super) fn id(&self) -> &str {
        &self.record.file.id
    }

    pub(super) fn number(&self) -> u64 {
        self.record.number
    }

    /// The file, unless it is deleted or expired.
    pub(super) fn file(&self, now: u64) -> Option<&models::OpenAiFile> {
        let is_gone = self.is_deleted.load(Ordering::Relaxed) || is_expired(&self.record.file, now);
        (!is_gone).then_some(&self.record.file)
    }

    pub(super) fn content(&self) -> Content {
        Content::new(vec![(self.dir.join(CONTENT), self.record.file.bytes)])
    }

    pub(super) fn delete(&self) -> io::Result<()> {
        // Without its record, a folder is removed when the store is opened.
        fs::remove_file(self.dir.join(RECORD))?;
        self.is_deleted.store(true, Ordering::Relaxed);
        fs::remove_dir_all(&self.dir)
    }
}

impl FileProperties {
    /// The file with these properties.
    pub(super) fn file(self, id: String, bytes: u64, now: u64) -> models::OpenAiFile {
        let mut file = models::OpenAiFile::new(id, bytes, now, self.filename, self.purpose);
        file.expires_at = self.lifetime.map(|seconds| now.saturating_add(seconds));
        #[expect(deprecated, reason = "the schema requires it")]
        {
            file.status = Some(open_ai_file::Status::Processed);
        }
        file
    }
}

pub(super) fn is_expired(file: &models::OpenAiFile, now: u64) -> bool {
    file.expires_at.is_some_and(|expires_at| now >= expires_at)
}

/// A new id of a file.
pub(super) fn new_id() -> String {
    id::new(FILE)
}
