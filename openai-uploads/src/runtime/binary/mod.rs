//! Bytes that are streamed: the argument for `format: binary`.

#[cfg(target_arch = "wasm32")]
mod in_memory;
#[cfg(not(target_arch = "wasm32"))]
mod streamed;

use std::fmt;

use bytes::Bytes;

use super::error::InputError;
use super::platform::Chunks;
#[cfg(target_arch = "wasm32")]
use in_memory::Source;
#[cfg(not(target_arch = "wasm32"))]
use streamed::Source;

/// Bytes that are streamed. Their length is known before the first is sent.
///
/// A file is read while it is sent, 256 KiB at a time, so memory does not grow with its length.
pub struct Binary {
    source: Source,
    file_name: Option<String>,
    content_type: Option<String>,
}

impl Binary {
    /// Sends bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::bytes(bytes.into()))
    }

    fn new(source: Source) -> Self {
        Self { source, file_name: None, content_type: None }
    }

    /// Sets the file name in a multipart form (RFC 7578 §4.2).
    ///
    /// The default is the last component of the path, or the name of the field.
    #[must_use]
    pub fn file_name(self, file_name: impl Into<String>) -> Self {
        Self { file_name: Some(file_name.into()), ..self }
    }

    /// Sets the media type of the bytes. The default is `application/octet-stream`.
    #[must_use]
    pub fn content_type(self, content_type: impl Into<String>) -> Self {
        Self { content_type: Some(content_type.into()), ..self }
    }

    /// Sets the media type unless there is one.
    pub(super) fn or_content_type(self, content_type: &str) -> Self {
        Self { content_type: self.content_type.or_else(|| Some(content_type.to_owned())), ..self }
    }

    /// Whether the bytes can be sent again after they were opened.
    pub(super) fn is_repeatable(&self) -> bool {
        self.source.is_repeatable()
    }

    /// Returns the same bytes for another request, if they can be sent again.
    pub(super) fn try_clone(&self) -> Option<Self> {
        let (file_name, content_type) = (self.file_name.clone(), self.content_type.clone());
        Some(Self { source: self.source.try_clone()?, file_name, content_type })
    }

    /// Opens the source, so that a missing file is found before anything is sent.
    pub(super) async fn open(&mut self) -> Result<OpenBinary, InputError> {
        let OpenSource { chunks, name } = self.source.open().await?;
        let file_name = self.file_name.clone().or(name);
        Ok(OpenBinary { chunks, file_name, content_type: self.content_type.clone() })
    }
}

/// A [`Binary`] whose source is open and whose length is known.
pub(super) struct OpenBinary {
    pub(super) chunks: Chunks,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

/// A source that is open.
struct OpenSource {
    chunks: Chunks,
    /// The name of the file that it is.
    name: Option<String>,
}

impl From<Bytes> for Binary {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl From<&'static [u8]> for Binary {
    fn from(bytes: &'static [u8]) -> Self {
        Self::bytes(bytes)
    }
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binary").field("source", &self.source).finish_non_exhaustive()
    }
}
