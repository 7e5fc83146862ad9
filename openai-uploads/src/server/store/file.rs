//! A file that was created in one request, or by a batch.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};

use super::super::id;
use super::content::Content;
use super::folder::{ARRIVING, FILE, RECORD, read_record, replace};
use super::writer::NewFile;
use super::{Store, StoreError, entries, lock};
use crate::models;
use crate::models::open_ai_file;

/// A file and its folder.
#[derive(Debug)]
pub(super) struct FileEntry {
    record: FileRecord,
    dir: PathBuf,
    is_deleted: AtomicBool,
}

/// The record of a file, stored as JSON beside its content.
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

    /// Opens the file in a folder. Returns `None` and removes the folder if its creation did not finish.
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

impl Store {
    /// Creates the file `id`, unless it exists, with the content that `write` writes.
    pub(in super::super) fn write_file(
        &self,
        id: &str,
        properties: FileProperties,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        if lock(&self.files).contains_key(id) {
            return Ok(());
        }
        let dir = self.folder.file(id);
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => fs::create_dir(&dir)?,
        }
        let path = dir.join(format!("content{ARRIVING}"));
        let mut content = BufWriter::new(File::create_new(&path)?);
        write(&mut content)?;
        content.into_inner().map_err(io::IntoInnerError::into_error)?;
        let entry =
            FileEntry::create(dir, NewFile::written(path), properties, self.now(), self.next_number())?;
        self.add_file(entry);
        Ok(())
    }

    /// All files, oldest first.
    pub(in super::super) fn files(&self) -> Vec<models::OpenAiFile> {
        let now = self.now();
        let of_uploads = entries(&self.uploads_by_file);
        let of_uploads =
            of_uploads.into_iter().filter_map(|entry| Some((entry.numbers().1, entry.file(now)?)));
        let others = entries(&self.files);
        let others = others.into_iter().filter_map(|entry| Some((entry.number(), entry.file(now)?.clone())));
        let mut files: Vec<_> = of_uploads.chain(others).collect();
        files.sort_by_key(|(number, _)| *number);
        files.into_iter().map(|(_, file)| file).collect()
    }

    pub(in super::super) fn file(&self, file_id: &str) -> Result<models::OpenAiFile, StoreError> {
        let now = self.now();
        let upload = lock(&self.uploads_by_file).get(file_id).cloned();
        let file = match upload {
            Some(upload) => upload.file(now),
            None => lock(&self.files).get(file_id).and_then(|entry| entry.file(now).cloned()),
        };
        file.ok_or(StoreError::NotFound)
    }

    pub(in super::super) fn content(&self, file_id: &str) -> Result<Content, StoreError> {
        self.file(file_id)?;
        let upload = lock(&self.uploads_by_file).get(file_id).cloned();
        match upload {
            Some(upload) => upload.content(),
            None => lock(&self.files).get(file_id).map(|entry| entry.content()).ok_or(StoreError::NotFound),
        }
    }

    pub(in super::super) fn delete_file(&self, file_id: &str) -> Result<(), StoreError> {
        self.file(file_id)?;
        let upload = lock(&self.uploads_by_file).remove(file_id);
        if let Some(upload) = upload {
            return upload.delete_file(self.now());
        }
        let file = lock(&self.files).remove(file_id);
        Ok(file.ok_or(StoreError::NotFound)?.delete()?)
    }

    pub(super) fn add_file(&self, entry: FileEntry) -> models::OpenAiFile {
        let file = entry.file(0).cloned().expect("a new file is not deleted");
        lock(&self.files).insert(file.id.clone(), Arc::new(entry));
        file
    }
}

/// How long a file is kept, in seconds. None means for ever.
pub(in super::super) fn lifetime(
    purpose: &str,
    expires_after: Option<&models::FileExpirationAfter>,
) -> Option<u64> {
    let is_batch = purpose == models::create_file_request::Purpose::Batch.as_str();
    let default = is_batch.then_some(models::CreateFileRequest::BATCH_LIFETIME_SECONDS);
    expires_after.map(|after| after.seconds).or(default)
}

/// A new id of a file.
pub(super) fn new_id() -> String {
    id::new(FILE)
}
