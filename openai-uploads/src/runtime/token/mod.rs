//! Access tokens that expire: where they come from, and when a new one is fetched.

mod date_time;
mod json;
#[cfg(not(target_arch = "wasm32"))]
mod local;
mod refreshing;

use std::fmt;
use std::future::Future;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use super::platform::{BoxFuture, MaybeSend, now};

pub(super) use json::token_in_json;
#[cfg(not(target_arch = "wasm32"))]
pub use local::{TokenCommand, TokenFile};
pub use refreshing::RefreshingToken;

/// An access token, and when it expires. `Debug` does not show the token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Token {
    /// The token.
    pub secret: SecretString,
    /// When it expires, if that is known.
    pub expires_at: Option<SystemTime>,
}

impl Token {
    /// Creates a token. If it is a JSON Web Token with an expiry (RFC 7519 §4.1.4), it has that.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        let secret = secret.into();
        let expires_at = json::json_web_token_expiry(secret.expose_secret());
        Self { secret, expires_at }
    }

    /// Sets when the token expires.
    #[must_use]
    pub fn with_expiry(self, expires_at: SystemTime) -> Self {
        Self { expires_at: Some(expires_at), ..self }
    }

    /// Sets how long the token is valid from now on.
    #[must_use]
    pub fn with_lifetime(self, lifetime: Duration) -> Self {
        Self { expires_at: now().checked_add(lifetime), ..self }
    }
}

/// A source of access tokens: a command, a file, an identity provider.
///
/// [`RefreshingToken`] decides when a token is fetched, keeps it, and never fetches two at a time. A function that
/// returns a future is a provider too: `|| async { Ok(Token::new("…")) }`.
pub trait TokenProvider: Send + Sync {
    /// Fetches a token.
    ///
    /// The future may be dropped before it is done, when the request that waits for it is.
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>>;

    /// How old a token may become before it is fetched again although it has not expired. Without an interval, which
    /// is the default, it is fetched again only because it expires or because the server refuses it.
    fn interval(&self) -> Option<Duration> {
        None
    }
}

impl<F, R> TokenProvider for F
where
    F: Fn() -> R + Send + Sync,
    R: Future<Output = Result<Token, TokenError>> + MaybeSend + 'static,
{
    fn fetch(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(self())
    }
}

/// An error of a [`TokenProvider`]. The message never contains a token.
#[derive(Clone, Debug)]
pub struct TokenError {
    message: String,
    is_retryable: bool,
}

impl TokenError {
    /// Creates an error. `message` says what went wrong, in a sentence without a full stop.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_retryable: false }
    }

    /// Whether the provider had returned a token before, so that it may well return one the next time. A provider
    /// that never did is probably set up wrongly.
    pub fn is_retryable(&self) -> bool {
        self.is_retryable
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no access token: {}", self.message)
    }
}

impl std::error::Error for TokenError {}
