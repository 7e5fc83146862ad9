//! The `Range` header.

use std::ops::Range;

use axum::http::{HeaderMap, header};

/// The bytes that a request asks for.
#[derive(Debug, PartialEq)]
pub(in super::super) enum RequestedRange {
    Whole,
    Part(Range<u64>),
    OutOfBounds,
}

impl RequestedRange {
    /// Reads the `Range` header (RFC 9110 §14.2). Anything but a single range of bytes is ignored.
    pub(in super::super) fn of(headers: &HeaderMap, length: u64) -> Self {
        let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
        let Some((first, last)) = range.and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        else {
            return Self::Whole;
        };
        let range = match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
            (Ok(first), Err(_)) if last.is_empty() => first..length,
            (Err(_), Ok(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
            _ => return Self::Whole,
        };
        if range.is_empty() { Self::OutOfBounds } else { Self::Part(range) }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn requested(range: &str, length: u64) -> RequestedRange {
        let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(range).unwrap())]);
        RequestedRange::of(&headers, length)
    }

    #[test]
    fn a_range_is_limited_to_the_file() {
        use RequestedRange::{OutOfBounds, Part, Whole};
        assert_eq!(requested("bytes=0-0", 10), Part(0..1));
        assert_eq!(requested("bytes=3-", 10), Part(3..10));
        assert_eq!(requested("bytes=-3", 10), Part(7..10));
        assert_eq!(requested("bytes=-30", 10), Part(0..10));
        assert_eq!(requested("bytes=8-18446744073709551615", 10), Part(8..10));
        assert_eq!(requested("bytes=10-", 10), OutOfBounds);
        assert_eq!(requested("bytes=0-", 0), OutOfBounds);
        for ignored in ["bytes=5-3", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=-"] {
            assert_eq!(requested(ignored, 10), Whole, "{ignored}");
        }
        assert_eq!(RequestedRange::of(&HeaderMap::new(), 10), Whole);
    }
}
