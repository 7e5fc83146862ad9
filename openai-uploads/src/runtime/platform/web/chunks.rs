//! Bytes to be sent, in memory: `fetch` takes a body as a whole.

use bytes::Bytes;
use reqwest::Body;

/// Bytes to be sent.
#[derive(Default)]
pub(crate) struct Chunks(Vec<Bytes>);

impl Chunks {
    pub(crate) fn length(&self) -> u64 {
        self.0.iter().map(|bytes| bytes.len() as u64).sum()
    }

    pub(crate) fn push(&mut self, bytes: impl Into<Bytes>) {
        self.0.push(bytes.into());
    }

    pub(crate) fn append(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub(crate) fn into_body(self) -> Body {
        match <[Bytes; 1]>::try_from(self.0) {
            Ok([only]) => only.into(),
            Err(several) => several.concat().into(),
        }
    }
}
