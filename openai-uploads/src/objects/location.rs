//! Where an object is, or will be.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion,
    WriteMultipart,
};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::error::ObjectError;
use super::store::Store;

/// The bytes of each part of a file that is written, and how many of them are sent at a time.
const WRITE_PART: usize = 8 * 1024 * 1024;
const WRITES_IN_FLIGHT: usize = 4;

/// Where an object is, or will be. A location may also be the prefix of objects.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct Location {
    store: Arc<Store>,
    path: Path,
}

/// The content of an object that was read as a whole.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stored {
    /// The content.
    pub bytes: Bytes,
    /// Which version of the object has it.
    pub version: Version,
}

/// A version of an object, to write it only if nobody else has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(UpdateVersion);

/// What has to be so for an object to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// There is no object.
    Absent,
    /// The object has not been written since this version.
    Unchanged(Version),
    /// Nothing: an object that is there is replaced.
    Always,
}

impl Location {
    pub(super) fn new(store: Arc<Store>, path: Path) -> Self {
        Self { store, path }
    }

    /// A location in a store of your own. `name` stands for it in messages and states, such as `s3://bucket`: it must
    /// be the same in each run, and hold no secret.
    pub fn in_store(client: Arc<dyn ObjectStore>, name: impl Into<String>, path: Path) -> Self {
        let name: String = name.into();
        let name = name.trim_end_matches('/').to_owned();
        let (query, credentials, is_ready) = (None, None, OnceCell::default());
        Self::new(Arc::new(Store { client, name, query, is_writable: true, credentials, is_ready }), path)
    }

    /// The URL without its query.
    pub fn url(&self) -> String {
        format!("{}/{}", self.store.name, self.path)
    }

    /// The last component of the key.
    pub fn file_name(&self) -> String {
        self.path.filename().unwrap_or_default().to_owned()
    }

    /// The key in the store.
    pub fn key(&self) -> &str {
        self.path.as_ref()
    }

    /// Whether objects can be written beside this one. Web servers only send them.
    pub fn is_writable(&self) -> bool {
        self.store.is_writable
    }

    /// The prefix that this object is in.
    #[must_use]
    pub fn parent(&self) -> Self {
        let prefix = self.path.as_ref().rsplit_once('/').map_or("", |(prefix, _)| prefix);
        Self { store: self.store.clone(), path: Path::from(prefix) }
    }

    /// The location of another object with the same prefix, in place of the last component of the key.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Url`] if it cannot be the name of an object.
    pub fn with_file_name(&self, file_name: &str) -> Result<Self, ObjectError> {
        let prefix = self.path.as_ref().rsplit_once('/').map_or("", |(prefix, _)| prefix);
        let path = Path::parse(format!("{prefix}/{file_name}"));
        let path = path.map_err(|error| ObjectError::Url { url: self.url(), message: error.to_string() })?;
        Ok(Self { store: self.store.clone(), path })
    }

    /// Reads the whole object. Returns `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn read(&self) -> Result<Option<Stored>, ObjectError> {
        self.store.ready().await?;
        let found = match self.store.client.get_opts(&self.path, GetOptions::default()).await {
            Ok(found) => found,
            Err(error @ Error::NotFound { .. }) => match self.error(&error) {
                ObjectError::NotFound { .. } => return Ok(None),
                error => return Err(error),
            },
            Err(error) => return Err(self.error(&error)),
        };
        let ObjectMeta { e_tag, version, .. } = found.meta.clone();
        let bytes = found.bytes().await.map_err(|error| self.error(&error))?;
        Ok(Some(Stored { bytes, version: Version(UpdateVersion { e_tag, version }) }))
    }

    /// Writes the whole object, at once or not at all.
    ///
    /// # Errors
    ///
    /// [`ObjectError::Conflict`] if the condition does not hold; [`ObjectError`] lists the others.
    pub async fn write(&self, bytes: Bytes, condition: Condition) -> Result<Version, ObjectError> {
        self.store.ready().await?;
        let mode = match condition {
            Condition::Absent => PutMode::Create,
            Condition::Unchanged(Version(version)) => PutMode::Update(version),
            Condition::Always => PutMode::Overwrite,
        };
        let written =
            self.store.client.put_opts(&self.path, PutPayload::from_bytes(bytes), mode.into()).await;
        Ok(Version(written.map_err(|error| self.error(&error))?.into()))
    }

    /// Writes the content of a file or another reader, of any length. The object appears when all of it is written.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them; [`ObjectError::Failed`] if the reader fails.
    pub async fn write_all(&self, reader: impl Read + Send + 'static) -> Result<(), ObjectError> {
        let (first, mut reader) = self.next_part(reader).await?;
        if first.len() < WRITE_PART {
            // One request, in place of the three of an upload in parts.
            return self.write(first.into(), Condition::Always).await.map(drop);
        }
        self.store.ready().await?;
        let upload = self.store.client.put_multipart(&self.path).await;
        let mut upload =
            WriteMultipart::new_with_chunk_size(upload.map_err(|error| self.error(&error))?, WRITE_PART);
        let mut part = first;
        while !part.is_empty() {
            upload.wait_for_capacity(WRITES_IN_FLIGHT).await.map_err(|error| self.error(&error))?;
            upload.put(part.into());
            match self.next_part(reader).await {
                Ok(next) => (part, reader) = next,
                Err(error) => {
                    let _ = upload.abort().await;
                    return Err(error);
                }
            }
        }
        // After an error it is aborted.
        upload.finish().await.map(drop).map_err(|error| self.error(&error))
    }

    /// Reads up to [`WRITE_PART`] bytes; fewer only at the end.
    async fn next_part<R: Read + Send + 'static>(&self, mut reader: R) -> Result<(Vec<u8>, R), ObjectError> {
        let part = spawn_blocking(move || {
            let mut part = Vec::new();
            let read = (&mut reader).take(WRITE_PART as u64).read_to_end(&mut part);
            read.map(|_| (part, reader))
        });
        part.await.map_err(std::io::Error::from).flatten().map_err(|error| {
            let (url, message) = (self.url(), error.to_string());
            ObjectError::Failed { url, message, is_retryable: false }
        })
    }

    /// Removes the object. A missing object is not an error.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn remove(&self) -> Result<(), ObjectError> {
        self.store.ready().await?;
        match self.store.client.delete(&self.path).await {
            Err(error) if !matches!(error, Error::NotFound { .. }) => Err(self.error(&error)),
            _ => Ok(()),
        }
    }

    /// Another object of the same store.
    pub(super) fn at(&self, path: Path) -> Self {
        Self { store: self.store.clone(), path }
    }

    pub(super) async fn ready(&self) -> Result<(), ObjectError> {
        self.store.ready().await
    }

    pub(super) fn client(&self) -> &Arc<dyn ObjectStore> {
        &self.store.client
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn error(&self, error: &Error) -> ObjectError {
        self.store.error(&self.url(), error)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url())
    }
}
