//! A limit on the rate of all connections together: a token bucket.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How much of the limit may be saved up while nothing is sent. It makes up for timers that fire late.
const BURST: Duration = Duration::from_millis(50);

/// At a low rate, bytes are sent in this many pieces a second, so that every connection moves.
const PIECES_A_SECOND: u64 = 10;

/// A limit on the rate of all connections together. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct RateLimit(Option<Arc<Bucket>>);

#[derive(Debug)]
struct Bucket {
    bytes_per_second: u64,
    /// When everything that was reserved has been sent at this rate.
    free_at: Mutex<Instant>,
}

impl RateLimit {
    /// Creates a limit. `None` means no limit, and 0 counts as 1.
    pub(crate) fn new(bytes_per_second: Option<u64>) -> Self {
        Self(bytes_per_second.map(|rate| {
            Arc::new(Bucket { bytes_per_second: rate.max(1), free_at: Mutex::new(Instant::now()) })
        }))
    }

    /// The maximum number of bytes to send at a time: `most`, or less at a low rate.
    pub(crate) fn piece(&self, most: usize) -> usize {
        let Some(bucket) = &self.0 else { return most };
        usize::try_from(bucket.bytes_per_second / PIECES_A_SECOND).unwrap_or(most).clamp(1, most)
    }

    /// Reserves `bytes` and returns when they may be sent; `None` is at once. Reservations are served in order.
    pub(crate) fn reserve(&self, bytes: usize) -> Option<Instant> {
        let bucket = self.0.as_ref()?;
        let now = Instant::now();
        let mut free_at = bucket.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let earliest = now.checked_sub(BURST).unwrap_or(now);
        let start = (*free_at).max(earliest);
        let nanoseconds = bytes as u128 * 1_000_000_000 / u128::from(bucket.bytes_per_second);
        *free_at = start + Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX));
        (start > now).then_some(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::join_all;
    use tokio::time::sleep_until;

    /// Sends `bytes` over each of `connections`, and returns how long that took by the clock of the runtime.
    async fn time_of(limit: &RateLimit, connections: usize, bytes: usize) -> Duration {
        let started = Instant::now();
        let send = async || {
            let mut left = bytes;
            while left > 0 {
                let piece = limit.piece(64 * 1024).min(left);
                if let Some(start) = limit.reserve(piece) {
                    sleep_until(start).await;
                }
                left -= piece;
            }
        };
        join_all((0..connections).map(|_| send())).await;
        started.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn all_connections_together_keep_to_the_rate() {
        for rate in [1_000, 20_000_000, 2_000_000_000] {
            let seconds = 10;
            let bytes = usize::try_from(rate * seconds).unwrap();
            for connections in [1, 8] {
                let limit = RateLimit::new(Some(rate));
                let took = time_of(&limit, connections, bytes / connections).await;
                let (exact, piece) = (Duration::from_secs(seconds), Duration::from_millis(100));
                // The last piece is sent at the start of its time.
                assert!(took + BURST + piece >= exact, "{rate} over {connections}: {took:?}");
                assert!(took <= exact + BURST, "{rate} over {connections}: {took:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn unused_rate_is_not_saved() {
        let limit = RateLimit::new(Some(1_000_000));
        tokio::time::advance(Duration::from_secs(3600)).await;
        let took = time_of(&limit, 4, 500_000).await;
        assert!(took >= Duration::from_millis(1850), "{took:?}");
    }

    #[test]
    fn without_a_limit_nothing_waits_and_chunks_are_whole() {
        let limit = RateLimit::new(None);
        assert_eq!(limit.piece(65536), 65536);
        assert_eq!(limit.reserve(usize::MAX), None);
    }

    #[test]
    fn chunks_are_small_at_a_low_rate() {
        for (rate, piece) in [(0, 1), (5, 1), (1_000, 100), (u64::MAX, 65536)] {
            assert_eq!(RateLimit::new(Some(rate)).piece(65536), piece, "{rate}");
        }
    }
}
