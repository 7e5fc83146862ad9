//! The time, and waiting.

use std::time::SystemTime;

pub(crate) use tokio::time::{Instant, sleep, timeout};

pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
