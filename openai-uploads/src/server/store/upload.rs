//! An upload, from its creation to its file.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use md5::{Digest, Md5};

use super::super::{Clock, id};
use super::content::Content;
use super::folder::{ARRIVING, NEW, PART, RECORD, name, paths, read_record, remove, replace};
use super::upload_record::UploadRecord;
use super::writer::NewFile;
use super::{Store, StoreError, StoredPart, StoredUpload, entries, lock};
use crate::models;
use crate::models::upload::Status;

/// An upload and its folder.
#[derive(Debug)]
pub(super) struct UploadEntry {
    id: String,
    dir: PathBuf,
    /// The size of all parts, including those that are arriving.
    bytes: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    record: UploadRecord,
    /// The size of each part in the folder.
    parts: HashMap<String, u64>,
    /// Whether the upload was deleted by `forget`, while a request may still use it.
    forgotten: bool,
}

impl UploadEntry {
    /// A new upload, in a folder of its own.
    pub(super) fn create(dir: PathBuf, record: UploadRecord) -> io::Result<Self> {
        fs::create_dir(&dir)?;
        write(&dir, &record).inspect_err(|_| drop(fs::remove_dir_all(&dir)))?;
        let id = record.upload.id.clone();
        let state = State { record, parts: HashMap::new(), forgotten: false };
        Ok(Self { id, dir, bytes: AtomicU64::new(0), state: Mutex::new(state) })
    }

    /// Opens the upload in a folder and removes unfinished parts. Returns `None` and removes the folder if the creation of
    /// the upload did not finish.
    pub(super) fn open(dir: &Path) -> io::Result<Option<Self>> {
        let Some(record) = read_record::<UploadRecord>(dir)? else { return Ok(None) };
        let mut parts = HashMap::new();
        for path in paths(dir)? {
            match name(&path) {
                Some(part) if id::is(PART, part) => {
                    parts.insert(part.to_owned(), fs::metadata(&path)?.len());
                }
                Some(RECORD) | None => {}
                Some(other) => {
                    if other.ends_with(ARRIVING) || other.ends_with(NEW) {
                        remove(&path);
                    }
                }
            }
        }
        let bytes = AtomicU64::new(parts.values().sum());
        let id = record.upload.id.clone();
        let state = Mutex::new(State { record, parts, forgotten: false });
        Ok(Some(Self { id, dir: dir.to_owned(), bytes, state }))
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The path of a part.
    pub(super) fn part_path(&self, part_id: &str) -> PathBuf {
        self.dir.join(part_id)
    }

    /// Counts bytes that arrive, unless the upload becomes too large.
    pub(super) fn reserve(&self, bytes: u64) -> Result<(), StoreError> {
        let max = models::CreateUploadRequest::BYTES_MAXIMUM;
        let within = |have: u64| have.checked_add(bytes).filter(|sum| *sum <= max);
        let reserved = self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, within);
        reserved.map(drop).map_err(|_| StoreError::UploadTooLarge)
    }

    /// Removes bytes from the count.
    pub(super) fn release(&self, bytes: u64) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The size of all parts, including those that are arriving.
    pub(super) fn received(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Returns an error unless the upload is pending.
    pub(super) fn require_pending(&self, now: u64) -> Result<(), StoreError> {
        self.state(now).require_pending()
    }

    /// Adds a part whose content is written.
    pub(super) fn keep_part(
        &self,
        content: NewFile,
        part_id: &str,
        bytes: u64,
        now: u64,
    ) -> Result<models::UploadPart, StoreError> {
        let mut state = self.state(now);
        state.require_pending()?;
        content.keep_as(&self.part_path(part_id))?;
        state.parts.insert(part_id.to_owned(), bytes);
        Ok(models::UploadPart::new(part_id.to_owned(), now, self.id.clone()))
    }

    pub(super) fn complete(
        &self,
        request: &models::CompleteUploadRequest,
        clock: &Clock,
        file_number: u64,
    ) -> Result<models::Upload, StoreError> {
        let content = {
            let state = self.state(clock.now());
            state.require_pending()?;
            state.check(&request.part_ids)?;
            self.parts(&state, &request.part_ids)
        };
        // The MD5 of gigabytes takes seconds, so the lock is not held meanwhile.
        let md5 = match &request.md5 {
            Some(announced) => content.and_then(|content| check_md5(&content, announced)),
            None => content.map(drop),
        };
        let now = clock.now();
        let mut state = self.state(now);
        state.require_pending()?;
        md5?;
        let record = state.record.completed(&request.part_ids, now, file_number);
        self.change(&mut state, record, now)
    }

    pub(super) fn cancel(&self, now: u64) -> Result<models::Upload, StoreError> {
        let mut state = self.state(now);
        state.require_pending()?;
        let record = state.record.cancelled();
        self.change(&mut state, record, now)
    }

    pub(super) fn delete_file(&self, now: u64) -> Result<(), StoreError> {
        let mut state = self.state(now);
        if state.record.file(now).is_none() {
            return Err(StoreError::NotFound);
        }
        let record = state.record.without_file();
        self.change(&mut state, record, now).map(drop)
    }

    pub(super) fn forget(&self) -> io::Result<()> {
        let mut state = self.lock();
        state.forgotten = true;
        state.parts.clear();
        fs::remove_dir_all(&self.dir)
    }

    pub(super) fn expire(&self, now: u64) {
        drop(self.state(now));
    }

    /// The file, unless it is deleted or expired.
    pub(super) fn file(&self, now: u64) -> Option<models::OpenAiFile> {
        self.state(now).record.file(now).cloned()
    }

    /// The positions of the upload and of its file.
    pub(super) fn numbers(&self) -> (u64, u64) {
        let record = &self.lock().record;
        (record.number, record.file_number)
    }

    pub(super) fn content(&self) -> Result<Content, StoreError> {
        let state = self.lock();
        self.parts(&state, &state.record.part_ids)
    }

    pub(super) fn part(&self, part_id: &str) -> Result<Content, StoreError> {
        self.parts(&self.lock(), &[part_id.to_owned()])
    }

    pub(super) fn stored(&self, now: u64) -> StoredUpload {
        let state = self.state(now);
        let part = |(id, bytes): (&String, &u64)| StoredPart { id: id.clone(), bytes: *bytes };
        let mut parts: Vec<_> = state.parts.iter().map(part).collect();
        parts.sort_by(|a, b| a.id.cmp(&b.id));
        StoredUpload { upload: state.record.upload.clone(), parts }
    }

    fn parts(&self, state: &State, part_ids: &[String]) -> Result<Content, StoreError> {
        let part = |id: &String| match state.parts.get(id) {
            Some(bytes) => Ok((self.part_path(id), *bytes)),
            None => Err(StoreError::UnknownPart(id.clone())),
        };
        part_ids.iter().map(part).collect::<Result<_, _>>().map(Content::new)
    }

    /// Replaces the record, first on the disk, and removes the parts that it does not need.
    fn change(
        &self,
        state: &mut State,
        record: UploadRecord,
        now: u64,
    ) -> Result<models::Upload, StoreError> {
        write(&self.dir, &record)?;
        state.record = record;
        self.drop_parts(state, now);
        Ok(state.record.upload.clone())
    }

    /// The state, after the removal of expired parts.
    fn state(&self, now: u64) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.record.expire(now);
        if state.record.upload.status != Status::Pending {
            self.drop_parts(&mut state, now);
        }
        state
    }

