//! How a file is cut into parts.

use std::fmt;
use std::ops::Range;

use super::UploadError;
use crate::models::{AddUploadPartRequest, CreateUploadRequest};

/// Below this a part's own round trips take longer than its bytes.
const SMALLEST_CHOSEN: u64 = 1024 * 1024;

/// From this size of a part on, a file is sent in two rounds or more, so that an upload that breaks off in the
/// last one has a first to go on from.
const WORTH_KEEPING: u64 = 8 * 1024 * 1024;

/// How a file is cut into parts: all of one size, but for the last, which is not larger.
///
/// ```
/// use openai_uploads::uploader::Plan;
///
/// let plan = Plan::new(1 << 30, 8)?;
/// assert_eq!(plan.to_string(), "16 parts of 67108864 bytes");
/// assert_eq!(plan.parts().nth(1).unwrap().range, 67_108_864..134_217_728);
/// # Ok::<(), openai_uploads::uploader::UploadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    bytes: u64,
    part_size: u64,
    part_count: usize,
}

/// A stretch of a file that is sent by one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which part of the file it is, from 0.
    pub index: usize,
    /// Its bytes: from `start` up to, not including, `end`.
    pub range: Range<u64>,
}

impl Plan {
    /// The most parts that a file may be cut into. The API names no limit; this one keeps the state file, which
    /// lists them, small.
    pub const PARTS_MAXIMUM: usize = 10_000;

    /// Cuts `bytes` bytes for `concurrency` connections.
    ///
    /// The parts are as large as may be, so that few round trips are paid for, and their number is a multiple of
    /// `concurrency`, so that all connections finish together. A file too small for that has parts of 1 MiB or
    /// more.
    ///
    /// # Errors
    ///
    /// [`UploadError::TooLarge`] when `bytes` is more than [`CreateUploadRequest::BYTES_MAXIMUM`].
    pub fn new(bytes: u64, concurrency: usize) -> Result<Self, UploadError> {
        let connections = concurrency.clamp(1, Self::PARTS_MAXIMUM) as u64;
        let rounds_needed = bytes.div_ceil(AddUploadPartRequest::DATA_MAX_LENGTH).div_ceil(connections);
        let rounds_worthwhile = (bytes / connections / WORTH_KEEPING).clamp(1, 2);
        let parts = connections * rounds_needed.max(rounds_worthwhile);
        let part_size = bytes.div_ceil(parts).max(SMALLEST_CHOSEN);
        Self::with_part_size(bytes, part_size)
    }

    /// Cuts `bytes` bytes into parts of `part_size` bytes.
    ///
    /// # Errors
    ///
    /// [`UploadError::TooLarge`] as for [`Plan::new`]; [`UploadError::Options`] when `part_size` is 0, more than
    /// [`AddUploadPartRequest::DATA_MAX_LENGTH`], or so small that there would be more than
    /// [`Plan::PARTS_MAXIMUM`] parts.
    pub fn with_part_size(bytes: u64, part_size: u64) -> Result<Self, UploadError> {
        if bytes > CreateUploadRequest::BYTES_MAXIMUM {
            return Err(UploadError::TooLarge { bytes });
        }
        let most = AddUploadPartRequest::DATA_MAX_LENGTH;
        if !(1..=most).contains(&part_size) {
            let message = format!("a part of {part_size} bytes cannot be sent; give 1 to {most}");
            return Err(UploadError::Options { message });
        }
        let part_count = usize::try_from(bytes.div_ceil(part_size)).unwrap_or(usize::MAX);
        if part_count > Self::PARTS_MAXIMUM {
            let least = bytes.div_ceil(Self::PARTS_MAXIMUM as u64);
            let message = format!(
                "parts of {part_size} bytes are too many for a file of {bytes}; give {least} bytes or more"
            );
            return Err(UploadError::Options { message });
        }
        Ok(Self { bytes, part_size, part_count })
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes of each part but the last, which may have fewer.
    pub fn part_size(&self) -> u64 {
        self.part_size
    }

    /// How many parts there are: none for an empty file.
    pub fn part_count(&self) -> usize {
        self.part_count
    }

    /// The part with this index, which must be less than [`part_count`](Self::part_count).
    pub(super) fn part(&self, index: usize) -> Part {
        let start = index as u64 * self.part_size;
        Part { index, range: start..(start + self.part_size).min(self.bytes) }
    }

    /// The parts in the order of the file.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Part> {
        (0..self.part_count()).map(|index| self.part(index))
    }
}

