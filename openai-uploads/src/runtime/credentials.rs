//! The credentials of a request, for the security schemes of its operation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::configuration::Configuration;
use super::error::InputError;
use super::security::{ApiKeyLocation, SecurityScheme};
use super::token::RefreshingToken;

/// The credentials of a request.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) headers: HeaderMap,
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) cookies: Vec<String>,
    /// The source of a bearer token, which is added when the request is sent.
    pub(super) refreshing_token: Option<RefreshingToken>,
}

impl Credentials {
    /// Uses the first of the `alternatives` for which the configuration has every credential.
    ///
    /// If there is none, the request carries no credentials: some servers require none, and the others answer 401.
    pub(super) fn new(
        configuration: &Configuration,
        alternatives: &[&[SecurityScheme]],
    ) -> Result<Self, InputError> {
        let mut credentials = Self::default();
        let satisfied = alternatives.iter().find(|schemes| {
            !schemes.is_empty() && schemes.iter().all(|scheme| is_configured(*scheme, configuration))
        });
        for scheme in satisfied.into_iter().copied().flatten() {
            credentials.add(*scheme, configuration)?;
        }
        Ok(credentials)
    }

    fn add(&mut self, scheme: SecurityScheme, configuration: &Configuration) -> Result<(), InputError> {
        match scheme {
            SecurityScheme::Bearer => {
                if configuration.refreshing_token.is_some() {
                    self.refreshing_token.clone_from(&configuration.refreshing_token);
                } else if let Some(token) = &configuration.bearer_access_token {
                    self.headers.insert(AUTHORIZATION, bearer_header(token)?);
                }
            }
            SecurityScheme::Basic => {
                if let Some(basic) = &configuration.basic_auth {
                    let pair = format!("{}:{}", basic.username, basic.password.expose_secret());
                    let value = secret_header("password", &format!("Basic {}", STANDARD.encode(pair)))?;
                    self.headers.insert(AUTHORIZATION, value);
                }
            }
            SecurityScheme::Http { scheme, name } => {
                if let Some(key) = configuration.api_keys.get(scheme) {
                    let value = format!("{name} {}", key.expose_secret());
                    self.headers.insert(AUTHORIZATION, secret_header("API key", &value)?);
                }
            }
            SecurityScheme::ApiKey { scheme, location, name } => {
                if let Some(key) = configuration.api_keys.get(scheme) {
                    self.add_key(location, name, key)?;
                }
            }
        }
        Ok(())
    }

    fn add_key(
        &mut self,
        location: ApiKeyLocation,
        name: &'static str,
        key: &SecretString,
    ) -> Result<(), InputError> {
        match location {
            ApiKeyLocation::Header => {
                let header = HeaderName::from_bytes(name.as_bytes())
                    .map_err(|_| InputError::new(format!("`{name}` is not the name of a header")))?;
                self.headers.insert(header, secret_header("API key", key.expose_secret())?);
            }
            ApiKeyLocation::Query => self.query.push((name, key.expose_secret().to_owned())),
            ApiKeyLocation::Cookie => {
                let cookie = format!("{name}={}", key.expose_secret());
                // Checked here, so that the error names the key and not the cookies.
                secret_header("API key", &cookie)?;
                self.cookies.push(cookie);
            }
        }
        Ok(())
    }
}

/// Whether the configuration has the credential of a scheme.
fn is_configured(scheme: SecurityScheme, configuration: &Configuration) -> bool {
    match scheme {
        SecurityScheme::Bearer => {
            configuration.refreshing_token.is_some() || configuration.bearer_access_token.is_some()
        }
        SecurityScheme::Basic => configuration.basic_auth.is_some(),
        SecurityScheme::ApiKey { scheme, .. } | SecurityScheme::Http { scheme, .. } => {
            configuration.api_keys.contains_key(scheme)
        }
    }
}

pub(super) fn bearer_header(token: &SecretString) -> Result<HeaderValue, InputError> {
    secret_header("bearer token", &format!("Bearer {}", token.expose_secret()))
}

/// Returns a header that no log shows. The error names the credential and not its value.
fn secret_header(what: &str, value: &str) -> Result<HeaderValue, InputError> {
    let mut header = HeaderValue::from_str(value).map_err(|_| {
        InputError::new(format!(
            "the {what} has a character that no header can carry; look for a line break or a quote around it"
        ))
    })?;
    header.set_sensitive(true);
    Ok(header)
}
