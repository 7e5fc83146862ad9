//! What can go wrong with a request.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use reqwest::StatusCode;

use super::api_error::ApiError;
use super::token::TokenError;
use super::transport_error::TransportError;

/// What can go wrong with a request.
///
/// `E` is the body that the document declares for the operation's errors.
///
/// `Display` says what happened, and [`source`](StdError::source) why, so that a chain repeats nothing.
/// [`describe`] writes the whole chain.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error<E> {
    /// The server answered with a status that is not a success.
    #[error(transparent)]
    Api(Box<ApiError<E>>),
    /// No complete answer arrived.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is not what the document declares.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An argument or the configuration cannot be sent. Nothing was sent, or not all of it.
    #[error(transparent)]
    Input(#[from] InputError),
    /// There is no access token, since its provider failed. Nothing was sent, or the server refused the last token.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl<E> Error<E> {
    /// Returns the server's answer, if it is one.
    pub fn api(&self) -> Option<&ApiError<E>> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// Returns the id of the request, if a reply has one; see [`ApiError::request_id`].
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(error) => error.request_id(),
            Self::Decode(error) => error.request_id.as_deref(),
            Self::Transport(_) | Self::Input(_) | Self::Token(_) => None,
        }
    }

    /// Converts the body that the document declares for errors.
    pub fn map<F>(self, convert: impl FnOnce(E) -> F) -> Error<F> {
        match self {
            Self::Api(error) => Error::Api(Box::new(error.map(convert))),
            Self::Transport(error) => Error::Transport(error),
            Self::Decode(error) => Error::Decode(error),
            Self::Input(error) => Error::Input(error),
            Self::Token(error) => Error::Token(error),
        }
    }

    /// Forgets the type of the declared body, so that errors of several operations have one type.
    pub fn into_untyped(self) -> Error<()> {
        self.map(|_| ())
    }
}

/// Writes an error and its causes in one line, separated by colons.
pub fn describe(error: &(dyn StdError + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// An answer that is not what the document declares.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DecodeError {
    /// The id of the operation.
    pub operation: &'static str,
    /// The path to the value that cannot be read, such as `file.bytes`; `.` for the whole reply.
    pub path: String,
    /// What is wrong with it.
    pub message: String,
    /// The text at that place, in one line and cut.
    pub snippet: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// The id of the request, which the operators of an API ask for.
    pub request_id: Option<String>,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the reply of {} cannot be read", self.operation)?;
        if self.path != "." {
            write!(f, " at {}", self.path)?;
        }
        write!(f, ": {}", self.message)?;
        if self.snippet.is_empty() { Ok(()) } else { write!(f, "; it has {}", self.snippet) }
    }
}

impl StdError for DecodeError {}

/// An argument or a part of the configuration that cannot be sent.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    message: String,
    source: Option<io::Error>,
}

impl InputError {
    /// Creates an error. `message` says what is wrong and what to do, in a sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn io(message: impl Into<String>, source: io::Error) -> Self {
        Self { message: message.into(), source: Some(source) }
    }

    /// Returns the kind of the I/O error behind this one.
    pub fn io_kind(&self) -> Option<io::ErrorKind> {
        self.source.as_ref().map(io::Error::kind)
    }

    pub(super) fn duplicate(&self) -> Self {
        let source = self.source.as_ref().map(|source| match source.raw_os_error() {
            Some(code) => io::Error::from_raw_os_error(code),
            None => io::Error::new(source.kind(), source.to_string()),
        });
        Self { message: self.message.clone(), source }
    }

    /// Finds the error of a body that could not be read to its end, which fails the request from inside.
    pub(super) fn behind(error: &(dyn StdError + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(input) = error.downcast_ref::<Self>() {
                return Some(input.duplicate());
            }
            let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            if let Some(input) = inner.and_then(|inner| inner.downcast_ref::<Self>()) {
                return Some(input.duplicate());
            }
            cause = error.source();
        }
        None
    }
}
