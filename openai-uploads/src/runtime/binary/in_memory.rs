//! Bytes in memory. In WebAssembly there are no files, and `fetch` takes a body as a whole.

use std::fmt;

use bytes::Bytes;

use super::super::error::InputError;
use super::super::platform::Chunks;
use super::OpenSource;

/// Where the bytes come from.
pub(super) struct Source(Bytes);

impl Source {
    pub(super) fn bytes(bytes: Bytes) -> Self {
        Self(bytes)
    }

    pub(super) fn is_repeatable(&self) -> bool {
        true
    }

    pub(super) fn try_clone(&self) -> Option<Self> {
        Some(Self(self.0.clone()))
    }

    pub(super) async fn open(&mut self) -> Result<OpenSource, InputError> {
        let mut chunks = Chunks::default();
        chunks.push(self.0.clone());
        Ok(OpenSource { chunks, name: None })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.len().fmt(f)
    }
}
