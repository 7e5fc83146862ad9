//! Writes a part while its bytes arrive.

use std::io;
use std::mem;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::super::{Clock, id};
use super::folder::{ARRIVING, PART};
use super::upload::UploadEntry;
use super::writer::Writer;
use super::{Store, StoreError};
use crate::models;

/// Writes a part while its bytes arrive. Dropped before [`finish`](Self::finish), it leaves nothing behind.
#[derive(Debug)]
pub(in super::super) struct PartWriter {
    clock: Clock,
    part_id: String,
    writer: Writer,
    reserved: Reserved,
}

/// Bytes that are counted for an upload. They are released when this is dropped.
#[derive(Debug)]
struct Reserved {
    entry: Arc<UploadEntry>,
    bytes: u64,
}

impl PartWriter {
    pub(super) fn new(entry: Arc<UploadEntry>, clock: Clock) -> Self {
        let part_id = id::new(PART);
        let writer = Writer::new(entry.part_path(&format!("{part_id}{ARRIVING}")));
        Self { clock, part_id, writer, reserved: Reserved { entry, bytes: 0 } }
    }

    /// Writes the next bytes, unless the part or the upload becomes too large.
    pub(in super::super) async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        let length = bytes.len() as u64;
        if self.reserved.bytes + length > models::AddUploadPartRequest::DATA_MAX_LENGTH {
            return Err(StoreError::PartTooLarge);
        }
        self.reserved.entry.reserve(length)?;
        self.reserved.bytes += length;
        self.writer.write(bytes).await.map_err(forgotten_or_disk)
    }

    /// Adds the part to the upload. When this returns, the part survives the end of the process.
    pub(in super::super) async fn finish(self) -> Result<models::UploadPart, StoreError> {
        let Self { clock, part_id, writer, mut reserved } = self;
        let file = writer.finish().await.map_err(forgotten_or_disk)?;
        let now = clock.now();
        let kept = spawn_blocking(move || {
            let part = reserved.entry.keep_part(file, &part_id, reserved.bytes, now)?;
            mem::take(&mut reserved.bytes);
            Ok(part)
        });
        kept.await.map_err(io::Error::other)?
    }
}

impl Store {
    /// Begins to add a part to an upload.
    pub(in super::super) fn add_part(&self, upload_id: &str) -> Result<PartWriter, StoreError> {
        let entry = self.upload(upload_id)?;
        entry.require_pending(self.now())?;
        Ok(PartWriter::new(entry, self.clock.clone()))
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.entry.release(self.bytes);
    }
}

/// The folder of an upload is missing if it was deleted by [`Store::forget`](super::Store::forget).
fn forgotten_or_disk(error: io::Error) -> StoreError {
    match error.kind() {
        io::ErrorKind::NotFound => StoreError::NotFound,
        _ => StoreError::Disk(error),
    }
}
