//! Vector stores and their file batches. The progress of a file batch follows from the time alone.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::id;
use super::{Store, StoreError};
use crate::models;
use crate::models::vector_store_file_batch_object::{FileCounts, Status as BatchStatus};
use crate::models::vector_store_file_object::{
    ChunkingStrategy, LastError, LastErrorCode, Status as FileStatus,
};
use crate::models::{ChunkingStrategyRequestParam, StaticChunkingStrategy, VectorStoreFileAttributes};

/// The prefixes of ids.
pub(super) const VECTOR_STORE: &str = "vs_";
const FILE_BATCH: &str = "vsfb_";

const SECONDS_PER_DAY: u64 = 86_400;

/// The default size and overlap of chunks, in tokens.
const DEFAULT_CHUNKS: (u64, u64) = (800, 400);

/// The file name extensions of the formats that can be indexed.
const INDEXED: [&str; 18] = [
    "c", "cpp", "css", "csv", "doc", "docx", "html", "java", "js", "json", "jsonl", "md", "pdf", "pptx",
    "py", "rb", "tex", "txt",
];

/// The record of a vector store.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct VectorStoreRecord {
    id: String,
    name: String,
    created_at: u64,
    last_active_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_after: Option<models::VectorStoreExpirationAfter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<models::Metadata>,
    batches: Vec<FileBatchRecord>,
}

/// Files that are indexed one after the other.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct FileBatchRecord {
    id: String,
    /// In milliseconds since 1970.
    started: u64,
    /// The milliseconds that all files take.
    takes: u64,
    files: Vec<IndexedFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct IndexedFile {
    id: String,
    bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<LastError>,
    chunks: StaticChunkingStrategy,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<VectorStoreFileAttributes>,
}

/// A file to add to a vector store, with its options.
#[derive(Clone, Debug)]
pub(in super::super) struct FileToIndex {
    pub(in super::super) id: String,
    pub(in super::super) chunking_strategy: Option<ChunkingStrategyRequestParam>,
    pub(in super::super) attributes: Option<VectorStoreFileAttributes>,
}

impl Store {
    /// Creates a vector store with the files that the request lists.
    pub(in super::super) fn create_vector_store(
        &self,
        request: models::CreateVectorStoreRequest,
        takes: u64,
    ) -> Result<models::VectorStoreObject, StoreError> {
        let models::CreateVectorStoreRequest {
            file_ids,
            name,
            expires_after,
            chunking_strategy,
            metadata,
            ..
        } = request;
        let files = file_ids.into_iter().flatten().map(|id| FileToIndex {
            id,
            chunking_strategy: chunking_strategy.clone(),
            attributes: None,
        });
        let files: Vec<_> = files.collect();
        let batches = if files.is_empty() { Vec::new() } else { vec![self.file_batch_of(files, takes)?] };
        let now = self.now();
        let record = VectorStoreRecord {
            id: id::new(VECTOR_STORE),
            name: name.unwrap_or_default(),
            created_at: now,
            last_active_at: now,
            expires_after,
            metadata: metadata.flatten(),
            batches,
        };
        self.vector_stores.add(&record.id, record.clone())?;
        Ok(record.object(self.milliseconds()))
    }

    /// All vector stores, in no particular order.
    pub(super) fn vector_stores(&self) -> Vec<models::VectorStoreObject> {
        let now = self.milliseconds();
        self.vector_stores.all().iter().map(|record| record.object(now)).collect()
    }

    pub(in super::super) fn vector_store(&self, id: &str) -> Result<models::VectorStoreObject, StoreError> {
        Ok(self.vector_store_record(id)?.object(self.milliseconds()))
    }

    /// Adds files to a vector store.
    pub(in super::super) fn create_file_batch(
        &self,
        vector_store_id: &str,
        files: Vec<FileToIndex>,
        takes: u64,
    ) -> Result<models::VectorStoreFileBatchObject, StoreError> {
        let now = self.now();
        if self.vector_store_record(vector_store_id)?.is_expired(now) {
            return Err(StoreError::VectorStoreExpired);
        }
        let batch = self.file_batch_of(files, takes)?;
        let object = batch.object(vector_store_id, self.milliseconds());
        let changed = self.vector_stores.change(vector_store_id, |record| {
            record.last_active_at = now;
            record.batches.push(batch);
        })?;
        changed.map(|_| object).ok_or(StoreError::NotFound)
    }

    pub(in super::super) fn file_batch(
        &self,
        vector_store_id: &str,
        batch_id: &str,
    ) -> Result<models::VectorStoreFileBatchObject, StoreError> {
        let record = self.vector_store_record(vector_store_id)?;
        Ok(record.batch(batch_id)?.object(vector_store_id, self.milliseconds()))
    }

    /// The files of a file batch, oldest first.
    pub(in super::super) fn files_of_batch(
        &self,
        vector_store_id: &str,
        batch_id: &str,
    ) -> Result<Vec<models::VectorStoreFileObject>, StoreError> {
        let record = self.vector_store_record(vector_store_id)?;
        Ok(record.batch(batch_id)?.files(vector_store_id, self.milliseconds()))
    }

    fn vector_store_record(&self, id: &str) -> Result<VectorStoreRecord, StoreError> {
        self.vector_stores.get(id).ok_or(StoreError::NotFound)
    }

