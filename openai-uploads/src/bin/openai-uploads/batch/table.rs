//! The batches of a run as they progress: a live table on a terminal, a line a minute elsewhere.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use console::truncate_str;
use openai_uploads::batch::{Event, Shard, ShardProgress, ShardStatus};
use openai_uploads::models::batch::Status as BatchStatus;

use super::row::{Row, time_left};
use crate::progress::{Mode, Screen};
use crate::{message, quantity};

/// The time between two lines where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(60);

/// The most batches in the table. The others are counted.
const ROWS: usize = 12;

/// Shows the batches of a run.
pub(super) struct Table {
    mode: Mode,
    screen: Screen,
    started: Instant,
    last_line: Instant,
    checking: Option<(u64, u64)>,
    /// How many requests were done when the run was continued.
    done_before: u64,
    rows: BTreeMap<u32, Row>,
}

impl Table {
    pub(super) fn new(is_quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            mode: Mode::new(is_quiet),
            screen: Screen::new(),
            started: now,
            last_line: now,
            checking: None,
            done_before: 0,
            rows: BTreeMap::new(),
        }
    }

    /// Records an event, and prints it if it needs a line.
    pub(super) fn take(&mut self, event: &Event) {
        match event {
            Event::Checking { bytes, of } => self.checking = Some((*bytes, *of)),
            Event::InputWarning { path, warning } => {
                self.write(&message::warning(&format!("{}: {warning}", message::path(path))));
            }
            Event::Split { lines, shards } => {
                self.add(shards);
                self.write(&format!(
                    "{} {} in {}",
                    quantity::count(*lines),
                    if *lines == 1 { "request" } else { "requests" },
                    message::count(shards.len(), "batch")
                ));
            }
            Event::Resumed { shards } => {
                self.add(shards);
                self.done_before = self.rows.values().map(|row| row.done).sum();
                self.write(&format!("continuing a run of {}", message::count(shards.len(), "batch")));
            }
            Event::WaitingForLease { lease, .. } => {
                let lease = quantity::shown_duration(*lease);
                self.write(&format!("another machine has this run; it is watched for {lease}"));
            }
            Event::OptionsChanged { options, is_applied } => self.write(&options_changed(options, *is_applied)),
            Event::RetryingLines { lines, shards } => {
                self.add(shards);
                self.write(&format!("sending {} failed requests again", quantity::count(*lines)));
            }
            Event::Uploading { shard } => self.set_status(*shard, "uploading"),
            Event::Created { shard, batch_id, was_found } => {
                self.set_status(*shard, "created");
                if let Some(row) = self.rows.get_mut(shard) {
                    row.since = Some(Instant::now());
                }
                if *was_found {
                    self.write(&format!("batch {shard}: {batch_id} exists already and is used"));
                }
            }
            Event::Progress { shard, status, completed, failed, total, created_at } => {
                let is_news = self.rows.get(shard).is_some_and(|row| row.status != *status);
                if is_news && let BatchStatus::Other(status) = BatchStatus::from(status.as_str()) {
                    self.write(&message::warning(&format!(
                        "batch {shard} has the status {}, which this version does not know; waiting for it to end",
                        message::word(&status)
                    )));
                }
                self.set_status(*shard, status);
                if let Some(row) = self.rows.get_mut(shard) {
                    (row.done, row.failed, row.total) = (completed + failed, *failed, *total);
                    row.first.get_or_insert_with(|| (Instant::now(), row.done));
                    row.set_created_at(*created_at);
                }
            }
            Event::QueueFull { shard, message, wait } => {
                self.set_status(*shard, "queue full");
                let wait = quantity::shown_duration(*wait);
                self.write(&message::warning(&format!(
                    "batch {shard} does not fit in the queue and waits for up to {wait}: {}",
                    message::text(message)
                )));
            }
            Event::Ended { shard, status, errors, .. } => {
                self.set_status(*shard, status);
                if let Some(row) = self.rows.get_mut(shard) {
                    row.is_over = true;
                }
                for error in errors.iter().take(3) {
                    let text = error.message.as_ref().or(error.code.as_ref()).map_or("no reason given", |text| text);
                    self.write(&message::warning(&format!("batch {shard} {status}: {}", message::text(text))));
                }
            }
            Event::Fetched { shard, answered, failed } => {
                if let Some(row) = self.rows.get_mut(shard) {
                    (row.done, row.failed) = (answered + failed, *failed);
                }
            }
            Event::StrangeResults { shard, unknown, repeated } => self.write(&message::warning(&format!(
                "the results of batch {shard} have {unknown} lines that are none of its requests', and {repeated} \
                 repeated ones; they are ignored"
            ))),
            Event::Retrying { step, wait, reason } => self.write(&message::warning(&format!(
                "{step} failed, retrying in {:.1} s: {}",
                wait.as_secs_f64(),
                message::text(reason)
            ))),
            Event::NotDeleted { file_id, reason } => self.write(&message::warning(&format!(
                "file {} could not be deleted: {}",
                message::word(file_id),
                message::text(reason)
            ))),
            _ => {}
        }
        self.draw();
    }

    /// To be called every second: ages grow even when nothing happens.
    pub(super) fn tick(&mut self) {
        self.draw();
        if self.mode == Mode::Lines && self.last_line.elapsed() >= BETWEEN_LINES {
            self.last_line = Instant::now();
            message::write(&self.totals());
        }
    }

    pub(super) fn close(&mut self) {
        self.screen.clear();
    }

    fn add(&mut self, shards: &[Shard]) {
        self.checking = None;
        for shard in shards {
            let is_over = matches!(shard.progress, ShardProgress::Ended | ShardProgress::Fetched);
            let row = Row {
                model: shard.model.clone(),
                status: status_of(shard).to_owned(),
                done: if is_over { shard.lines } else { 0 },
                failed: 0,
                total: shard.lines,
                first: None,
                since: (shard.progress == ShardProgress::Running).then(Instant::now),
                is_over,
            };
            self.rows.insert(shard.number, row);
        }
    }

    fn set_status(&mut self, shard: u32, status: &str) {
        if let Some(row) = self.rows.get_mut(&shard) {
            status.clone_into(&mut row.status);
        }
    }

    fn write(&mut self, line: &str) {
        if self.mode != Mode::Quiet {
            self.screen.clear();
            message::write(line);
        }
    }

    fn draw(&mut self) {
        if self.mode == Mode::Bars {
            let (height, width) = self.screen.size();
            self.screen.draw(self.lines(height, width));
        }
    }

    fn lines(&self, height: usize, width: usize) -> Vec<String> {
        if let Some((bytes, of)) = self.checking {
            return vec![format!("checking {} of {}", quantity::shown_size(bytes), quantity::shown_size(of))];
        }
        let running: Vec<_> =
            self.rows.iter().filter(|(_, row)| row.since.is_some() && !row.is_over).collect();
        let most = ROWS.min(height.saturating_sub(2));
        let mut lines: Vec<String> =
            running.iter().take(most).map(|(number, row)| row.line(**number)).collect();
        if running.len() > most {
            lines.push(format!("… and {} more", running.len() - most));
        }
        lines.push(self.totals());
        lines.iter().map(|line| truncate_str(line, width, "…").into_owned()).collect()
    }

    /// All batches in one line.
    fn totals(&self) -> String {
        let over = self.rows.values().filter(|row| row.is_over).count();
        let (mut done, mut failed, mut total) = (0, 0, 0);
        for row in self.rows.values() {
            done += row.done;
            failed += row.failed;
            total += row.total;
        }
        let failed =
            if failed == 0 { String::new() } else { format!(", {} failed", quantity::count(failed)) };
        format!(
            "{over} of {} ended, {} of {} requests done{failed}, {}{}",
            message::count(self.rows.len(), "batch"),
            quantity::count(done),
            quantity::count(total),
            quantity::shown_duration(self.started.elapsed()),
            self.estimate(done, total)
        )
    }

    /// The estimated time left. Empty until there is a rate.
    fn estimate(&self, done: u64, total: u64) -> String {
        let left = time_left(
            self.started.elapsed(),
            done.saturating_sub(self.done_before),
            total.saturating_sub(done),
        );
        left.map(|left| format!(", {left}")).unwrap_or_default()
    }
}

