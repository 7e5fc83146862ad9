//! Streams of JSON values: JSON Lines, NDJSON, and JSON text sequences (RFC 7464).

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use futures_util::stream::{Stream, StreamExt};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::events::EventError;
use super::reply::{ByteStream, Reply};

/// What each value of a JSON text sequence begins with.
pub(super) const RECORD_SEPARATOR: u8 = 0x1e;

/// A reply that is a stream of JSON values, each read as a `T`: one on each line, or each after a record separator.
///
/// Lines without content are skipped. A value that does not match the document is an error of its own; later values can
/// still be read. Dropping the stream closes the connection.
pub struct LineStream<T> {
    operation: &'static str,
    bytes: ByteStream,
    buffer: BytesMut,
    /// The length of the buffer's start that contains no end of a value.
    searched: usize,
    /// What ends a value. `None`: nothing has arrived yet.
    end: Option<u8>,
    has_ended: bool,
    item: PhantomData<fn() -> T>,
}

impl<T> LineStream<T> {
    pub(super) fn new(response: reqwest::Response, operation: &'static str) -> Self {
        Self {
            operation,
            bytes: ByteStream::new(response, operation),
            buffer: BytesMut::new(),
            searched: 0,
            end: None,
            has_ended: false,
            item: PhantomData,
        }
    }

    /// The next value that is in the buffer as a whole.
    fn next_value(&mut self) -> Option<BytesMut> {
        loop {
            let end = match self.end {
                Some(end) => end,
                None => {
                    let first = *self.buffer.iter().find(|byte| !byte.is_ascii_whitespace())?;
                    *self.end.insert(if first == RECORD_SEPARATOR { first } else { b'\n' })
                }
            };
            let found = self.buffer[self.searched..].iter().position(|byte| *byte == end);
            let value = match found {
                Some(at) => {
                    let value = self.buffer.split_to(self.searched + at);
                    self.buffer.advance(1);
                    value
                }
                None if self.has_ended => self.buffer.split(),
                None => {
                    self.searched = self.buffer.len();
                    return None;
                }
            };
            self.searched = 0;
            if value.iter().any(|byte| !byte.is_ascii_whitespace()) {
                return Some(value);
            }
            if self.buffer.is_empty() {
                return None;
            }
        }
    }
}

impl<T: DeserializeOwned> Stream for LineStream<T> {
    type Item = Result<T, EventError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(value) = self.next_value() {
                let reply = Reply {
                    operation: self.operation,
                    status: StatusCode::OK,
                    headers: reqwest::header::HeaderMap::new(),
                    body: value.freeze(),
                };
                return Poll::Ready(Some(reply.json().map_err(EventError::from)));
            }
            if self.has_ended {
                return Poll::Ready(None);
            }
            match ready!(self.bytes.poll_next_unpin(context)) {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(error)) => {
                    self.has_ended = true;
                    self.buffer.clear();
                    self.searched = 0;
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => self.has_ended = true,
            }
        }
    }
}

impl<T> fmt::Debug for LineStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineStream").field("operation", &self.operation).finish_non_exhaustive()
    }
}
