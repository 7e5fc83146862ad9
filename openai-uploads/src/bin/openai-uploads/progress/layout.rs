//! How progress looks on a terminal of some width. Nothing here knows of a terminal or a clock.

use std::time::Duration;

use console::measure_text_width;

use super::amount::{Unit, clock, next_try, percent, rate, retries, seconds};
use super::cut::{cut_end, cut_name, pad_end, shared_start};
use crate::message;

/// The widest and the narrowest that names get.
const NAME_WIDTHS: (usize, usize) = (40, 8);

/// A narrower bar says less than the percentage.
const MIN_BAR_WIDTH: usize = 7;
const MAX_BAR_WIDTH: usize = 40;

/// What is between two columns.
const GAP: &str = "  ";

/// What is shown of one file, or of all together.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) done: u64,
    pub(super) of: u64,
    pub(super) status: Status,
    /// Something that needs a line of its own.
    pub(super) notice: Option<Notice>,
}

pub(super) enum Status {
    Checking,
    Starting,
    /// By one request.
    Sending,
    Parts {
        done: usize,
        of: usize,
    },
    Completing,
    /// Nothing to say.
    Blank,
}

pub(super) enum Notice {
    /// A request failed and is sent again.
    Retry { what: String, reason: String, wait: Duration },
    /// The server has not answered for this long.
    Waiting(Duration),
}

/// The line below the rows.
pub(super) struct Summary {
    pub(super) bytes_per_second: u64,
    pub(super) elapsed: Duration,
    pub(super) left: Option<Duration>,
    pub(super) retries: usize,
}

/// The lines that show `rows` and `summary`, none of them wider than `width` columns.
pub(super) fn lines(rows: &[Row], summary: &Summary, unit: Unit, width: usize) -> Vec<String> {
    let table = Table::new(rows, unit, width);
    let mut lines = Vec::new();
    for row in rows {
        lines.push(table.line(row));
        lines.extend(row.notice.as_ref().map(|notice| notice.line(width)));
    }
    lines.push(cut_end(&format!("{GAP}{}", summary.text()), width));
    lines
}

/// The widths of the columns: name, bar, percentage, sizes, status.
struct Table {
    unit: Unit,
    width: usize,
    /// How many bytes all names begin with that are cut.
    shared: usize,
    name: usize,
    bar: Option<usize>,
    number: usize,
    short_status: bool,
}

impl Table {
    fn new(rows: &[Row], unit: Unit, width: usize) -> Self {
        let longest = |text: fn(&Row, Unit) -> String| {
            rows.iter().map(|row| measure_text_width(&text(row, unit))).max().unwrap_or_default()
        };
        let number = longest(|row, unit| unit.number(row.of));
        let sizes = number * 2 + 1 + 1 + unit.name().len();
        let status = [longest(|row, _| row.status.text(false)), longest(|row, _| row.status.text(true))];
        let wanted_name = longest(|row, _| row.name.clone()).min(NAME_WIDTHS.0);
        // Percentage, sizes and status with what is before each of them.
        let rest = |status: usize| GAP.len() * 3 + 4 + sizes + status;
        let fits = |status: usize| rest(status) + wanted_name + GAP.len() + MIN_BAR_WIDTH * 2 <= width;
        let short_status = !fits(status[0]);
        let free = width.saturating_sub(rest(status[usize::from(short_status)]));
        let name_limit = free.saturating_sub(GAP.len() + MIN_BAR_WIDTH).max(NAME_WIDTHS.1).min(free);
        let name = wanted_name.min(name_limit);
        let bar = free.checked_sub(name + GAP.len()).filter(|bar| *bar >= MIN_BAR_WIDTH);
        let cut = rows.iter().map(|row| row.name.as_str()).filter(|text| measure_text_width(text) > name);
        let shared = shared_start(&cut.collect::<Vec<_>>());
        Self { unit, width, shared, name, bar: bar.map(|bar| bar.min(MAX_BAR_WIDTH)), number, short_status }
    }

    fn line(&self, row: &Row) -> String {
        let mut line = pad_end(&cut_name(&row.name, self.shared, self.name), self.name);
        if let Some(width) = self.bar {
            line += &format!("{GAP}{}", bar(row.done, row.of, width));
        }
        let (done, of) = (self.unit.number(row.done), self.unit.number(row.of));
        let (number, unit) = (self.number, self.unit.name());
        line += &format!("{GAP}{:>3}%{GAP}{done:>number$}/{of:>number$} {unit}", percent(row.done, row.of));
        line += &format!("{GAP}{}", row.status.text(self.short_status));
        cut_end(line.trim_end(), self.width)
    }
}

impl Status {
    fn text(&self, short: bool) -> String {
        match self {
            Self::Checking => "checking".to_owned(),
            Self::Starting => "starting".to_owned(),
            Self::Sending => "sending".to_owned(),
            Self::Parts { done, of } if short => format!("{done}/{of}"),
            Self::Parts { done, of } => format!("{done}/{of} part{}", if *of == 1 { "" } else { "s" }),
            Self::Completing if short => "ending".to_owned(),
            Self::Completing => "completing".to_owned(),
            Self::Blank => String::new(),
        }
    }
}

