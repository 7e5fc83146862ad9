//! Dates and times with an offset (RFC 3339), such as `2030-03-17T17:46:40Z`.

use std::time::{Duration, SystemTime};

const SECONDS_PER_DAY: i64 = 86_400;

/// Reads a date and time. A fraction of a second is left out.
pub(super) fn date_time(text: &str) -> Option<SystemTime> {
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let [year, month, day] = numbers(date, '-')?;
    let (clock, rest) = time.split_at_checked(8)?;
    let [hour, minute, second] = numbers(clock, ':')?;
    let is_possible = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60;
    if !is_possible || second > 60 {
        return None;
    }
    let offset =
        offset_in_seconds(rest.trim_start_matches(|part: char| part == '.' || part.is_ascii_digit()))?;
    let days = days_since_1970(year, month, day);
    let seconds = days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(seconds).ok()?))
}

fn offset_in_seconds(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, text) =
        if let Some(text) = text.strip_prefix('+') { (1, text) } else { (-1, text.strip_prefix('-')?) };
    let [hours, minutes] = numbers(text, ':')?;
    Some(sign * (hours * 3600 + minutes * 60))
}

/// Exactly `N` numbers without signs.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let numbers: Option<Vec<i64>> = text
        .split(separator)
        .map(|number| number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok())?)
        .collect();
    numbers?.try_into().ok()
}

/// Days in the proleptic Gregorian calendar. Years begin in March, so that a leap day is the last of its year.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_read_with_their_offsets() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2000-03-01T00:00:00z", 951_868_800),
            ("2030-03-17T17:46:40Z", 1_900_000_000),
            ("2030-03-17T17:46:40.123456+00:00", 1_900_000_000),
            ("2030-03-17 19:46:40+02:00", 1_900_000_000),
            ("2030-03-17T12:16:40-05:30", 1_900_000_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            let expected = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(date_time(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn text_without_a_date_or_an_offset_is_not_read() {
        for text in [
            "",
            "soon",
            "2030-03-17",
            "2030-03-17T17:46:40",
            "2030-13-17T17:46:40Z",
            "2030-03-17T25:46:40Z",
            "2030-03-17T17:46:40+2",
            "-030-03-17T17:46:40Z",
            "1960-01-01T00:00:00Z",
            "2030-03-17T17:46:40Zulu",
            "日本日本日本日本日本",
        ] {
            assert_eq!(date_time(text), None, "{text}");
        }
    }
}
