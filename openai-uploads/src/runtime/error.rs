//! What can go wrong with a request.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::integer::Read;

/// What can go wrong with a request.
///
/// `E` is the body that the document declares for the operation's errors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// The server answered with a status that is not a success.
    #[error(transparent)]
    Api(Box<ApiError<E>>),
    /// No whole answer came: the host was not found, the connection was refused or cut, or time ran out.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is not what the document says.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The request was not sent, or not to its end: something that was given to it cannot be.
    #[error(transparent)]
    Input(#[from] InputError),
}

/// The server's answer, with a status that is not a success.
///
/// `message`, `code`, `error_type` and `param` are what JSON errors have by custom, either at the top or in a
/// member `error`; they are read even where the body is not quite what the document declares.
#[derive(Clone, Debug)]
pub struct ApiError<E> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The reply's headers.
    pub headers: HeaderMap,
    /// The header `x-request-id`, which the API's operators ask for.
    pub request_id: Option<String>,
    /// What the server says is wrong; the status in words where it says nothing.
    pub message: String,
    /// A name for the error that a program can compare.
    pub code: Option<String>,
    /// The kind of error, from the body's `type`.
    pub error_type: Option<String>,
    /// The parameter that the error is about.
    pub param: Option<String>,
    /// The body as it came.
    pub body: Bytes,
    /// The body as the document declares it, where it reads as that.
    pub entity: Option<E>,
}

/// No whole answer came.
///
/// Neither `Debug` nor `Display` shows the URL, since a key may be in its query.
#[derive(Debug)]
pub struct TransportError {
    /// The host, with its port where one was given.
    pub host: String,
    /// Whether time ran out, to connect or for the whole request.
    pub timeout: bool,
    /// Whether the connection could not be made, so that nothing was sent.
    pub connect: bool,
    pub(super) source: Option<Box<dyn StdError + Send + Sync>>,
}

/// An answer that is not what the document says.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the reply of {operation} cannot be read at {path}: {message}; it has {snippet}")]
pub struct DecodeError {
    /// The operation's id.
    pub operation: &'static str,
    /// The path to the value that cannot be read, as `file.bytes`; `.` for the whole.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// The text at that place, cut short.
    pub snippet: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// The header `x-request-id`.
    pub request_id: Option<String>,
}

/// Something that was given to a request cannot be.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    message: String,
    source: Option<io::Error>,
}

/// The body that a document declares for errors, read by status.
pub trait ErrorBody: Sized {
    /// Reads `body`; `None` where it is not what is declared for `status`.
    fn read(status: u16, body: &[u8]) -> Option<Self>;
}

impl<T: serde::de::DeserializeOwned> ErrorBody for T {
    fn read(_status: u16, body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Read<T>>(body).ok().map(|Read(body)| body)
    }
}

impl<E: ErrorBody> ApiError<E> {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let error = json.get("error").filter(|error| error.is_object()).unwrap_or(&json);
        let member = |name: &str| match error.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let said = member("message").or_else(|| member("detail")).or_else(|| member("title"));
        let said = said.or_else(|| json.get("error")?.as_str().map(str::to_owned));
        let moved = headers.get(reqwest::header::LOCATION).and_then(|to| to.to_str().ok());
        let message = match (said, moved) {
            (Some(said), _) => said,
            (None, Some(to)) if status.is_redirection() => format!("the server points to {to} instead"),
            _ => status.canonical_reason().unwrap_or("no reason given").to_owned(),
        };
        Self {
            status,
            request_id: request_id(&headers),
            message,
            code: member("code"),
            error_type: member("type"),
            param: member("param"),
            entity: E::read(status.as_u16(), &body),
            headers,
            body,
        }
    }
}

impl<E> Error<E> {
    /// The server's answer, where it is that.
    pub fn api(&self) -> Option<&ApiError<E>> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The header `x-request-id` of the reply, where there was one.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id.as_deref(),
            Self::Decode(error) => error.request_id.as_deref(),
            Self::Transport(_) | Self::Input(_) => None,
        }
    }
}

impl<E> fmt::Display for ApiError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the server answered {}: {}", self.status.as_u16(), self.message)?;
        let facts = [
            ("code", &self.code),
            ("type", &self.error_type),
            ("param", &self.param),
            ("request", &self.request_id),
        ];
        let facts: Vec<_> =
            facts.iter().filter_map(|(name, fact)| Some(format!("{name} {}", fact.as_deref()?))).collect();
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

impl<E: fmt::Debug> StdError for ApiError<E> {}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.connect, self.timeout) {
            (true, true) => write!(f, "no connection to {} in time", self.host)?,
            (true, false) => write!(f, "no connection to {}", self.host)?,
            (false, true) => write!(f, "no answer from {} in time", self.host)?,
            (false, false) => write!(f, "the exchange with {} broke off", self.host)?,
        }
        // The outer errors only repeat that a request failed; the innermost says why.
        let mut cause = self.source.as_deref().map(|source| source as &dyn StdError);
        while let Some(inner) = cause.and_then(StdError::source) {
            cause = Some(inner);
        }
        cause.map_or(Ok(()), |cause| write!(f, ": {cause}"))
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl TransportError {
    pub(super) fn no_answer(host: String) -> Self {
        Self { host, timeout: true, connect: false, source: None }
    }

    pub(super) fn endless_redirect(url: &reqwest::Url) -> Self {
        let source = Some("it redirects without end".into());
        Self { host: host(url), timeout: false, connect: false, source }
    }
}

impl InputError {
    /// `message` says what is wrong and what to do, in a sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(super) fn io(message: impl fmt::Display, source: io::Error) -> Self {
        Self { message: format!("{message}: {source}"), source: Some(source) }
    }

    /// The kind of the I/O error behind this, where there is one.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        self.source.as_ref().map(io::Error::kind)
    }
}

/// Sorts what `reqwest` reports into what a caller can act on.
pub(super) fn from_reqwest<E>(error: reqwest::Error) -> Error<E> {
    let host = error.url().map_or_else(|| "the server".to_owned(), host);
    let error = error.without_url();
    match input_error_behind(&error) {
        Some(input) => Error::Input(input),
        None => Error::Transport(TransportError {
            host,
            timeout: error.is_timeout(),
            connect: error.is_connect(),
            source: Some(error.into()),
        }),
    }
}

pub(super) fn host(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A body that could not be read to its end fails the request from inside; this finds what the body said.
fn input_error_behind(error: &(dyn StdError + 'static)) -> Option<InputError> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        let input = inner.and_then(|inner| inner.downcast_ref::<InputError>());
        if let Some(InputError { message, source }) = input {
            let source = source.as_ref().map(|source| io::Error::from(source.kind()));
            return Some(InputError { message: message.clone(), source });
        }
        cause = error.source();
    }
    None
}

pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("x-request-id")?.to_str().ok().map(str::to_owned)
}
