//! Configurations from the environment variables of the official clients, and for Azure.

use std::env::{self, VarError};

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::api_key;
use crate::client::uploads_client;
use crate::runtime::{Configuration, InputError, TokenProvider};

impl Configuration {
    /// Reads the environment variables of the official clients:
    ///
    /// | variable | what it sets |
    /// |---|---|
    /// | `OPENAI_API_KEY` | [`bearer_access_token`](Configuration::bearer_access_token) |
    /// | `OPENAI_BASE_URL` | [`base_path`](Configuration::base_path) |
    /// | `OPENAI_ORG_ID` | the header `OpenAI-Organization` |
    /// | `OPENAI_PROJECT_ID` | the header `OpenAI-Project` |
    ///
    /// White space, line breaks, quotes and a byte order mark around a value are ignored. An empty variable
    /// counts as one that is not set.
    ///
    /// # Errors
    ///
    /// [`InputError`] when a variable is not Unicode or cannot be sent in a header, or when neither a key nor a
    /// base URL is set: OpenAI's server refuses requests without a key. The message names the variable and never
    /// shows its value.
    ///
    /// ```no_run
    /// use openai_uploads::apis::configuration::Configuration;
    ///
    /// let configuration = Configuration::from_env()?;
    /// # Ok::<(), openai_uploads::runtime::InputError>(())
    /// ```
    pub fn from_env() -> Result<Self, InputError> {
        Self::from_env_or(None, None)
    }

