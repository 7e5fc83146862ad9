//! One version of an object.

use std::io;
use std::ops::Range;

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use object_store::{Error, GetOptions, GetRange, ObjectMeta};

use super::{Location, ObjectError, ObjectReader};

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
