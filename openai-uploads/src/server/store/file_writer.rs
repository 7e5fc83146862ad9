//! Writes the content of a new file while its bytes arrive.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use tokio::task::spawn_blocking;

use super::file::{FileEntry, FileProperties, new_id};
use super::folder::ARRIVING;
use super::writer::Writer;
use super::{Store, StoreError};
use crate::models;

/// Writes the content of a new file. Dropped before [`finish`](Self::finish), it leaves nothing behind.
#[derive(Debug)]
pub(in super::super) struct FileWriter {
    store: Arc<Store>,
    dir: NewDir,
    writer: Writer,
    max_bytes: u64,
    bytes: u64,
}

/// A new folder, which is removed when dropped unless it is kept.
#[derive(Debug)]
struct NewDir(Option<PathBuf>);

impl FileWriter {
    pub(super) fn new(store: Arc<Store>, dir: PathBuf, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir(&dir)?;
        let writer = Writer::new(dir.join(format!("content{ARRIVING}")));
        Ok(Self { store, dir: NewDir(Some(dir)), writer, max_bytes, bytes: 0 })
    }

    /// Writes the next bytes, unless the file becomes too large.
    pub(in super::super) async fn write(&mut self, bytes: Bytes) -> Result<(), StoreError> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.max_bytes {
            return Err(StoreError::FileTooLarge);
        }
        Ok(self.writer.write(bytes).await?)
    }

    /// Adds the file to the store. When this returns, the file survives the end of the process.
    pub(in super::super) async fn finish(
        self,
        properties: FileProperties,
    ) -> Result<models::OpenAiFile, StoreError> {
        let Self { store, mut dir, writer, .. } = self;
        let content = writer.finish().await?;
        let added = spawn_blocking(move || {
            let path = dir.0.clone().unwrap_or_default();
            let (now, number) = (store.now(), store.next_number());
            let entry = FileEntry::create(path, content, properties, now, number)?;
            drop(dir.0.take());
            Ok(store.add_file(entry))
        });
        added.await.map_err(io::Error::other)?
    }
}

impl Store {
    /// Begins to create a file.
    pub(in super::super) fn create_file(self: &Arc<Self>, max_bytes: u64) -> Result<FileWriter, StoreError> {
        self.remove_expired();
        Ok(FileWriter::new(Arc::clone(self), self.folder.file(&new_id()), max_bytes)?)
    }
}

impl Drop for NewDir {
    fn drop(&mut self) {
        if let Some(dir) = self.0.take()
            && let Err(error) = fs::remove_dir_all(&dir)
        {
            tracing::warn!(path = %dir.display(), %error, "cannot remove an unfinished file");
        }
    }
}
