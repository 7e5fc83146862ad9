//! How many requests are in flight, and for how long.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// The time that each number of requests was in flight.
#[derive(Debug)]
pub(super) struct InFlight {
    now: usize,
    since: Instant,
    /// By number of requests.
    durations: Vec<Duration>,
}

impl Default for InFlight {
    fn default() -> Self {
        Self { now: 0, since: Instant::now(), durations: Vec::new() }
    }
}

impl InFlight {
    pub(super) fn add(&mut self) {
        self.count();
        self.now += 1;
    }

    pub(super) fn remove(&mut self) {
        self.count();
        self.now = self.now.saturating_sub(1);
    }

    fn count(&mut self) {
        let now = Instant::now();
        self.durations.resize(self.durations.len().max(self.now + 1), Duration::ZERO);
        self.durations[self.now] += now - self.since;
        self.since = now;
    }

    /// The seconds by number of requests.
    pub(super) fn report(&self) -> Value {
        json!(self.durations.iter().map(Duration::as_secs_f64).collect::<Vec<_>>())
    }
}
