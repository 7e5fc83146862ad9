//! A range of a source that can be read any number of times, and the one reader of such ranges.

use std::io::{self, Read};
use std::ops::Range;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::SourceFile;

/// The length of a read from a disk. Long enough that handing it to another thread costs little.
const CHUNK: usize = 256 * 1024;

/// The length of a read from the page cache. Short enough to stay in a core's cache until it is sent.
const CACHED_CHUNK: usize = 64 * 1024;

/// A range of a source that can be read any number of times. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct SourceRange(Content);

#[derive(Clone, Debug)]
enum Content {
    File { file: Arc<SourceFile>, range: Range<u64>, buffers: Buffers },
    Memory(Bytes),
}

impl SourceRange {
    pub(crate) fn file(file: Arc<SourceFile>, range: Range<u64>, buffers: Buffers) -> Self {
        Self(Content::File { file, range, buffers })
    }

    pub(crate) fn memory(bytes: Bytes) -> Self {
        Self(Content::Memory(bytes))
    }

    pub(crate) fn len(&self) -> u64 {
        match &self.0 {
            Content::File { range, .. } => range.end - range.start,
            Content::Memory(bytes) => bytes.len() as u64,
        }
    }

    /// The file, if the bytes are in one.
    pub(crate) fn source_file(&self) -> Option<&Arc<SourceFile>> {
        match &self.0 {
            Content::File { file, .. } => Some(file),
            Content::Memory(_) => None,
        }
    }

    /// A range of this range. What lies outside is left out.
    pub(crate) fn slice(&self, wanted: Range<u64>) -> Self {
        let end = wanted.end.min(self.len());
        let start = wanted.start.min(end);
        Self(match &self.0 {
            Content::File { file, range, buffers } => Content::File {
                file: file.clone(),
                range: range.start + start..range.start + end,
                buffers: buffers.clone(),
            },
            Content::Memory(bytes) => {
                // Both are at most the length of `bytes`.
                let place = |at| usize::try_from(at).unwrap_or(bytes.len());
                Content::Memory(bytes.slice(place(start)..place(end)))
            }
        })
    }

    /// Reads the range on the current thread.
    pub(crate) fn reader(self) -> RangeReader {
        RangeReader { rest: self }
    }

    /// Reads the range as a stream that never blocks.
    pub(crate) fn stream(self) -> RangeStream {
        RangeStream { state: Some(State::Idle(self.reader())) }
    }
}

/// Reads a range in chunks of at most 256 KiB.
#[derive(Debug)]
pub(crate) struct RangeReader {
    rest: SourceRange,
}

impl RangeReader {
    /// Returns the next chunk if it is in memory or in the page cache; `None` if a disk has to be read, and at
    /// the end.
    fn cached_chunk(&mut self) -> Option<Bytes> {
        match &mut self.rest.0 {
            Content::Memory(bytes) => {
                let chunk = bytes.split_to(bytes.len().min(CACHED_CHUNK));
                (!chunk.is_empty()).then_some(chunk)
            }
            Content::File { file, range, buffers } => {
                let length = chunk_length(range, CACHED_CHUNK);
                if length == 0 {
                    return None;
                }
                let mut buffer = buffers.take();
                buffer.filled = file.read_cached_at(&mut buffer.bytes[..length], range.start);
                range.start += buffer.filled as u64;
                (buffer.filled > 0).then(|| Bytes::from_owner(buffer))
            }
        }
    }

    /// Reads the next chunk, from a disk if need be; an empty one at the end.
    pub(crate) fn chunk(&mut self) -> io::Result<Bytes> {
        match &mut self.rest.0 {
            Content::Memory(bytes) => Ok(bytes.split_to(bytes.len().min(CHUNK))),
            Content::File { file, range, buffers } => {
                let length = chunk_length(range, CHUNK);
                if length == 0 {
                    return Ok(Bytes::new());
                }
                let mut buffer = buffers.take();
                file.read_exact_at(&mut buffer.bytes[..length], range.start)?;
                buffer.filled = length;
                range.start += length as u64;
                Ok(Bytes::from_owner(buffer))
            }
        }
    }

    fn is_at_end(&self) -> bool {
        self.rest.len() == 0
    }
}

impl Read for RangeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.rest.0 {
            Content::Memory(bytes) => {
                let chunk = bytes.split_to(bytes.len().min(buffer.len()));
                buffer[..chunk.len()].copy_from_slice(&chunk);
                Ok(chunk.len())
            }
            Content::File { file, range, .. } => {
                let length = chunk_length(range, buffer.len());
                file.read_exact_at(&mut buffer[..length], range.start)?;
                range.start += length as u64;
                Ok(length)
            }
        }
    }
}

fn chunk_length(range: &Range<u64>, most: usize) -> usize {
    usize::try_from(range.end - range.start).unwrap_or(most).min(most)
}

