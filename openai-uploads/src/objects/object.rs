//! One version of an object.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::{Error, GetOptions, GetRange, ObjectMeta, ObjectStore};

use super::error::ObjectError;
use super::location::Location;
use super::reader::ObjectReader;

/// One version of an object, as it was when it was looked up or listed.
///
/// Every read asks the store for this version, by its `ETag`, and fails with [`ObjectError::Changed`] if the object is
/// another one by now. Where the server gives no `ETag`, length and time of the last modification are compared.
#[derive(Clone, Debug)]
pub struct Object {
    location: Location,
    meta: ObjectMeta,
}

impl Object {
    pub(super) fn new(location: Location, meta: ObjectMeta) -> Self {
        Self { location, meta }
    }

    /// Where it is.
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// The URL without its query.
    pub fn url(&self) -> String {
        self.location.url()
    }

    /// The length in bytes.
    pub fn length(&self) -> u64 {
        self.meta.size
    }

    /// The `ETag`, which identifies this version.
    pub fn e_tag(&self) -> Option<&str> {
        self.meta.e_tag.as_deref()
    }

    /// The time of the last modification, in nanoseconds since 1970; 0 where the server does not say it.
    pub fn modified_ns(&self) -> i64 {
        self.meta.last_modified.timestamp_nanos_opt().unwrap_or_default()
    }

    /// Streams a range of its bytes. A connection that breaks is made again where it broke.
    ///
    /// # Errors
    ///
    /// The stream ends with an I/O error that wraps an [`ObjectError`].
    pub fn stream(&self, range: Range<u64>) -> BoxStream<'static, io::Result<Bytes>> {
        if range.is_empty() {
            return stream::empty().boxed();
        }
        let object = self.clone();
        let bytes = stream::once(async move { object.open(range).await.map_err(io::Error::from) });
        bytes.try_flatten().boxed()
    }

    /// Reads a range of its bytes on a thread that may block.
    ///
    /// # Panics
    ///
    /// Outside of a Tokio runtime.
    pub fn reader(&self, range: Range<u64>) -> ObjectReader {
        ObjectReader::new(self.stream(range))
    }

    /// Reads all of it into memory.
    ///
    /// # Errors
    ///
    /// As those of [`stream`](Self::stream).
    pub async fn bytes(&self) -> io::Result<Bytes> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.length()).map_err(io::Error::other)?);
        let mut stream = self.stream(0..self.length());
        while let Some(chunk) = stream.try_next().await? {
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes.into())
    }

    async fn open(self, range: Range<u64>) -> Result<BoxStream<'static, io::Result<Bytes>>, ObjectError> {
        let is_whole = range == (0..self.length());
        let options = GetOptions {
            // A weak one never matches.
            if_match: self.meta.e_tag.clone().filter(|e_tag| !e_tag.starts_with("W/")),
            // The whole of an object is had from servers without ranges too.
            range: (!is_whole).then_some(GetRange::Bounded(range)),
            ..GetOptions::default()
        };
        let found = self.location.client().get_opts(self.location.path(), options).await;
        let found = found.map_err(|error| self.read_error(&error))?;
        if let Some(what) = self.difference(&found.meta) {
            return Err(ObjectError::Changed { url: self.url(), what });
        }
        let stream = found.into_stream();
        Ok(stream.map_err(move |error| io::Error::from(self.read_error(&error))).boxed())
    }

    fn read_error(&self, error: &Error) -> ObjectError {
        match self.location.error(error) {
            ObjectError::Conflict { url } => {
                ObjectError::Changed { url, what: "it was written to".to_owned() }
            }
            ObjectError::NotFound { url } => ObjectError::Changed { url, what: "it was removed".to_owned() },
            other => other,
        }
    }

    fn difference(&self, found: &ObjectMeta) -> Option<String> {
        if found.size != self.meta.size {
            return Some(format!("from {} bytes to {}", self.meta.size, found.size));
        }
        let is_same = match (&self.meta.e_tag, &found.e_tag) {
            (Some(one), Some(other)) => one == other,
            _ => self.meta.last_modified == found.last_modified,
        };
        (!is_same).then(|| "it was written to".to_owned())
    }
}

impl Location {
    /// Looks the object up: its length, and what identifies this version of it.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn look_up(&self) -> Result<Object, ObjectError> {
        self.ready().await?;
        let head = GetOptions { head: true, ..GetOptions::default() };
        let meta = match self.client().get_opts(self.path(), head).await {
            Ok(found) => found.meta,
            // An answer to HEAD does not say why, and a presigned URL may be one for GET alone.
            Err(_) => {
                let first = GetOptions { range: Some(GetRange::Bounded(0..1)), ..GetOptions::default() };
                let found = self.client().get_opts(self.path(), first).await;
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
        self.ready().await?;
        let prefix = (!self.path().as_ref().is_empty()).then_some(self.path());
        let listed = if recursive {
            self.client().list(prefix).try_collect::<Vec<_>>().await
        } else {
            self.client().list_with_delimiter(prefix).await.map(|found| found.objects)
        };
        let mut listed = listed.map_err(|error| self.error(&error))?;
        listed.sort_by(|one, other| one.location.cmp(&other.location));
        let objects = without_folders(listed).into_iter();
        Ok(objects.map(|meta| Object::new(self.at(meta.location.clone()), meta)).collect())
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
