//! Security schemes (OpenAPI 3.1 §4.8.27).

/// An authentication scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecurityScheme {
    /// `Authorization: Bearer`, from [`Configuration::refreshing_token`](super::Configuration::refreshing_token) or
    /// [`Configuration::bearer_access_token`](super::Configuration::bearer_access_token). OAuth 2 and OpenID Connect
    /// too.
    Bearer,
    /// `Authorization: Basic`, from [`Configuration::basic_auth`](super::Configuration::basic_auth).
    Basic,
    /// `Authorization:` with another HTTP authentication scheme, and credentials from
    /// [`Configuration::api_keys`](super::Configuration::api_keys).
    Http {
        /// The name of the scheme in the document, and of the credentials in
        /// [`Configuration::api_keys`](super::Configuration::api_keys).
        scheme: &'static str,
        /// The name of the HTTP authentication scheme.
        name: &'static str,
    },
    /// A key, from [`Configuration::api_keys`](super::Configuration::api_keys).
    ApiKey {
        /// The name of the scheme in the document, and of the key in
        /// [`Configuration::api_keys`](super::Configuration::api_keys).
        scheme: &'static str,
        /// The location of the key.
        location: ApiKeyLocation,
        /// The name of the header, query parameter or cookie that carries it.
        name: &'static str,
    },
}

/// The location of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ApiKeyLocation {
    /// A header.
    Header,
    /// The query of the URL.
    Query,
    /// A cookie.
    Cookie,
}
