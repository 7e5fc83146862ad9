//! How a file is sent: by which API, and in which parts.

mod cutter;
mod part;

use std::fmt;
use std::ops::Range;
use std::time::Duration;

pub(super) use self::cutter::Cutter;
pub use self::part::Part;
pub(super) use self::part::{MAX_PARTS, PartSizes};
use crate::models::AddUploadPartRequest;
use crate::uploader::{Api, UploadError};

/// How a file is sent: by one request of the Files API, or in parts by the Uploads API.
///
/// With [`Options::part_size`](crate::uploader::Options::part_size) all parts have that size, but for the last,
/// which may be smaller. Without it, parts start at 2 MiB and grow to 64 MiB as long as each is sent within 4
/// seconds, so that an upload that stops loses only seconds of work. The plan then lists the parts of a fast
/// connection, which are the largest and fewest.
///
/// ```
/// use openai_uploads::uploader::Plan;
///
/// let plan = Plan::with_part_size(100, 30)?;
/// assert_eq!(plan.to_string(), "4 parts of 30 bytes, the last of 10 bytes");
/// assert_eq!(plan.parts().nth(1).unwrap().range, 30..60);
///
/// let plan = Plan::new(1 << 30, 8)?;
/// assert_eq!(plan.to_string(), "30 parts of up to 67108864 bytes, more on a slow connection");
/// # Ok::<(), openai_uploads::uploader::UploadError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    api: Api,
    bytes: u64,
    parts: Vec<Range<u64>>,
    is_fixed: bool,
}

impl Plan {
    /// The maximum number of parts of a file. The API states no limit; this one bounds the state file, which lists
    /// them.
    pub const MAX_PARTS: usize = MAX_PARTS;

    /// The plan for `bytes` bytes over `concurrency` connections, with parts sized by the line.
    ///
    /// # Errors
    ///
    /// [`UploadError::TooLarge`] if `bytes` is more than
    /// [`CreateUploadRequest::BYTES_MAXIMUM`](crate::models::CreateUploadRequest::BYTES_MAXIMUM).
    pub fn new(bytes: u64, concurrency: usize) -> Result<Self, UploadError> {
        let sizes = PartSizes::by_rate(bytes, concurrency, AddUploadPartRequest::DATA_MAX_LENGTH)?;
        Ok(Self::of(&sizes, bytes, None))
    }

    /// The plan for `bytes` bytes in parts of `part_size` bytes.
    ///
    /// # Errors
    ///
    /// [`UploadError::TooLarge`] as for [`Plan::new`]; [`UploadError::Options`] if `part_size` is 0, more than
    /// [`AddUploadPartRequest::DATA_MAX_LENGTH`], or so small that there would be more than [`Plan::MAX_PARTS`]
    /// parts.
    pub fn with_part_size(bytes: u64, part_size: u64) -> Result<Self, UploadError> {
        Ok(Self::of(&PartSizes::fixed(bytes, part_size)?, bytes, None))
    }

    /// The plan for `bytes` bytes in one request of the Files API.
    ///
    /// # Errors
    ///
    /// [`UploadError::TooLarge`] if `bytes` is more than
    /// [`CreateFileRequest::FILE_MAX_LENGTH`](crate::models::CreateFileRequest::FILE_MAX_LENGTH).
    pub fn one_request(bytes: u64) -> Result<Self, UploadError> {
        Api::Files.check_length(bytes)?;
        let whole = (bytes > 0).then_some(0..bytes);
        Ok(Self { api: Api::Files, bytes, parts: whole.into_iter().collect(), is_fixed: true })
    }

    /// The parts of an earlier run that finished, and what is missing cut as if each part took no time.
    pub(crate) fn of(sizes: &PartSizes, bytes: u64, earlier: Option<&[Range<u64>]>) -> Self {
        let mut parts = earlier.unwrap_or_default().to_vec();
        let mut cutter = Cutter::new(sizes.clone(), bytes, parts.iter().cloned());
        if earlier.is_some() {
            parts.extend(cutter.next_as_check().map(|part| part.range));
        }
        loop {
            let round: Vec<_> = std::iter::from_fn(|| cutter.next()).take(sizes.concurrency()).collect();
            if round.is_empty() {
                parts.sort_unstable_by_key(|range| range.start);
                // Parts that all start at once are cut before any rate is known.
                let is_fixed = matches!(sizes, PartSizes::Fixed(_)) || parts.len() <= sizes.concurrency();
                return Self { api: Api::Uploads, bytes, parts, is_fixed };
            }
            for part in round {
                cutter.finished(part.len(), Duration::ZERO);
                parts.push(part.range);
            }
        }
    }

