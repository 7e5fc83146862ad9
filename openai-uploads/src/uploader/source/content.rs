//! What every content that can be read more than once has in common.

use std::fmt;
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::future::{self, BoxFuture, FutureExt};

use super::identity::FileIdentity;
#[cfg(feature = "object-store")]
use crate::objects::Location;

/// Content that can be read at any offset, any number of times.
pub(crate) trait Content: fmt::Debug + Send + Sync {
    fn length(&self) -> u64;

    /// Reads a range on the current thread, which may block.
    fn reader(self: Arc<Self>, range: Range<u64>) -> Box<dyn RangeReader>;

    /// Reads a range as a stream, which never blocks.
    fn stream(self: Arc<Self>, range: Range<u64>) -> RangeStream;

    /// What the content is recognised by when its upload is resumed; `None` if it cannot be resumed.
    fn identity(&self) -> Option<&FileIdentity> {
        None
    }

    /// The absolute path without symbolic links, if the content is in a file.
    fn path(&self) -> Option<&Path> {
        None
    }

    /// The object that has the content, if one has.
    #[cfg(feature = "object-store")]
    fn location(&self) -> Option<&Location> {
        None
    }

    /// What has changed since the content was opened, if a read would not fail for it.
    fn change(self: Arc<Self>) -> BoxFuture<'static, io::Result<Option<String>>> {
        future::ready(Ok(None)).boxed()
    }

    /// Whether a second read costs much less than the upload.
    fn is_cheap_to_read_again(&self) -> bool {
        true
    }
}

/// Reads a range in chunks of at most a few hundred KiB.
pub(crate) trait RangeReader: Read + Send {
    /// Reads the next chunk; an empty one at the end.
    fn chunk(&mut self) -> io::Result<Bytes>;
}

/// A range as a stream that never blocks.
pub(crate) type RangeStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;