    fn file_batch_of(&self, files: Vec<FileToIndex>, takes: u64) -> Result<FileBatchRecord, StoreError> {
        let indexed = files.into_iter().map(|file| {
            let found = self.file(&file.id).map_err(|error| match error {
                StoreError::NotFound => StoreError::NoFileToIndex(file.id.clone()),
                other => other,
            })?;
            let chunks = match file.chunking_strategy {
                Some(ChunkingStrategyRequestParam::Static(chunks)) => chunks.r#static,
                _ => StaticChunkingStrategy::new(DEFAULT_CHUNKS.0, DEFAULT_CHUNKS.1),
            };
            let error = index_error(&found);
            Ok(IndexedFile { id: file.id, bytes: found.bytes, error, chunks, attributes: file.attributes })
        });
        let files = indexed.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(FileBatchRecord { id: id::new(FILE_BATCH), started: self.milliseconds(), takes, files })
    }
}

/// Why a file cannot be indexed, or `None` if it can.
fn index_error(file: &models::OpenAiFile) -> Option<LastError> {
    let end = Path::new(&file.filename).extension().map(|end| end.to_string_lossy().to_lowercase());
    if !end.is_some_and(|end| INDEXED.contains(&end.as_str())) {
        let message = format!("Files such as '{}' cannot be indexed.", file.filename);
        return Some(LastError::new(LastErrorCode::UnsupportedFile, message));
    }
    let message = "The file is empty.".to_owned();
    (file.bytes == 0).then(|| LastError::new(LastErrorCode::InvalidFile, message))
}

impl VectorStoreRecord {
    fn object(&self, now: u64) -> models::VectorStoreObject {
        use models::vector_store_object::{FileCounts, Status};
        // Of a file that was added twice, the last one counts.
        let files = self.batches.iter().flat_map(|batch| batch.files(&self.id, now));
        let files: BTreeMap<String, _> = files.map(|file| (file.id.clone(), file)).collect();
        let counts = counts(files.values().map(|file| &file.status));
        let status = if self.is_expired(now / 1000) {
            Status::Expired
        } else if counts.in_progress > 0 {
            Status::InProgress
        } else {
            Status::Completed
        };
        let usage_bytes = files.values().map(|file| file.usage_bytes).sum();
        let models::vector_store_file_batch_object::FileCounts {
            in_progress,
            completed,
            failed,
            cancelled,
            total,
            ..
        } = counts;
        let counts = FileCounts::new(in_progress, completed, failed, cancelled, total);
        let mut object = models::VectorStoreObject::new(
            self.id.clone(),
            self.created_at,
            self.name.clone(),
            usage_bytes,
            counts,
            status,
            Some(self.last_active_at),
            self.metadata.clone(),
        );
        object.expires_after.clone_from(&self.expires_after);
        object.expires_at = self.expires_at();
        object
    }

    fn expires_at(&self) -> Option<u64> {
        let days = self.expires_after.as_ref()?.days;
        Some(self.last_active_at.saturating_add(days.saturating_mul(SECONDS_PER_DAY)))
    }

    fn is_expired(&self, now: u64) -> bool {
        self.expires_at().is_some_and(|at| now >= at)
    }

    fn batch(&self, id: &str) -> Result<&FileBatchRecord, StoreError> {
        self.batches.iter().find(|batch| batch.id == id).ok_or(StoreError::NoFileBatch)
    }
}

impl FileBatchRecord {
    fn object(&self, vector_store_id: &str, now: u64) -> models::VectorStoreFileBatchObject {
        let counts =
            counts((0..self.files.len()).map(|index| self.status(index, now)).collect::<Vec<_>>().iter());
        let status = if counts.in_progress > 0 {
            BatchStatus::InProgress
        } else if counts.failed == counts.total {
            BatchStatus::Failed
        } else {
            BatchStatus::Completed
        };
        let (id, created_at) = (self.id.clone(), self.started / 1000);
        models::VectorStoreFileBatchObject::new(id, created_at, vector_store_id.to_owned(), status, counts)
    }

    fn files(&self, vector_store_id: &str, now: u64) -> Vec<models::VectorStoreFileObject> {
        let files = self.files.iter().enumerate().map(|(index, file)| {
            let status = self.status(index, now);
            let is_done = status == FileStatus::Completed;
            let error = file.error.clone().filter(|_| status == FileStatus::Failed);
            let mut object = models::VectorStoreFileObject::new(
                file.id.clone(),
                if is_done { file.bytes } else { 0 },
                self.started / 1000,
                vector_store_id.to_owned(),
                status,
                error,
            );
            let chunks = models::StaticChunkingStrategyResponseParam::new(file.chunks.clone());
            object.chunking_strategy = Some(ChunkingStrategy::StaticChunkingStrategyResponseParam(chunks));
            object.attributes.clone_from(&file.attributes);
            object
        });
        files.collect()
    }

    /// Files are indexed one after the other, and all take the same time.
    fn status(&self, index: usize, now: u64) -> FileStatus {
        let share = (index as u64 + 1).saturating_mul(self.takes) / (self.files.len() as u64).max(1);
        if now < self.started.saturating_add(share) {
            FileStatus::InProgress
        } else if self.files[index].error.is_some() {
            FileStatus::Failed
        } else {
            FileStatus::Completed
        }
    }
}

fn counts<'a>(statuses: impl Iterator<Item = &'a FileStatus>) -> FileCounts {
    statuses.fold(FileCounts::new(0, 0, 0, 0, 0), |mut counts, status| {
        match status {
            FileStatus::Completed => counts.completed += 1,
            FileStatus::Failed => counts.failed += 1,
            FileStatus::Cancelled => counts.cancelled += 1,
            _ => counts.in_progress += 1,
        }
        counts.total += 1;
        counts
    })
}
