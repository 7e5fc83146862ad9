//! The socket of one connection, with a rate limit and injected faults.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// A connection's socket. It shares a [`ConnectionState`] with the requests on it.
#[derive(Debug)]
pub(super) struct Wire {
    socket: TcpStream,
    state: Arc<ConnectionState>,
    reading: Option<RateLimiter>,
    writing: Option<RateLimiter>,
    held_back: Option<StatusCode>,
}

/// The state that the requests on a connection share with its socket.
#[derive(Debug)]
pub(in super::super) struct ConnectionState {
    phase: AtomicU8,
    /// How many more bytes the client receives. [`UNCUT`] means all.
    left: AtomicU64,
    /// Whether a request has a response although its body was not read to the end.
    unread: AtomicBool,
}

const UNCUT: u64 = u64::MAX;

/// There is no request, and the last response is sent.
const IDLE: u8 = 0;
const RESPONDING: u8 = 1;
/// The response is complete, but a part of it may be in a buffer.
const FLUSHING: u8 = 2;

impl ConnectionState {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            phase: AtomicU8::new(IDLE),
            left: AtomicU64::new(UNCUT),
            unread: AtomicBool::new(false),
        })
    }

    /// A request was received.
    pub(super) fn response_begins(&self) {
        self.left.store(UNCUT, Ordering::Relaxed);
        self.phase.store(RESPONDING, Ordering::Relaxed);
    }

    /// The rest of a request's body is not read.
    pub(super) fn body_is_unread(&self) {
        self.unread.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_unread_body(&self) -> bool {
        self.unread.load(Ordering::Relaxed)
    }

    /// The response is complete.
    pub(super) fn response_ends(&self) {
        self.phase.store(FLUSHING, Ordering::Relaxed);
    }

    /// Closes the connection after this many more bytes to the client.
    pub(in super::super) fn cut_after(&self, bytes: u64) {
        self.left.store(bytes, Ordering::Relaxed);
    }
}

impl Wire {
    /// `rate` is in bytes a second, for each direction.
    pub(super) fn new(socket: TcpStream, state: Arc<ConnectionState>, rate: Option<u64>) -> Self {
        let pace = || rate.map(RateLimiter::new);
        Self { socket, state, reading: pace(), writing: pace(), held_back: None }
    }

    /// The status of the empty response that hyper wrote for a malformed request. It is held back, so that a better
    /// one can be sent.
    pub(super) fn held_back(&self) -> Option<StatusCode> {
        self.held_back
    }

    /// How many of `length` bytes may be written now.
    fn cut(&self, length: usize) -> io::Result<usize> {
        let left = self.state.left.load(Ordering::Relaxed);
        if left == 0 && length > 0 {
            return Err(io::Error::new(io::ErrorKind::BrokenPipe, "closed on purpose"));
        }
        Ok(usize::try_from(left).map_or(length, |left| length.min(left)))
    }

    fn wrote(&self, bytes: usize) {
        let left = self.state.left.load(Ordering::Relaxed);
        if left != UNCUT {
            self.state.left.store(left.saturating_sub(bytes as u64), Ordering::Relaxed);
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let Some(pace) = &mut this.reading else {
            return Pin::new(&mut this.socket).poll_read(cx, buf);
        };
        let allowed = ready!(pace.poll_allowed(cx)).min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(allowed));
        let Poll::Ready(result) = Pin::new(&mut this.socket).poll_read(cx, &mut part) else {
            pace.idle();
            return Poll::Pending;
        };
        result?;
        let read = part.filled().len();
        buf.advance(read);
        pace.spent(read);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.state.phase.load(Ordering::Relaxed) == IDLE {
            // There is no request, so this is hyper's own `HTTP/1.1 431 …`.
            let status = buf.get(9..12).and_then(|status| StatusCode::from_bytes(status).ok());
            this.held_back = this.held_back.or(status);
            return Poll::Ready(Ok(buf.len()));
        }
        let mut length = this.cut(buf.len())?;
        if let Some(pace) = &mut this.writing {
            length = length.min(ready!(pace.poll_allowed(cx)));
        }
        let written = Pin::new(&mut this.socket).poll_write(cx, &buf[..length]);
        if let Some(pace) = &mut this.writing {
            match written {
                Poll::Ready(Ok(bytes)) => pace.spent(bytes),
                _ => pace.idle(),
            }
        }
        let written = ready!(written)?;
        this.wrote(written);
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.socket).poll_flush(cx))?;
        // hyper flushes when its buffer is empty.
        let phase = &self.state.phase;
        let _ = phase.compare_exchange(FLUSHING, IDLE, Ordering::Relaxed, Ordering::Relaxed);
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

/// A rate limiter for one direction of a connection.
#[derive(Debug)]
struct RateLimiter {
    bytes_per_second: u64,
    /// When the next bytes may be transferred.
    free: Instant,
    /// The time by which timers fired late. Later transfers make up for it. An idle connection gains none.
    owed: Duration,
    sleep: Pin<Box<Sleep>>,
    sleeping: bool,
}

/// The minimum number of steps a second, so that bytes flow evenly.
const STEPS: u64 = 100;
/// The maximum time that is made up for.
const MAX_OWED: Duration = Duration::from_millis(250);

impl RateLimiter {
    fn new(bytes_per_second: u64) -> Self {
        let free = Instant::now();
        let sleep = Box::pin(tokio::time::sleep_until(free));
        Self { bytes_per_second, free, owed: Duration::ZERO, sleep, sleeping: false }
    }

    /// Waits until bytes may be transferred, and returns how many.
    fn poll_allowed(&mut self, cx: &mut Context<'_>) -> Poll<usize> {
        if !self.sleeping && self.free > Instant::now() {
            self.sleep.as_mut().reset(self.free);
            self.sleeping = true;
        }
        if self.sleeping {
            ready!(self.sleep.as_mut().poll(cx));
            self.sleeping = false;
            self.owed = MAX_OWED.min(self.owed + self.free.elapsed());
        }
        let step = self.bytes_per_second / STEPS;
        Poll::Ready(usize::try_from(step.max(1)).unwrap_or(usize::MAX))
    }

    /// Nothing could be transferred.
    fn idle(&mut self) {
        self.owed = Duration::ZERO;
    }

    fn spent(&mut self, bytes: usize) {
        let nanos = bytes as u128 * 1_000_000_000 / u128::from(self.bytes_per_second);
        let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
        let made_up = self.owed.min(time);
        self.owed = self.owed.saturating_sub(made_up);
        self.free = self.free.max(Instant::now()) + time.saturating_sub(made_up);
    }
}