/// A [`RangeReader`] as a stream. Chunks in the page cache are read on the spot; others are read on the blocking
/// thread pool, each while the one before it is sent.
#[derive(Debug)]
pub(crate) struct RangeStream {
    /// `None` after an error.
    state: Option<State>,
}

#[derive(Debug)]
enum State {
    Idle(RangeReader),
    Reading(JoinHandle<(RangeReader, io::Result<Bytes>)>),
}

impl RangeStream {
    fn read(mut reader: RangeReader) -> State {
        State::Reading(spawn_blocking(move || {
            let chunk = reader.chunk();
            (reader, chunk)
        }))
    }
}

impl Stream for RangeStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.state.take() {
                None => return Poll::Ready(None),
                Some(State::Idle(mut reader)) => {
                    if let Some(chunk) = reader.cached_chunk() {
                        self.state = Some(State::Idle(reader));
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                    if reader.is_at_end() {
                        return Poll::Ready(None);
                    }
                    self.state = Some(Self::read(reader));
                }
                Some(State::Reading(mut reading)) => {
                    let Poll::Ready(read) = Pin::new(&mut reading).poll(context) else {
                        self.state = Some(State::Reading(reading));
                        return Poll::Pending;
                    };
                    let (reader, chunk) = match read {
                        Ok((reader, Ok(chunk))) => (reader, chunk),
                        Ok((_, Err(error))) => return Poll::Ready(Some(Err(error))),
                        Err(error) => return Poll::Ready(Some(Err(error.into()))),
                    };
                    // A file that was not in the page cache is not likely to be there a chunk later.
                    self.state = (!reader.is_at_end()).then(|| Self::read(reader));
                    return Poll::Ready(Some(Ok(chunk)));
                }
            }
        }
    }
}

/// Buffers that are used again, since a new one costs as much as filling it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Box<[u8]>>>>);

impl Buffers {
    fn take(&self) -> Buffer {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = used.unwrap_or_else(|| vec![0; CHUNK].into_boxed_slice());
        Buffer { bytes, filled: 0, pool: self.clone() }
    }
}

/// A buffer that returns to its pool when nobody uses a piece of it any more.
struct Buffer {
    bytes: Box<[u8]>,
    filled: usize,
    pool: Buffers,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.pool.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::TryStreamExt;

    fn content() -> Vec<u8> {
        (0..3 * CHUNK + 777).map(|i| (i * 31 % 251).to_le_bytes()[0]).collect()
    }

    fn file_of(content: &[u8]) -> (tempfile::TempDir, Arc<SourceFile>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, content).unwrap();
        let file = Arc::new(SourceFile::open(&path).unwrap());
        (folder, file)
    }

    async fn read(range: SourceRange) -> Vec<u8> {
        let streamed: Vec<Bytes> = range.clone().stream().try_collect().await.unwrap();
        let mut blocking = Vec::new();
        range.clone().reader().read_to_end(&mut blocking).unwrap();
        let mut chunks = range.reader();
        let mut chunked = Vec::new();
        while let chunk = chunks.chunk().unwrap()
            && !chunk.is_empty()
        {
            chunked.extend_from_slice(&chunk);
        }
        assert!(streamed.concat() == blocking && blocking == chunked, "the three ways of reading agree");
        blocking
    }

    #[tokio::test]
    async fn a_file_and_memory_are_read_alike() {
        let content = content();
        let (folder, file) = file_of(&content);
        let of_file = SourceRange::file(file, 0..content.len() as u64, Buffers::default());
        let of_memory = SourceRange::memory(content.clone().into());
        for range in [&of_file, &of_memory] {
            assert!(read(range.clone()).await == content);
            assert_eq!(read(range.slice(5..17)).await, content[5..17]);
            assert_eq!(read(range.slice(100..200).slice(10..20)).await, content[110..120]);
            assert_eq!(range.slice(10..u64::MAX).len(), range.len() - 10);
            assert_eq!(range.slice(u64::MAX..u64::MAX).len(), 0);
        }
        #[cfg(target_os = "linux")]
        {
            let opened = std::fs::File::open(folder.path().join("data")).unwrap();
            opened.sync_all().unwrap();
            rustix::fs::fadvise(&opened, 0, None, rustix::fs::Advice::DontNeed).unwrap();
            assert!(read(of_file).await == content, "from the disk");
        }
        drop(folder);
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_is_an_error() {
        let (folder, file) = file_of(&vec![7; 2 * CHUNK]);
        let path = folder.path().join("data");
        std::fs::File::options().write(true).open(path).unwrap().set_len(CHUNK as u64 + 3).unwrap();
        let range = SourceRange::file(file, 0..2 * CHUNK as u64, Buffers::default());
        let streamed: io::Result<Vec<Bytes>> = range.clone().stream().try_collect().await;
        assert_eq!(streamed.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let read = range.reader().read_to_end(&mut Vec::new());
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
