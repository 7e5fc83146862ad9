//! Why an object cannot be read or written.

use std::io;

/// Why an object cannot be read or written.
///
/// No message shows a credential or the query of a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The URL does not name an object, or the settings of its store are wrong.
    #[error("{url} cannot be used: {message}")]
    Url {
        /// The URL.
        url: String,
        /// What is wrong with it.
        message: String,
    },
    /// The environment has no credentials for the store.
    #[error("no credentials for {store}: {message}")]
    NoCredentials {
        /// The store, as `s3://bucket`.
        store: String,
        /// Where they were looked for.
        message: String,
        /// Which variables to set.
        help: &'static str,
    },
    /// There is no such bucket or container.
    #[error("there is no bucket {store}")]
    NoBucket {
        /// The store, as `s3://bucket`.
        store: String,
    },
    /// There is no such object.
    #[error("{url} does not exist")]
    NotFound {
        /// The URL of the object.
        url: String,
    },
    /// The credentials do not allow it.
    #[error("no permission for {url}: {message}")]
    Denied {
        /// The URL of the object.
        url: String,
        /// The answer of the store.
        message: String,
    },
    /// The object is not the one that was looked up any more.
    #[error("{url} changed: {what}")]
    Changed {
        /// The URL of the object.
        url: String,
        /// What changed.
        what: String,
    },
    /// The server does not send ranges of the object.
    #[error("{url} cannot be read in ranges: {message}")]
    RangeRefused {
        /// The URL of the object.
        url: String,
        /// The answer of the server.
        message: String,
    },
    /// Someone else wrote the object since it was read. It was not written.
    #[error("{url} was written by someone else meanwhile")]
    Conflict {
        /// The URL of the object.
        url: String,
    },
    /// The request failed.
    #[error("the request for {url} failed: {message}")]
    Failed {
        /// The URL of the object.
        url: String,
        /// Why.
        message: String,
        /// Whether another attempt may succeed.
        is_retryable: bool,
    },
}

impl ObjectError {
    /// Whether another attempt may succeed.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Failed { is_retryable: true, .. })
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Url { .. } => {
                "write it as s3://BUCKET/KEY, gs://BUCKET/KEY, az://CONTAINER/KEY or https://HOST/PATH"
            }
            Self::NoCredentials { help, .. } => help,
            Self::NoBucket { .. } => "check the name of the bucket, its region and the endpoint",
            Self::NotFound { .. } => "check the key; the objects of a prefix are taken with --recursive",
            Self::Denied { .. } => "check the credentials, and what they allow on this bucket",
            Self::Changed { .. } => "upload it again when nothing writes to it",
            Self::RangeRefused { .. } => "download it, and upload the file",
            Self::Conflict { .. } => "wait for the other run, or stop it",
            Self::Failed { .. } => "check the endpoint, the region and the network",
        }
    }

    /// The error of an object behind an I/O error, if that is one.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<ObjectError> for io::Error {
    fn from(error: ObjectError) -> Self {
        let kind = match error {
            ObjectError::NotFound { .. } | ObjectError::NoBucket { .. } => io::ErrorKind::NotFound,
            ObjectError::Denied { .. } | ObjectError::NoCredentials { .. } => io::ErrorKind::PermissionDenied,
            ObjectError::Conflict { .. } => io::ErrorKind::ResourceBusy,
            ObjectError::Url { .. } => io::ErrorKind::InvalidInput,
            _ => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}
