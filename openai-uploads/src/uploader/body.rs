//! The bytes of a part on their way to a connection, and how far they have come.

use std::io;
use std::ops::Range;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::file::SourceFile;

/// What is read from a disk at a time. Large enough that the way to another thread and back costs little.
const CHUNK: usize = 256 * 1024;

/// What is read at a time if it is in memory: small enough to stay in a core's cache until it is sent.
const CACHED_CHUNK: usize = 64 * 1024;

/// What is handed to a connection at a time: how finely progress is seen, and how slow a line may be before it
/// counts as stalled. Costs nothing, since a chunk is cut without being copied.
const PIECE: usize = 64 * 1024;

/// The bytes of one part. Gives a new [`Body`] for each time that they are sent.
#[derive(Clone, Debug)]
pub(super) enum PartBytes {
    File { file: Arc<SourceFile>, range: Range<u64>, buffers: Buffers },
    Memory(Bytes),
}

impl PartBytes {
    /// The bytes as a stream that tells `progress` of each piece that it gives.
    pub(super) fn body(&self, progress: Arc<Progress>) -> Body {
        progress.restart();
        match self {
            Self::File { file, range, buffers } => Body {
                file: Some(FileChunks {
                    file: file.clone(),
                    buffers: buffers.clone(),
                    left: range.clone(),
                    next: None,
                }),
                ready: Bytes::new(),
                progress,
            },
            Self::Memory(bytes) => Body { file: None, ready: bytes.clone(), progress },
        }
    }
}

pub(super) struct Body {
    file: Option<FileChunks>,
    ready: Bytes,
    progress: Arc<Progress>,
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ready.is_empty() {
            let Some(file) = &mut this.file else { return Poll::Ready(None) };
            match ready!(file.poll_chunk(context)) {
                Some(Ok(chunk)) => this.ready = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(this.progress.source_failed(error)))),
                None => return Poll::Ready(None),
            }
        }
        let piece = this.ready.split_to(this.ready.len().min(PIECE));
        this.progress.advance(piece.len() as u64);
        Poll::Ready(Some(Ok(piece)))
    }
}

/// A stretch of a file. What the system has in memory is read on the spot; what has to come from the disk is read
/// on another thread, while what came before it is sent.
struct FileChunks {
    file: Arc<SourceFile>,
    buffers: Buffers,
    left: Range<u64>,
    next: Option<Chunk>,
}

enum Chunk {
    Read(Bytes),
    Reading(JoinHandle<io::Result<Bytes>>),
}

impl FileChunks {
    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        match self.next.take().or_else(|| self.read()) {
            None => Poll::Ready(None),
            Some(Chunk::Read(chunk)) => Poll::Ready(Some(Ok(chunk))),
            Some(Chunk::Reading(mut reading)) => {
                let Poll::Ready(chunk) = Pin::new(&mut reading).poll(context) else {
                    self.next = Some(Chunk::Reading(reading));
                    return Poll::Pending;
                };
                let chunk = chunk.map_err(io::Error::from).flatten();
                match &chunk {
                    Ok(_) => self.next = self.read(),
                    Err(_) => self.left.start = self.left.end,
                }
                Poll::Ready(Some(chunk))
            }
        }
    }

    /// The next chunk, or its being read.
    fn read(&mut self) -> Option<Chunk> {
        let start = self.left.start;
        let length = usize::try_from(self.left.end - start).unwrap_or(CHUNK).min(CHUNK);
        if length == 0 {
            return None;
        }
        let mut buffer = self.buffers.take();
        buffer.filled = self.file.read_cached_at(&mut buffer.bytes[..length.min(CACHED_CHUNK)], start);
        if buffer.filled > 0 {
            self.left.start += buffer.filled as u64;
            return Some(Chunk::Read(Bytes::from_owner(buffer)));
        }
        self.left.start += length as u64;
        let file = self.file.clone();
        Some(Chunk::Reading(spawn_blocking(move || {
            file.read_exact_at(&mut buffer.bytes[..length], start)?;
            buffer.filled = length;
            Ok(Bytes::from_owner(buffer))
        })))
    }
}

