//! A batch in the table.

use std::time::{Duration, Instant, UNIX_EPOCH};

use console::truncate_str;

use crate::{message, quantity};

/// A batch in the table.
pub(super) struct Row {
    pub(super) model: String,
    pub(super) status: String,
    pub(super) done: u64,
    pub(super) failed: u64,
    pub(super) total: u64,
    /// When the first progress was seen, and how many requests were done then.
    pub(super) first: Option<(Instant, u64)>,
    /// When its batch was created, or this process found it running.
    pub(super) since: Option<Instant>,
    pub(super) is_over: bool,
}

/// The estimated time for `rest` requests, if `done` took this long. `None` until there is a rate.
pub(super) fn time_left(elapsed: Duration, done: u64, rest: u64) -> Option<String> {
    if done == 0 || rest == 0 || elapsed < Duration::from_secs(10) {
        return None;
    }
    let left = Duration::from_secs(elapsed.as_secs().saturating_mul(rest) / done);
    Some(format!("about {} left", quantity::shown_duration(left)))
}

/// How long ago a time in seconds since 1970 was. Zero if the clocks of this machine and the server disagree so far.
fn age(created_at: u64) -> Duration {
    UNIX_EPOCH
        .checked_add(Duration::from_secs(created_at))
        .and_then(|time| time.elapsed().ok())
        .unwrap_or_default()
}

impl Row {
    /// Counts the age from the time of the creation, in seconds since 1970. An earlier process may have created the
    /// batch.
    pub(super) fn set_created_at(&mut self, created_at: Option<u64>) {
        let created = created_at.and_then(|created_at| Instant::now().checked_sub(age(created_at)));
        self.since = match (self.since, created) {
            (Some(since), Some(created)) => Some(since.min(created)),
            (since, created) => since.or(created),
        };
    }

    pub(super) fn line(&self, number: u32) -> String {
        let age = self.since.map(|since| quantity::shown_duration(since.elapsed())).unwrap_or_default();
        let failed = if self.failed == 0 {
            String::new()
        } else {
            format!(" {} failed", quantity::count(self.failed))
        };
        let left = self.first.and_then(|(first, before)| {
            time_left(first.elapsed(), self.done.saturating_sub(before), self.total.saturating_sub(self.done))
        });
        let left = left.map(|left| format!(", {left}")).unwrap_or_default();
        format!(
            "{number:>4}  {:<20}  {:<11}  {:>9} of {:>9}{failed}  {age}{left}",
            truncate_str(&message::word(&self.model), 20, "…"),
            self.status,
            quantity::count(self.done),
            quantity::count(self.total),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_rate() {
        let minute = Duration::from_secs(60);
        assert_eq!(time_left(minute, 100, 200).as_deref(), Some("about 2m left"));
        for (elapsed, done, rest) in [(minute, 0, 200), (minute, 100, 0), (Duration::from_secs(1), 100, 200)]
        {
            assert_eq!(time_left(elapsed, done, rest), None);
        }
    }
}
