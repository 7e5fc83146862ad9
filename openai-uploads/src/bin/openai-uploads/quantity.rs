//! Sizes and durations as people write and read them.

use std::time::Duration;

use bytesize::ByteSize;

/// `64MiB`, `20MB`, `1048576`.
pub(crate) fn size(text: &str) -> Result<u64, String> {
    match text.parse::<ByteSize>() {
        Ok(size) => Ok(size.as_u64()),
        Err(_) => Err("give a size such as 64MiB, 20MB or 1048576".to_owned()),
    }
}

/// A size a second, of 1 byte or more; the `/s` is optional.
pub(crate) fn rate(text: &str) -> Result<u64, String> {
    let rate = size(text.strip_suffix("/s").unwrap_or(text)).ok().filter(|rate| *rate > 0);
    rate.ok_or_else(|| "give a rate such as 20MB/s or 512KiB/s".to_owned())
}

/// `90s`, `1h`, `30d`, `1h 30m`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|_| "give a duration such as 90s, 1h or 30d".to_owned())
}

/// For people: `64.0 MiB`.
pub(crate) fn shown_size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

/// For people: `1,000,000`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// For people: `1h 30m`, in whole seconds.
pub(crate) fn shown_duration(duration: Duration) -> String {
    humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string()
}

/// For a command line: a duration that [`duration`] reads back.
pub(crate) fn exact_duration(duration: Duration) -> String {
    humantime::format_duration(duration).to_string().replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_durations_are_read_as_people_write_them() {
        assert_eq!(size("64MiB"), Ok(64 << 20));
        assert_eq!(size("20MB"), Ok(20_000_000));
        assert_eq!(size("1 GiB"), Ok(1 << 30));
        assert_eq!(size("1048576"), Ok(1 << 20));
        assert_eq!(rate("20MB/s"), Ok(20_000_000));
        assert_eq!(rate("20MB/s"), rate("20MB"));
        for invalid in ["", "/s", "0", "0MB/s", "20MB/m", "20 Mbit/s", "-1MB/s"] {
            assert!(rate(invalid).is_err(), "{invalid}");
        }
        assert_eq!(duration("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(duration("30d"), Ok(Duration::from_secs(30 * 86400)));
        for time in [Duration::from_millis(1500), Duration::from_secs(90), Duration::from_secs(30 * 86400)] {
            assert_eq!(duration(&exact_duration(time)), Ok(time));
        }
        for invalid in ["", "x", "-1", "12parsecs", "99999999999999999999999999"] {
            assert!(size(invalid).is_err(), "{invalid}: {:?}", size(invalid));
            assert!(duration(invalid).is_err(), "{invalid}");
        }
    }
}
