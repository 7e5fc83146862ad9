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
mod file;
mod file_writer;
mod fine_tuning;
mod folder;
mod latest;
mod part_writer;
mod record;
mod records;
mod upload;
mod vector_store;
mod writer;

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::models;
use crate::models::upload::Status;

pub(super) use batch::BatchRecord;
pub(super) use content::{Content, Reader};
pub(super) use file::FileProperties;
pub(super) use file_writer::FileWriter;
pub(super) use latest::{Latest, UploadProgress};
pub(super) use part_writer::PartWriter;
pub(super) use vector_store::FileToIndex;

use super::Clock;
use super::start_error::StartError;
use batch::BatchEntry;
use file::FileEntry;
use fine_tuning::{JOB, JobRecord};
use folder::{ARRIVING, Folder};
use record::UploadRecord;
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

/// Why the store refuses a request.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is no such object.
    NotFound,
    /// The upload is not pending.
    NotPending(Status),
    UnknownPart(String),
    RepeatedPart(String),
    /// The sizes of the parts do not add up to the size of the upload.
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
    FileTooLarge,
    /// The input file of a batch does not exist.
    NoInputFile,
    /// The input file of a batch has another purpose.
    InputPurpose(String),
    /// The batch has ended.
    BatchEnded(models::batch::Status),
    VectorStoreExpired,
    /// There is no such file batch in the vector store.
    NoFileBatch,
    /// A file that is to be indexed does not exist.
    NoFileToIndex(String),
    /// The file in this parameter does not exist.
    NoTrainingFile(&'static str),
    /// The file in this parameter has another purpose.
    TrainingPurpose(&'static str, String),
    Disk(io::Error),
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

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

/// How long a file is kept, in seconds. None means for ever.
pub(super) fn lifetime(purpose: &str, expires_after: Option<&models::FileExpirationAfter>) -> Option<u64> {
    let is_batch = purpose == models::create_file_request::Purpose::Batch.as_str();
    let default = is_batch.then_some(models::CreateFileRequest::BATCH_LIFETIME_SECONDS);
    expires_after.map(|after| after.seconds).or(default)
}

impl Store {
    /// Opens a folder, creates it if it does not exist, and removes unfinished objects of a killed server.
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
        store.sweep();
        Ok(store)
    }

    pub(super) fn now(&self) -> u64 {
        self.clock.now()
    }

    fn milliseconds(&self) -> u64 {
        self.clock.milliseconds()
    }

    /// Creates an upload.
    pub(super) fn create(&self, request: models::CreateUploadRequest) -> Result<models::Upload, Refused> {
        self.sweep();
        let record = UploadRecord::new(request, self.now(), self.next_number());
        let upload = record.upload.clone();
        let entry = UploadEntry::create(self.folder.upload(&upload.id), record)?;
        lock(&self.uploads).insert(upload.id.clone(), Arc::new(entry));
        Ok(upload)
    }

    /// Begins to add a part to an upload.
    pub(super) fn add_part(&self, upload_id: &str) -> Result<PartWriter, Refused> {
        let entry = self.upload(upload_id)?;
        entry.pending(self.now())?;
        Ok(PartWriter::new(entry, self.clock.clone()))
    }

    /// Completes an upload with a file that consists of the listed parts.
    pub(super) fn complete(
        &self,
        upload_id: &str,
        request: &models::CompleteUploadRequest,
    ) -> Result<models::Upload, Refused> {
        let entry = self.upload(upload_id)?;
        let upload = entry.complete(request, &self.clock, self.next_number())?;
        if let Some(file) = &upload.file {
            lock(&self.uploads_by_file).insert(file.id.clone(), entry);
        }
        Ok(upload)
    }

    /// Cancels an upload and deletes its parts.
    pub(super) fn cancel(&self, upload_id: &str) -> Result<models::Upload, Refused> {
        self.upload(upload_id)?.cancel(self.now())
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
            Err(Refused::Disk(error)) => Err(error),
            _ => Ok(()),
        }
    }

    /// All uploads, oldest first.
    pub(super) fn uploads(&self) -> Vec<StoredUpload> {
        let now = self.now();
        let mut entries = entries(&self.uploads);
        entries.sort_by_key(|entry| entry.numbers().0);
        entries.iter().map(|entry| entry.stored(now)).collect()
    }

    /// The content of a stored part.
    pub(super) fn part(&self, upload_id: &str, part_id: &str) -> Result<Content, Refused> {
        self.upload(upload_id)?.part(part_id)
    }

    /// Begins to create a file.
    pub(super) fn create_file(self: &Arc<Self>, max_bytes: u64) -> Result<FileWriter, Refused> {
        self.sweep();
        Ok(FileWriter::new(Arc::clone(self), self.folder.file(&file::new_id()), max_bytes)?)
    }

    /// Creates the file `id`, unless it exists, with the content that `write` writes.
    pub(super) fn write_file(
        &self,
        id: &str,
        properties: FileProperties,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Refused> {
        if lock(&self.files).contains_key(id) {
            return Ok(());
        }
        let dir = self.folder.file(id);
        match std::fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => std::fs::create_dir(&dir)?,
        }
        let path = dir.join(format!("content{ARRIVING}"));
        let mut content = BufWriter::new(File::create_new(&path)?);
        write(&mut content)?;
        content.into_inner().map_err(io::IntoInnerError::into_error)?;
        let entry = FileEntry::create(
            dir,
            writer::NewFile::written(path),
            properties,
            self.now(),
            self.next_number(),
        )?;
        self.add_file(entry);
        Ok(())
    }

    /// All files, oldest first.
    pub(super) fn files(&self) -> Vec<models::OpenAiFile> {
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

    pub(super) fn file(&self, file_id: &str) -> Result<models::OpenAiFile, Refused> {
        let now = self.now();
        let upload = lock(&self.uploads_by_file).get(file_id).cloned();
        let file = match upload {
            Some(upload) => upload.file(now),
            None => lock(&self.files).get(file_id).and_then(|entry| entry.file(now).cloned()),
        };
        file.ok_or(Refused::NotFound)
    }

    pub(super) fn content(&self, file_id: &str) -> Result<Content, Refused> {
        self.file(file_id)?;
        let upload = lock(&self.uploads_by_file).get(file_id).cloned();
        match upload {
            Some(upload) => upload.content(),
            None => lock(&self.files).get(file_id).map(|entry| entry.content()).ok_or(Refused::NotFound),
        }
    }

    pub(super) fn delete_file(&self, file_id: &str) -> Result<(), Refused> {
        self.file(file_id)?;
        let upload = lock(&self.uploads_by_file).remove(file_id);
        if let Some(upload) = upload {
            return upload.delete_file(self.now());
        }
        let file = lock(&self.files).remove(file_id);
        Ok(file.ok_or(Refused::NotFound)?.delete()?)
    }

    fn add_file(&self, entry: FileEntry) -> models::OpenAiFile {
        let file = entry.file(0).cloned().expect("a new file is not deleted");
        lock(&self.files).insert(file.id.clone(), Arc::new(entry));
        file
    }

    fn next_number(&self) -> u64 {
        self.count.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Removes the content of expired objects.
    fn sweep(&self) {
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

    fn upload(&self, upload_id: &str) -> Result<Arc<UploadEntry>, Refused> {
        lock(&self.uploads).get(upload_id).cloned().ok_or(Refused::NotFound)
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
