//! Reads a range of a file: on the current thread, or as a stream.

use std::io::{self, Read};
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::Stream;
use tokio::task::{JoinHandle, spawn_blocking};

use super::buffers::CHUNK;
use super::content::RangeReader;
use super::file::SourceFile;

/// The length of a read from the page cache. Short enough to stay in a core's cache until it is sent.
const CACHED_CHUNK: usize = 64 * 1024;

/// Reads a range of a file in chunks of at most 256 KiB.
#[derive(Debug)]
pub(super) struct FileReader {
    file: Arc<SourceFile>,
    range: Range<u64>,
}

impl FileReader {
    pub(super) fn new(file: Arc<SourceFile>, range: Range<u64>) -> Self {
        Self { file, range }
    }

    /// Returns the next chunk if it is in the page cache; `None` if a disk has to be read, and at the end.
    fn cached_chunk(&mut self) -> Option<Bytes> {
        let length = self.next_length(CACHED_CHUNK);
        if length == 0 {
            return None;
        }
        let mut buffer = self.file.buffers().take();
        buffer.filled = self.file.read_cached_at(&mut buffer.bytes[..length], self.range.start);
        self.range.start += buffer.filled as u64;
        (buffer.filled > 0).then(|| Bytes::from_owner(buffer))
    }

    fn next_length(&self, most: usize) -> usize {
        usize::try_from(self.range.end - self.range.start).unwrap_or(most).min(most)
    }

    fn is_at_end(&self) -> bool {
        self.range.is_empty()
    }
}

impl RangeReader for FileReader {
    fn chunk(&mut self) -> io::Result<Bytes> {
        let length = self.next_length(CHUNK);
        if length == 0 {
            return Ok(Bytes::new());
        }
        let mut buffer = self.file.buffers().take();
        self.file.read_exact_at(&mut buffer.bytes[..length], self.range.start)?;
        buffer.filled = length;
        self.range.start += length as u64;
        Ok(Bytes::from_owner(buffer))
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.next_length(buffer.len());
        self.file.read_exact_at(&mut buffer[..length], self.range.start)?;
        self.range.start += length as u64;
        Ok(length)
    }
}

/// A [`FileReader`] as a stream. Chunks in the page cache are read on the spot; others are read on the blocking
/// thread pool, each while the one before it is sent.
#[derive(Debug)]
pub(super) struct FileStream {
    /// `None` after an error.
    state: Option<State>,
}

#[derive(Debug)]
enum State {
    Idle(FileReader),
    Reading(JoinHandle<(FileReader, io::Result<Bytes>)>),
}

impl FileStream {
    pub(super) fn new(reader: FileReader) -> Self {
        Self { state: Some(State::Idle(reader)) }
    }

    fn read(mut reader: FileReader) -> State {
        State::Reading(spawn_blocking(move || {
            let chunk = reader.chunk();
            (reader, chunk)
        }))
    }
}

impl Stream for FileStream {
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

#[cfg(test)]
mod tests {
    use super::super::buffers::Buffers;
    use super::*;
    use crate::uploader::source::SourceRange;
    use futures_util::TryStreamExt;

    fn content() -> Vec<u8> {
        (0..3 * CHUNK + 777).map(|i| (i * 31 % 251).to_le_bytes()[0]).collect()
    }

    fn file_of(content: &[u8]) -> (tempfile::TempDir, Arc<SourceFile>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, content).unwrap();
        let file = Arc::new(SourceFile::open(&path, Buffers::default()).unwrap());
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
        let of_file = SourceRange::whole(file);
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
        let range = SourceRange::whole(file);
        let streamed: io::Result<Vec<Bytes>> = range.clone().stream().try_collect().await;
        assert_eq!(streamed.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        let read = range.reader().read_to_end(&mut Vec::new());
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
