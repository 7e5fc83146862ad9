//! The newest objects, for people who look at the server.

use std::cmp::Reverse;

use super::{BatchRecord, Store, StoredPart, entries};
use crate::models;

/// The newest objects of a kind, newest first, and the number of all.
#[derive(Debug)]
pub(in super::super) struct Latest<T> {
    pub(in super::super) total: usize,
    /// The number of those that have not ended.
    pub(in super::super) active: usize,
    pub(in super::super) newest: Vec<T>,
}

/// An upload and what has arrived of it.
#[derive(Debug)]
pub(in super::super) struct UploadProgress {
    pub(in super::super) upload: models::Upload,
    /// The bytes of all parts, including those that are arriving.
    pub(in super::super) received: u64,
    pub(in super::super) parts: Vec<StoredPart>,
}

impl Store {
    pub(in super::super) fn latest_uploads(&self, count: usize) -> Latest<UploadProgress> {
        let now = self.now();
        let mut entries = entries(&self.uploads);
        let active = entries.iter().filter(|entry| entry.require_pending(now).is_ok()).count();
        let total = entries.len();
        entries.sort_by_key(|entry| Reverse(entry.numbers().0));
        entries.truncate(count);
        let progress = |entry: &std::sync::Arc<super::upload::UploadEntry>| {
            let stored = entry.stored(now);
            UploadProgress { upload: stored.upload, received: entry.received(), parts: stored.parts }
        };
        Latest { total, active, newest: entries.iter().map(progress).collect() }
    }

    pub(in super::super) fn latest_batches(&self, count: usize) -> Latest<BatchRecord> {
        use models::batch::Status;
        let mut entries = entries(&self.batches);
        let is_active = |status: &Status| {
            matches!(
                status,
                Status::Validating | Status::InProgress | Status::Finalizing | Status::Cancelling
            )
        };
        let active = entries.iter().filter(|entry| is_active(&entry.batch().status)).count();
        let total = entries.len();
        entries.sort_by_key(|entry| Reverse(entry.number()));
        entries.truncate(count);
        Latest { total, active, newest: entries.iter().map(|entry| entry.record()).collect() }
    }

    pub(in super::super) fn latest_vector_stores(&self, count: usize) -> Latest<models::VectorStoreObject> {
        let is_active = |store: &models::VectorStoreObject| store.file_counts.in_progress > 0;
        latest(self.vector_stores(), count, is_active, |store| (store.created_at, store.id.clone()))
    }

    pub(in super::super) fn latest_jobs(&self, count: usize) -> Latest<models::FineTuningJob> {
        use models::fine_tuning_job::Status;
        let has_ended =
            |status: &Status| matches!(status, Status::Succeeded | Status::Failed | Status::Cancelled);
        latest(self.jobs(), count, |job| !has_ended(&job.status), |job| (job.created_at, job.id.clone()))
    }
}

/// The newest of all objects of a kind.
fn latest<T>(
    mut all: Vec<T>,
    count: usize,
    is_active: impl Fn(&T) -> bool,
    age: impl Fn(&T) -> (u64, String),
) -> Latest<T> {
    let (total, active) = (all.len(), all.iter().filter(|object| is_active(object)).count());
    all.sort_by_key(|object| Reverse(age(object)));
    all.truncate(count);
    Latest { total, active, newest: all }
}
