//! The rate over the last seconds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What happened longer ago does not count.
const WINDOW: Duration = Duration::from_secs(5);

/// The minimum time to compute a rate over.
const MIN_TIME: Duration = Duration::from_millis(500);

/// Samples of a count that only grows.
pub(super) struct Rate {
    samples: VecDeque<(Instant, u64)>,
}

impl Rate {
    pub(super) fn new(now: Instant, count: u64) -> Self {
        Self { samples: VecDeque::from([(now, count)]) }
    }

    /// Adds a sample. Call this regularly, also while the count does not change.
    pub(super) fn sample(&mut self, now: Instant, count: u64) {
        self.samples.push_back((now, count));
        while self.samples.get(1).is_some_and(|(time, _)| now.duration_since(*time) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// How much the count grows in a second.
    pub(super) fn per_second(&self) -> u64 {
        let (Some((begin, first)), Some((end, last))) = (self.samples.front(), self.samples.back()) else {
            return 0;
        };
        let time = end.duration_since(*begin);
        if time < MIN_TIME {
            return 0;
        }
        let grown = u128::from(last.saturating_sub(*first)) * 1000 / time.as_millis();
        u64::try_from(grown).unwrap_or(u64::MAX)
    }

    /// The time until the count has grown by `rest`, where it grows at all.
    pub(super) fn time_left(&self, rest: u64) -> Option<Duration> {
        rest.checked_div(self.per_second()).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_seconds() {
        let begin = Instant::now();
        let mut rate = Rate::new(begin, 0);
        assert_eq!((rate.per_second(), rate.time_left(1)), (0, None));
        for second in 1..=20_u64 {
            rate.sample(begin + Duration::from_secs(second), 1000 * second.min(10));
            let expected = match second {
                ..=10 => 1000,
                11..=14 => 1000 - 200 * (second - 10),
                _ => 0,
            };
            assert_eq!(rate.per_second(), expected, "second {second}");
        }
        assert_eq!(rate.time_left(1000), None, "a stopped line has no estimate");
        rate.sample(begin + Duration::from_secs(21), 15_000);
        assert_eq!(rate.time_left(3000), Some(Duration::from_secs(3)));
    }
}
