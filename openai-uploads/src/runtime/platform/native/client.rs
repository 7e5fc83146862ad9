//! The default HTTP client of a configuration.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Url};
use tokio::runtime::{Handle, Id};

use super::proxy;

/// Whether compressed replies arrive decoded.
pub(crate) const DECODES_REPLIES: bool = false;

/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns a builder with the settings of the default client, to add a proxy, a certificate or a timeout to.
///
/// The client gives a connection 5 seconds, follows no redirect, since the requests themselves follow the safe ones, and
/// leaves replies compressed, since the requests decompress them. Keep the redirect policy: a client that follows
/// redirects sends headers such as `api-key` to other hosts.
pub fn client_builder() -> ClientBuilder {
    let builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(Policy::none())
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd();
    let builder = if proxy::is_off() { builder.no_proxy() } else { builder };
    // Other crates may turn on the other TLS library as well; which one is used here stays the same.
    #[cfg(feature = "native-tls")]
    let builder = builder.tls_backend_native();
    #[cfg(all(feature = "rustls", not(feature = "native-tls")))]
    let builder = builder.tls_backend_rustls();
    builder
}

/// Returns the client of a new [`Configuration`](super::super::super::Configuration), built by [`client_builder`] and shared.
///
/// # Panics
///
/// As [`SharedClient::get`].
pub fn default_client() -> Client {
    static DEFAULT: SharedClient = SharedClient::new(client_builder);
    DEFAULT.get()
}

/// The default user agent: the crate's name and version.
pub(crate) const USER_AGENT: Option<&str> =
    Some(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")));

/// Starts a request. Any client does that alike, and this one never connects, so it needs no certificates.
pub(crate) fn request_builder(method: Method, url: Url) -> RequestBuilder {
    static BUILDER: OnceLock<Client> = OnceLock::new();
    let builder = || {
        let builder = Client::builder();
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let builder = builder.tls_certs_only([]);
        builder.build().unwrap_or_else(|_| default_client())
    };
    BUILDER.get_or_init(builder).request(method, url)
}

/// A client that is built once and shared.
///
/// Each Tokio runtime has a client of its own, since connections stop when the runtime that they were made in stops.
#[derive(Debug)]
pub struct SharedClient {
    builder: fn() -> ClientBuilder,
    outside_of_runtimes: OnceLock<Client>,
    last_runtime: Mutex<Option<(Id, Client)>>,
}

impl SharedClient {
    /// Creates a client that `builder` builds when it is first used.
    pub const fn new(builder: fn() -> ClientBuilder) -> Self {
        Self { builder, outside_of_runtimes: OnceLock::new(), last_runtime: Mutex::new(None) }
    }

    /// Returns the client of the current runtime.
    ///
    /// # Panics
    ///
    /// When `reqwest` cannot build any client. This happens only with both TLS features of this crate off, while another
    /// crate turns on `reqwest/rustls-no-provider` and the program installs no provider for rustls.
    pub fn get(&self) -> Client {
        let Ok(runtime) = Handle::try_current() else {
            return self.outside_of_runtimes.get_or_init(|| self.build()).clone();
        };
        let mut last = self.last_runtime.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((id, client)) if *id == runtime.id() => client.clone(),
            _ => last.insert((runtime.id(), self.build())).1.clone(),
        }
    }

    fn build(&self) -> Client {
        let client = (self.builder)().build();
        // A machine may have no root certificates. Plain HTTP still works then, and HTTPS fails when it connects.
        #[cfg(any(feature = "rustls", feature = "native-tls"))]
        let client = client.or_else(|_| (self.builder)().tls_certs_only([]).build());
        client.expect("a client without certificates of its own can be built")
    }
}

/// Whether `reqwest` has TLS, by a feature of this crate or of another one.
///
/// Without it, `reqwest` sends a request for an `https` URL to a proxy in plain text, the key included.
pub(crate) fn has_tls() -> bool {
    // A builder shows its settings of TLS only if there are any.
    cfg!(any(feature = "rustls", feature = "native-tls"))
        || format!("{:?}", Client::builder()).contains("tls_")
}

/// What happened to a request that got no complete answer for no known reason.
pub(crate) fn interruption(host: &str) -> String {
    format!("the connection to {host} ended before the answer was complete")
}

/// Whether a request failed before any of it was sent.
pub(crate) fn is_connect(error: &reqwest::Error) -> bool {
    error.is_connect()
}
