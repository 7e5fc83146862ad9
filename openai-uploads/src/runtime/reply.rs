//! A successful reply, whole or as it arrives.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt, TryStreamExt};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{DecodeError, request_id};
use super::integer::Read;

/// How many characters of a text that cannot be read an error shows.
const SNIPPET: usize = 120;

/// A successful reply, all of it.
#[derive(Debug)]
pub struct Reply {
    pub(super) operation: &'static str,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Bytes,
}

impl Reply {
    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// When it is not JSON or not a `T`, with the path to the value that is wrong.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            self.error(path, error.inner())
        });
        read.and_then(|Read(value)| {
            json.end().map(|()| value).map_err(|error| self.error(".".to_owned(), &error))
        })
    }

    /// Reads the body as UTF-8 text.
    ///
    /// # Errors
    ///
    /// When it is not UTF-8.
    pub fn text(&self) -> Result<String, DecodeError> {
        String::from_utf8(self.body.to_vec()).map_err(|error| self.error(".".to_owned(), &error))
    }

    /// Reads the body as the text of a value that JSON has as a string.
    ///
    /// # Errors
    ///
    /// When it is not UTF-8 or not a `T`.
    pub fn text_as<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        let text = serde_json::Value::String(self.text()?);
        serde_json::from_value(text).map_err(|error| self.error(".".to_owned(), &error))
    }

    /// The error of a reply with a status that the document does not declare.
    pub fn undeclared(&self) -> DecodeError {
        self.error(".".to_owned(), &format!("the document declares no reply {}", self.status.as_u16()))
    }

    fn error(&self, path: String, error: &dyn fmt::Display) -> DecodeError {
        let offending =
            serde_json::from_slice(&self.body).ok().and_then(|json| Some(at(&json, &path)?.to_string()));
        let text = offending.unwrap_or_else(|| String::from_utf8_lossy(&self.body).into_owned());
        DecodeError {
            operation: self.operation,
            path,
            message: error.to_string(),
            snippet: cut(&text),
            status: self.status,
            request_id: request_id(&self.headers),
        }
    }
}

/// The value at a path as `serde_path_to_error` writes it: `data[3].id`.
fn at<'a>(json: &'a Value, path: &str) -> Option<&'a Value> {
    let steps = path.split(['.', '[']).filter(|step| !step.is_empty());
    steps.into_iter().try_fold(json, |value, step| match step.strip_suffix(']') {
        Some(index) => value.get(index.parse::<usize>().ok()?),
        None => value.get(step),
    })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SNIPPET) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None if text.is_empty() => "no content".to_owned(),
        None => format!("`{text}`"),
    }
}

/// A reply's body as it arrives: a stream of [`Bytes`].
///
/// An error of the stream means that the rest did not arrive. Dropping it closes the connection.
pub struct ByteStream {
    /// The body's length in bytes, where the server says it.
    pub length: Option<u64>,
    /// The body's media type, where the server says it.
    pub content_type: Option<String>,
    stream: BoxStream<'static, io::Result<Bytes>>,
}

impl ByteStream {
    pub(super) fn new(response: reqwest::Response, _operation: &'static str) -> Self {
        let content_type = response.headers().get(reqwest::header::CONTENT_TYPE);
        Self {
            length: response.content_length(),
            content_type: content_type.and_then(|value| value.to_str().ok()).map(str::to_owned),
            stream: response.bytes_stream().map_err(|error| io::Error::other(error.without_url())).boxed(),
        }
    }

    /// Reads the whole body into memory.
    ///
    /// # Errors
    ///
    /// When the rest of it does not arrive.
    pub async fn bytes(mut self) -> io::Result<Bytes> {
        let mut all = bytes::BytesMut::new();
        while let Some(chunk) = self.next().await {
            all.extend_from_slice(&chunk?);
        }
        Ok(all.freeze())
    }
}

impl Stream for ByteStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.stream.poll_next_unpin(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByteStream").field("length", &self.length).finish_non_exhaustive()
    }
}
