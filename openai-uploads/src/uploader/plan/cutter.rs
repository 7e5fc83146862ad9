//! Cuts what is missing of a file into parts, one at a time, by the rate of the connection.

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::part::{MAX_PARTS, Part, PartSizes};

/// The time that a part takes once its size fits the rate. A stop loses no more than this of each connection's
/// work; a shorter time would pay for more round trips.
const TARGET_TIME: Duration = Duration::from_secs(4);

/// The size of the first parts, before the rate is known.
const FIRST_SIZE: u64 = 2 * 1024 * 1024;

/// Below this size a part's round trip takes longer than its bytes.
const MIN_SIZE: u64 = 1024 * 1024;

/// The maximum size of the first part of a resumed upload. It is sent alone: a server that has forgotten the upload
/// says so before gigabytes are sent.
const CHECK_SIZE: u64 = 64 * 1024;

/// How much larger the next parts may be than one that has finished.
const MAX_GROWTH: f64 = 8.0;

/// How much smaller the next parts may be than one that has finished.
const MAX_SHRINKAGE: f64 = 0.25;

/// Cuts what is missing of a file into parts.
#[derive(Debug)]
pub(crate) struct Cutter {
    sizes: PartSizes,
    missing: VecDeque<Range<u64>>,
    missing_bytes: u64,
    next_index: usize,
    /// The size of the next parts, by the rate so far.
    target: u64,
    /// The size of the last parts, once no more than one is left for each connection: all finish together.
    last_size: Option<u64>,
}

impl Cutter {
    /// Cuts a file of `bytes` bytes, of which the ranges of `finished` are on the server already. They are in order
    /// and do not overlap.
    pub(crate) fn new(sizes: PartSizes, bytes: u64, finished: impl IntoIterator<Item = Range<u64>>) -> Self {
        let mut missing = VecDeque::new();
        let (mut at, mut count) = (0, 0);
        for range in finished {
            missing.push_back(at..range.start);
            at = range.end;
            count += 1;
        }
        missing.push_back(at..bytes);
        missing.retain(|range| !range.is_empty());
        let missing_bytes = missing.iter().map(|range| range.end - range.start).sum();
        Self { sizes, missing, missing_bytes, next_index: count, target: FIRST_SIZE, last_size: None }
    }

    /// The next part; `None` once nothing is left to cut.
    pub(crate) fn next(&mut self) -> Option<Part> {
        self.next_of(u64::MAX)
    }

    /// The next part, small enough to check whether the server still has a resumed upload.
    pub(crate) fn next_as_check(&mut self) -> Option<Part> {
        self.next_of(CHECK_SIZE)
    }

    /// The next part, of at most `max` bytes.
    fn next_of(&mut self, max: u64) -> Option<Part> {
        let size = self.size().min(max).max(1);
        let gap = self.missing.front_mut()?;
        let end = gap.end.min(gap.start.saturating_add(size));
        let part = Part::new(self.next_index, gap.start..end);
        gap.start = end;
        if gap.is_empty() {
            self.missing.pop_front();
        }
        self.next_index += 1;
        self.missing_bytes -= part.len();
        Some(part)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.missing.is_empty()
    }

    /// How many parts are still to be cut, if the rate stays as it is.
    pub(crate) fn expected_parts(&self) -> usize {
        let size = match &self.sizes {
            PartSizes::Fixed(size) => *size,
            PartSizes::ByRate { .. } => self.last_size.unwrap_or(self.target),
        };
        let parts = self.missing.iter().map(|range| (range.end - range.start).div_ceil(size));
        usize::try_from(parts.sum::<u64>()).unwrap_or(usize::MAX)
    }

    /// Fits the size of the next parts to the time that one of `bytes` bytes took.
    pub(crate) fn finished(&mut self, bytes: u64, took: Duration) {
        let PartSizes::ByRate { max, .. } = self.sizes else { return };
        // A small part of an earlier round says little about the present rate.
        if bytes < self.target / 2 {
            return;
        }
        let scale = TARGET_TIME.as_secs_f64() / took.as_secs_f64();
        self.target =
            scaled(bytes, scale.clamp(MAX_SHRINKAGE, MAX_GROWTH)).clamp(MIN_SIZE, max.max(MIN_SIZE));
    }

