//! Hedging: a part that is far slower than the others is sent over a second connection too.

use std::time::Duration;

use super::progress::Progress;

/// A part that has not taken longer than this is not slow.
const SLOW: Duration = Duration::from_secs(1);

/// How long finished parts took.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Seconds for each byte.
    rates: Vec<f64>,
}

impl Pace {
    pub(crate) fn add(&mut self, bytes: u64, took: Duration) {
        self.rates.push(took.as_secs_f64() / precise(bytes.max(1)));
    }

    /// The usual time for a part of `bytes` bytes, once at least `least` parts have finished.
    pub(crate) fn typical_time(&self, bytes: u64, least: usize) -> Option<Duration> {
        if self.rates.len() < least.max(1) {
            return None;
        }
        let mut rates = self.rates.clone();
        let middle = rates.len() / 2;
        let (_, median, _) = rates.select_nth_unstable_by(middle, f64::total_cmp);
        Duration::try_from_secs_f64(*median * precise(bytes)).ok()
    }
}

/// Whether an attempt has taken twice the typical time and, at its rate so far, will take longer from here than a
/// new one would in all.
pub(crate) fn is_far_slower(attempt: &Progress, bytes: u64, typical: Duration) -> bool {
    let (elapsed, sent) = (attempt.elapsed(), attempt.sent());
    let left = bytes.saturating_sub(sent);
    // Once all bytes are sent, nothing says how long the reply will take.
    let ends_soon = left > 0 && sent > 0 && {
        let rest = elapsed.as_secs_f64() * precise(left) / precise(sent);
        rest < typical.as_secs_f64()
    };
    elapsed > typical.saturating_mul(2).max(SLOW) && !ends_soon
}

#[expect(clippy::cast_precision_loss, reason = "a part has few enough bytes for an f64")]
fn precise(bytes: u64) -> f64 {
    bytes as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_typical_time_is_the_median_for_the_size_of_the_part() {
        let mut pace = Pace::default();
        assert_eq!(pace.typical_time(10, 0), None);
        for (bytes, seconds) in [(10, 1), (20, 2), (10, 100)] {
            pace.add(bytes, Duration::from_secs(seconds));
        }
        assert_eq!(pace.typical_time(40, 3), Some(Duration::from_secs(4)));
        assert_eq!(pace.typical_time(40, 4), None, "too few have finished");
    }

    #[test]
    fn a_part_is_not_slow_within_its_first_second() {
        let attempt = Progress::new(10);
        assert!(!is_far_slower(&attempt, 10, Duration::ZERO));
    }
}
