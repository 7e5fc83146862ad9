//! The body of a part's request, and how much of it has been sent.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::time::{Sleep, sleep_until};

use super::rate_limit::RateLimit;
use crate::uploader::source::{RangeStream, SourceRange};

/// How many bytes a connection gets at a time: how finely progress is seen, and how slow a connection may be before it
/// counts as stalled. Costs nothing, since a chunk is cut without being copied.
const PIECE: usize = 64 * 1024;

/// The bytes of a part as a request's body, which counts what it hands out.
pub(crate) struct Body {
    chunks: RangeStream,
    ready: Bytes,
    rate_limit: RateLimit,
    /// Until the next piece may be sent.
    wait: Option<Pin<Box<Sleep>>>,
    progress: Arc<Progress>,
}

/// How much of one attempt at a part has been sent, and when.
#[derive(Debug)]
pub(crate) struct Progress {
    length: u64,
    sent: AtomicU64,
    started: Instant,
    /// When it last moved, in milliseconds since `started`.
    moved: AtomicU64,
    /// Whether the next bytes wait for the rate limit.
    is_held: AtomicBool,
    /// Whether the next bytes have not come from the source yet.
    waits_for_source: AtomicBool,
    /// Why the source could not be read. The request's own error does not keep it.
    source_error: Mutex<Option<io::Error>>,
}

impl Body {
    /// Counts from 0: a redirect has the bytes sent a second time.
    pub(crate) fn new(range: &SourceRange, rate_limit: RateLimit, progress: Arc<Progress>) -> Self {
        progress.sent.store(0, Ordering::Relaxed);
        Self { chunks: range.clone().stream(), ready: Bytes::new(), rate_limit, wait: None, progress }
    }
}

impl Stream for Body {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.ready.is_empty() {
            let chunk = this.chunks.poll_next_unpin(context);
            this.progress.waits_for_source.store(chunk.is_pending(), Ordering::Relaxed);
            match ready!(chunk) {
                Some(Ok(chunk)) => this.ready = chunk,
                Some(Err(error)) => return Poll::Ready(Some(Err(this.progress.keep_source_error(error)))),
                None => return Poll::Ready(None),
            }
        }
        let length = this.ready.len().min(this.rate_limit.piece(PIECE));
        if this.wait.is_none()
            && let Some(start) = this.rate_limit.reserve(length)
        {
            this.wait = Some(Box::pin(sleep_until(start)));
            this.progress.is_held.store(true, Ordering::Relaxed);
        }
        if let Some(wait) = &mut this.wait {
            ready!(wait.poll_unpin(context));
            this.wait = None;
        }
        let piece = this.ready.split_to(length);
        this.progress.advance(piece.len() as u64);
        Poll::Ready(Some(Ok(piece)))
    }
}

impl Progress {
    pub(crate) fn new(length: u64) -> Self {
        Self {
            length,
            sent: AtomicU64::new(0),
            started: Instant::now(),
            moved: AtomicU64::new(0),
            is_held: AtomicBool::new(false),
            waits_for_source: AtomicBool::new(false),
            source_error: Mutex::default(),
        }
    }

    fn advance(&self, bytes: u64) {
        self.sent.fetch_add(bytes, Ordering::Relaxed);
        self.moved.store(self.milliseconds(), Ordering::Relaxed);
        self.is_held.store(false, Ordering::Relaxed);
    }

    fn milliseconds(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed).min(self.length)
    }

    pub(crate) fn is_all_sent(&self) -> bool {
        self.sent() == self.length
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// How long no byte has been sent. A wait for the rate limit does not count.
    pub(crate) fn idle_time(&self) -> Duration {
        if self.is_held.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        Duration::from_millis(self.milliseconds().saturating_sub(self.moved.load(Ordering::Relaxed)))
    }

    /// Whether it is the source that the request waits for.
    pub(crate) fn waits_for_source(&self) -> bool {
        self.waits_for_source.load(Ordering::Relaxed)
    }

    pub(crate) fn take_source_error(&self) -> Option<io::Error> {
        self.source_error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps the error and returns one like it for the request to fail with.
    fn keep_source_error(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        self.source_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        kind.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uploader::source::{Buffers, SourceFile};
    use futures_util::TryStreamExt;

    #[tokio::test]
    async fn a_body_yields_all_bytes_and_counts_them() {
        let bytes = vec![7; 3 * PIECE + 5];
        let progress = Arc::new(Progress::new(bytes.len() as u64));
        let body =
            Body::new(&SourceRange::memory(bytes.clone().into()), RateLimit::new(None), progress.clone());
        assert_eq!(progress.sent(), 0);
        let pieces: Vec<Bytes> = body.try_collect().await.unwrap();
        assert!(pieces.iter().all(|piece| piece.len() <= PIECE));
        assert!(pieces.concat() == bytes && progress.is_all_sent());
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_waits_for_the_rate_limit_has_not_stalled() {
        let progress = Arc::new(Progress::new(30));
        let range = SourceRange::memory(vec![7; 30].into());
        let mut body = Body::new(&range, RateLimit::new(Some(100)), progress.clone());
        let started = tokio::time::Instant::now();
        let mut sent = 0;
        while let Some(piece) = body.next().await {
            sent += piece.unwrap().len();
            if sent < 30 {
                assert!(body.next().now_or_never().is_none());
                assert_eq!(progress.idle_time(), Duration::ZERO);
            }
        }
        assert!(sent == 30 && started.elapsed() >= Duration::from_millis(150), "{:?}", started.elapsed());
    }

    #[tokio::test]
    async fn the_error_of_the_source_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, "short").unwrap();
        let file = Arc::new(SourceFile::open(&path, Buffers::default()).unwrap());
        std::fs::File::options().write(true).open(&path).unwrap().set_len(2).unwrap();
        let progress = Arc::new(Progress::new(5));
        let body = Body::new(&SourceRange::whole(file), RateLimit::new(None), progress.clone());
        let pieces: io::Result<Vec<Bytes>> = body.try_collect().await;
        assert!(pieces.is_err());
        assert_eq!(progress.take_source_error().unwrap().kind(), io::ErrorKind::UnexpectedEof);
    }
}
