//! The configuration of requests: their server, credentials and headers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;

use super::platform::{USER_AGENT, default_client, proxy_of};
use super::redaction::Redaction;
use super::retry::RetryPolicy;
use super::token::{RefreshingToken, TokenProvider};
use super::transport::Transport;

/// The server that requests go to, and the credentials and headers that they carry.
///
/// Clones are cheap and share one pool of connections. `Debug` shows no secret.
#[derive(Clone)]
pub struct Configuration {
    /// The base URL, which the path of each operation is appended to, such as `https://host/v1`.
    ///
    /// It may have a query, which requests keep. It may not have a user name, a password or a fragment.
    pub base_path: String,
    /// The `User-Agent` header; by default the crate's name and version.
    pub user_agent: Option<String>,
    /// The HTTP client. The default is [`default_client`]; see [`with_client`](Self::with_client).
    pub client: reqwest::Client,
    /// What sends the requests in place of `client`; see [`with_transport`](Self::with_transport).
    pub transport: Option<Arc<dyn Transport>>,
    /// The URL of the proxy that `client` was built with, if it does not use that of the environment. Errors name it,
    /// without user name and password. It changes nothing about where requests go.
    #[cfg(not(target_arch = "wasm32"))]
    pub proxy_name: Option<String>,
    /// The token of an HTTP bearer, OAuth 2 or OpenID Connect security scheme.
    pub bearer_access_token: Option<SecretString>,
    /// A token that is fetched again before it expires, in place of [`bearer_access_token`](Self::bearer_access_token).
    pub refreshing_token: Option<RefreshingToken>,
    /// The credentials of an HTTP basic security scheme.
    pub basic_auth: Option<BasicAuth>,
    /// The keys of API-key security schemes, by the scheme's name.
    pub api_keys: BTreeMap<String, SecretString>,
    /// Headers sent with every request. Mark a secret one with [`HeaderValue::set_sensitive`].
    pub headers: HeaderMap,
    /// Query parameters of every request, except those that a request sets itself.
    pub query: Vec<(String, String)>,
    /// The maximum time of a request and its reply; of a reply that streams, until its body begins. The default is 10
    /// minutes.
    ///
    /// Each attempt has this time for itself.
    pub timeout: Option<Duration>,
    /// When a request that failed is sent again. By default it is sent at most 3 times.
    ///
    /// Only what does no harm is sent again, as [`RetrySafety`](super::RetrySafety) lists it: a request is idempotent if
    /// its method is (`GET`, `HEAD`, `OPTIONS`, `TRACE`, `PUT`, `DELETE`), or if it has the header `Idempotency-Key`. A
    /// body that is a stream that can be read once is never sent again.
    pub retry: RetryPolicy,
}

/// The credentials of an HTTP basic security scheme (RFC 7617).
#[derive(Clone, Debug)]
pub struct BasicAuth {
    /// The user's name; it may not contain a colon.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

impl Configuration {
    /// Creates a configuration without credentials for the API at `base_path`.
    pub fn at(base_path: impl Into<String>) -> Self {
        Self {
            base_path: base_path.into(),
            user_agent: USER_AGENT.map(str::to_owned),
            client: default_client(),
            transport: None,
            #[cfg(not(target_arch = "wasm32"))]
            proxy_name: None,
            bearer_access_token: None,
            refreshing_token: None,
            basic_auth: None,
            api_keys: BTreeMap::new(),
            headers: HeaderMap::new(),
            query: Vec::new(),
            timeout: Some(Duration::from_secs(600)),
            retry: RetryPolicy::at_most(3),
        }
    }

    /// Sets [`base_path`](Self::base_path).
    #[must_use]
    pub fn with_base_path(self, base_path: impl Into<String>) -> Self {
        Self { base_path: base_path.into(), ..self }
    }

    /// Sets [`user_agent`](Self::user_agent).
    #[must_use]
    pub fn with_user_agent(self, user_agent: impl Into<String>) -> Self {
        Self { user_agent: Some(user_agent.into()), ..self }
    }

    /// Sets [`client`](Self::client), in place of any transport.
    ///
    /// Start from [`client_builder`](super::client_builder), which follows no redirect: `reqwest` itself would send
    /// headers such as `api-key` to the host that a redirect names. Put credentials into the configuration and not
    /// into the default headers of the client, which go to every host.
    #[must_use]
    pub fn with_client(self, client: reqwest::Client) -> Self {
        Self { client, transport: None, ..self }
    }

