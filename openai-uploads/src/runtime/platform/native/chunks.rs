//! Bytes to be sent, in pieces that are streamed one after the other.

use std::io;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt};
use reqwest::Body;

type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// Bytes to be sent, in pieces of a known length.
#[derive(Default)]
pub(crate) struct Chunks {
    length: u64,
    streams: Vec<ByteStream>,
}

impl Chunks {
    pub(crate) fn of_stream(length: u64, stream: ByteStream) -> Self {
        Self { length, streams: vec![stream] }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn push(&mut self, bytes: impl Into<Bytes>) {
        let bytes = bytes.into();
        self.length += bytes.len() as u64;
        self.streams.push(stream::iter([Ok(bytes)]).boxed());
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.length += other.length;
        self.streams.extend(other.streams);
    }

    pub(crate) fn into_body(self) -> Body {
        Body::wrap_stream(stream::iter(self.streams).flatten())
    }
}
