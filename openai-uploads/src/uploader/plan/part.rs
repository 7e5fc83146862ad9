//! A part of a file, and how large the parts of an upload are.

use std::ops::Range;

use crate::models::AddUploadPartRequest;
use crate::uploader::{Api, UploadError};

/// The maximum number of parts of a file.
pub(crate) const MAX_PARTS: usize = 10_000;

/// A part of a file, sent by one request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The number of the part, counted from 0 in the order in which parts are started.
    pub index: usize,
    /// Its bytes in the file: from `start` up to, not including, `end`.
    pub range: Range<u64>,
}

impl Part {
    pub(crate) fn new(index: usize, range: Range<u64>) -> Self {
        Self { index, range }
    }

    /// The bytes of the part.
    pub fn len(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// Whether the part has no bytes. No part of a [`Plan`](super::Plan) is empty.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }
}

/// How large the parts of an upload are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PartSizes {
    Fixed(u64),
    /// By the rate of the connection.
    ByRate {
        max: u64,
        concurrency: u64,
    },
}

impl PartSizes {
    pub(crate) fn fixed(bytes: u64, part_size: u64) -> Result<Self, UploadError> {
        Api::Uploads.check_length(bytes)?;
        let max = AddUploadPartRequest::DATA_MAX_LENGTH;
        if !(1..=max).contains(&part_size) {
            let message = format!("a part of {part_size} bytes cannot be sent; give 1 to {max}");
            return Err(UploadError::Options { message });
        }
        if bytes.div_ceil(part_size) > MAX_PARTS as u64 {
            let min = bytes.div_ceil(MAX_PARTS as u64);
            let message = format!(
                "parts of {part_size} bytes are too many for a file of {bytes}; give {min} bytes or more"
            );
            return Err(UploadError::Options { message });
        }
        Ok(Self::Fixed(part_size))
    }

    pub(crate) fn by_rate(bytes: u64, concurrency: usize, max: u64) -> Result<Self, UploadError> {
        Api::Uploads.check_length(bytes)?;
        Ok(Self::ByRate { max, concurrency: concurrency.clamp(1, MAX_PARTS) as u64 })
    }

    pub(crate) fn concurrency(&self) -> usize {
        match self {
            Self::Fixed(_) => 1,
            Self::ByRate { concurrency, .. } => usize::try_from(*concurrency).unwrap_or(usize::MAX),
        }
    }
}
