//! Sizes, rates and times as text.

use std::time::Duration;

/// The unit of all sizes on one screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Bytes,
    KiB,
    MiB,
    GiB,
}

impl Unit {
    /// The best unit for progress over a number of bytes.
    pub(super) fn of(bytes: u64) -> Self {
        match bytes {
            0..10_000 => Self::Bytes,
            10_000..1_000_000 => Self::KiB,
            1_000_000..100_000_000_000 => Self::MiB,
            100_000_000_000.. => Self::GiB,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::KiB => "KiB",
            Self::MiB => "MiB",
            Self::GiB => "GiB",
        }
    }

    /// The number of units in `bytes`, with one decimal, rounded down so that 100 % is not shown too early.
    pub(super) fn number(self, bytes: u64) -> String {
        let shift = match self {
            Self::Bytes => return bytes.to_string(),
            Self::KiB => 10,
            Self::MiB => 20,
            Self::GiB => 30,
        };
        let tenths = (u128::from(bytes) * 10) >> shift;
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// `460.8 of 1024.0 MiB (45%)`.
pub(super) fn amount(done: u64, of: u64, unit: Unit) -> String {
    format!("{} of {} {} ({}%)", unit.number(done), unit.number(of), unit.name(), percent(done, of))
}

/// `35.2 MiB/s`.
pub(super) fn rate(bytes_per_second: u64) -> String {
    let unit = match bytes_per_second {
        0..1024 => Unit::Bytes,
        1024..0x10_0000 => Unit::KiB,
        0x10_0000.. => Unit::MiB,
    };
    format!("{} {}/s", unit.number(bytes_per_second), unit.name())
}

/// `, 2 retries`.
pub(super) fn retries(retries: usize) -> String {
    match retries {
        0 => String::new(),
        1 => ", 1 retry".to_owned(),
        many => format!(", {many} retries"),
    }
}

/// `retrying in 0.4 s`.
pub(super) fn next_try(wait: Duration) -> String {
    if wait < Duration::from_millis(50) {
        "retrying now".to_owned()
    } else {
        format!("retrying in {}", seconds(wait))
    }
}

/// `0.4 s`, or `12 s` where tenths do not matter.
pub(super) fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} s", time.as_secs())
    }
}

/// `0:12`, `1:02:03`.
pub(super) fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// How much is done, in percent, rounded down.
pub(super) fn percent(done: u64, of: u64) -> u64 {
    let percent = (u128::from(done) * 100).checked_div(of.into()).unwrap_or(0);
    u64::try_from(percent).unwrap_or(100).min(100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn all_sizes_have_one_unit_and_one_decimal() {
        assert_eq!(amount(460 * MIB, 1024 * MIB, Unit::of(1024 * MIB)), "460.0 of 1024.0 MiB (44%)");
        assert_eq!(amount(5, 5, Unit::of(5)), "5 of 5 B (100%)");
        assert_eq!(amount(0, 0, Unit::of(0)), "0 of 0 B (0%)");
        assert_eq!((Unit::of(20_000), Unit::of(u64::MAX)), (Unit::KiB, Unit::GiB));
    }

    #[test]
    fn a_clock_has_hours_only_where_there_are_any() {
        assert_eq!(clock(Duration::from_secs(12)), "0:12");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
    }
}
