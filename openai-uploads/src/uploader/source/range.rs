//! A range of a source that can be read any number of times.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;

use super::content::{Content, RangeReader, RangeStream};

/// A range of a source that can be read any number of times. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct SourceRange {
    content: Arc<dyn Content>,
    range: Range<u64>,
}

impl SourceRange {
    /// All of the content.
    pub(crate) fn whole(content: Arc<dyn Content>) -> Self {
        let range = 0..content.length();
        Self { content, range }
    }

    /// Bytes in memory.
    pub(crate) fn memory(bytes: Bytes) -> Self {
        Self::whole(Arc::new(bytes))
    }

    pub(crate) fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// The content that this is a range of.
    pub(crate) fn content(&self) -> &Arc<dyn Content> {
        &self.content
    }

    /// A range of this range. What lies outside is left out.
    pub(crate) fn slice(&self, wanted: Range<u64>) -> Self {
        let end = wanted.end.min(self.len());
        let start = wanted.start.min(end);
        let range = self.range.start + start..self.range.start + end;
        Self { content: self.content.clone(), range }
    }

    /// Reads the range on the current thread.
    pub(crate) fn reader(self) -> Box<dyn RangeReader> {
        self.content.reader(self.range)
    }

    /// Reads the range as a stream that never blocks.
    pub(crate) fn stream(self) -> RangeStream {
        self.content.stream(self.range)
    }
}
