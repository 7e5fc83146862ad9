//! What sends requests: a client of `reqwest`, or something around it or in its place.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use reqwest::{Client, Response, Url};

use super::error::InputError;
use super::operation::Operation;
use super::platform::{BoxFuture, has_tls};
use super::redaction::{REPLACEMENT, Redaction};
use super::security::{ApiKeyLocation, SecurityScheme};

const NO_TLS: &str = concat!(
    "this program is built without TLS, which https URLs need; turn on the feature `rustls` or `native-tls` of ",
    env!("CARGO_PKG_NAME")
);

/// What sends the requests of a [`Configuration`](super::Configuration).
///
/// A `reqwest::Client` is a transport. Implement the trait to wrap one, for example to count requests or to sign them, or
/// to send requests in another way. Retries, redirects within the API and the reading of replies are not its task: it
/// sends one request, and returns the reply once its head has arrived.
pub trait Transport: Send + Sync + 'static {
    /// Sends a request and returns the reply, whatever its status is.
    ///
    /// An error that is, or is caused by, a [`reqwest::Error`], a [`TransportError`](super::TransportError) or an
    /// [`InputError`] keeps its meaning. Any other is a connection that ended early.
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, TransportResult>;
}

/// The reply to a request, or why there is none.
pub type TransportResult = Result<Response, Box<dyn StdError + Send + Sync>>;

/// A request that a [`Transport`] sends.
pub struct TransportRequest {
    /// The request. Its headers and its URL have credentials in them.
    pub request: reqwest::Request,
    /// The operation.
    pub operation: &'static Operation,
    pub(super) redaction: Arc<Redaction>,
}

impl TransportRequest {
    /// Replaces the credentials of the request in a text. One of fewer than 8 characters may be an ordinary word, and
    /// stays.
    pub fn redact(&self, text: &str) -> String {
        self.redaction.apply(text)
    }

    /// Returns the path and the query without credentials, to be shown. The values of API keys and of
    /// [`Configuration::query`](super::Configuration::query) are replaced, however short they are.
    pub fn redacted_target(&self) -> String {
        let url = self.request.url();
        let secret = self.secret_pairs();
        let pairs =
            pairs(url).map(|pair| if secret.contains(&pair) { redacted_pair(pair) } else { pair.to_owned() });
        let pairs: Vec<String> = pairs.collect();
        let question = if pairs.is_empty() { "" } else { "?" };
        self.redact(&format!("{}{question}{}", url.path(), pairs.join("&")))
    }

    /// The pairs of the query that may be credentials.
    pub(super) fn secret_pairs(&self) -> Vec<&str> {
        let is_key = |name: &str| {
            self.operation.security.iter().copied().flatten().any(|scheme| match scheme {
                SecurityScheme::ApiKey { location: ApiKeyLocation::Query, name: key, .. } => *key == name,
                _ => false,
            })
        };
        let is_secret = |pair: &&str| {
            let name = pair.split('=').next().unwrap_or_default();
            let name = percent_decode_str(name).decode_utf8_lossy();
            is_key(&name) || self.redaction.has_parameter(&name)
        };
        pairs(self.request.url()).filter(is_secret).collect()
    }
}

fn pairs(url: &Url) -> impl Iterator<Item = &str> {
    url.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty())
}

/// A pair of a query without its value.
pub(super) fn redacted_pair(pair: &str) -> String {
    format!("{}={REPLACEMENT}", pair.split('=').next().unwrap_or_default())
}

impl fmt::Debug for TransportRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportRequest").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

impl Transport for Client {
    fn send(&self, TransportRequest { request, .. }: TransportRequest) -> BoxFuture<'_, TransportResult> {
        Box::pin(async move {
            if request.url().scheme() == "https" && !has_tls() {
                return Err(InputError::new(NO_TLS).into());
            }
            self.execute(request).await.map_err(Into::into)
        })
    }
}
