//! From a URL to a store, with the credentials of the environment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::http::HttpBuilder;
use object_store::path::Path;
use object_store::{ClientConfigKey, ClientOptions, Error, ObjectStore, RetryConfig};
use tokio::sync::OnceCell;
use url::Url;

use super::error::ObjectError;
use super::location::Location;
use super::store::{Credentials, Store};

/// A read that gets no byte for this long has failed. It is longer than a part may stand still.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a request is sent again by the store's own client. A part that fails is sent again as a whole, for as long
/// as the uploader's retry policy says.
const MAX_RETRIES: usize = 5;

/// Stores with the credentials of the environment, each with one client.
///
/// Cheap to clone; clones share the clients. Use it within one Tokio runtime.
#[derive(Clone, Debug, Default)]
pub struct Stores(Arc<Mutex<HashMap<String, Arc<Store>>>>);

/// A URL in its parts.
struct Parsed<'a> {
    scheme: &'a str,
    /// The bucket, the container or the host, with what stands before an `@`.
    authority: &'a str,
    key: &'a str,
}

impl Stores {
    /// The schemes of URLs of objects.
    pub const SCHEMES: &'static [&'static str] =
        &["s3", "s3a", "gs", "az", "azure", "adl", "abfs", "abfss", "http", "https"];

    /// Creates a collection without any store. The environment is read when a store is first used.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a text has the scheme of the URL of an object. Paths of files have none.
    pub fn is_url(text: &str) -> bool {
        text.split_once("://").is_some_and(|(scheme, _)| Self::SCHEMES.contains(&scheme))
    }

    /// The location at `url`: of an object that exists, of a new one, or of a prefix. Sends nothing.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Url`] if it is not such a URL, or a variable of its store has a value that cannot be used.
    pub fn location(&self, url: &str) -> Result<Location, ObjectError> {
        if url.starts_with("http://") || url.starts_with("https://") {
            return self.web_location(url);
        }
        let parsed = Parsed::of(url)?;
        let name = format!("{}://{}", parsed.scheme, parsed.authority);
        let bad = |message: String| ObjectError::Url { url: url.to_owned(), message };
        let path = Path::parse(parsed.key).map_err(|error| bad(error.to_string()))?;
        let store = self.store(&name, || parsed.store(&name).map_err(|error| bad(error.to_string())))?;
        Ok(Location::new(store, path))
    }

    fn web_location(&self, text: &str) -> Result<Location, ObjectError> {
        let shown = text.split(['?', '#']).next().unwrap_or_default().to_owned();
        let bad = |message: String| ObjectError::Url { url: shown.clone(), message };
        let url = Url::parse(text).map_err(|error| bad(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            let host = url.host_str().unwrap_or_default().to_owned();
            let message = "it has a user name or a password, which others can see".to_owned();
            return Err(ObjectError::Url { url: host, message });
        }
        let path = Path::from_url_path(url.path()).map_err(|error| bad(error.to_string()))?;
        let mut root = url.clone();
        root.set_path("");
        root.set_fragment(None);
        let key = root.to_string();
        let query = url.query().map(str::to_owned);
        let name =
            format!("{}://{}", url.scheme(), &url[url::Position::BeforeHost..url::Position::AfterPort]);
        let store = self.store(&key, || {
            let options = client_options().with_allow_http(true);
            let builder = HttpBuilder::new().with_url(key.as_str()).with_client_options(options);
            let client = builder.with_retry(retry_config()).build();
            let client = client.map_err(|error| bad(error.to_string()))?;
            let (client, is_writable) = (Arc::new(client), false);
            Ok(Store { client, name, query, is_writable, credentials: None, is_ready: OnceCell::default() })
        })?;
        Ok(Location::new(store, path))
    }

    fn store(
        &self,
        key: &str,
        build: impl FnOnce() -> Result<Store, ObjectError>,
    ) -> Result<Arc<Store>, ObjectError> {
        let mut stores = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = stores.get(key) {
            return Ok(store.clone());
        }
        let store = Arc::new(build()?);
        stores.insert(key.to_owned(), store.clone());
        Ok(store)
    }
}

impl<'a> Parsed<'a> {
    fn of(url: &'a str) -> Result<Self, ObjectError> {
        let bad = |message: &str| ObjectError::Url { url: url.to_owned(), message: message.to_owned() };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        if !Stores::SCHEMES.contains(&scheme) {
            return Err(bad("its scheme is not known"));
        }
        let (authority, key) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.is_empty() {
            return Err(bad("it names no bucket"));
        }
        Ok(Self { scheme, authority, key })
    }

