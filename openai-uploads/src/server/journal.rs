//! The journal of requests: a log line for each, and the last or all of them in memory.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use axum::http::{HeaderMap, Method, StatusCode, Uri};

use super::id;

/// A request that the server received.
///
/// `Debug` shows no credentials.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The request's id, the value of `x-request-id` in the response.
    pub id: String,
    /// The method.
    pub method: Method,
    /// The path and the query.
    pub uri: Uri,
    /// The headers. Those with credentials are marked sensitive.
    pub headers: HeaderMap,
    /// How many bytes of the body were read so far.
    pub body_bytes: u64,
    /// The status of the response, if there is one.
    pub status: Option<StatusCode>,
    /// When the request arrived.
    pub arrived: SystemTime,
    /// The time from the request to the end of the response, once it has ended.
    pub time: Option<Duration>,
    /// Whether a fault was injected.
    pub has_fault: bool,
}

/// Which requests a journal keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// All, with their headers.
    All,
    /// The last ones, without headers.
    Last(usize),
}

/// The requests that the server received.
#[derive(Debug)]
pub(super) struct Journal {
    keep: Keep,
    records: Mutex<VecDeque<Arc<Record>>>,
}

impl Journal {
    pub(super) fn new(keep: Keep) -> Self {
        Self { keep, records: Mutex::default() }
    }

    /// The kept requests, in the order of arrival.
    pub(super) fn requests(&self) -> Vec<SeenRequest> {
        self.lock().iter().map(|record| record.seen()).collect()
    }

    /// At most `count` of the kept requests, newest first.
    pub(super) fn latest(&self, count: usize) -> Vec<SeenRequest> {
        self.lock().iter().rev().take(count).map(|record| record.seen()).collect()
    }

    /// Records a new request.
    pub(super) fn begin(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Entry {
        let headers = match self.keep {
            Keep::All => with_sensitive_credentials(headers.clone()),
            Keep::Last(_) => HeaderMap::new(),
        };
        let record = Arc::new(Record {
            id: id::new("req_"),
            method: method.clone(),
            uri: uri.clone(),
            headers,
            arrived: SystemTime::now(),
            body_bytes: Arc::default(),
            has_fault: Arc::default(),
            outcome: Mutex::default(),
        });
        let mut records = self.lock();
        records.push_back(Arc::clone(&record));
        if let Keep::Last(count) = self.keep {
            let excess = records.len().saturating_sub(count);
            records.drain(..excess);
        }
        Entry { record, since: Instant::now() }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arc<Record>>> {
        // The list is valid after every statement.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The entry of a request that is being handled. When dropped, it writes a line to the log.
#[derive(Debug)]
pub(super) struct Entry {
    record: Arc<Record>,
    since: Instant,
}

#[derive(Debug)]
struct Record {
    id: String,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    arrived: SystemTime,
    body_bytes: Arc<AtomicU64>,
    has_fault: Arc<AtomicBool>,
    outcome: Mutex<Outcome>,
}

/// Records that a fault was injected into a request.
#[derive(Clone, Debug)]
pub(super) struct FaultMark(Arc<AtomicBool>);

impl FaultMark {
    pub(super) fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    status: Option<StatusCode>,
    time: Option<Duration>,
}

impl Entry {
    pub(super) fn id(&self) -> &str {
        &self.record.id
    }

    /// The counter of the body's bytes.
    pub(super) fn body_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.record.body_bytes)
    }

    /// The mark of an injected fault.
    pub(super) fn fault_mark(&self) -> FaultMark {
        FaultMark(Arc::clone(&self.record.has_fault))
    }

    /// Records the status of the response.
    pub(super) fn responded(&self, status: StatusCode) {
        self.record.outcome().status = Some(status);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let time = self.since.elapsed();
        self.record.outcome().time = Some(time);
        let Record { id, method, uri, .. } = &*self.record;
        let seen = self.record.seen();
        let status = seen.status.map(|status| status.as_u16());
        let ms = time.as_millis();
        tracing::info!(%method, path = uri.path(), status, received = seen.body_bytes, ms, request = id, "request");
    }
}

impl Record {
    fn seen(&self) -> SeenRequest {
        let Outcome { status, time } = *self.outcome();
        SeenRequest {
            id: self.id.clone(),
            method: self.method.clone(),
            uri: self.uri.clone(),
            headers: self.headers.clone(),
            body_bytes: self.body_bytes.load(Ordering::Relaxed),
            status,
            arrived: self.arrived,
            time,
            has_fault: self.has_fault.load(Ordering::Relaxed),
        }
    }

    fn outcome(&self) -> MutexGuard<'_, Outcome> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Marks the headers with credentials as sensitive, so that `Debug` does not show them.
fn with_sensitive_credentials(mut headers: HeaderMap) -> HeaderMap {
    const CREDENTIALS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "api-key"];
    for (name, value) in &mut headers {
        value.set_sensitive(CREDENTIALS.contains(&name.as_str()));
    }
    headers
}
