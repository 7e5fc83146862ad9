//! Server-sent events (WHATWG HTML §9.2): `text/event-stream`.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use futures_util::stream::{Stream, StreamExt};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;

use super::error::DecodeError;
use super::reply::{ByteStream, Reply};

/// The data that ends a stream of events by custom; it is no event.
const DONE: &str = "[DONE]";

/// A reply that is a stream of events, each with JSON of the type `T` for its data.
///
/// Ends when the server ends it. Dropping it closes the connection.
pub struct EventStream<T> {
    operation: &'static str,
    bytes: ByteStream,
    buffer: BytesMut,
    /// How much of the buffer has no line's end in it.
    searched: usize,
    is_first_line: bool,
    data: Option<String>,
    ended: bool,
    item: PhantomData<fn() -> T>,
}

/// What can go wrong while events arrive.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The rest of the events did not arrive.
    #[error("the events broke off: {0}")]
    Transport(#[from] io::Error),
    /// An event is not what the document says; the ones after it can still be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl<T> EventStream<T> {
    pub(super) fn new(response: reqwest::Response, operation: &'static str) -> Self {
        Self {
            operation,
            bytes: ByteStream::new(response, operation),
            buffer: BytesMut::new(),
            searched: 0,
            is_first_line: true,
            data: None,
            ended: false,
            item: PhantomData,
        }
    }

    /// The data of the next event that the buffer has all lines of.
    fn next_data(&mut self) -> Option<String> {
        while let Some(line) = self.take_line() {
            if line.is_empty() {
                if let Some(data) = self.data.take() {
                    return Some(data);
                }
            } else if let Some(data) = line.strip_prefix("data").and_then(field_value) {
                match &mut self.data {
                    Some(lines) => {
                        lines.push('\n');
                        lines.push_str(data);
                    }
                    None => self.data = Some(data.to_owned()),
                }
            }
        }
        None
    }

    /// A line without its end, which is a line feed, a carriage return or both.
    fn take_line(&mut self) -> Option<String> {
        let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let Some(end) = self.buffer[self.searched..].iter().position(is_end) else {
            self.searched = self.buffer.len();
            return None;
        };
        let end = self.searched + end;
        self.searched = end;
        let after = match (self.buffer[end], self.buffer.get(end + 1)) {
            (b'\r', Some(b'\n')) => 2,
            // The line feed that belongs to it may be on its way.
            (b'\r', None) if !self.ended => return None,
            _ => 1,
        };
        let line = self.buffer.split_to(end);
        self.buffer.advance(after);
        self.searched = 0;
        let line = String::from_utf8_lossy(&line);
        // Only the whole stream may begin with a byte order mark.
        let may_have_mark = std::mem::replace(&mut self.is_first_line, false);
        Some(line.strip_prefix('\u{feff}').filter(|_| may_have_mark).unwrap_or(&line).to_owned())
    }
}

/// What follows a field's name: nothing, or a colon, a space that does not count, and the value.
fn field_value(rest: &str) -> Option<&str> {
    match rest.strip_prefix(':') {
        Some(value) => Some(value.strip_prefix(' ').unwrap_or(value)),
        None => rest.is_empty().then_some(""),
    }
}

impl<T: DeserializeOwned> Stream for EventStream<T> {
    type Item = Result<T, EventError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.next_data() {
                Some(data) if data == DONE => {}
                Some(data) => {
                    let reply = Reply {
                        operation: self.operation,
                        status: StatusCode::OK,
                        headers: reqwest::header::HeaderMap::new(),
                        body: data.into(),
                    };
                    return Poll::Ready(Some(reply.json().map_err(EventError::Decode)));
                }
                None if self.ended => return Poll::Ready(None),
                None => match ready!(self.bytes.poll_next_unpin(context)) {
                    Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                    Some(Err(error)) => {
                        self.ended = true;
                        self.buffer.clear();
                        self.searched = 0;
                        return Poll::Ready(Some(Err(error.into())));
                    }
                    None => self.ended = true,
                },
            }
        }
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("operation", &self.operation).finish_non_exhaustive()
    }
}
