//! Server-sent events (WHATWG HTML §9.2): `text/event-stream`.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use futures_util::stream::{Stream, StreamExt};
use reqwest::StatusCode;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::error::DecodeError;
use super::reply::{ByteStream, Reply};

/// The data that ends a stream of events by convention. It is not an event.
const DONE: &str = "[DONE]";

/// The type of an event that has none.
const MESSAGE: &str = "message";

/// The maximum length of the data of an end marker, in characters.
const MAX_MARKER: usize = 32;

/// A server-sent event: its data, and its other fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event<T> {
    /// The event's type. `None` means `message`.
    pub event: Option<String>,
    /// The id of this event, or of the last one before it that had one.
    pub id: Option<String>,
    /// The time to wait before connecting again, if the server has set one.
    pub retry: Option<Duration>,
    /// The data.
    pub data: T,
}

/// The part of an event that its type is read from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventForm {
    /// The data, as JSON.
    #[default]
    Json,
    /// The data, as text.
    Text,
    /// An object of the event's fields `event`, `data`, `id` and `retry`. The data is JSON if the type has no string
    /// for it.
    Fields,
}

/// A reply that is a stream of server-sent events, each read as a `T`.
///
/// Ends when the server ends it. The data `[DONE]` is not an event, and neither is a word such as `END` in the last
/// event of a stream whose other data is JSON. Dropping the stream closes the connection.
pub struct EventStream<T> {
    operation: &'static str,
    form: EventForm,
    bytes: ByteStream,
    buffer: BytesMut,
    /// The length of the buffer's start that contains no line end.
    searched: usize,
    is_first_line: bool,
    /// The fields of the event whose lines are being read.
    event: Option<String>,
    data: Option<String>,
    id: Option<String>,
    retry: Option<Duration>,
    /// The error of an event that was an end marker, unless another event comes.
    held: Option<EventError>,
    /// The event that came after it.
    next: Option<Event<String>>,
    ended: bool,
    item: PhantomData<fn() -> T>,
}

/// An [`EventStream`] that yields each event with its other fields.
#[derive(Debug)]
pub struct EventsWithFields<T>(EventStream<T>);

