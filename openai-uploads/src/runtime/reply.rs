//! The body of a reply, whole or as it is received.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream, StreamExt, TryStreamExt};
use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::api_error::request_id;
use super::compression::Decoder;
use super::error::DecodeError;
use super::excerpt::{Look, excerpt, one_line, without_byte_order_mark};
use super::model::Read;
use super::platform::{BoxStream, proxy_of_reply};
use super::transport_error::TransportError;

/// The maximum length of a reply that is read into memory: 256 MiB.
///
/// A longer one is an error. [`Call::binary_as`](super::Call::binary_as) reads replies of any length.
pub const MAX_REPLY_BYTES: usize = 256 << 20;

/// A complete successful reply.
#[derive(Debug)]
pub struct Reply {
    pub(super) operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// Reads the body as JSON. A byte order mark at its start is skipped.
    ///
    /// # Errors
    ///
    /// When it is not JSON or not a `T`, with the path to the invalid value.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let mut json = serde_json::Deserializer::from_slice(without_byte_order_mark(&self.body));
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            self.json_error(path, error.inner())
        });
        read.and_then(|Read(value)| {
            json.end().map(|()| value).map_err(|error| self.json_error(".".to_owned(), &error))
        })
    }

    /// Reads the body as UTF-8 text.
    ///
    /// # Errors
    ///
    /// When it is not UTF-8.
    pub fn text(&self) -> Result<String, DecodeError> {
        String::from_utf8(self.body.to_vec()).map_err(|error| self.error(error.to_string()))
    }

    /// Reads the body as the text of a value that is a string in JSON.
    ///
    /// # Errors
    ///
    /// When it is not UTF-8 or not a `T`.
    pub fn text_as<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let text = serde_json::Value::String(self.text()?);
        serde_json::from_value(text).map_err(|error| self.error(error.to_string()))
    }

    /// Returns the error of a reply with a status that the document does not declare.
    pub fn undeclared(&self) -> DecodeError {
        self.error(format!("the document declares no reply with the status {}", self.status.as_u16()))
    }

    /// Returns an error about the whole reply.
    pub(super) fn error(&self, message: String) -> DecodeError {
        DecodeError {
            operation: self.operation,
            path: ".".to_owned(),
            message,
            snippet: snippet(&self.body),
            status: self.status,
            request_id: request_id(&self.headers).map(str::to_owned),
        }
    }

    fn json_error(&self, path: String, error: &serde_json::Error) -> DecodeError {
        let json: Option<Value> = serde_json::from_slice(without_byte_order_mark(&self.body)).ok();
        if let Some(value) = json.as_ref().and_then(|json| at(json, &path)) {
            let snippet = snippet(value.to_string().as_bytes());
            let mut message = error.to_string();
            if let Some(format) = value.as_str().and_then(|text| format_of(text, &message)) {
                message.push_str(&format!(" (generated with `--format {format}=string` it is kept as text)"));
            }
            return DecodeError { path, snippet, ..self.error(message) };
        }
        match Look::of(&self.body) {
            Look::Empty => {
                DecodeError { snippet: String::new(), ..self.error("it has no content".to_owned()) }
            }
            look @ (Look::Html | Look::Binary) => {
                self.error(format!("it is {}, which is not an answer of the API", look.name()))
            }
            _ => DecodeError { path, ..self.error(error.to_string()) },
        }
    }
}

fn snippet(body: &[u8]) -> String {
    match Look::of(body) {
        look @ (Look::Empty | Look::Binary) => look.name().to_owned(),
        Look::Html => format!("`{}`", excerpt(body).unwrap_or_default()),
        Look::Json | Look::Text => format!("`{}`", one_line(&String::from_utf8_lossy(body))),
    }
}

/// The `format` that a text should have had, if that is why it cannot be read.
fn format_of(text: &str, message: &str) -> Option<&'static str> {
    if message.contains("Decimal") {
        return Some("decimal");
    }
    // The message of `Rfc3339`.
    let named = ["date-time", "date", "time"];
    let is_named = |format: &&&str| message.starts_with(&format!("a {format} of RFC 3339 was expected"));
    if let Some(format) = named.iter().find(is_named) {
        return Some(format);
    }
    // What serde itself says is about the type of a value, and what unions say about several types.
    let others = ["invalid type", "invalid value", "invalid length", "missing field", "unknown ", "not "];
    if others.iter().any(|other| message.starts_with(other)) {
        return None;
    }
    if message.to_lowercase().contains("uuid") {
        return Some("uuid");
    }
    // A whole date-time is too much for a date.
    let time = text.split_once(['T', 't', ' ']).map_or("", |(_, time)| time);
    let has_offset = time.contains(['+', '-']) || time.ends_with(['Z', 'z']);
    if has_offset && ["trailing input", "civil date"].iter().any(|said| message.contains(said)) {
        return Some("date");
    }
    let has_date = text.split(['T', 't', ' ']).next().is_some_and(|date| date.contains(['-', '/', '.']));
    Some(match (text.contains(':'), has_date) {
        _ if text.starts_with(['P', 'p']) => "duration",
        (true, false) => "time",
        (true, true) => "date-time",
        // A date alone may stand where a time belongs too.
        (false, _) if message.contains("premature end") || message.contains("time component") => "date-time",
        (false, _) => "date",
    })
}

