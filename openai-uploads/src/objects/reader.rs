//! An object as a reader that blocks.

use std::fmt;
use std::io::{self, Read};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use tokio::runtime::Handle;

/// Reads an object on a thread that may block, such as one of [`tokio::task::spawn_blocking`].
pub struct ObjectReader {
    stream: BoxStream<'static, io::Result<Bytes>>,
    rest: Bytes,
    runtime: Handle,
}

impl ObjectReader {
    pub(super) fn new(stream: BoxStream<'static, io::Result<Bytes>>) -> Self {
        Self { stream, rest: Bytes::new(), runtime: Handle::current() }
    }

    /// Reads the next bytes, as they come; none at the end.
    ///
    /// # Errors
    ///
    /// As those of [`Object::stream`](super::Object::stream).
    pub fn chunk(&mut self) -> io::Result<Bytes> {
        while self.rest.is_empty() {
            match self.runtime.block_on(self.stream.next()) {
                Some(chunk) => self.rest = chunk?,
                None => break,
            }
        }
        Ok(std::mem::take(&mut self.rest))
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut chunk = self.chunk()?;
        let read = chunk.split_to(chunk.len().min(buffer.len()));
        buffer[..read.len()].copy_from_slice(&read);
        self.rest = chunk;
        Ok(read.len())
    }
}

impl fmt::Debug for ObjectReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ObjectReader")
    }
}
