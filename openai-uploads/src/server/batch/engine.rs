//! Starts the run of each batch.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::super::store::Store;
use super::context::{BatchSettings, Context, has_ended};
use super::run::run;

/// Runs the batches of a store. Dropping it stops them where they are; another engine resumes them.
#[derive(Debug)]
pub(in super::super) struct Engine {
    context: Arc<Context>,
    runs: Mutex<JoinSet<()>>,
}

impl Engine {
    pub(in super::super) fn new(store: Arc<Store>, settings: BatchSettings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let context = Arc::new(Context {
            store,
            settings,
            permits: Semaphore::new(cores),
            admission: Mutex::default(),
        });
        Self { context, runs: Mutex::default() }
    }

    /// Resumes the batches that have not ended.
    pub(in super::super) fn resume(&self) {
        for batch in self.context.store.batches() {
            if !has_ended(&batch.status) {
                self.start(batch.id);
            }
        }
    }

    /// Starts the run of a batch.
    pub(in super::super) fn start(&self, batch_id: String) {
        let context = Arc::clone(&self.context);
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgets the runs that have ended.
        while runs.try_join_next().is_some() {}
        runs.spawn(async move {
            if let Err(error) = run(&context, &batch_id).await {
                tracing::error!(batch = batch_id, ?error, "the batch stopped");
            }
        });
    }
}
