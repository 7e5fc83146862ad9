//! Bytes in memory that are uploaded.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{self, BoxFuture, FutureExt};
use futures_util::stream::{self, StreamExt};

use super::buffers::{Buffers, CHUNK};
use super::content::{Content, RangeReader, RangeStream};
use super::{OpenContent, Origin};

impl Origin for Bytes {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn open(self: Box<Self>, _: Buffers) -> BoxFuture<'static, io::Result<OpenContent>> {
        future::ready(Ok(OpenContent::Range(Arc::new(*self)))).boxed()
    }
}

impl Content for Bytes {
    fn length(&self) -> u64 {
        self.len() as u64
    }

    fn reader(self: Arc<Self>, range: Range<u64>) -> Box<dyn RangeReader> {
        Box::new(MemoryReader(piece(&self, &range)))
    }

    fn stream(self: Arc<Self>, range: Range<u64>) -> RangeStream {
        let mut rest = MemoryReader(piece(&self, &range));
        stream::iter(std::iter::from_fn(move || rest.chunk().map(non_empty).transpose())).boxed()
    }
}

/// The bytes of a range that lies within `bytes`.
fn piece(bytes: &Bytes, range: &Range<u64>) -> Bytes {
    let place = |at| usize::try_from(at).unwrap_or(bytes.len()).min(bytes.len());
    bytes.slice(place(range.start)..place(range.end))
}

fn non_empty(bytes: Bytes) -> Option<Bytes> {
    (!bytes.is_empty()).then_some(bytes)
}

struct MemoryReader(Bytes);

impl RangeReader for MemoryReader {
    fn chunk(&mut self) -> io::Result<Bytes> {
        Ok(self.0.split_to(self.0.len().min(CHUNK)))
    }
}

impl Read for MemoryReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let chunk = self.0.split_to(self.0.len().min(buffer.len()));
        buffer[..chunk.len()].copy_from_slice(&chunk);
        Ok(chunk.len())
    }
}