fn options_changed(options: &[&str], is_applied: bool) -> String {
    let options: Vec<_> = options.iter().map(|option| format!("--{}", option.replace('_', "-"))).collect();
    let options = options.join(", ");
    message::warning(&match is_applied {
        true => format!("not as before: {options}; this applies to the batches that are created from now on"),
        false => {
            format!("not as before: {options}; this has no effect, since the requests are split already")
        }
    })
}

/// A shard as `batch status` prints it.
pub(super) fn status_line(status: &ShardStatus) -> String {
    let ShardStatus { shard, completed, failed, .. } = status;
    let failed = if *failed == 0 { String::new() } else { format!(", {} failed", quantity::count(*failed)) };
    format!(
        "{:>4}  {:<20}  {:<11}  {:>9} of {:>9} done{failed}  {}",
        shard.number,
        truncate_str(&message::word(&shard.model), 20, "…"),
        message::word(status.status.as_deref().unwrap_or("waiting")),
        quantity::count(completed + status.failed),
        quantity::count(shard.lines),
        message::word(shard.batch_id.as_deref().unwrap_or("-"))
    )
}

fn status_of(shard: &Shard) -> &'static str {
    match shard.progress {
        ShardProgress::Running => "running",
        ShardProgress::Ended => "ended",
        ShardProgress::Fetched => "fetched",
        _ => "waiting",
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use console::measure_text_width;

    use super::*;

    fn table(running: u32) -> Table {
        let mut table = Table::new(true);
        for number in 1..=20 {
            let row = Row {
                model: "a-model-with-a-rather-long-name".to_owned(),
                status: "in_progress".to_owned(),
                done: 12_345,
                failed: 7,
                total: 50_000,
                first: None,
                since: (number <= running).then(Instant::now),
                is_over: false,
            };
            table.rows.insert(number, row);
        }
        table
    }

    #[test]
    fn the_age_of_a_batch_counts_from_its_creation() {
        let mut table = table(1);
        let hour_ago = UNIX_EPOCH.elapsed().unwrap().as_secs() - 3600;
        let progress = |created_at| Event::Progress {
            shard: 1,
            status: "in_progress".to_owned(),
            completed: 1,
            failed: 0,
            total: 2,
            created_at,
        };
        table.take(&progress(None));
        assert!(table.lines(10, 120)[0].ends_with(" 0s"), "{:?}", table.lines(10, 120));
        table.take(&progress(Some(hour_ago)));
        assert!(table.lines(10, 120)[0].contains(" 1h"), "{:?}", table.lines(10, 120));
        // A clock that is ahead changes nothing.
        table.take(&progress(Some(u64::MAX)));
        assert!(table.lines(10, 120)[0].contains(" 1h"), "{:?}", table.lines(10, 120));
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [20, 60, 80, 120] {
            let lines = table(3).lines(24, width);
            assert_eq!(lines.len(), 4);
            assert!(lines.iter().all(|line| measure_text_width(line) <= width), "{lines:#?}");
        }
    }

    #[test]
    fn batches_that_have_to_wait_are_counted() {
        let lines = table(20).lines(10, 120);
        assert_eq!(lines.len(), 10);
        assert_eq!(lines[8], "… and 12 more");
        assert!(
            lines[9].starts_with("0 of 20 batches ended, 246,900 of 1,000,000 requests done"),
            "{}",
            lines[9]
        );
    }
}