/// Finds the value at a path in the form of `serde_path_to_error`: `data[3].id`.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    steps.into_iter().try_fold(json, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

/// The body of a reply as it is received: a stream of [`Bytes`].
///
/// An error of the stream means that the rest was not received. Dropping the stream closes the connection.
pub struct ByteStream {
    /// The length of the body in bytes, if the server states it.
    pub length: Option<u64>,
    /// The media type of the body, if the server states it.
    pub content_type: Option<String>,
    stream: BoxStream<'static, Result<Bytes, BodyError>>,
}

/// An error while a body is received.
#[derive(Debug)]
pub(super) enum BodyError {
    /// The rest was not received.
    Transport(TransportError),
    /// The body cannot be decompressed, or is too long.
    Content(String),
}

impl ByteStream {
    pub(super) fn new(response: reqwest::Response, _operation: &'static str) -> Self {
        let decoder = Decoder::new(response.headers());
        let content_type = response.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let length = response.content_length().filter(|_| decoder.is_identity());
        Self { length, content_type, stream: decoded(response, decoder) }
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    ///
    /// When the rest of it is not received.
    pub async fn bytes(self) -> io::Result<Bytes> {
        self.at_most(usize::MAX).await.map_err(io::Error::other)
    }

    /// Reads the whole body, unless it is longer than `limit`.
    pub(super) async fn at_most(mut self, limit: usize) -> Result<Bytes, BodyError> {
        let too_long = || BodyError::Content(format!("it has more than {limit} bytes"));
        if self.length.is_some_and(|length| usize::try_from(length).is_ok_and(|length| length > limit)) {
            return Err(too_long());
        }
        let mut all = BytesMut::new();
        while let Some(chunk) = self.stream.next().await {
            all.extend_from_slice(&chunk?);
            if all.len() > limit {
                return Err(too_long());
            }
        }
        Ok(all.freeze())
    }

    /// Reads the body into `start` until that has `limit` bytes, or until an error.
    pub(super) async fn read_start(mut self, start: &mut BytesMut, limit: usize) {
        while start.len() < limit
            && let Some(Ok(chunk)) = self.stream.next().await
        {
            start.extend_from_slice(&chunk[..chunk.len().min(limit - start.len())]);
        }
    }
}

fn decoded(response: reqwest::Response, decoder: Decoder) -> BoxStream<'static, Result<Bytes, BodyError>> {
    let url = response.url().clone();
    let proxy = proxy_of_reply(&response);
    let chunks = response.bytes_stream();
    let chunks = chunks
        .map_err(move |error| BodyError::Transport(TransportError::from_reqwest(error, &url, proxy.clone())));
    let damaged = |error: io::Error| match error.kind() {
        io::ErrorKind::Unsupported => BodyError::Content(error.to_string()),
        _ => BodyError::Content(format!("it cannot be decompressed ({error})")),
    };
    let chunks = stream::try_unfold((chunks, Some(decoder)), move |(mut chunks, decoder)| async move {
        let Some(mut decoder) = decoder else { return Ok(None) };
        match chunks.try_next().await? {
            Some(chunk) => {
                let chunk = decoder.decode(chunk).map_err(damaged)?;
                Ok(Some((chunk, (chunks, Some(decoder)))))
            }
            None => Ok(Some((decoder.finish().map_err(damaged)?, (chunks, None)))),
        }
    });
    Box::pin(chunks.try_filter(|chunk| std::future::ready(!chunk.is_empty())))
}

impl Stream for ByteStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.poll_next_unpin(context).map_err(io::Error::other)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("length", &self.length).finish_non_exhaustive()
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => error.fmt(f),
            Self::Content(message) => write!(f, "the reply cannot be read: {message}"),
        }
    }
}

impl StdError for BodyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Transport(error) => error.source(),
            Self::Content(_) => None,
        }
    }
}
