//! What requests came, and how they ended: a line in the log for each, and a list where a test wants one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::{HeaderMap, Method, StatusCode, Uri};

use super::id;

/// A request that came.
///
/// `Debug` shows no credential.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The request's id, as the answer has it in `x-request-id`.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path, and the query where there is one.
    pub uri: Uri,
    /// The headers; those with credentials are marked sensitive.
    pub headers: HeaderMap,
    /// How many bytes of the body have been read so far.
    pub body_bytes: u64,
    /// The answer's status; none as long as there is no answer, or because there never was one.
    pub status: Option<StatusCode>,
}

/// A list of the requests that came.
#[derive(Debug, Default)]
pub(super) struct Journal(Mutex<Vec<Arc<Entry>>>);

impl Journal {
    /// The requests so far, in the order in which they came.
    pub(super) fn requests(&self) -> Vec<SeenRequest> {
        self.entries().iter().map(|entry| entry.seen()).collect()
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        // A list that only grows is whole at any moment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request while it is answered. Dropped, it is logged.
#[derive(Debug)]
pub(super) struct Line {
    entry: Arc<Entry>,
    since: Instant,
}

#[derive(Debug)]
struct Entry {
    id: String,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body_bytes: Arc<AtomicU64>,
    status: Mutex<Option<StatusCode>>,
}

impl Line {
    /// Begins a request's line, and notes it in the journal, if there is one.
    pub(super) fn begin(method: &Method, uri: &Uri, headers: &HeaderMap, journal: Option<&Journal>) -> Self {
        // Headers cost something to copy, and only a journal shows them.
        let headers = if journal.is_some() { marked(headers.clone()) } else { HeaderMap::new() };
        let entry = Arc::new(Entry {
            id: id::new("req_"),
            method: method.clone(),
            uri: uri.clone(),
            headers,
            body_bytes: Arc::default(),
            status: Mutex::new(None),
        });
        if let Some(journal) = journal {
            journal.entries().push(Arc::clone(&entry));
        }
        Self { entry, since: Instant::now() }
    }

    pub(super) fn id(&self) -> &str {
        &self.entry.id
    }

    /// Where the bytes of the body are counted.
    pub(super) fn body_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.entry.body_bytes)
    }

    /// The request is answered.
    pub(super) fn answered(&self, status: StatusCode) {
        *self.entry.status() = Some(status);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let Entry { id, method, uri, .. } = &*self.entry;
        let seen = self.entry.seen();
        let status = seen.status.map(|status| status.as_u16());
        let ms = self.since.elapsed().as_millis();
        tracing::info!(%method, path = uri.path(), status, received = seen.body_bytes, ms, request = id, "request");
    }
}

impl Entry {
    fn seen(&self) -> SeenRequest {
        SeenRequest {
            id: self.id.clone(),
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: self.headers.clone(),
            body_bytes: self.body_bytes.load(Ordering::Relaxed),
            status: *self.status(),
        }
    }

    fn status(&self) -> MutexGuard<'_, Option<StatusCode>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The headers, those with credentials marked so that `Debug` does not show them.
fn marked(mut headers: HeaderMap) -> HeaderMap {
    const SECRET: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "api-key"];
    for (name, value) in &mut headers {
        value.set_sensitive(SECRET.contains(&name.as_str()));
    }
    headers
}
