//! The server's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A clock that a test can set ahead. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use openai_uploads::server::Clock;
///
/// let clock = Clock::new();
/// let before = clock.now();
/// clock.advance(Duration::from_secs(3600));
/// assert!(clock.now() >= before + 3600);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Clock {
    ahead: Arc<AtomicU64>,
}

impl Clock {
    /// A clock that shows the system time.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the clock ahead by whole seconds.
    pub fn advance(&self, by: Duration) {
        let advanced = |ahead: u64| Some(ahead.saturating_add(by.as_secs()));
        let _ = self.ahead.fetch_update(Ordering::Relaxed, Ordering::Relaxed, advanced);
    }

    /// The time in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.milliseconds() / 1000
    }

    /// The time in milliseconds since 1970.
    pub(super) fn milliseconds(&self) -> u64 {
        let system = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let ahead = self.ahead.load(Ordering::Relaxed).saturating_mul(1000);
        u64::try_from(system).unwrap_or(u64::MAX).saturating_add(ahead)
    }
}
