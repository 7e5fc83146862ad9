//! Where an object is, or will be.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{
    Error, GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion,
    WriteMultipart,
};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use super::store::Store;
use super::{Object, ObjectError};

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

    /// Looks the object up: its length, and what identifies this version of it.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn look_up(&self) -> Result<Object, ObjectError> {
        self.store.ready().await?;
        let head = GetOptions { head: true, ..GetOptions::default() };
        let meta = match self.store.client.get_opts(&self.path, head).await {
            Ok(found) => found.meta,
            // An answer to HEAD does not say why, and a presigned URL may be one for GET alone.
            Err(_) => {
                let first = GetOptions { range: Some(GetRange::Bounded(0..1)), ..GetOptions::default() };
                let found = self.store.client.get_opts(&self.path, first).await;
                found.map_err(|error| self.error(&error))?.meta
            }
        };
        Ok(Object::new(self.clone(), meta))
    }

    /// Lists the objects with this prefix, as if it were a folder, in the order of their keys. With `recursive`, those of
    /// the folders in it too.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn list(&self, recursive: bool) -> Result<Vec<Object>, ObjectError> {
        self.store.ready().await?;
        let prefix = (!self.path.as_ref().is_empty()).then_some(&self.path);
        let listed = if recursive {
            self.store.client.list(prefix).try_collect::<Vec<_>>().await
        } else {
            self.store.client.list_with_delimiter(prefix).await.map(|found| found.objects)
        };
        let mut listed = listed.map_err(|error| self.error(&error))?;
        listed.sort_by(|one, other| one.location.cmp(&other.location));
        let objects = without_folders(listed).into_iter();
        Ok(objects
            .map(|meta| Object::new(Self { store: self.store.clone(), path: meta.location.clone() }, meta))
            .collect())
    }

    /// Reads the whole object; `None` if there is none.
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
        self.store.ready().await?;
        let upload = self.store.client.put_multipart(&self.path).await;
        let mut upload =
            WriteMultipart::new_with_chunk_size(upload.map_err(|error| self.error(&error))?, WRITE_PART);
        let mut reader = reader;
        loop {
            let part = spawn_blocking(move || {
                let mut part = Vec::new();
                let read = (&mut reader).take(WRITE_PART as u64).read_to_end(&mut part);
                read.map(|_| (part, reader))
            });
            let (part, rest) = match part.await.map_err(std::io::Error::from).flatten() {
                Ok(read) => read,
                Err(error) => {
                    let _ = upload.abort().await;
                    let (url, message) = (self.url(), error.to_string());
                    return Err(ObjectError::Failed { url, message, is_retryable: false });
                }
            };
            if part.is_empty() {
                break;
            }
            reader = rest;
            upload.wait_for_capacity(WRITES_IN_FLIGHT).await.map_err(|error| self.error(&error))?;
            upload.put(part.into());
        }
        // After an error it is aborted.
        upload.finish().await.map(drop).map_err(|error| self.error(&error))
    }

    /// Removes the object. That there is none is not an error.
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

/// Without the empty objects that some tools make for folders. `listed` is sorted by key.
fn without_folders(listed: Vec<ObjectMeta>) -> Vec<ObjectMeta> {
    let is_folder = |meta: &ObjectMeta| {
        let below = format!("{}/", meta.location);
        let next = listed.partition_point(|other| other.location.as_ref() < below.as_str());
        meta.size == 0 && listed.get(next).is_some_and(|other| other.location.as_ref().starts_with(&below))
    };
    let folders: Vec<bool> = listed.iter().map(is_folder).collect();
    listed.into_iter().zip(folders).filter(|(_, is_folder)| !is_folder).map(|(meta, _)| meta).collect()
}