    /// The API that the file is sent by.
    pub fn api(&self) -> Api {
        self.api
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bytes of the largest part.
    pub fn part_size(&self) -> u64 {
        self.parts.iter().map(|range| range.end - range.start).max().unwrap_or_default()
    }

    /// The number of parts: 0 for an empty file, 1 for another that is sent by one request. On a slow connection
    /// there are more, unless [`is_fixed`](Self::is_fixed).
    pub fn part_count(&self) -> usize {
        self.parts.len()
    }

    /// Whether the parts are as listed, however fast the connection is.
    pub fn is_fixed(&self) -> bool {
        self.is_fixed
    }

    /// The parts in the order of the file.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Part> + '_ {
        self.parts.iter().enumerate().map(|(index, range)| Part::new(index, range.clone()))
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = |bytes: u64| if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
        if self.api == Api::Files {
            return write!(f, "1 request of {}", bytes(self.bytes));
        }
        let Some(last) = self.parts().last() else { return f.write_str("no parts") };
        match (self.part_count(), self.is_fixed, last.len() == self.part_size()) {
            (1, ..) => write!(f, "1 part of {}", bytes(last.len())),
            (count, false, _) => {
                write!(f, "{count} parts of up to {}, more on a slow connection", bytes(self.part_size()))
            }
            (count, true, true) => write!(f, "{count} parts of {}", bytes(self.part_size())),
            (count, true, false) => {
                write!(f, "{count} parts of {}, the last of {}", bytes(self.part_size()), bytes(last.len()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::CreateUploadRequest;

    const MIB: u64 = 1024 * 1024;

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
                assert!(plan.part_count() <= Plan::MAX_PARTS);
            }
        }
    }

    #[test]
    fn parts_grow_and_the_last_ones_finish_together() {
        let sizes = |bytes, concurrency| -> Vec<u64> {
            let plan = Plan::new(bytes, concurrency).unwrap();
            plan.parts().map(|part| part.len().div_ceil(MIB)).collect()
        };
        assert_eq!(sizes(5 * MIB, 8), [1; 5]);
        assert_eq!(sizes(8 * MIB, 8), [1; 8]);
        assert_eq!(sizes(64 * MIB, 8), [[2; 8], [6; 8]].concat());
        assert_eq!(sizes(1024 * MIB, 8), [vec![2; 8], vec![16; 8], vec![64; 6], vec![62; 8]].concat());
        assert_eq!(sizes(100 * MIB, 1), [2, 16, 64, 18]);
    }

    #[test]
    fn a_plan_that_cannot_be_sent_is_an_error() {
        let limit = CreateUploadRequest::BYTES_MAXIMUM;
        let max = AddUploadPartRequest::DATA_MAX_LENGTH;
        assert!(
            matches!(Plan::new(limit + 1, 8), Err(UploadError::TooLarge { bytes, max }) if bytes == limit + 1 && max == limit)
        );
        assert!(matches!(Plan::new(u64::MAX, 8), Err(UploadError::TooLarge { .. })));
        for part_size in [0, max + 1, u64::MAX] {
            assert!(matches!(Plan::with_part_size(10, part_size), Err(UploadError::Options { .. })));
        }
        let parts = Plan::MAX_PARTS as u64;
        assert!(Plan::with_part_size(parts, 1).is_ok());
        assert!(matches!(
            Plan::with_part_size(parts + 1, 1),
            Err(UploadError::Options { message }) if message.contains("give 2 bytes")
        ));
    }

    #[test]
    fn a_resumed_plan_counts_the_small_first_part() {
        let sizes = PartSizes::fixed(60_000_000, 4_000_000).unwrap();
        let count = |earlier| Plan::of(&sizes, 60_000_000, earlier).part_count();
        assert_eq!(count(None), 15);
        assert_eq!(count(Some(&[][..])), 16);
        assert_eq!(count(Some(&[0..4_000_000, 8_000_000..12_000_000][..])), 16);
        assert_eq!(count(Some(std::slice::from_ref(&(0..59_990_000)))), 2);
    }

    #[test]
    fn a_plan_reads_as_a_sentence() {
        let plan = |bytes, part_size| Plan::with_part_size(bytes, part_size).unwrap().to_string();
        assert_eq!(plan(0, 10), "no parts");
        assert_eq!(plan(1, 10), "1 part of 1 byte");
        assert_eq!(plan(30, 10), "3 parts of 10 bytes");
        assert_eq!(plan(31, 10), "4 parts of 10 bytes, the last of 1 byte");
        assert_eq!(Plan::one_request(0).unwrap().to_string(), "1 request of 0 bytes");
        assert_eq!(Plan::one_request(31).unwrap().to_string(), "1 request of 31 bytes");
    }
}