impl Notice {
    /// Where there is too little room it is the reason that is cut.
    fn line(&self, width: usize) -> String {
        match self {
            Self::Waiting(time) => {
                cut_end(&format!("{GAP}waiting for the server for {}", seconds(*time)), width)
            }
            Self::Retry { what, reason, wait } => {
                let begin = format!("{GAP}{what} failed: ");
                let end = format!(", {}", next_try(*wait));
                let room = width.saturating_sub(measure_text_width(&begin) + measure_text_width(&end));
                cut_end(&format!("{begin}{}{end}", cut_end(&message::one_line(reason), room)), width)
            }
        }
    }
}

impl Summary {
    pub(super) fn text(&self) -> String {
        format!(
            "{}, {} elapsed, {} left{}",
            rate(self.bytes_per_second),
            clock(self.elapsed),
            self.left.map_or_else(|| "—".to_owned(), clock),
            retries(self.retries),
        )
    }
}

/// `[=====>    ]`.
fn bar(done: u64, of: u64, width: usize) -> String {
    let inside = width - 2;
    let filled = (u128::from(done) * inside as u128).checked_div(of.into()).unwrap_or(0);
    let filled = usize::try_from(filled).map_or(inside, |filled| filled.min(inside));
    let head = if filled > 0 && filled < inside { ">" } else { "" };
    let body = "=".repeat(filled - head.len());
    format!("[{body}{head}{}]", " ".repeat(inside - filled))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn row(name: &str, done: u64, of: u64, status: Status) -> Row {
        Row { name: name.to_owned(), done, of, status, notice: None }
    }

    fn summary() -> Summary {
        Summary {
            bytes_per_second: 35 * MIB,
            elapsed: Duration::from_secs(12),
            left: Some(Duration::from_secs(75)),
            retries: 0,
        }
    }

    fn shown(rows: &[Row], summary: &Summary, unit: Unit, width: usize) -> String {
        lines(rows, summary, unit, width).join("\n")
    }

    #[test]
    fn one_file_at_three_widths() {
        let rows = [row("train.jsonl", 460 * MIB, 1024 * MIB, Status::Parts { done: 7, of: 16 })];
        assert_eq!(
            shown(&rows, &summary(), Unit::MiB, 59),
            "train.jsonl  [====>        ]   44%   460.0/1024.0 MiB  7/16\n\
             \x20 35.0 MiB/s, 0:12 elapsed, 1:15 left"
        );
        assert_eq!(
            shown(&rows, &summary(), Unit::MiB, 79),
            "train.jsonl  [===========>               ]   44%   460.0/1024.0 MiB  7/16 parts\n\
             \x20 35.0 MiB/s, 0:12 elapsed, 1:15 left"
        );
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        let statuses = [
            Status::Parts { done: 10_000, of: 10_000 },
            Status::Parts { done: 0, of: 1 },
            Status::Checking,
            Status::Completing,
            Status::Starting,
            Status::Blank,
        ];
        let names = ["a", "train.jsonl", "日本語のとても長い名前のファイル.jsonl", &"x".repeat(200)];
        let mut rows = Vec::new();
        for (status, name) in statuses.into_iter().zip(names.into_iter().cycle()) {
            let mut row = row(name, 8191 * MIB, 8192 * MIB, status);
            row.notice = Some(Notice::Retry {
                what: "sending part 9999 and 7 more".to_owned(),
                reason: "connection refused\nby 127.0.0.1 ".repeat(9),
                wait: Duration::from_millis(400),
            });
            rows.push(row);
        }
        let long = Summary {
            bytes_per_second: u64::MAX,
            elapsed: Duration::from_secs(100_000),
            left: Some(Duration::from_secs(u64::MAX)),
            retries: 100_000,
        };
        for width in 0..200 {
            for summary in [&summary(), &long] {
                for line in lines(&rows, summary, Unit::MiB, width) {
                    assert!(measure_text_width(&line) <= width, "{width}: {line:?}");
                    assert!(!line.contains('\n'), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [
            row("a.jsonl", MIB, 1024 * MIB, Status::Parts { done: 7, of: 16 }),
            row("longer-name.jsonl", 0, 3 * MIB, Status::Checking),
            row("2/5 files", 512 * MIB, 5120 * MIB, Status::Blank),
        ];
        let shown = lines(&rows, &summary(), Unit::MiB, 79);
        let at = |what: &str| shown[..3].iter().map(|line| line.find(what)).collect::<Vec<_>>();
        for what in ["[", "]", "%", "/", " MiB"] {
            let places = match what {
                "/" => continue,
                what => at(what),
            };
            assert!(places.iter().all(|place| place.is_some() && *place == places[0]), "{what}: {shown:#?}");
        }
    }

    #[test]
    fn a_retry_shows_its_reason_and_the_next_try_however_narrow_it_is() {
        let notice = |reason: &str, width| {
            let (what, reason) = ("part 3".to_owned(), reason.to_owned());
            Notice::Retry { what, reason, wait: Duration::from_millis(400) }.line(width)
        };
        assert_eq!(
            notice("connection refused", 80),
            "  part 3 failed: connection refused, retrying in 0.4 s"
        );
        assert_eq!(notice("connection refused", 45), "  part 3 failed: connecti…, retrying in 0.4 s");
    }

    #[test]
    fn there_is_no_estimate_without_progress() {
        let stopped = Summary { bytes_per_second: 0, left: None, retries: 2, ..summary() };
        assert_eq!(stopped.text(), "0 B/s, 0:12 elapsed, — left, 2 retries");
    }
}
