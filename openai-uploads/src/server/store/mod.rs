//! The data of the server: uploads, files and batches, in a folder.
//!
//! ```text
//! lock                          held by the server that uses the folder
//! uploads/upload_…/record.json  the upload, the order of its parts, its file
//! uploads/upload_…/part_…       the content of a part
//! files/file-…/record.json      a file that was created in one request or by a batch
//! files/file-…/content          its content
//! batches/batch_…/record.json   the batch
//! batches/batch_…/…             its unfinished results
//! vector_stores/vs_….json       a vector store with its file batches
//! fine_tuning_jobs/ftjob-….json a fine-tuning job
//! ```
//!
//! Parts and contents are renamed when they are complete, and records are replaced atomically. So each object exists
//! completely or not at all, however the process ends, and acknowledged data survives. It is written but not flushed
//! to the disk: a power failure may lose the last seconds. The file of an upload consists of the upload's parts, so
//! completing an upload copies nothing.

mod batch;
mod content;
mod error;
mod file;
mod file_writer;
mod fine_tuning;
mod folder;
mod latest;
mod part_writer;
mod records;
mod stored_upload;
mod upload;
mod upload_record;
mod vector_store;
mod writer;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) use batch::BatchRecord;
pub(super) use content::{Content, Reader};
pub(super) use error::StoreError;
pub(super) use file::{FileProperties, lifetime};
pub(super) use file_writer::FileWriter;
pub(super) use latest::{Latest, UploadProgress};
pub use stored_upload::{StoredPart, StoredUpload};
pub(super) use vector_store::FileToIndex;

use super::Clock;
use super::start_error::StartError;
use batch::BatchEntry;
use file::FileEntry;
use fine_tuning::{JOB, JobRecord};
use folder::Folder;
use records::Records;
use upload::UploadEntry;
use vector_store::{VECTOR_STORE, VectorStoreRecord};

/// The data of the server. Its methods block on the disk.
#[derive(Debug)]
pub(super) struct Store {
    folder: Folder,
    clock: Clock,
    uploads: Mutex<HashMap<String, Arc<UploadEntry>>>,
    /// The upload of each file that an upload has.
    uploads_by_file: Mutex<HashMap<String, Arc<UploadEntry>>>,
    /// The files that are not an upload's.
    files: Mutex<HashMap<String, Arc<FileEntry>>>,
    batches: Mutex<HashMap<String, Arc<BatchEntry>>>,
    vector_stores: Records<VectorStoreRecord>,
    jobs: Records<JobRecord>,
    /// The number of uploads, files and batches so far.
    count: AtomicU64,
}

impl Store {
    /// Opens a folder, creates it if it does not exist, and removes what a killed server did not finish.
    pub(super) fn open(dir: &Path, clock: Clock) -> Result<Self, StartError> {
        let folder = Folder::open(dir)?;
        let failed = |source| StartError::Folder { path: dir.to_owned(), source };
        let uploads = open_all(folder.uploads().map_err(failed)?, UploadEntry::open)?;
        let files = open_all(folder.files().map_err(failed)?, FileEntry::open)?;
        let batches = open_all(folder.batches().map_err(failed)?, BatchEntry::open)?;
        let numbers = uploads.iter().flat_map(|entry| <[u64; 2]>::from(entry.numbers()));
        let numbers = numbers.chain(files.iter().map(|entry| entry.number()));
        let count = numbers.chain(batches.iter().map(|entry| entry.number())).max().unwrap_or(0);
        let of_files = uploads.iter().filter_map(|entry| Some((entry.file(0)?.id, Arc::clone(entry))));
        let vector_stores = Records::open(dir.join("vector_stores"), VECTOR_STORE).map_err(failed)?;
        let jobs = Records::open(dir.join("fine_tuning_jobs"), JOB).map_err(failed)?;
        let store = Self {
            vector_stores,
            jobs,
            uploads_by_file: Mutex::new(of_files.collect()),
            folder,
            clock,
            uploads: Mutex::new(uploads.into_iter().map(|entry| (entry.id().to_owned(), entry)).collect()),
            files: Mutex::new(files.into_iter().map(|entry| (entry.id().to_owned(), entry)).collect()),
            batches: Mutex::new(batches.into_iter().map(|entry| (entry.batch().id, entry)).collect()),
            count: AtomicU64::new(count),
        };
        store.remove_expired();
        Ok(store)
    }

    pub(super) fn now(&self) -> u64 {
        self.clock.now()
    }

    fn milliseconds(&self) -> u64 {
        self.clock.milliseconds()
    }

    /// Deletes an upload, file or batch as if it had never existed. A missing one is not an error.
    pub(super) fn forget(&self, id: &str) -> io::Result<()> {
        let upload = lock(&self.uploads).remove(id);
        if let Some(entry) = upload {
            lock(&self.uploads_by_file).retain(|_, other| !Arc::ptr_eq(other, &entry));
            return entry.forget();
        }
        if let Some(entry) = lock(&self.batches).remove(id) {
            return entry.forget();
        }
        if self.vector_stores.forget(id)? || self.jobs.forget(id)? {
            return Ok(());
        }
        match self.delete_file(id) {
            Err(StoreError::Disk(error)) => Err(error),
            _ => Ok(()),
        }
    }

    fn next_number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Removes the content of expired objects.
    fn remove_expired(&self) {
        let now = self.now();
        for entry in entries(&self.uploads) {
            entry.expire(now);
        }
        let expired: Vec<_> = {
            let mut files = lock(&self.files);
            files.extract_if(|_, entry| entry.file(now).is_none()).map(|(_, entry)| entry).collect()
        };
        for entry in expired {
            if let Err(error) = entry.delete() {
                tracing::warn!(file = entry.id(), %error, "cannot remove an expired file");
            }
        }
    }
}

/// Opens the objects in these folders, except unfinished ones and those whose record cannot be read.
fn open_all<T>(
    dirs: Vec<PathBuf>,
    open: impl Fn(&Path) -> io::Result<Option<T>>,
) -> Result<Vec<Arc<T>>, StartError> {
    let mut opened = Vec::new();
    for path in dirs {
        match open(&path) {
            Ok(Some(entry)) => opened.push(Arc::new(entry)),
            Ok(None) => {}
            // This server writes no such record, so it is left for whoever wrote it.
            Err(error)
                if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) =>
            {
                tracing::warn!(path = %path.display(), %error, "ignoring a record that cannot be read");
            }
            Err(source) => return Err(StartError::Folder { path, source }),
        }
    }
    Ok(opened)
}

fn entries<T>(map: &Mutex<HashMap<String, Arc<T>>>) -> Vec<Arc<T>> {
    lock(map).values().cloned().collect()
}

fn lock<T>(map: &Mutex<HashMap<String, Arc<T>>>) -> MutexGuard<'_, HashMap<String, Arc<T>>> {
    // The maps are valid after every operation.
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