    fn size(&mut self) -> u64 {
        match self.sizes {
            PartSizes::Fixed(size) => size,
            PartSizes::ByRate { max, concurrency } => {
                let is_last_round = self.missing_bytes <= self.target.saturating_mul(concurrency);
                if is_last_round && self.last_size.is_none() {
                    self.last_size = Some(self.missing_bytes.div_ceil(concurrency).max(MIN_SIZE));
                }
                let size = self.last_size.map_or(self.target, |last| last.min(self.target));
                // So many parts are left, and each gap may end in a small one.
                let parts_left = MAX_PARTS.saturating_sub(self.next_index + self.missing.len()).max(1);
                size.max(self.missing_bytes.div_ceil(parts_left as u64)).min(max)
            }
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a part has few enough bytes for an f64, and the scale is between 1/4 and 8"
)]
fn scaled(bytes: u64, scale: f64) -> u64 {
    (bytes as f64 * scale) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn by_rate(concurrency: usize) -> PartSizes {
        PartSizes::by_rate(0, concurrency, 64 * MIB).unwrap()
    }

    /// The parts over lines of this many bytes a second each, with this latency.
    fn sizes(bytes: u64, concurrency: usize, rate: u64, latency: Duration) -> Vec<u64> {
        let mut cutter = Cutter::new(by_rate(concurrency), bytes, []);
        let mut sizes = Vec::new();
        loop {
            let round: Vec<_> = std::iter::from_fn(|| cutter.next()).take(concurrency).collect();
            if round.is_empty() {
                return sizes;
            }
            for part in round {
                let millis = part.len() * 1000 / rate;
                cutter.finished(part.len(), latency + Duration::from_millis(millis));
                sizes.push(part.len());
            }
        }
    }

    #[test]
    fn a_part_takes_some_seconds_at_any_rate() {
        let latency = Duration::from_millis(100);
        let slow = sizes(1024 * MIB, 8, MIB, latency);
        assert!(slow.iter().all(|size| *size <= 5 * MIB), "{slow:?}");
        let fast = sizes(1024 * MIB, 8, 20 * MIB, latency);
        assert_eq!(*fast.iter().max().unwrap(), 64 * MIB);
        assert!(fast.len() <= 32, "few round trips: {fast:?}");
    }

    #[test]
    fn a_server_that_answers_late_gets_large_parts() {
        let late = sizes(2048 * MIB, 8, 100 * MIB, Duration::from_secs(2));
        assert_eq!(*late.iter().max().unwrap(), 64 * MIB, "{late:?}");
    }

    #[test]
    fn a_slow_connection_gets_small_parts() {
        let mut cutter = Cutter::new(by_rate(1), 1024 * MIB, []);
        for _ in 0..3 {
            let part = cutter.next().unwrap();
            cutter.finished(part.len(), Duration::from_millis(100));
        }
        let large = cutter.next().unwrap();
        assert_eq!(large.len(), 64 * MIB);
        cutter.finished(large.len(), Duration::from_secs(60));
        assert_eq!(cutter.next().unwrap().len(), 16 * MIB);
        cutter.finished(MIB, Duration::from_millis(1));
        assert_eq!(cutter.next().unwrap().len(), 16 * MIB, "a small part does not count");
    }

    #[test]
    fn only_what_is_missing_is_cut() {
        let mut cutter = Cutter::new(PartSizes::Fixed(10), 50, [0..10, 15..20, 30..40]);
        assert_eq!((cutter.missing_bytes, cutter.expected_parts()), (25, 3));
        let first = cutter.next_of(2).unwrap();
        assert_eq!((first.index, first.range), (3, 10..12));
        let rest: Vec<_> = std::iter::from_fn(|| cutter.next()).map(|part| part.range).collect();
        assert_eq!(rest, [12..15, 20..30, 40..50]);
        assert!(cutter.is_done() && cutter.missing_bytes == 0);
    }

    #[test]
    fn there_are_never_too_many_parts() {
        let mut cutter = Cutter::new(by_rate(1), 20_000 * MIB, []);
        let mut count = 0;
        while let Some(part) = cutter.next() {
            cutter.finished(part.len(), Duration::from_secs(3600));
            count += 1;
        }
        assert!(count <= MAX_PARTS, "{count} parts");
    }
}
