//! Batches: their records, and the folders in which they run.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::super::id;
use super::folder::{BATCH, RECORD, read_record, replace};
use super::{Store, StoreError, entries, file, lock};
use crate::models;
use crate::models::batch::Status;

/// A batch and its folder.
#[derive(Debug)]
pub(super) struct BatchEntry {
    dir: PathBuf,
    record: Mutex<BatchRecord>,
}

/// The record of a batch, stored as JSON in its folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in super::super) struct BatchRecord {
    pub(in super::super) batch: models::Batch,
    /// The position of the batch among all uploads, files and batches.
    number: u64,
    /// How long the result files are kept, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in super::super) results_lifetime: Option<u64>,
    /// The injected faults of this batch, as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in super::super) faults: Vec<String>,
    /// The ids that the output and error file have or will have.
    pub(in super::super) output_file_id: String,
    pub(in super::super) error_file_id: String,
    /// An estimate of the tokens of the requests.
    #[serde(default)]
    pub(in super::super) tokens: u64,
    /// Whether the requests without a result expired.
    #[serde(default)]
    pub(in super::super) is_expired: bool,
}

impl BatchRecord {
    pub(super) fn new(
        id: String,
        file_ids: [String; 2],
        request: models::CreateBatchRequest,
        faults: Vec<String>,
        now: u64,
        number: u64,
    ) -> Self {
        let [output_file_id, error_file_id] = file_ids;
        let models::CreateBatchRequest {
            input_file_id,
            endpoint,
            completion_window,
            metadata,
            output_expires_after,
            ..
        } = request;
        let window = completion_window.to_string();
        let mut batch =
            models::Batch::new(id, endpoint.to_string(), input_file_id, window, Status::Validating, now);
        batch.expires_at = Some(now.saturating_add(COMPLETION_WINDOW_SECONDS));
        batch.request_counts = Some(models::BatchRequestCounts::new(0, 0, 0));
        batch.metadata = metadata.flatten().filter(|metadata| !metadata.is_empty());
        let results_lifetime = output_expires_after.map(|after| after.seconds);
        Self {
            batch,
            number,
            results_lifetime,
            faults,
            output_file_id,
            error_file_id,
            tokens: 0,
            is_expired: false,
        }
    }

    pub(in super::super) fn number(&self) -> u64 {
        self.number
    }
}

/// The only completion window, `24h`.
const COMPLETION_WINDOW_SECONDS: u64 = 24 * 60 * 60;

impl BatchEntry {
    pub(super) fn create(dir: PathBuf, record: BatchRecord) -> io::Result<Self> {
        fs::create_dir(&dir)?;
        write(&dir, &record).inspect_err(|_| drop(fs::remove_dir_all(&dir)))?;
        Ok(Self { dir, record: Mutex::new(record) })
    }

    /// Opens the batch in a folder. Returns `None` and removes the folder if its creation did not finish.
    pub(super) fn open(dir: &Path) -> io::Result<Option<Self>> {
        let Some(record) = read_record(dir)? else { return Ok(None) };
        Ok(Some(Self { dir: dir.to_owned(), record: Mutex::new(record) }))
    }

    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(super) fn number(&self) -> u64 {
        self.lock().number
    }

    pub(super) fn record(&self) -> BatchRecord {
        self.lock().clone()
    }

    pub(super) fn batch(&self) -> models::Batch {
        self.lock().batch.clone()
    }

    /// Changes the record, first on the disk. `change` returns false to leave the record as it is.
    pub(super) fn change(&self, change: impl FnOnce(&mut BatchRecord) -> bool) -> io::Result<models::Batch> {
        let mut record = self.lock();
        let mut changed = record.clone();
        if change(&mut changed) {
            write(&self.dir, &changed)?;
            *record = changed;
        }
        Ok(record.batch.clone())
    }

    /// Sets the progress, in memory only: after a restart it is counted again.
    pub(super) fn set_counts(&self, counts: models::BatchRequestCounts) {
        self.lock().batch.request_counts = Some(counts);
    }

    pub(super) fn forget(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.dir)
    }

    fn lock(&self) -> MutexGuard<'_, BatchRecord> {
        // The record is replaced as a whole.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(dir: &Path, record: &BatchRecord) -> io::Result<()> {
    replace(&dir.join(RECORD), &serde_json::to_vec(record)?)
}

impl Store {
    /// Creates a batch. `faults` are the injected faults of this batch.
    pub(in super::super) fn create_batch(
        &self,
        request: models::CreateBatchRequest,
        faults: Vec<String>,
    ) -> Result<models::Batch, StoreError> {
        let input = self.file(&request.input_file_id).map_err(|error| match error {
            StoreError::NotFound => StoreError::NoInputFile,
            other => other,
        })?;
        if input.purpose != models::open_ai_file::Purpose::Batch {
            return Err(StoreError::InputPurpose(input.purpose.to_string()));
        }
        let file_ids = [file::new_id(), file::new_id()];
        let record =
            BatchRecord::new(id::new(BATCH), file_ids, request, faults, self.now(), self.next_number());
        let batch = record.batch.clone();
        let entry = BatchEntry::create(self.folder.batch(&batch.id), record)?;
        lock(&self.batches).insert(batch.id.clone(), Arc::new(entry));
        Ok(batch)
    }

    /// All batches, oldest first.
    pub(in super::super) fn batches(&self) -> Vec<models::Batch> {
        let mut entries = entries(&self.batches);
        entries.sort_by_key(|entry| entry.number());
        entries.iter().map(|entry| entry.batch()).collect()
    }

    pub(in super::super) fn batch(&self, batch_id: &str) -> Result<models::Batch, StoreError> {
        Ok(self.batch_entry(batch_id)?.batch())
    }

    pub(in super::super) fn batch_record(&self, batch_id: &str) -> Result<BatchRecord, StoreError> {
        Ok(self.batch_entry(batch_id)?.record())
    }

    /// The folder in which a batch runs.
    pub(in super::super) fn batch_dir(&self, batch_id: &str) -> Result<PathBuf, StoreError> {
        Ok(self.batch_entry(batch_id)?.dir().to_owned())
    }

    /// Changes a batch, first on the disk. `change` returns false to leave the record as it is.
    pub(in super::super) fn change_batch(
        &self,
        batch_id: &str,
        change: impl FnOnce(&mut BatchRecord) -> bool,
    ) -> Result<models::Batch, StoreError> {
        Ok(self.batch_entry(batch_id)?.change(change)?)
    }

    /// Begins to cancel a batch that has not ended.
    pub(in super::super) fn cancel_batch(&self, batch_id: &str) -> Result<models::Batch, StoreError> {
        let now = self.now();
        let mut ended = None;
        let batch = self.change_batch(batch_id, |record| match record.batch.status {
            Status::Validating | Status::InProgress | Status::Finalizing => {
                record.batch.status = Status::Cancelling;
                record.batch.cancelling_at = Some(now);
                true
            }
            Status::Cancelling => false,
            ref status => {
                ended = Some(status.clone());
                false
            }
        })?;
        ended.map_or(Ok(batch), |status| Err(StoreError::BatchEnded(status)))
    }

    /// Sets the progress of a batch.
    pub(in super::super) fn set_batch_counts(&self, batch_id: &str, counts: models::BatchRequestCounts) {
        if let Ok(entry) = self.batch_entry(batch_id) {
            entry.set_counts(counts);
        }
    }

    fn batch_entry(&self, batch_id: &str) -> Result<Arc<BatchEntry>, StoreError> {
        lock(&self.batches).get(batch_id).cloned().ok_or(StoreError::NotFound)
    }
}
