//! The state that all handlers share.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use secrecy::SecretString;
use tokio::task::spawn_blocking;

use super::batch::Engine;
use super::faults::Injector;
use super::http::IncomingBody;
use super::store::{Store, StoreError};

/// The state that all handlers share.
#[derive(Debug)]
pub(super) struct App {
    pub(super) store: Arc<Store>,
    pub(super) faults: Arc<Injector>,
    pub(super) batches: Arc<Engine>,
    pub(super) api_key: Option<SecretString>,
    pub(super) read_timeout: Duration,
    pub(super) batch_time: Duration,
}

impl App {
    /// Runs `work` with the store on the blocking thread pool. Dropping the future does not stop it.
    pub(super) async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = Arc::clone(&self.store);
        spawn_blocking(move || work(&store)).await.map_err(std::io::Error::other)?
    }

    /// The milliseconds that work in the background takes.
    pub(super) fn work_time(&self) -> u64 {
        u64::try_from(self.batch_time.as_millis()).unwrap_or(u64::MAX)
    }

    /// A request's body, with the server's timeout for each read.
    pub(super) fn incoming(&self, body: Body) -> IncomingBody {
        IncomingBody::new(body, self.read_timeout)
    }
}
