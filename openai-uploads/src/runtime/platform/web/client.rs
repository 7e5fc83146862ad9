//! The default HTTP client of a configuration, which calls `fetch`.

use reqwest::{Client, Method, RequestBuilder, Url};

/// Whether compressed replies arrive decoded. Their `Content-Encoding` is still there.
pub(crate) const DECODES_REPLIES: bool = true;

/// Returns the client of a new [`Configuration`](super::super::super::Configuration).
pub fn default_client() -> Client {
    Client::new()
}

/// The default user agent. Browsers send their own, and some ask the server whether another one is allowed.
pub(crate) const USER_AGENT: Option<&str> = None;

pub(crate) fn request_builder(method: Method, url: Url) -> RequestBuilder {
    Client::new().request(method, url)
}

pub(crate) fn has_tls() -> bool {
    true
}

/// What happened to a request that got no complete answer. `fetch` does not say why.
pub(crate) fn interruption(host: &str) -> String {
    format!(
        "no complete answer from {host}: the network failed, or the server does not allow this origin (CORS)"
    )
}

/// Whether a request failed before any of it was sent. `fetch` does not say that.
pub(crate) fn is_connect(_error: &reqwest::Error) -> bool {
    false
}
