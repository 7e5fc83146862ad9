//! The settings that requests would use, and where they come from.

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::preflight::Provider;
use reqwest::header::AUTHORIZATION;
use serde::Serialize;

use crate::connection::{Connection, is_set};
use crate::header::SECRET_HEADERS;
use crate::{key_source, message};

/// A value and where it comes from.
#[derive(Debug, Serialize)]
pub(super) struct Setting {
    /// `None` for a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<String>,
    pub(super) from: String,
}

/// The settings of the connection.
#[derive(Debug, Serialize)]
pub(super) struct Settings {
    /// `None` if it cannot be read.
    pub(super) base_url: Option<Setting>,
    pub(super) provider: Option<&'static str>,
    /// Where the credentials come from.
    pub(super) key: Option<Setting>,
    pub(super) proxy: Option<Setting>,
    /// Files with root certificates, besides those of the machine.
    pub(super) ca_certificates: Vec<String>,
    pub(super) client_certificate: Option<String>,
}

impl Settings {
    /// `configuration` is `None` if it is not valid.
    pub(super) fn of(connection: &Connection, configuration: Option<&Configuration>) -> Self {
        let base_url = configuration.map(|configuration| configuration.base_path.clone());
        let client = &connection.client;
        Self {
            provider: base_url.as_deref().map(|url| Provider::at(url).as_str()),
            base_url: base_url.map(|url| Setting { value: Some(url), from: base_url_origin(connection) }),
            key: key_origin(connection, configuration).map(|from| Setting { value: None, from }),
            proxy: configuration.and_then(|configuration| proxy(connection, configuration)),
            ca_certificates: client.ca_cert.iter().map(|file| message::path(file)).collect(),
            client_certificate: client.client_cert.as_deref().map(message::path),
        }
    }
}

fn variable(name: &str) -> String {
    format!("the environment variable {name}")
}

fn base_url_origin(connection: &Connection) -> String {
    if connection.azure_endpoint.is_some() {
        "--azure-endpoint".to_owned()
    } else if connection.base_url.is_some() {
        "--base-url".to_owned()
    } else if connection.is_azure() {
        variable("AZURE_OPENAI_ENDPOINT")
    } else if is_set("OPENAI_BASE_URL") {
        variable("OPENAI_BASE_URL")
    } else {
        "the default".to_owned()
    }
}

fn key_origin(connection: &Connection, configuration: Option<&Configuration>) -> Option<String> {
    let headers = connection.headers.iter().filter(|header| SECRET_HEADERS.contains(&header.name.as_str()));
    // A header with a secret names a file or a variable, and never the secret itself.
    let mut origins: Vec<_> = headers.clone().map(|header| format!("--header '{header}'")).collect();
    let is_replaced = headers.clone().any(|header| header.name == AUTHORIZATION);
    let key = if connection.token_command.is_some() {
        Some("the command of --token-command".to_owned())
    } else if let Some(file) = &connection.api_key_file {
        Some(format!("the file {}", message::path(file)))
    } else if connection.key_source.entra_id {
        Some(key_source::entra_origin())
    } else if connection.may_use_keyring() {
        let has_key = configuration.is_some_and(|configuration| {
            configuration.bearer_access_token.is_some() || configuration.headers.contains_key("api-key")
        });
        (has_key || connection.key_source.key_from_keyring)
            .then(|| key_source::keyring_origin(&connection.server()))
    } else {
        let variables: &[&str] = if connection.is_azure() {
            &["AZURE_OPENAI_AD_TOKEN", "AZURE_OPENAI_API_KEY"]
        } else {
            &["OPENAI_API_KEY"]
        };
        variables.iter().find(|name| is_set(name)).map(|name| variable(name))
    };
    origins.extend(key.filter(|_| !is_replaced));
    (!origins.is_empty()).then(|| origins.join(", "))
}

fn proxy(connection: &Connection, configuration: &Configuration) -> Option<Setting> {
    let value = configuration.proxy()?;
    let from = if connection.client.proxy.is_some() {
        "--proxy".to_owned()
    } else {
        let is_https = configuration.base_path.starts_with("https:");
        let names: &[&str] = if is_https {
            &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        };
        let name = names.iter().find(|name| is_set(name));
        name.map_or("the system".to_owned(), |name| variable(name))
    };
    Some(Setting { value: Some(value), from })
}