/// An error while events arrive.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// The rest of the events did not arrive.
    #[error("the rest of the events did not arrive")]
    Transport(#[from] io::Error),
    /// An event does not match the document. Later events can still be read.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl<T> EventStream<T> {
    /// Makes a stream of a reply.
    pub(super) fn reader(form: EventForm) -> fn(reqwest::Response, &'static str) -> Self {
        match form {
            EventForm::Json => |response, operation| Self::new(response, operation, EventForm::Json),
            EventForm::Text => |response, operation| Self::new(response, operation, EventForm::Text),
            EventForm::Fields => |response, operation| Self::new(response, operation, EventForm::Fields),
        }
    }

    fn new(response: reqwest::Response, operation: &'static str, form: EventForm) -> Self {
        Self {
            operation,
            form,
            bytes: ByteStream::new(response, operation),
            buffer: BytesMut::new(),
            searched: 0,
            is_first_line: true,
            event: None,
            data: None,
            id: None,
            retry: None,
            held: None,
            next: None,
            ended: false,
            item: PhantomData,
        }
    }

    /// The same stream, each event with its type, its id and the time to wait before connecting again.
    pub fn with_fields(self) -> EventsWithFields<T> {
        EventsWithFields(self)
    }

    /// The next event whose lines are all in the buffer.
    fn next_event(&mut self) -> Option<Event<String>> {
        if let Some(event) = self.next.take() {
            return Some(event);
        }
        while let Some(line) = self.take_line() {
            if line.is_empty() {
                let event = self.event.take();
                if let Some(data) = self.data.take() {
                    return Some(Event { event, id: self.id.clone(), retry: self.retry, data });
                }
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match name {
                "data" => match &mut self.data {
                    Some(lines) => {
                        lines.push('\n');
                        lines.push_str(value);
                    }
                    None => self.data = Some(value.to_owned()),
                },
                "event" => self.event = Some(value.to_owned()),
                "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
                "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                    self.retry = value.parse().ok().map(Duration::from_millis).or(self.retry);
                }
                _ => {}
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
            // Its line feed may not have arrived yet.
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

impl<T: DeserializeOwned> EventStream<T> {
    fn read(&self, event: &Event<String>) -> Result<T, DecodeError> {
        let data = &event.data;
        match self.form {
            EventForm::Json => {
                let error = match self.reply(data.clone()).json() {
                    Ok(value) => return Ok(value),
                    Err(error) => error,
                };
                // A type that accepts any value, or also strings, accepts text that is not JSON.
                if serde_json::from_str::<IgnoredAny>(data).is_ok() {
                    return Err(error);
                }
                T::deserialize(Value::String(data.clone())).map_err(|_| error)
            }
            EventForm::Text => self.reply(data.clone()).text_as(),
            EventForm::Fields => self.read_fields(event),
        }
    }

    /// Reads the object of an event's fields. The type of an event without one is `message`.
    fn read_fields(&self, event: &Event<String>) -> Result<T, DecodeError> {
        let ty = event.event.as_deref().filter(|ty| !ty.is_empty());
        self.read_fields_as(ty, event).or_else(|error| match ty {
            None => self.read_fields_as(Some(MESSAGE), event).map_err(|_| error),
            Some(_) => Err(error),
        })
    }

    /// Reads the object of an event's fields, with this type. Its data is read as JSON if that fits, otherwise as text.
    fn read_fields_as(&self, ty: Option<&str>, event: &Event<String>) -> Result<T, DecodeError> {
        let read = |data: Value| {
            let mut fields = serde_json::Map::new();
            fields.extend(ty.map(|ty| ("event".to_owned(), ty.into())));
            fields.insert("data".to_owned(), data);
            fields.extend(event.id.clone().map(|id| ("id".to_owned(), id.into())));
            let retry = event.retry.and_then(|retry| u64::try_from(retry.as_millis()).ok());
            fields.extend(retry.map(|retry| ("retry".to_owned(), retry.into())));
            self.reply(Value::Object(fields).to_string()).json()
        };
        let text = Value::String(event.data.clone());
        match serde_json::from_str::<Value>(&event.data) {
            Ok(json) if !json.is_string() => read(json).or_else(|error| read(text).map_err(|_| error)),
            Ok(json) => read(text).or_else(|error| read(json).map_err(|_| error)),
            Err(_) => read(text),
        }
    }

    fn reply(&self, body: String) -> Reply {
        Reply {
            operation: self.operation,
            status: StatusCode::OK,
            headers: reqwest::header::HeaderMap::new(),
            body: body.into(),
        }
    }

    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Event<T>, EventError>>> {
        loop {
            match self.next_event() {
                Some(event) if event.data == DONE => {}
                Some(event) => {
                    if let Some(error) = self.held.take() {
                        self.next = Some(event);
                        return Poll::Ready(Some(Err(error)));
                    }
                    match self.read(&event) {
                        Ok(data) => {
                            let Event { event, id, retry, .. } = event;
                            return Poll::Ready(Some(Ok(Event { event, id, retry, data })));
                        }
                        Err(error) if is_marker(&event.data) => self.held = Some(error.into()),
                        Err(error) => return Poll::Ready(Some(Err(error.into()))),
                    }
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

/// Whether data that does not match the document may be an end marker: a word, perhaps in brackets or quotes.
fn is_marker(data: &str) -> bool {
    let word = data.trim().trim_matches(['[', ']', '<', '>', '"', '\'', '(', ')', '*', '#', '!', '.']);
    let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | ' ' | '/' | '|');
    data.chars().count() <= MAX_MARKER && word.starts_with(char::is_alphabetic) && word.chars().all(is_word)
}

impl<T: DeserializeOwned> Stream for EventStream<T> {
    type Item = Result<T, EventError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_event(context).map(|event| event.map(|event| event.map(|event| event.data)))
    }
}

impl<T: DeserializeOwned> Stream for EventsWithFields<T> {
    type Item = Result<Event<T>, EventError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_event(context)
    }
}

impl<T> fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").field("operation", &self.operation).finish_non_exhaustive()
    }
}
