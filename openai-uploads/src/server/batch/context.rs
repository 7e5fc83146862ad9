//! The state that all runs of batches share.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::super::store::Store;
use super::answers::Answerer;
use crate::models::batch::Status;

/// The settings for running batches.
#[derive(Debug)]
pub(in super::super) struct BatchSettings {
    /// The time that a batch takes.
    pub(in super::super) time: Duration,
    pub(in super::super) answerer: Answerer,
    /// The maximum number of tokens in the unfinished batches of a model.
    pub(in super::super) max_enqueued_tokens: Option<u64>,
}

/// The state that all runs share.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) store: Arc<Store>,
    pub(super) settings: BatchSettings,
    /// Limits the work that is done at the same time.
    pub(super) permits: Semaphore,
    /// Held while a batch is admitted to the queue of its model.
    pub(super) admission: Mutex<()>,
}

/// Whether this status is final.
pub(super) fn has_ended(status: &Status) -> bool {
    matches!(status, Status::Failed | Status::Completed | Status::Expired | Status::Cancelled)
}