    fn store(&self, name: &str) -> Result<Store, Error> {
        let (client, credentials): (Arc<dyn ObjectStore>, _) = match self.scheme {
            "s3" | "s3a" => {
                let mut builder = AmazonS3Builder::from_env().with_bucket_name(self.authority);
                for (key, value) in client_defaults() {
                    let key = AmazonS3ConfigKey::Client(key);
                    if builder.get_config_value(&key).is_none() {
                        builder = builder.with_config(key, value);
                    }
                }
                let is_signed = !is_true(builder.get_config_value(&AmazonS3ConfigKey::SkipSignature));
                let client = builder.with_retry(retry_config()).build()?;
                let provider = client.credentials().clone();
                let help = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; for a public bucket set \
                            AWS_SKIP_SIGNATURE=true";
                (Arc::new(client), is_signed.then(|| credentials(help, move || provider.clone())))
            }
            "gs" => {
                let mut builder = GoogleCloudStorageBuilder::from_env().with_bucket_name(self.authority);
                for (key, value) in client_defaults() {
                    let key = GoogleConfigKey::Client(key);
                    if builder.get_config_value(&key).is_none() {
                        builder = builder.with_config(key, value);
                    }
                }
                let is_signed = !is_true(builder.get_config_value(&GoogleConfigKey::SkipSignature));
                let client = builder.with_retry(retry_config()).build()?;
                let provider = client.credentials().clone();
                let help = "set GOOGLE_SERVICE_ACCOUNT to the file of a service account; for a public bucket set \
                            GOOGLE_SKIP_SIGNATURE=true";
                (Arc::new(client), is_signed.then(|| credentials(help, move || provider.clone())))
            }
            _ => {
                let mut builder = MicrosoftAzureBuilder::from_env().with_url(format!("{name}/"));
                for (key, value) in client_defaults() {
                    let key = AzureConfigKey::Client(key);
                    if builder.get_config_value(&key).is_none() {
                        builder = builder.with_config(key, value);
                    }
                }
                let is_signed = !is_true(builder.get_config_value(&AzureConfigKey::SkipSignature));
                let client = builder.with_retry(retry_config()).build()?;
                let provider = client.credentials().clone();
                let help = "set AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY; for a public container set \
                            AZURE_SKIP_SIGNATURE=true";
                (Arc::new(client), is_signed.then(|| credentials(help, move || provider.clone())))
            }
        };
        let (name, is_ready) = (name.to_owned(), OnceCell::default());
        Ok(Store { client, name, query: None, is_writable: true, credentials, is_ready })
    }
}

fn credentials<P, C>(help: &'static str, provider: impl Fn() -> Arc<P> + Send + Sync + 'static) -> Credentials
where
    P: object_store::CredentialProvider<Credential = C> + ?Sized + 'static,
    C: Send + Sync + 'static,
{
    let find = move || {
        let provider = provider();
        Box::pin(async move { provider.get_credential().await.map(drop) }) as _
    };
    Credentials { find: Box::new(find), help }
}

fn is_true(value: Option<String>) -> bool {
    value.is_some_and(|value| ["1", "true", "on", "yes", "y"].contains(&value.to_ascii_lowercase().as_str()))
}

/// A range may take as long as the part that it is sent in, so the whole request has no time limit.
fn client_options() -> ClientOptions {
    ClientOptions::new().with_timeout_disabled().with_read_timeout(READ_TIMEOUT)
}

/// The same for the builders that read the environment, whose settings come first.
fn client_defaults() -> [(ClientConfigKey, String); 2] {
    let timeout = |limit: Duration| format!("{} seconds", limit.as_secs());
    [
        (ClientConfigKey::Timeout, timeout(Duration::from_secs(86_400))),
        (ClientConfigKey::ReadTimeout, timeout(READ_TIMEOUT)),
    ]
}

fn retry_config() -> RetryConfig {
    RetryConfig { max_retries: MAX_RETRIES, retry_timeout: Duration::from_secs(60), ..RetryConfig::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_objects_are_distinguished_from_paths() {
        for url in ["s3://b/k", "gs://b/k", "az://c/k", "abfss://c@a.dfs.core.windows.net/k", "https://h/p"] {
            assert!(Stores::is_url(url), "{url}");
        }
        for path in ["a", "/a", "./s3://b/k", "C://a", "s3:/b", "ftp://h/p", "://"] {
            assert!(!Stores::is_url(path), "{path}");
        }
    }

    #[test]
    fn a_url_that_names_no_object_is_an_error_that_says_why() {
        for (url, words) in [
            ("s3:///k", "it names no bucket"),
            ("ftp://h/p", "its scheme is not known"),
            ("s3://b/a//b", "empty path segment"),
            ("https://", "empty host"),
        ] {
            let error = Stores::new().location(url).unwrap_err().to_string();
            assert!(error.contains(words), "{url}: {error}");
        }
    }

    #[test]
    fn no_secret_of_a_web_url_is_shown() {
        let stores = Stores::new();
        let location = stores.location("https://h.example/a%20b.jsonl?X-Signature=secret#part").unwrap();
        assert_eq!(location.url(), "https://h.example/a b.jsonl");
        assert_eq!(location.file_name(), "a b.jsonl");
        assert!(!format!("{location:?}").contains("secret"));
        let error = stores.location("https://me:secret@h.example/a").unwrap_err();
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}
