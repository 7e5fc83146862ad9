//! Writes a new file while its bytes arrive.

use std::fs::{self, File};
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::slice;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::folder::remove;

/// Writes a new file while its bytes arrive. The file is removed unless it is kept.
///
/// Writes are usually quick, because the operating system buffers them; passing the bytes to another thread would
/// take longer. After a slow write, the rest is written in batches on the blocking thread pool.
#[derive(Debug)]
pub(super) struct Writer {
    /// None while a batch is being written, and after a failure.
    file: Option<NewFile>,
    writing: Option<JoinHandle<io::Result<NewFile>>>,
    batch: Vec<Bytes>,
    batched: usize,
    is_slow: bool,
}

/// The size of a batch in bytes.
const BATCH: usize = 512 * 1024;
/// A write that takes longer is slow.
const QUICK: Duration = Duration::from_millis(5);

impl Writer {
    /// A writer of the file at `path`, which must not exist.
    pub(super) fn new(path: PathBuf) -> Self {
        let file = NewFile { path, file: None };
        Self { file: Some(file), writing: None, batch: Vec::new(), batched: 0, is_slow: false }
    }

    pub(super) async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        if !self.is_slow {
            let since = Instant::now();
            self.file.as_mut().ok_or_else(failed)?.write(slice::from_ref(&bytes))?;
            self.is_slow = since.elapsed() > QUICK;
            return Ok(());
        }
        self.batched += bytes.len();
        self.batch.push(bytes);
        if self.batched >= BATCH { self.start_batch().await } else { Ok(()) }
    }

    /// Waits until all bytes are written.
    pub(super) async fn finish(mut self) -> io::Result<NewFile> {
        if self.is_slow {
            self.start_batch().await?;
        }
        let mut file = self.wait().await?;
        file.open()?;
        Ok(file)
    }

    async fn start_batch(&mut self) -> io::Result<()> {
        let mut file = self.wait().await?;
        let batch = mem::take(&mut self.batch);
        self.batched = 0;
        self.writing = Some(spawn_blocking(move || file.write(&batch).map(|()| file)));
        Ok(())
    }

    /// Waits until the current batch is written.
    async fn wait(&mut self) -> io::Result<NewFile> {
        if let Some(writing) = &mut self.writing {
            let written = writing.await;
            self.writing = None;
            self.file = Some(written.map_err(io::Error::other)??);
        }
        self.file.take().ok_or_else(failed)
    }
}

fn failed() -> io::Error {
    io::Error::other("an earlier write failed")
}

/// A new file, which is removed when dropped unless it is kept.
#[derive(Debug)]
pub(super) struct NewFile {
    path: PathBuf,
    file: Option<File>,
}

impl NewFile {
    /// A file whose content is complete.
    pub(super) fn written(path: PathBuf) -> Self {
        Self { path, file: None }
    }

    /// Keeps the file under another name in the same folder.
    pub(super) fn keep_as(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.file = None;
        Ok(())
    }

    fn write(&mut self, batch: &[Bytes]) -> io::Result<()> {
        let file = self.open()?;
        batch.iter().try_for_each(|bytes| file.write_all(bytes))
    }

    fn open(&mut self) -> io::Result<&mut File> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => Ok(none.insert(File::create_new(&self.path)?)),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            remove(&self.path);
        }
    }
}
