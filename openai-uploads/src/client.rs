//! The HTTP client of the configurations for OpenAI and Azure.

use reqwest::{Client, ClientBuilder};

use crate::runtime::{SharedClient, client_builder};

/// Returns a client that uses HTTP/1.1 only, even if another crate turns on `reqwest/http2`.
///
/// Each part of an upload then has a connection of its own, while HTTP/2 would send all of them over one.
pub(crate) fn uploads_client() -> Client {
    static CLIENT: SharedClient = SharedClient::new(builder);
    CLIENT.get()
}

fn builder() -> ClientBuilder {
    client_builder().http1_only()
}