    fn drop_parts(&self, state: &mut State, now: u64) {
        let State { record, parts, .. } = state;
        if parts.len() == record.part_ids.len() && record.file(now).is_some() {
            return;
        }
        parts.retain(|id, bytes| {
            let needed = record.needs(id, now);
            if !needed {
                remove(&self.part_path(id));
                self.release(*bytes);
            }
            needed
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is valid after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn require_pending(&self) -> Result<(), StoreError> {
        match &self.record.upload.status {
            _ if self.forgotten => Err(StoreError::NotFound),
            Status::Pending => Ok(()),
            status => Err(StoreError::NotPending(status.clone())),
        }
    }

    /// Returns an error for a list of parts that does not match the file.
    fn check(&self, part_ids: &[String]) -> Result<(), StoreError> {
        let mut seen = HashSet::new();
        let mut listed = 0_u64;
        for id in part_ids {
            let bytes = self.parts.get(id).ok_or_else(|| StoreError::UnknownPart(id.clone()))?;
            if !seen.insert(id) {
                return Err(StoreError::RepeatedPart(id.clone()));
            }
            listed = listed.saturating_add(*bytes);
        }
        let announced = self.record.upload.bytes;
        if listed == announced { Ok(()) } else { Err(StoreError::Bytes { announced, listed }) }
    }
}

fn write(dir: &Path, record: &UploadRecord) -> io::Result<()> {
    replace(&dir.join(RECORD), &serde_json::to_vec(record)?)
}

fn check_md5(content: &Content, announced: &str) -> Result<(), StoreError> {
    let mut md5 = Md5::new();
    content.read(|bytes| md5.update(bytes))?;
    let found = super::super::id::hex(&md5.finalize());
    if found.eq_ignore_ascii_case(announced) {
        Ok(())
    } else {
        Err(StoreError::Md5 { announced: announced.to_owned(), found })
    }
}

impl Store {
    /// Creates an upload.
    pub(in super::super) fn create_upload(
        &self,
        request: models::CreateUploadRequest,
    ) -> Result<models::Upload, StoreError> {
        self.remove_expired();
        let record = UploadRecord::new(request, self.now(), self.next_number());
        let upload = record.upload.clone();
        let entry = UploadEntry::create(self.folder.upload(&upload.id), record)?;
        lock(&self.uploads).insert(upload.id.clone(), Arc::new(entry));
        Ok(upload)
    }

    /// Completes an upload with a file that consists of the listed parts.
    pub(in super::super) fn complete_upload(
        &self,
        upload_id: &str,
        request: &models::CompleteUploadRequest,
    ) -> Result<models::Upload, StoreError> {
        let entry = self.upload(upload_id)?;
        let upload = entry.complete(request, &self.clock, self.next_number())?;
        if let Some(file) = &upload.file {
            lock(&self.uploads_by_file).insert(file.id.clone(), entry);
        }
        Ok(upload)
    }

    /// Cancels an upload and deletes its parts.
    pub(in super::super) fn cancel_upload(&self, upload_id: &str) -> Result<models::Upload, StoreError> {
        self.upload(upload_id)?.cancel(self.now())
    }

    /// All uploads, oldest first.
    pub(in super::super) fn uploads(&self) -> Vec<StoredUpload> {
        let now = self.now();
        let mut entries = entries(&self.uploads);
        entries.sort_by_key(|entry| entry.numbers().0);
        entries.iter().map(|entry| entry.stored(now)).collect()
    }

    /// The content of a stored part.
    pub(in super::super) fn part(&self, upload_id: &str, part_id: &str) -> Result<Content, StoreError> {
        self.upload(upload_id)?.part(part_id)
    }

    pub(super) fn upload(&self, upload_id: &str) -> Result<Arc<UploadEntry>, StoreError> {
        lock(&self.uploads).get(upload_id).cloned().ok_or(StoreError::NotFound)
    }
}
