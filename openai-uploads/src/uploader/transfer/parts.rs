//! Hands out the bytes of the parts as connections become free, and to the digest alongside.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::Stream;
use futures_util::stream;

use super::super::plan::{Cutter, MAX_PARTS, Part};
use super::digest::{Digest, DigestInput};
use super::limit::{Limit, Slot};
use crate::uploader::source::{OpenSource, SourceBytes, SourceRange};

/// A part that may be sent now.
pub(crate) struct ReadyPart {
    pub(crate) part: Part,
    pub(crate) bytes: io::Result<SourceRange>,
    pub(crate) slot: Slot,
}

/// The content of a source that is being sent.
///
/// The digest gets each range when the part that ends it starts. It therefore does not run ahead through a file
/// that the connections then have to read from the disk again.
pub(crate) struct Content {
    bytes: SourceBytes,
    whole: Option<SourceRange>,
    length: u64,
    digest: Option<DigestInput>,
    /// How far the digest has been given the content.
    digested: u64,
}

impl Content {
    /// The content of `source`, and its digest if one is wanted. A reader can be taken once.
    pub(crate) fn of(source: &mut OpenSource, with_digest: bool) -> (Self, Option<Digest>) {
        let bytes = source.bytes();
        let with_digest =
            with_digest && source.content().is_none_or(|content| content.is_cheap_to_read_again());
        // A part of a reader that waits for the digest is a part in memory.
        let waiting = if bytes.is_reader() { 1 } else { MAX_PARTS };
        let (input, digest) = with_digest.then(|| Digest::start(waiting)).unzip();
        let content =
            Self { bytes, whole: source.range(), length: source.length, digest: input, digested: 0 };
        (content, digest)
    }

    /// The bytes of a part, out of order. An error for a reader.
    pub(crate) fn peek(&self, part: &Part) -> io::Result<SourceRange> {
        let whole =
            self.whole.as_ref().ok_or_else(|| io::Error::other("a reader has no order but its own"))?;
        Ok(whole.slice(part.range.clone()))
    }

    async fn part(&mut self, part: &Part) -> io::Result<SourceRange> {
        let bytes = self.bytes.take(part.range.start, part.range.end).await?;
        if self.whole.is_none() {
            self.digest_range(part.range.end, bytes.clone()).await;
        }
        self.digest_up_to(part.range.end).await;
        Ok(bytes)
    }

    /// Passes the digest the bytes before `end` that it has not seen, including parts of an earlier run.
    async fn digest_up_to(&mut self, end: u64) {
        if let Some(whole) = &self.whole
            && self.digested < end
        {
            self.digest_range(end, whole.slice(self.digested..end)).await;
        }
    }

    async fn digest_range(&mut self, end: u64, range: SourceRange) {
        if let Some(digest) = &self.digest {
            digest.add(range).await;
        }
        self.digested = end;
    }

    /// The parts as connections become free for them. Each is cut at that moment, by the rate until then.
    pub(crate) fn into_parts(
        self,
        cutter: Arc<Mutex<Cutter>>,
        limit: Limit,
    ) -> impl Stream<Item = ReadyPart> {
        stream::unfold((self, cutter, limit), |(mut content, cutter, limit)| async move {
            if cutter.lock().unwrap_or_else(PoisonError::into_inner).is_done() {
                content.digest_up_to(content.length).await;
                return None;
            }
            let slot = limit.slot().await;
            let part = cutter.lock().unwrap_or_else(PoisonError::into_inner).next()?;
            let bytes = content.part(&part).await;
            Some((ReadyPart { part, bytes, slot }, (content, cutter, limit)))
        })
    }
}
