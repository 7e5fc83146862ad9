//! Security schemes (OpenAPI 3.1 §4.8.27) and how a request satisfies them.

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::error::InputError;
use super::{Configuration, Request};

/// One way for a request to show whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityScheme {
    /// `Authorization: Bearer`, from [`Configuration::bearer_access_token`]; OAuth 2 and OpenID Connect too.
    Bearer,
    /// `Authorization: Basic`, from [`Configuration::basic_auth`].
    Basic,
    /// A key, from [`Configuration::api_keys`].
    ApiKey {
        /// The scheme's name in the document: the key's name in [`Configuration::api_keys`].
        scheme: &'static str,
        /// Where the key goes.
        location: ApiKeyLocation,
        /// The name of the header, query parameter or cookie that carries it.
        name: &'static str,
    },
}

/// Where an API key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyLocation {
    /// A header.
    Header,
    /// The URL's query.
    Query,
    /// A cookie.
    Cookie,
}

impl SecurityScheme {
    fn has_credentials(self, configuration: &Configuration) -> bool {
        match self {
            Self::Bearer => configuration.bearer_access_token.is_some(),
            Self::Basic => configuration.basic_auth.is_some(),
            Self::ApiKey { scheme, .. } => configuration.api_keys.contains_key(scheme),
        }
    }

    fn apply(self, request: &mut Request) -> Result<(), InputError> {
        let configuration = &request.configuration;
        match self {
            Self::Bearer => {
                if let Some(token) = &configuration.bearer_access_token {
                    let value = secret_header("bearer token", &format!("Bearer {}", token.expose_secret()))?;
                    request.headers.insert(AUTHORIZATION, value);
                }
            }
            Self::Basic => {
                request.basic_auth.clone_from(&configuration.basic_auth);
            }
            Self::ApiKey { scheme, location, name } => {
                if let Some(key) = configuration.api_keys.get(scheme).cloned() {
                    apply_key(request, location, name, &key)?;
                }
            }
        }
        Ok(())
    }
}

/// Adds the credentials of the first of the `alternatives` that the configuration has all credentials of.
///
/// Where there is none, the request goes without: a server of one's own may ask for none, and one that does
/// answers 401.
pub(super) fn authorize(request: &mut Request, alternatives: &[&[SecurityScheme]]) -> Result<(), InputError> {
    let configuration = &request.configuration;
    let satisfied = alternatives.iter().find(|schemes| {
        !schemes.is_empty() && schemes.iter().all(|scheme| scheme.has_credentials(configuration))
    });
    satisfied.into_iter().copied().flatten().try_for_each(|scheme| scheme.apply(request))
}

fn apply_key(
    request: &mut Request,
    location: ApiKeyLocation,
    name: &'static str,
    key: &SecretString,
) -> Result<(), InputError> {
    match location {
        ApiKeyLocation::Header => {
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| InputError::new(format!("`{name}` is not a header's name")))?;
            request.headers.insert(header, secret_header("API key", key.expose_secret())?);
        }
        ApiKeyLocation::Query => request.add_query_pair(name, key.expose_secret()),
        ApiKeyLocation::Cookie => {
            let cookie = format!("{name}={}", key.expose_secret());
            // The error that says what is wrong with a key comes before one that says it of cookies.
            secret_header("API key", &cookie)?;
            request.add_cookie(&cookie);
        }
    }
    Ok(())
}

/// A header that no log shows; the error names what it was to carry and not the value.
fn secret_header(what: &str, value: &str) -> Result<HeaderValue, InputError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        InputError::new(format!(
            "the {what} has a character that no header can carry; look for a line break or a quote around it"
        ))
    })?;
    header.set_sensitive(true);
    Ok(header)
}
