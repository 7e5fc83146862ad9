//! A configuration from where the official clients find theirs, and one for Azure.

use std::env::{self, VarError};

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;

use crate::runtime::{Configuration, InputError};

impl Configuration {
    /// The configuration that the environment describes, as the official clients read it:
    ///
    /// | variable | what it sets |
    /// |---|---|
    /// | `OPENAI_API_KEY` | [`bearer_access_token`](Configuration::bearer_access_token) |
    /// | `OPENAI_BASE_URL` | [`base_path`](Configuration::base_path) |
    /// | `OPENAI_ORG_ID` | the header `OpenAI-Organization` |
    /// | `OPENAI_PROJECT_ID` | the header `OpenAI-Project` |
    ///
    /// An empty variable counts as one that is not set.
    ///
    /// # Errors
    ///
    /// [`InputError`] when a variable is not Unicode or cannot be sent in a header, or when there is neither a
    /// key nor a base URL of one's own: OpenAI's server would refuse every request.
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

    /// As [`from_env`](Self::from_env), but what is given here comes before `OPENAI_API_KEY` and
    /// `OPENAI_BASE_URL`.
    ///
    /// # Errors
    ///
    /// As [`from_env`](Self::from_env).
    pub fn from_env_or(key: Option<SecretString>, base_path: Option<String>) -> Result<Self, InputError> {
        let mut configuration = Self::default();
        let base_path = base_path.map_or_else(|| variable("OPENAI_BASE_URL"), |given| Ok(Some(given)))?;
        let key =
            key.map_or_else(|| Ok(variable("OPENAI_API_KEY")?.map(Into::into)), |given| Ok(Some(given)))?;
        match key {
            Some(key) => configuration.bearer_access_token = Some(key),
            None if base_path.is_none() => {
                return Err(InputError::new(
                    "there is no API key; put one into the environment variable OPENAI_API_KEY",
                ));
            }
            None => {}
        }
        configuration.base_path = base_path.unwrap_or(configuration.base_path);
        for (name, header) in
            [("OPENAI_ORG_ID", "openai-organization"), ("OPENAI_PROJECT_ID", "openai-project")]
        {
            if let Some(value) = variable(name)? {
                configuration.headers.insert(HeaderName::from_static(header), header_value(name, &value)?);
            }
        }
        Ok(configuration)
    }

    /// The configuration of an Azure OpenAI resource, `endpoint` being `https://NAME.openai.azure.com`.
    ///
    /// With an `api_version` such as `2024-10-21` requests carry it in the query; without, they go to the
    /// endpoint's `v1` API, which has none.
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
        let endpoint = endpoint.trim_end_matches('/');
        let mut key = header_value("the key", key)?;
        key.set_sensitive(true);
        let configuration = Self::default().with_header(HeaderName::from_static("api-key"), key);
        Ok(match api_version {
            Some(version) => {
                configuration.with_base_path(format!("{endpoint}/openai")).with_query("api-version", version)
            }
            None => configuration.with_base_path(format!("{endpoint}/openai/v1")),
        })
    }
}

fn variable(name: &str) -> Result<Option<String>, InputError> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(InputError::new(format!("the environment variable {name} is not Unicode text")))
        }
    }
}

fn header_value(what: &str, value: &str) -> Result<HeaderValue, InputError> {
    HeaderValue::from_str(value).map_err(|_| {
        InputError::new(format!("{what} has a character that no header can carry, such as a line break"))
    })
}
