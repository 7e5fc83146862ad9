//! API keys in the keyring of the system.

use std::fmt;

use keyring::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::api_key;
use crate::runtime::InputError;

/// The entry of the system's keyring that holds the API key of a server.
///
/// The keyring is Keychain on macOS, Credential Manager on Windows, and elsewhere the Secret Service, which GNOME
/// Keyring and `KWallet` provide. The entry has the service `openai-uploads` and the host of the server as its account.
/// Each server has its own key, so none is sent to another server.
///
/// The methods block: the system may ask the user to unlock the keyring.
///
/// ```no_run
/// use openai_uploads::KeyringEntry;
/// use openai_uploads::apis::configuration::Configuration;
///
/// let configuration = Configuration::default();
/// let key = KeyringEntry::of_server(&configuration.base_path)?.read()?;
/// let configuration = key.into_iter().fold(configuration, Configuration::with_bearer_access_token);
/// # Ok::<(), openai_uploads::runtime::InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyringEntry {
    account: String,
}

impl KeyringEntry {
    /// The service of all entries.
    pub const SERVICE: &str = "openai-uploads";

    /// Returns the entry of the server with this base URL.
    ///
    /// # Errors
    ///
    /// [`InputError`] when the base URL has no host.
    pub fn of_server(base_url: &str) -> Result<Self, InputError> {
        let url = Url::parse(base_url.trim()).ok();
        let host = url.as_ref().and_then(|url| Some((url.host_str()?, url.port())));
        let account = match host {
            Some((host, None)) => host.to_owned(),
            Some((host, Some(port))) => format!("{host}:{port}"),
            None => {
                return Err(InputError::new("the base URL has no host, so it has no entry in the keyring"));
            }
        };
        Ok(Self { account })
    }

    /// Returns the key; `None` if there is no such entry.
    ///
    /// # Errors
    ///
    /// [`InputError`] when the keyring cannot be read, or the entry does not hold a key.
    pub fn read(&self) -> Result<Option<SecretString>, InputError> {
        let found = self.entry().and_then(|entry| entry.get_password());
        let secret = match found {
            Ok(secret) => SecretString::from(secret),
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(self.failed("read", &error)),
        };
        let key = api_key::trim(secret.expose_secret());
        api_key::check(&self.to_string(), key)?;
        Ok(Some(key.into()))
    }

    /// Stores a key, in place of the one that is there. `text` may be what a key file has.
    ///
    /// # Errors
    ///
    /// [`InputError`] when `text` holds no key, or the keyring cannot be written.
    pub fn store(&self, text: &str) -> Result<(), InputError> {
        let key =
            api_key::find_key(text).map_err(|problem| InputError::new(format!("the input {problem}")))?;
        api_key::check("the input", key)?;
        self.entry().and_then(|entry| entry.set_password(key)).map_err(|error| self.failed("written", &error))
    }

    /// Removes the entry. Returns whether there was one.
    ///
    /// # Errors
    ///
    /// [`InputError`] when the keyring cannot be written.
    pub fn remove(&self) -> Result<bool, InputError> {
        match self.entry().and_then(|entry| entry.delete_credential()) {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(self.failed("written", &error)),
        }
    }

    fn entry(&self) -> Result<Entry, Error> {
        Entry::new(Self::SERVICE, &self.account)
    }

    fn failed(&self, done: &str, error: &Error) -> InputError {
        // The store is opened once, and only that error says why it is not there.
        let cause = match (error, Entry::store_status()) {
            (Error::NoDefaultStore, Err(cause)) => cause,
            _ => error,
        };
        let cause = cause.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        InputError::new(format!("{self} cannot be {done}: {cause}"))
    }
}

/// `the entry openai-uploads, api.openai.com of the keyring`.
impl fmt::Display for KeyringEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the entry {}, {} of the keyring", Self::SERVICE, self.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_server_has_an_entry() {
        for (url, account) in [
            ("https://api.openai.com/v1", "api.openai.com"),
            ("https://API.openai.com:443/v1/", "api.openai.com"),
            ("http://me:hidden@127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ] {
            let entry = KeyringEntry::of_server(url).unwrap();
            assert_eq!(entry.to_string(), format!("the entry openai-uploads, {account} of the keyring"));
        }
        assert!(KeyringEntry::of_server("a").is_err());
    }
}