    /// Sets [`transport`](Self::transport), which wraps a client or takes its place.
    #[must_use]
    pub fn with_transport(self, transport: impl Transport) -> Self {
        Self { transport: Some(Arc::new(transport)), ..self }
    }

    /// Sets [`bearer_access_token`](Self::bearer_access_token).
    #[must_use]
    pub fn with_bearer_access_token(self, token: impl Into<SecretString>) -> Self {
        Self { bearer_access_token: Some(token.into()), ..self }
    }

    /// Sets [`refreshing_token`](Self::refreshing_token) to one that `provider` fetches: a command, a file, an OAuth 2
    /// server, or a function of your own.
    #[must_use]
    pub fn with_token_provider(self, provider: impl TokenProvider + 'static) -> Self {
        Self { refreshing_token: Some(RefreshingToken::new(provider)), ..self }
    }

    /// Sets [`basic_auth`](Self::basic_auth).
    #[must_use]
    pub fn with_basic_auth(self, username: impl Into<String>, password: impl Into<SecretString>) -> Self {
        Self { basic_auth: Some(BasicAuth { username: username.into(), password: password.into() }), ..self }
    }

    /// Sets the key of the API-key security scheme that the document names `scheme`.
    #[must_use]
    pub fn with_api_key(mut self, scheme: impl Into<String>, key: impl Into<SecretString>) -> Self {
        self.api_keys.insert(scheme.into(), key.into());
        self
    }

    /// Adds a header to every request, in place of one of the same name.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Adds a query parameter to every request that does not set it itself.
    #[must_use]
    pub fn with_query(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// Sets [`timeout`](Self::timeout).
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sets [`retry`](Self::retry). [`RetryPolicy::never`] sends each request once.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Configuration {
    /// Sets [`proxy_name`](Self::proxy_name).
    #[must_use]
    pub fn with_proxy_name(self, proxy_name: impl Into<String>) -> Self {
        Self { proxy_name: Some(proxy_name.into()), ..self }
    }

    /// Returns the proxy that requests go through, without its user name and password: `proxy_name`, or else that of the
    /// environment.
    pub fn proxy(&self) -> Option<String> {
        self.proxy_of(&self.base_path.parse().ok()?)
    }
}

impl Configuration {
    /// The proxy that requests to a URL go through.
    pub(super) fn proxy_of(&self, url: &Url) -> Option<String> {
        #[cfg(not(target_arch = "wasm32"))]
        let name = self.proxy_name.as_deref();
        #[cfg(target_arch = "wasm32")]
        let name = None;
        proxy_of(name, url)
    }

    /// The credentials, to be kept out of texts.
    pub(super) fn redaction(&self) -> Redaction {
        let basic = self.basic_auth.iter().map(|basic| &basic.password);
        let secrets = self.bearer_access_token.iter().chain(self.api_keys.values()).chain(basic);
        let headers = self.headers.values().filter(|value| value.is_sensitive());
        let headers = headers.filter_map(|value| Some(SecretString::from(value.to_str().ok()?)));
        let parameters = self.query.iter().map(|(name, _)| name.clone());
        Redaction::new(
            secrets.cloned().chain(headers).collect(),
            self.refreshing_token.clone(),
            parameters.collect(),
        )
    }
}

impl fmt::Debug for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Configuration")
            .field("base_path", &without_user_info(&self.base_path))
            .field("user_agent", &self.user_agent)
            .field("bearer_access_token", &self.bearer_access_token)
            .field("refreshing_token", &self.refreshing_token)
            .field("basic_auth", &self.basic_auth)
            .field("api_keys", &self.api_keys)
            .field("headers", &self.headers)
            .field("query", &self.query.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .finish_non_exhaustive()
    }
}

/// The URL as it may be shown: a user name or password in it is replaced.
fn without_user_info(base_path: &str) -> String {
    let Some((scheme, rest)) = base_path.split_once("://") else { return base_path.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    match authority.rsplit_once('@') {
        Some((user_info, _)) => format!("{scheme}://[redacted]{}", &rest[user_info.len()..]),
        None => base_path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let mut key = HeaderValue::from_static("hidden-1");
        key.set_sensitive(true);
        let configuration = Configuration::at("https://me:hidden-2@example.com/v1")
            .with_bearer_access_token("hidden-3")
            .with_basic_auth("me", "hidden-4")
            .with_api_key("key", "hidden-5")
            .with_query("key", "hidden-6")
            .with_header(HeaderName::from_static("api-key"), key);
        let shown = format!("{configuration:?}");
        assert!(!shown.contains("hidden"), "{shown}");
        assert!(shown.contains("example.com/v1"), "{shown}");
    }
}