    /// As [`from_env`](Self::from_env), with this key and base URL in place of `OPENAI_API_KEY` and
    /// `OPENAI_BASE_URL` where they are given.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_env_or(key: Option<SecretString>, base_path: Option<String>) -> Result<Self, InputError> {
        let mut configuration = Self::default().with_client(uploads_client());
        let base_path = base_path.map_or_else(|| variable("OPENAI_BASE_URL"), |given| Ok(Some(given)))?;
        let key = key.map_or_else(|| secret_variable("OPENAI_API_KEY"), |given| Ok(Some(given)))?;
        match key {
            Some(key) => configuration.bearer_access_token = Some(key),
            None if base_path.is_none() => {
                let is_set = env::var_os("OPENAI_API_KEY").is_some();
                let problem = if is_set { "is empty" } else { "is not set" };
                let message = format!("no API key: the environment variable OPENAI_API_KEY {problem}");
                return Err(InputError::new(message));
            }
            None => {}
        }
        configuration.base_path = base_path.unwrap_or(configuration.base_path);
        configuration.with_environment_headers()
    }

    /// As [`from_env`](Self::from_env), with the tokens of `provider` in place of `OPENAI_API_KEY`.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env); no key is needed. Requests fail with [`Error::Token`](crate::runtime::Error)
    /// when the provider does.
    ///
    /// ```no_run
    /// use openai_uploads::apis::configuration::Configuration;
    /// use openai_uploads::runtime::TokenCommand;
    ///
    /// let provider = TokenCommand::new("gcloud").args(["auth", "print-access-token"]);
    /// let configuration = Configuration::from_env_with_provider(provider)?;
    /// # Ok::<(), openai_uploads::runtime::InputError>(())
    /// ```
    pub fn from_env_with_provider(provider: impl TokenProvider + 'static) -> Result<Self, InputError> {
        let configuration = Self::default().with_client(uploads_client()).with_token_provider(provider);
        let base_path = variable("OPENAI_BASE_URL")?.unwrap_or_else(|| configuration.base_path.clone());
        configuration.with_base_path(base_path).with_environment_headers()
    }

    /// Adds the headers that the environment sets.
    fn with_environment_headers(mut self) -> Result<Self, InputError> {
        for (name, header) in
            [("OPENAI_ORG_ID", "openai-organization"), ("OPENAI_PROJECT_ID", "openai-project")]
        {
            if let Some(value) = variable(name)? {
                let value = header_value(&format!("the environment variable {name}"), &value)?;
                self.headers.insert(HeaderName::from_static(header), value);
            }
        }
        Ok(self)
    }

    /// The configuration of an Azure OpenAI resource. `endpoint` is `https://NAME.openai.azure.com`.
    ///
    /// With an `api_version` such as `2024-10-21`, requests carry it in the query. Without one, they go to the
    /// `v1` API of the endpoint, which has no versions.
    ///
    /// # Errors
    ///
    /// [`InputError`] when the key cannot be sent in a header.
    ///
    /// ```
    /// use openai_uploads::apis::configuration::Configuration;
    ///
    /// let configuration = Configuration::azure("https://example.openai.azure.com", "key", None)?;
    /// assert_eq!(configuration.base_path, "https://example.openai.azure.com/openai/v1");
    /// # Ok::<(), openai_uploads::runtime::InputError>(())
    /// ```
    pub fn azure(endpoint: &str, key: &str, api_version: Option<&str>) -> Result<Self, InputError> {
        let key = api_key::trim(key);
        api_key::check("the Azure key", key)?;
        let mut key = header_value("the Azure key", key)?;
        key.set_sensitive(true);
        Ok(Self::azure_at(endpoint, api_version).with_header(HeaderName::from_static("api-key"), key))
    }

    /// The configuration of an Azure OpenAI resource, with a Microsoft Entra token in place of a key.
    ///
    /// A token is valid for about an hour; [`azure_with_provider`](Self::azure_with_provider) takes tokens that are
    /// fetched again. The rest is as in [`azure`](Self::azure).
    ///
    /// # Errors
    ///
    /// [`InputError`] when the token cannot be sent in a header.
    pub fn azure_with_token(
        endpoint: &str,
        token: &str,
        api_version: Option<&str>,
    ) -> Result<Self, InputError> {
        let token = api_key::trim(token);
        api_key::check("the Microsoft Entra token", token)?;
        Ok(Self::azure_at(endpoint, api_version).with_bearer_access_token(token))
    }

    /// The configuration of an Azure OpenAI resource, with Microsoft Entra tokens of `provider` in place of a key. The
    /// rest is as in [`azure`](Self::azure).
    ///
    /// ```
    /// use openai_uploads::apis::configuration::Configuration;
    /// use openai_uploads::runtime::TokenCommand;
    ///
    /// let resource = "https://cognitiveservices.azure.com";
    /// let tokens = TokenCommand::new("az").args(["account", "get-access-token", "--resource", resource]);
    /// let configuration = Configuration::azure_with_provider("https://example.openai.azure.com", tokens, None);
    /// # drop(configuration);
    /// ```
    pub fn azure_with_provider(
        endpoint: &str,
        provider: impl TokenProvider + 'static,
        api_version: Option<&str>,
    ) -> Self {
        Self::azure_at(endpoint, api_version).with_token_provider(provider)
    }

    /// Reads the environment variables of the official clients for Azure:
    ///
    /// | variable | what it sets |
    /// |---|---|
    /// | `AZURE_OPENAI_ENDPOINT` | the endpoint, such as `https://NAME.openai.azure.com` |
    /// | `AZURE_OPENAI_AD_TOKEN` | a Microsoft Entra token, used in place of the key |
    /// | `AZURE_OPENAI_API_KEY` | the key |
    /// | `OPENAI_API_VERSION` | the version, such as `2024-10-21` |
    ///
    /// An argument that is given takes the place of its variable. Values are read as by [`from_env`](Self::from_env).
    ///
    /// # Errors
    ///
    /// [`InputError`] when there is no endpoint or neither a key nor a token, or when one cannot be sent.
    pub fn azure_from_env_or(
        endpoint: Option<String>,
        key: Option<SecretString>,
        api_version: Option<String>,
    ) -> Result<Self, InputError> {
        let (endpoint, version) = azure_resource(endpoint, api_version)?;
        if key.is_none()
            && let Some(token) = secret_variable("AZURE_OPENAI_AD_TOKEN")?
        {
            return Self::azure_with_token(&endpoint, token.expose_secret(), version.as_deref());
        }
        let key = key.map_or_else(|| secret_variable("AZURE_OPENAI_API_KEY"), |given| Ok(Some(given)))?;
        let key = key.ok_or_else(|| {
            InputError::new(
                "no Azure key: neither of the environment variables AZURE_OPENAI_API_KEY and \
                 AZURE_OPENAI_AD_TOKEN is set",
            )
        })?;
        Self::azure(&endpoint, key.expose_secret(), version.as_deref())
    }

    /// As [`azure_from_env_or`](Self::azure_from_env_or), with Microsoft Entra tokens of `provider` in place of a key
    /// or token.
    ///
    /// # Errors
    ///
    /// [`InputError`] when there is no endpoint.
    pub fn azure_from_env_with_provider(
        endpoint: Option<String>,
        provider: impl TokenProvider + 'static,
        api_version: Option<String>,
    ) -> Result<Self, InputError> {
        let (endpoint, version) = azure_resource(endpoint, api_version)?;
        Ok(Self::azure_with_provider(&endpoint, provider, version.as_deref()))
    }

    /// `endpoint` may be the URL that Azure's portal shows, with a path.
    fn azure_at(endpoint: &str, api_version: Option<&str>) -> Self {
        let endpoint = endpoint.trim().trim_end_matches('/');
        let endpoint = endpoint.strip_suffix("/v1").unwrap_or(endpoint);
        let endpoint = endpoint.strip_suffix("/openai").unwrap_or(endpoint);
        let configuration = Self::default().with_client(uploads_client());
        match api_version {
            Some(version) => {
                configuration.with_base_path(format!("{endpoint}/openai")).with_query("api-version", version)
            }
            None => configuration.with_base_path(format!("{endpoint}/openai/v1")),
        }
    }
}

