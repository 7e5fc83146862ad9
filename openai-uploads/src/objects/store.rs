//! A store, and the errors of its requests.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use object_store::{Error, ObjectStore};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use super::error::ObjectError;
use super::reason::Reason;

/// How long credentials are looked for. A machine that has none may have to wait for a service that is not there.
const CREDENTIALS_LIMIT: Duration = Duration::from_secs(10);

/// A bucket, a container or a web server.
pub(super) struct Store {
    pub(super) client: Arc<dyn ObjectStore>,
    /// `s3://bucket`, without what may be secret.
    pub(super) name: String,
    /// The query of the URL, which may be a signature.
    pub(super) query: Option<String>,
    /// Whether it is one that objects are written to.
    pub(super) is_writable: bool,
    pub(super) credentials: Option<Credentials>,
    pub(super) is_ready: OnceCell<()>,
}

/// How the credentials of a store are found, and what to set where there are none.
pub(super) struct Credentials {
    pub(super) find: Box<dyn Fn() -> BoxFuture<'static, Result<(), Error>> + Send + Sync>,
    pub(super) help: &'static str,
}

impl Store {
    /// Finds the credentials, once. A request without them would fail much later, and in other words.
    pub(super) async fn ready(&self) -> Result<(), ObjectError> {
        self.is_ready.get_or_try_init(|| self.find_credentials()).await.copied()
    }

    async fn find_credentials(&self) -> Result<(), ObjectError> {
        let Some(credentials) = &self.credentials else { return Ok(()) };
        let message = match timeout(CREDENTIALS_LIMIT, (credentials.find)()).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => {
                let reason = self.reason(&error).message;
                format!("no variable has them, and no service of this machine ({reason})")
            }
            Err(_) => "no variable has them, and no service of this machine answers".to_owned(),
        };
        Err(ObjectError::NoCredentials { store: self.name.clone(), message, help: credentials.help })
    }

    /// What an error says, without what may be secret.
    pub(super) fn reason(&self, error: &Error) -> Reason {
        let mut reason = Reason::of(error);
        if let Some(query) = &self.query {
            reason.message = reason.message.replace(query.as_str(), "…");
        }
        reason
    }

    /// The error of a request about the object at `url`.
    pub(super) fn error(&self, url: &str, error: &Error) -> ObjectError {
        let (url, reason) = (url.to_owned(), self.reason(error));
        let message = reason.message.clone();
        match error {
            _ if reason.is_missing_bucket() => ObjectError::NoBucket { store: self.name.clone() },
            Error::NotFound { .. } => ObjectError::NotFound { url },
            Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
                ObjectError::Denied { url, message }
            }
            Error::Precondition { .. } | Error::AlreadyExists { .. } => ObjectError::Conflict { url },
            Error::NotSupported { .. } => ObjectError::RangeRefused { url, message },
            Error::Generic { .. } if reason.status == Some(416) || message.contains("non-partial") => {
                ObjectError::RangeRefused { url, message }
            }
            Error::InvalidPath { .. }
            | Error::NotImplemented { .. }
            | Error::UnknownConfigurationKey { .. } => ObjectError::Url { url, message },
            _ => ObjectError::Failed { url, message, is_retryable: reason.may_pass() },
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
