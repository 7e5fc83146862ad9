//! What the page shows, as JSON. It has names, sizes and states: no content, no headers, no key.

use std::time::UNIX_EPOCH;

use serde::Serialize;

use super::super::faults::SwitchedFault;
use super::super::journal::SeenRequest;
use super::super::operations::base_path;
use super::super::store::{BatchRecord, Latest, Store, UploadProgress};
use crate::models;

/// How many requests the page shows.
pub(super) const REQUESTS: usize = 25;
/// How many objects it shows of each kind.
const OBJECTS: usize = 10;
/// How many parts of an upload it shows.
const PARTS: usize = 100;

#[derive(Debug, Serialize)]
pub(super) struct PageState {
    /// The path of the base URL.
    base_path: &'static str,
    /// The time of the server's clock, in seconds since 1970.
    now: u64,
    uploads: Section<UploadRow>,
    batches: Section<BatchRow>,
    files: Section<FileRow>,
    vector_stores: Section<VectorStoreRow>,
    jobs: Section<JobRow>,
    /// The bytes of all files.
    file_bytes: u64,
    requests: Vec<RequestRow>,
    faults: Vec<SwitchedFault>,
}

/// The newest objects of a kind.
#[derive(Debug, Serialize)]
struct Section<T> {
    total: usize,
    /// The number of those that have not ended.
    active: usize,
    newest: Vec<T>,
}

impl<T> Section<T> {
    fn new<R>(latest: Latest<R>, row: impl Fn(R) -> T) -> Self {
        let Latest { total, active, newest } = latest;
        Self { total, active, newest: newest.into_iter().map(row).collect() }
    }
}

#[derive(Debug, Serialize)]
struct UploadRow {
    id: String,
    filename: String,
    purpose: String,
    status: String,
    bytes: u64,
    received: u64,
    created_at: u64,
    /// The number of parts.
    part_count: usize,
    parts: Vec<PartRow>,
    file_id: Option<String>,
}

#[derive(Debug, Serialize)]
struct PartRow {
    id: String,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct BatchRow {
    id: String,
    endpoint: String,
    status: String,
    completed: u64,
    failed: u64,
    total: u64,
    created_at: u64,
    /// The injected faults.
    faults: Vec<String>,
    /// Why the batch failed.
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct FileRow {
    id: String,
    filename: String,
    purpose: String,
    bytes: u64,
    created_at: u64,
}

#[derive(Debug, Serialize)]
struct VectorStoreRow {
    id: String,
    name: String,
    status: String,
    /// The files that are indexed.
    completed: u64,
    failed: u64,
    total: u64,
    created_at: u64,
}

#[derive(Debug, Serialize)]
struct JobRow {
    id: String,
    model: String,
    status: String,
    created_at: u64,
    /// The model that the job made.
    fine_tuned_model: Option<String>,
    /// Why the job failed.
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct RequestRow {
    id: String,
    method: String,
    path: String,
    /// In milliseconds since 1970.
    arrived: u64,
    /// `None` if there is no response.
    status: Option<u16>,
    received: u64,
    /// `None` while the request is in progress.
    milliseconds: Option<u64>,
    has_fault: bool,
}

/// Reads the state of the server.
pub(super) fn read(store: &Store, requests: &[SeenRequest], faults: Vec<SwitchedFault>) -> PageState {
    let mut files = store.files();
    let (total, file_bytes) = (files.len(), files.iter().map(|file| file.bytes).sum());
    files.reverse();
    files.truncate(OBJECTS);
    PageState {
        base_path: base_path(),
        now: store.now(),
        uploads: Section::new(store.latest_uploads(OBJECTS), upload),
        batches: Section::new(store.latest_batches(OBJECTS), batch),
        files: Section::new(Latest { total, active: 0, newest: files }, file),
        vector_stores: Section::new(store.latest_vector_stores(OBJECTS), vector_store),
        jobs: Section::new(store.latest_jobs(OBJECTS), job),
        file_bytes,
        requests: requests.iter().map(request).collect(),
        faults,
    }
}

fn upload(progress: UploadProgress) -> UploadRow {
    let UploadProgress { upload, received, parts } = progress;
    let row = |part: &super::super::StoredPart| PartRow { id: part.id.clone(), bytes: part.bytes };
    UploadRow {
        part_count: parts.len(),
        parts: parts.iter().take(PARTS).map(row).collect(),
        id: upload.id,
        filename: upload.filename,
        purpose: upload.purpose,
        status: upload.status.to_string(),
        bytes: upload.bytes,
        received,
        created_at: upload.created_at,
        file_id: upload.file.map(|file| file.id),
    }
}

fn batch(record: BatchRecord) -> BatchRow {
    let BatchRecord { batch, faults, .. } = record;
    let counts = batch.request_counts.unwrap_or_else(|| models::BatchRequestCounts::new(0, 0, 0));
    let first_error = batch.errors.and_then(|errors| errors.data?.into_iter().next());
    BatchRow {
        id: batch.id,
        endpoint: batch.endpoint,
        status: batch.status.to_string(),
        completed: counts.completed,
        failed: counts.failed,
        total: counts.total,
        created_at: batch.created_at,
        faults,
        error: first_error.and_then(|error| error.message),
    }
}

fn file(file: models::OpenAiFile) -> FileRow {
    let models::OpenAiFile { id, filename, bytes, created_at, .. } = file;
    FileRow { id, filename, purpose: file.purpose.to_string(), bytes, created_at }
}

fn vector_store(store: models::VectorStoreObject) -> VectorStoreRow {
    let models::VectorStoreObject { id, name, status, file_counts: counts, created_at, .. } = store;
    let (completed, failed, total) = (counts.completed, counts.failed, counts.total);
    VectorStoreRow { id, name, status: status.to_string(), completed, failed, total, created_at }
}

fn job(job: models::FineTuningJob) -> JobRow {
    let models::FineTuningJob { id, model, status, created_at, fine_tuned_model, error, .. } = job;
    let error = error.map(|error| error.message);
    JobRow { id, model, status: status.to_string(), created_at, fine_tuned_model, error }
}

fn request(seen: &SeenRequest) -> RequestRow {
    let milliseconds = |time: std::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    RequestRow {
        id: seen.id.clone(),
        method: seen.method.to_string(),
        // Without the query, in which some clients send a key.
        path: seen.uri.path().to_owned(),
        arrived: milliseconds(seen.arrived.duration_since(UNIX_EPOCH).unwrap_or_default()),
        status: seen.status.map(|status| status.as_u16()),
        received: seen.body_bytes,
        milliseconds: seen.time.map(milliseconds),
        has_fault: seen.has_fault,
    }
}
