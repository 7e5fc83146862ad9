//! What is kept: uploads, their parts and the files made of them, in a folder.
//!
//! ```text
//! lock                         held by the server that works on the folder
//! uploads/upload_…/record.json the upload, the order of its parts, the file made of it
//! uploads/upload_…/part_…      one part's bytes
//! ```
//!
//! A part becomes one by being renamed, and an upload changes by its record being replaced, so each is there
//! wholly or not at all however the process ends: what was acknowledged outlives it. It is in the operating
//! system's hands by then, not yet on the disk, so the machine itself losing power may cost the last seconds.
//! A file is its upload's parts in order; completing copies nothing.

mod arriving;
mod content;
mod entry;
mod folder;
mod record;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::models;
use crate::models::upload::Status;

pub(super) use arriving::Arriving;
pub(super) use content::Content;
use entry::Entry;
use folder::Folder;
use record::Record;

use super::Clock;
use super::start_error::StartError;

/// What is kept, behind one lock for the map and one for each upload. Methods block on the disk.
#[derive(Debug)]
pub(super) struct Store {
    folder: Folder,
    clock: Clock,
    uploads: Mutex<HashMap<String, Arc<Entry>>>,
    /// How many uploads and files there have been.
    count: AtomicU64,
}

/// Why the store did not do what was asked.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is no such upload, or no such file.
    NotFound,
    /// The upload takes nothing any more.
    NotPending(Status),
    UnknownPart(String),
    RepeatedPart(String),
    /// The parts' bytes do not add up to what was announced.
    Bytes {
        announced: u64,
        listed: u64,
    },
    Md5 {
        announced: String,
        found: String,
    },
    PartTooLarge,
    UploadTooLarge,
    Disk(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// An upload and the parts that arrived for it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StoredUpload {
    /// The upload as the API shows it, its status as of now.
    pub upload: models::Upload,
    /// The parts that are kept, by id: all that arrived while it is pending, those of the file once it is
    /// completed, none afterwards.
    pub parts: Vec<StoredPart>,
}

/// A part that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredPart {
    /// The part's id.
    pub id: String,
    /// How many bytes it has.
    pub bytes: u64,
}

impl Store {
    /// Opens a folder, making it where it is not there, and sweeps what a killed server left half-written.
    pub(super) fn open(dir: &Path, clock: Clock) -> Result<Self, StartError> {
        let folder = Folder::open(dir)?;
        let failed = |path: PathBuf, source| StartError::Folder { path, source };
        let mut uploads = HashMap::new();
        for path in folder.uploads().map_err(|source| failed(dir.to_owned(), source))? {
            match Entry::open(&path) {
                Ok(Some(entry)) => drop(uploads.insert(entry.id().to_owned(), Arc::new(entry))),
                Ok(None) => {}
                // This server writes no such record, so whatever did may want to have it back.
                Err(error)
                    if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
                {
                    tracing::warn!(path = %path.display(), %error, "an upload's record cannot be read; it is left alone");
                }
                Err(source) => return Err(failed(path, source)),
            }
        }
        let numbers = uploads.values().map(|entry| entry.numbers());
        let count = numbers.map(|(upload, file)| upload.max(file)).max().unwrap_or(0);
        let store = Self { folder, clock, uploads: Mutex::new(uploads), count: AtomicU64::new(count) };
        store.sweep();
        Ok(store)
    }

    /// Announces an upload.
    pub(super) fn create(&self, request: models::CreateUploadRequest) -> Result<models::Upload, Refused> {
        self.sweep();
        let record = Record::new(request, self.clock.now(), self.next());
        let upload = record.upload.clone();
        let entry = Entry::create(self.folder.upload(&upload.id), record)?;
        self.map().insert(upload.id.clone(), Arc::new(entry));
        Ok(upload)
    }

    /// Begins to take a part.
    pub(super) fn add_part(&self, upload_id: &str) -> Result<Arriving, Refused> {
        let entry = self.entry(upload_id)?;
        entry.pending(self.clock.now())?;
        Ok(Arriving::new(entry, self.clock.clone()))
    }

    /// Makes a file of the listed parts, in that order.
    pub(super) fn complete(
        &self,
        upload_id: &str,
        request: &models::CompleteUploadRequest,
    ) -> Result<models::Upload, Refused> {
        self.entry(upload_id)?.complete(request, &self.clock, self.next())
    }

    /// Gives an upload up and drops its parts.
    pub(super) fn cancel(&self, upload_id: &str) -> Result<models::Upload, Refused> {
        self.entry(upload_id)?.cancel(self.clock.now())
    }

    /// Loses an upload with its parts and its file, as if it had never been; nothing if there is none.
    pub(super) fn forget(&self, upload_id: &str) -> io::Result<()> {
        match self.map().remove(upload_id) {
            Some(entry) => entry.forget(),
            None => Ok(()),
        }
    }

    /// The files that are there, oldest first.
    pub(super) fn files(&self) -> Vec<models::OpenAiFile> {
        let now = self.clock.now();
        let mut entries = self.entries();
        entries.sort_by_key(|entry| entry.numbers().1);
        entries.iter().filter_map(|entry| entry.file(now)).collect()
    }

    pub(super) fn file(&self, file_id: &str) -> Result<models::OpenAiFile, Refused> {
        Ok(self.file_entry(file_id)?.1)
    }

    pub(super) fn content(&self, file_id: &str) -> Result<Content, Refused> {
        self.file_entry(file_id)?.0.content()
    }

    pub(super) fn delete_file(&self, file_id: &str) -> Result<(), Refused> {
        self.file_entry(file_id)?.0.delete_file(self.clock.now())
    }

    /// All uploads, oldest first.
    pub(super) fn uploads(&self) -> Vec<StoredUpload> {
        let now = self.clock.now();
        let mut entries = self.entries();
        entries.sort_by_key(|entry| entry.numbers().0);
        entries.iter().map(|entry| entry.stored(now)).collect()
    }

    /// The bytes of a part that is kept.
    pub(super) fn part(&self, upload_id: &str, part_id: &str) -> Result<Content, Refused> {
        self.entry(upload_id)?.part(part_id)
    }

    fn next(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Drops the parts of what has expired.
    fn sweep(&self) {
        let now = self.clock.now();
        for entry in self.entries() {
            entry.expire(now);
        }
    }

    fn entry(&self, upload_id: &str) -> Result<Arc<Entry>, Refused> {
        self.map().get(upload_id).cloned().ok_or(Refused::NotFound)
    }

    fn file_entry(&self, file_id: &str) -> Result<(Arc<Entry>, models::OpenAiFile), Refused> {
        let now = self.clock.now();
        let is_it = |file: &models::OpenAiFile| file.id == file_id;
        self.entries()
            .into_iter()
            .find_map(|entry| entry.file(now).filter(is_it).map(|file| (entry, file)))
            .ok_or(Refused::NotFound)
    }

    fn entries(&self) -> Vec<Arc<Entry>> {
        self.map().values().cloned().collect()
    }

    fn map(&self) -> MutexGuard<'_, HashMap<String, Arc<Entry>>> {
        // The map is whole between any two of its operations, so one that panicked elsewhere is no reason to stop.
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
