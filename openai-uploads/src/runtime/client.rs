//! The HTTP client of a configuration that has none of its own.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder};
use tokio::runtime::{Handle, Id};

use super::proxy;

/// How long making a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns a builder with the settings of the default client, to add a proxy, a certificate or a timeout to.
///
/// The client uses HTTP/1.1, so that each request in parallel has a connection of its own. It gives a connection 5
/// seconds, follows no redirect, since the requests themselves follow the safe ones, and leaves replies compressed.
/// Keep the redirect policy: a client that follows redirects sends headers such as `api-key` to other hosts.
pub fn client_builder() -> ClientBuilder {
    let builder = Client::builder()
        .http1_only()
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

/// Returns the client of a new [`Configuration`](super::Configuration), built by [`client_builder`].
///
/// It is built once and shared. A runtime has a client of its own, since connections stop when the runtime that they
/// were made in stops.
///
/// # Panics
///
/// When `reqwest` cannot build any client. This happens only with both TLS features of this crate off, while another
/// crate turns on `reqwest/rustls-no-provider` and the program installs no provider for rustls.
pub fn default_client() -> Client {
    static OUTSIDE_OF_RUNTIMES: OnceLock<Client> = OnceLock::new();
    static OF_THE_LAST_RUNTIME: Mutex<Option<(Id, Client)>> = Mutex::new(None);
    let Ok(runtime) = Handle::try_current() else {
        return OUTSIDE_OF_RUNTIMES.get_or_init(build).clone();
    };
    let mut last = OF_THE_LAST_RUNTIME.lock().unwrap_or_else(PoisonError::into_inner);
    match &*last {
        Some((id, client)) if *id == runtime.id() => client.clone(),
        _ => last.insert((runtime.id(), build())).1.clone(),
    }
}

/// Whether `reqwest` has TLS, by a feature of this crate or of another one.
///
/// Without it, `reqwest` sends a request for an `https` URL to a proxy in plain text, the key included.
pub(super) fn has_tls() -> bool {
    // A builder shows its settings of TLS only if there are any.
    cfg!(any(feature = "rustls", feature = "native-tls"))
        || format!("{:?}", Client::builder()).contains("tls_")
}

fn build() -> Client {
    let client = client_builder().build();
    // A machine may have no root certificates. Plain HTTP still works then, and HTTPS fails when it connects.
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let client = client.or_else(|_| client_builder().tls_certs_only([]).build());
    client.expect("a client without certificates of its own can be built")
}