impl Part {
    /// The bytes of the part.
    pub fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Whether the part has no bytes, which none in a [`Plan`] has.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(last) = self.parts().last() else { return f.write_str("no parts") };
        let bytes = |bytes: u64| if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
        match (self.part_count(), last.len() == self.part_size) {
            (1, _) => write!(f, "1 part of {}", bytes(last.len())),
            (count, true) => write!(f, "{count} parts of {}", bytes(self.part_size)),
            (count, false) => {
                write!(f, "{count} parts of {}, the last of {}", bytes(self.part_size), bytes(last.len()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    fn chosen(bytes: u64, concurrency: usize) -> (usize, u64) {
        let plan = Plan::new(bytes, concurrency).unwrap();
        (plan.part_count(), plan.part_size())
    }

    #[test]
    fn parts_are_chosen_so_that_all_connections_finish_together() {
        assert_eq!(chosen(1024 * MIB, 8), (16, 64 * MIB));
        assert_eq!(chosen(CreateUploadRequest::BYTES_MAXIMUM, 8), (128, 64 * MIB));
        assert_eq!(chosen(513 * MIB, 8), (16, (513 * MIB).div_ceil(16)));
        assert_eq!(chosen(128 * MIB, 8), (16, 8 * MIB), "two rounds, to have something to go on from");
        assert_eq!(chosen(64 * MIB, 8), (8, 8 * MIB));
        assert_eq!(chosen(8 * MIB, 8), (8, MIB));
        assert_eq!(chosen(5 * MIB, 8), (5, MIB));
        assert_eq!(chosen(100 * MIB, 1), (2, 50 * MIB));
    }

    #[test]
    fn every_byte_is_in_one_part_whatever_the_length() {
        let limit = CreateUploadRequest::BYTES_MAXIMUM;
        for bytes in [0, 1, 2, MIB - 1, MIB, MIB + 1, 64 * MIB, 64 * MIB + 1, 777_777_777, limit - 1, limit] {
            for concurrency in [0, 1, 3, 8, 100, usize::MAX] {
                let plan = Plan::new(bytes, concurrency).unwrap();
                let mut at = 0;
                for part in plan.parts() {
                    assert_eq!(part.range.start, at);
                    assert!((1..=plan.part_size()).contains(&part.len()));
                    at = part.range.end;
                }
                assert_eq!(at, bytes);
                assert!(plan.part_size() <= AddUploadPartRequest::DATA_MAX_LENGTH);
            }
        }
    }

    #[test]
    fn what_cannot_be_cut_is_refused() {
        let limit = CreateUploadRequest::BYTES_MAXIMUM;
        let most = AddUploadPartRequest::DATA_MAX_LENGTH;
        assert!(
            matches!(Plan::new(limit + 1, 8), Err(UploadError::TooLarge { bytes }) if bytes == limit + 1)
        );
        assert!(matches!(Plan::new(u64::MAX, 8), Err(UploadError::TooLarge { .. })));
        for part_size in [0, most + 1, u64::MAX] {
            assert!(matches!(Plan::with_part_size(10, part_size), Err(UploadError::Options { .. })));
        }
        let parts = Plan::PARTS_MAXIMUM as u64;
        assert!(Plan::with_part_size(parts, 1).is_ok());
        assert!(matches!(
            Plan::with_part_size(parts + 1, 1),
            Err(UploadError::Options { message }) if message.contains("give 2 bytes")
        ));
    }

    #[test]
    fn a_plan_reads_as_a_sentence() {
        let plan = |bytes, part_size| Plan::with_part_size(bytes, part_size).unwrap().to_string();
        assert_eq!(plan(0, 10), "no parts");
        assert_eq!(plan(1, 10), "1 part of 1 byte");
        assert_eq!(plan(30, 10), "3 parts of 10 bytes");
        assert_eq!(plan(31, 10), "4 parts of 10 bytes, the last of 1 byte");
    }
}
