//! The content of an open source, given out part by part, and to the digest alongside.

use std::io;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;

use super::body::{Buffers, PartBytes};
use super::digest::{Digest, Feed, Stretch};
use super::file::SourceFile;
use super::source::{OpenContent, Opened, Reader, read_part};
use super::{Part, Plan};

/// The content of a source that is being sent.
///
/// Parts are asked for in order. The digest gets each stretch when the part that ends it begins to be sent, so
/// that it does not run ahead through a file that the connections then have to read from the disk again.
pub(super) struct Content {
    source: Remaining,
    buffers: Buffers,
    length: u64,
    /// Where the next byte of a reader is, and of the digest.
    at: u64,
    feed: Option<Feed>,
}

enum Remaining {
    File(Arc<SourceFile>),
    Bytes(Bytes),
    /// `None` while a part is being read, and after a read that failed.
    Reader(Option<Reader>),
}

impl Content {
    /// The content of `source`, and its digest where one is wanted. A reader can be taken once.
    pub(super) fn of(source: &mut Opened, buffers: Buffers, with_digest: bool) -> (Self, Option<Digest>) {
        let length = source.length;
        let (source, waiting) = match &mut source.content {
            OpenContent::File(file) => (Remaining::File(file.clone()), Plan::PARTS_MAXIMUM),
            OpenContent::Bytes(bytes) => (Remaining::Bytes(bytes.clone()), Plan::PARTS_MAXIMUM),
            // A part that waits for the digest is a part in memory.
            OpenContent::Reader(reader) => {
                let reader = reader.get_mut().unwrap_or_else(PoisonError::into_inner).take();
                (Remaining::Reader(reader), 1)
            }
        };
        let (feed, digest) = with_digest.then(|| Digest::new(waiting)).unzip();
        (Self { source, buffers, length, at: 0, feed }, digest)
    }

    /// The bytes of `part`.
    pub(super) async fn part(&mut self, part: &Part) -> io::Result<PartBytes> {
        let range = part.range.clone();
        let bytes = match &mut self.source {
            Remaining::File(file) => {
                PartBytes::File { file: file.clone(), range, buffers: self.buffers.clone() }
            }
            Remaining::Bytes(bytes) => PartBytes::Memory(bytes.slice(in_memory(&range))),
            Remaining::Reader(reader) => {
                let taken = reader.take().ok_or_else(|| io::Error::other("it cannot be read twice"))?;
                let (bytes, rest): (_, Reader) = read_part(taken, part.len()).await?;
                *reader = Some(rest);
                if let Some(feed) = &self.feed {
                    feed.give(Stretch::Bytes(bytes.clone())).await;
                }
                self.at = range.end;
                PartBytes::Memory(bytes)
            }
        };
        self.feed_up_to(part.range.end).await;
        Ok(bytes)
    }

    /// No more parts are asked for.
    pub(super) async fn end(mut self) {
        self.feed_up_to(self.length).await;
    }

    /// Gives the digest what it has not had before `end`; of an upload that was resumed, parts that arrived
    /// earlier too.
    async fn feed_up_to(&mut self, end: u64) {
        let range = self.at..end;
        let Some(feed) = self.feed.as_ref().filter(|_| !range.is_empty()) else { return };
        let stretch = match &self.source {
            Remaining::File(file) => Stretch::Of(file.clone(), range),
            Remaining::Bytes(bytes) => Stretch::Bytes(bytes.slice(in_memory(&range))),
            Remaining::Reader(_) => return,
        };
        feed.give(stretch).await;
        self.at = end;
    }
}

/// The range as one of bytes that are in memory.
fn in_memory(range: &Range<u64>) -> Range<usize> {
    let place = |at| usize::try_from(at).expect("what is in memory is counted by a usize");
    place(range.start)..place(range.end)
}
