//! A part while its bytes arrive.

use std::fs::File;
use std::io::{self, Write};
use std::mem;
use std::path::PathBuf;
use std::slice;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

use super::super::{Clock, id};
use super::Refused;
use super::entry::Entry;
use super::folder::{ARRIVING, PART, remove};
use crate::models;

/// A part that is not one yet. Dropped before [`finish`](Self::finish) has succeeded, it leaves nothing behind.
///
/// Bytes are written as they come while that is quick, as it is as long as the operating system has memory for
/// them: handing them to another thread would take longer. Once a write has taken long, the rest is handed to
/// threads that may block, a batch at a time.
#[derive(Debug)]
pub(in super::super) struct Arriving {
    clock: Clock,
    /// None while it is written to, and once that has failed.
    file: Option<PartFile>,
    writing: Option<JoinHandle<Result<PartFile, Refused>>>,
    batch: Vec<Bytes>,
    batched: usize,
    bytes: u64,
    slow: bool,
}

/// How many bytes a batch has.
const BATCH: usize = 512 * 1024;
/// What takes longer than this is slow.
const QUICK: Duration = Duration::from_millis(5);

impl Arriving {
    pub(super) fn new(entry: Arc<Entry>, clock: Clock) -> Self {
        let part_id = id::new(PART);
        let path = entry.part_path(&format!("{part_id}{ARRIVING}"));
        let file = PartFile { entry, part_id, path, file: None, reserved: 0 };
        Self { clock, file: Some(file), writing: None, batch: Vec::new(), batched: 0, bytes: 0, slow: false }
    }

    /// Takes the part's next bytes, unless they are too many.
    pub(in super::super) async fn write(&mut self, bytes: Bytes) -> Result<(), Refused> {
        self.bytes += bytes.len() as u64;
        if self.bytes > models::AddUploadPartRequest::DATA_MAX_LENGTH {
            return Err(Refused::PartTooLarge);
        }
        if !self.slow {
            return self.write_here(&bytes);
        }
        self.batched += bytes.len();
        self.batch.push(bytes);
        if self.batched >= BATCH { self.hand_over().await } else { Ok(()) }
    }

    /// Makes it a part. Once this has returned, the part is kept, whatever becomes of the process.
    pub(in super::super) async fn finish(mut self) -> Result<models::UploadPart, Refused> {
        if self.slow {
            self.hand_over().await?;
        }
        let mut file = self.written().await?;
        let now = self.clock.now();
        let kept = spawn_blocking(move || file.keep(now)).await;
        kept.map_err(io::Error::other)?
    }

    fn write_here(&mut self, bytes: &Bytes) -> Result<(), Refused> {
        let file = self.file.as_mut().ok_or_else(write_failed)?;
        file.reserve(bytes.len() as u64)?;
        let since = Instant::now();
        file.write(slice::from_ref(bytes))?;
        self.slow = since.elapsed() > QUICK;
        Ok(())
    }

    /// Has what is batched written.
    async fn hand_over(&mut self) -> Result<(), Refused> {
        let mut file = self.written().await?;
        let batch = mem::take(&mut self.batch);
        if let Err(refused) = file.reserve(mem::take(&mut self.batched) as u64) {
            self.file = Some(file);
            return Err(refused);
        }
        self.writing = Some(spawn_blocking(move || file.write(&batch).map(|()| file)));
        Ok(())
    }

    /// Waits until what was handed over is written.
    async fn written(&mut self) -> Result<PartFile, Refused> {
        if let Some(writing) = &mut self.writing {
            let written = writing.await;
            self.writing = None;
            self.file = Some(written.map_err(io::Error::other)??);
        }
        self.file.take().ok_or_else(write_failed)
    }
}

fn write_failed() -> Refused {
    io::Error::other("an earlier write failed").into()
}

/// The file of such a part; removed when dropped, unless it was kept.
#[derive(Debug)]
struct PartFile {
    entry: Arc<Entry>,
    part_id: String,
    path: PathBuf,
    file: Option<File>,
    reserved: u64,
}

impl PartFile {
    fn reserve(&mut self, bytes: u64) -> Result<(), Refused> {
        self.entry.reserve(bytes)?;
        self.reserved += bytes;
        Ok(())
    }

    fn write(&mut self, batch: &[Bytes]) -> Result<(), Refused> {
        let file = self.open()?;
        Ok(batch.iter().try_for_each(|bytes| file.write_all(bytes))?)
    }

    fn open(&mut self) -> Result<&mut File, Refused> {
        match &mut self.file {
            Some(file) => Ok(file),
            none => match File::create_new(&self.path) {
                Ok(file) => Ok(none.insert(file)),
                // The upload has been forgotten, and its folder with it.
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Refused::NotFound),
                Err(error) => Err(error.into()),
            },
        }
    }

    fn keep(&mut self, now: u64) -> Result<models::UploadPart, Refused> {
        self.open()?;
        let part = self.entry.keep_part(&self.path, &self.part_id, self.reserved, now)?;
        self.reserved = 0;
        self.file = None;
        Ok(part)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        self.entry.release(self.reserved);
        if self.file.take().is_some() {
            remove(&self.path);
        }
    }
}