/// Buffers that are used again, since a new one costs as much as filling it.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers(Arc<Mutex<Vec<Box<[u8]>>>>);

impl Buffers {
    fn take(&self) -> Buffer {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = used.unwrap_or_else(|| vec![0; CHUNK].into_boxed_slice());
        Buffer { bytes, filled: 0, home: self.clone() }
    }
}

/// A buffer that goes back when nobody has a piece of it any more.
struct Buffer {
    bytes: Box<[u8]>,
    filled: usize,
    home: Buffers,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.home.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

/// How far one sending of a part has come, and when it last came further.
#[derive(Debug)]
pub(super) struct Progress {
    length: u64,
    sent: AtomicU64,
    begin: Instant,
    /// Milliseconds since `begin`.
    moved: AtomicU64,
    /// Why the source gave no more. A request's own error does not keep it.
    source_failure: Mutex<Option<io::Error>>,
}

impl Progress {
    pub(super) fn of(length: u64) -> Self {
        Self {
            length,
            sent: AtomicU64::new(0),
            begin: Instant::now(),
            moved: AtomicU64::new(0),
            source_failure: Mutex::default(),
        }
    }

    /// Begins again from zero: a redirect has the bytes sent a second time.
    fn restart(&self) {
        self.sent.store(0, Ordering::Relaxed);
    }

    fn advance(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.moved.store(self.milliseconds(), Ordering::Relaxed);
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed).min(self.length)
    }

    pub(super) fn is_all_sent(&self) -> bool {
        self.sent() == self.length
    }

    /// How long it has not come further.
    pub(super) fn still_for(&self) -> Duration {
        Duration::from_millis(self.milliseconds().saturating_sub(self.moved.load(Ordering::Relaxed)))
    }

    pub(super) fn take_source_failure(&self) -> Option<io::Error> {
        self.source_failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn source_failed(&self, error: io::Error) -> io::Error {
        let told = io::Error::from(error.kind());
        *self.source_failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    async fn read_through(file: &Arc<SourceFile>, range: Range<u64>) -> Vec<u8> {
        let progress = Arc::new(Progress::of(range.end - range.start));
        let bytes = PartBytes::File { file: file.clone(), range, buffers: Buffers::default() };
        let read: Vec<Bytes> = bytes.body(progress.clone()).try_collect().await.unwrap();
        assert!(progress.is_all_sent());
        read.concat()
    }

    #[tokio::test]
    async fn a_file_is_read_the_same_from_memory_and_from_the_disk() {
        let content: Vec<u8> = (0..3 * CHUNK + 777).map(|i| (i * 31 % 251).to_le_bytes()[0]).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, &content).unwrap();
        let file = Arc::new(SourceFile::open(&path).unwrap());
        let length = content.len() as u64;
        assert!(read_through(&file, 0..length).await == content);
        assert_eq!(read_through(&file, 5..17).await, content[5..17]);
        #[cfg(target_os = "linux")]
        {
            let opened = std::fs::File::open(&path).unwrap();
            opened.sync_all().unwrap();
            rustix::fs::fadvise(&opened, 0, None, rustix::fs::Advice::DontNeed).unwrap();
            assert!(read_through(&file, 0..length).await == content);
        }
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_fails_and_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, vec![7; 2 * CHUNK]).unwrap();
        let file = Arc::new(SourceFile::open(&path).unwrap());
        std::fs::File::options().write(true).open(&path).unwrap().set_len(CHUNK as u64 + 3).unwrap();
        let progress = Arc::new(Progress::of(2 * CHUNK as u64));
        let bytes = PartBytes::File { file, range: 0..2 * CHUNK as u64, buffers: Buffers::default() };
        let read: io::Result<Vec<Bytes>> = bytes.body(progress.clone()).try_collect().await;
        assert!(read.is_err());
        assert_eq!(progress.take_source_failure().unwrap().kind(), io::ErrorKind::UnexpectedEof);
    }
}