/// The endpoint of Azure and the API version, from arguments or else from the environment.
fn azure_resource(
    endpoint: Option<String>,
    api_version: Option<String>,
) -> Result<(String, Option<String>), InputError> {
    let endpoint = endpoint.map_or_else(|| variable("AZURE_OPENAI_ENDPOINT"), |given| Ok(Some(given)))?;
    let endpoint = endpoint.ok_or_else(|| {
        InputError::new("no Azure endpoint: the environment variable AZURE_OPENAI_ENDPOINT is not set")
    })?;
    let version = api_version.map_or_else(|| variable("OPENAI_API_VERSION"), |given| Ok(Some(given)))?;
    Ok((endpoint, version))
}

/// The value of a variable, without white space or quotes around it.
fn variable(name: &str) -> Result<Option<String>, InputError> {
    match env::var(name) {
        Ok(value) => Ok(Some(api_key::trim(&value)).filter(|value| !value.is_empty()).map(str::to_owned)),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(InputError::new(format!("the environment variable {name} is not Unicode text")))
        }
    }
}

fn secret_variable(name: &str) -> Result<Option<SecretString>, InputError> {
    let Some(secret) = variable(name)? else { return Ok(None) };
    api_key::check(&format!("the environment variable {name}"), &secret)?;
    Ok(Some(secret.into()))
}

fn header_value(what: &str, value: &str) -> Result<HeaderValue, InputError> {
    HeaderValue::from_str(value).map_err(|_| {
        InputError::new(format!("{what} has a character that no header can carry, such as a line break"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_of_azure_may_have_the_path_that_its_portal_shows() {
        for endpoint in ["https://x.example", "https://x.example/", "https://x.example/openai/v1/"] {
            let without = Configuration::azure(endpoint, "key", None).unwrap();
            assert_eq!(without.base_path, "https://x.example/openai/v1");
            let with = Configuration::azure_with_token(endpoint, " token\n", Some("2024-10-21")).unwrap();
            assert_eq!(with.base_path, "https://x.example/openai");
            assert_eq!(with.query, [("api-version".to_owned(), "2024-10-21".to_owned())]);
            assert_eq!(with.bearer_access_token.unwrap().expose_secret(), "token");
        }
        assert!(Configuration::azure("https://x.example", "a b", None).is_err());
    }
}
