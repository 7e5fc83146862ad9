//! How far an upload is: bars on a terminal, a plain line every few seconds elsewhere, nothing if asked so.

use std::env;
use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use openai_uploads::uploader::Event;

use crate::{message, quantity};

/// How far apart the plain lines are.
const BETWEEN_LINES: Duration = Duration::from_secs(3);

const BAR: &str = "{prefix} [{wide_bar}] {percent}% {binary_bytes}/{binary_total_bytes} \
                   {binary_bytes_per_sec} {eta} left{msg}";

/// All the files of a run.
pub(crate) struct Board {
    mode: Mode,
    bars: MultiProgress,
    /// All files together; it is shown where there are several.
    total: ProgressBar,
    files: usize,
    files_done: AtomicUsize,
    retries: AtomicUsize,
    last_line: Mutex<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Bars,
    Lines,
    Quiet,
}

/// One file.
pub(crate) struct FileProgress {
    board: Arc<Board>,
    name: String,
    bar: ProgressBar,
    /// What the total was told.
    counted: u64,
    /// What had arrived before this run.
    resumed: u64,
    retries: usize,
    begun: Instant,
}

impl Board {
    /// A board for the files with these names, which have so many bytes in all.
    pub(crate) fn new(names: &[String], bytes: u64, quiet: bool) -> Arc<Self> {
        let files = names.len();
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let mode = match (quiet, io::stderr().is_terminal() && !dumb) {
            (true, _) => Mode::Quiet,
            (false, true) => Mode::Bars,
            (false, false) => Mode::Lines,
        };
        let target =
            if mode == Mode::Bars { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let total = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        let total = if files > 1 { bars.add(total) } else { total };
        total.set_style(style());
        total.set_prefix(match names {
            [name] => name.clone(),
            _ => message::count(files, "file"),
        });
        Arc::new(Self {
            mode,
            bars,
            total,
            files,
            files_done: AtomicUsize::new(0),
            retries: AtomicUsize::new(0),
            last_line: Mutex::new(Instant::now()),
        })
    }

    /// A file begins.
    pub(crate) fn file(self: &Arc<Self>, name: String) -> FileProgress {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(style());
        bar.set_prefix(short(&name));
        FileProgress {
            board: Arc::clone(self),
            name,
            bar,
            counted: 0,
            resumed: 0,
            retries: 0,
            begun: Instant::now(),
        }
    }

    /// To be called about once a second: what is shown moves on even when nothing happens.
    pub(crate) fn tick(&self) {
        self.total.tick();
        if self.mode != Mode::Lines {
            return;
        }
        let mut last_line = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        if last_line.elapsed() < BETWEEN_LINES {
            return;
        }
        *last_line = Instant::now();
        let (at, of) = (self.total.position(), self.total.length().unwrap_or_default());
        let percent = (at * 100).checked_div(of).unwrap_or(100);
        let rate = self.total.per_sec();
        let left = match self.total.eta() {
            _ if at == of => ", completing".to_owned(),
            left if left.is_zero() || rate < 1.0 => String::new(),
            left => format!(", {} left", quantity::shown_duration(left)),
        };
        let files = match (self.files, self.files_done.load(Ordering::Relaxed)) {
            (1, _) => self.total.prefix(),
            (files, done) => format!("{done} of {files} files"),
        };
        message::write(&format!(
            "{files}: {} of {} ({percent}%), {}/s{left}{}",
            quantity::shown_size(at),
            quantity::shown_size(of),
            quantity::shown_size(whole(rate)),
            retries(self.retries.load(Ordering::Relaxed)),
        ));
    }

    /// Tells something on stderr, above the bars.
    pub(crate) fn note(&self, text: &str) {
        if self.mode != Mode::Quiet {
            self.write(text);
        }
    }

    /// Tells something on stderr, however quiet the run is.
    pub(crate) fn write(&self, text: &str) {
        self.aside(|| message::write(text));
    }

    /// Does something that writes to the terminal while the bars are out of the way.
    pub(crate) fn aside<T>(&self, what: impl FnOnce() -> T) -> T {
        self.bars.suspend(what)
    }

    /// Takes the bars away.
    pub(crate) fn close(&self) {
        self.total.finish_and_clear();
        let _ = self.bars.clear();
    }
}

impl FileProgress {
    pub(crate) fn tell(&mut self, event: &Event) {
        match event {
            Event::Warning(warning) => {
                let warning = message::text(&format!("{}: {warning}", self.name));
                self.board.note(&message::warning(&warning));
            }
            Event::Planned { plan } => {
                self.bar.set_length(plan.bytes());
                if self.board.mode == Mode::Bars {
                    let bars = &self.board.bars;
                    self.bar = match self.board.files {
                        1 => bars.add(self.bar.clone()),
                        _ => bars.insert_before(&self.board.total, self.bar.clone()),
                    };
                }
                self.board.note(&format!("{}: {plan}", self.name));
            }
            Event::Resumed { upload_id, plan, parts, bytes } => {
                self.resumed = *bytes;
                self.at(*bytes);
                self.bar.reset_eta();
                self.board.total.reset_eta();
                self.board.note(&message::text(&format!(
                    "{}: goes on with {upload_id}, of which {parts} of {} arrived before",
                    self.name,
                    message::count(plan.part_count(), "part"),
                )));
            }
            Event::Afresh { reason } => {
                let reason = message::text(&reason.to_string());
                self.board.note(&format!("{}: begins anew, since {reason}", self.name));
            }
            Event::BytesSent { sent, .. } => self.at(*sent),
            Event::Retrying { step, wait, reason, .. } => {
                self.retries += 1;
                self.board.retries.fetch_add(1, Ordering::Relaxed);
                self.bar.set_message(retries(self.retries));
                if self.board.mode == Mode::Lines {
                    self.board.note(&message::text(&format!(
                        "{}: {step} failed and is tried again after {wait:.1?}: {reason}",
                        self.name
                    )));
                }
            }
            Event::Completing { .. } => self.bar.set_message(", completing"),
            _ => {}
        }
    }

    /// The file is there.
    pub(crate) fn done(self) {
        let took = self.begun.elapsed();
        let of = self.bar.length().unwrap_or_default();
        self.end();
        let sent = of.saturating_sub(self.resumed);
        self.board.note(&format!(
            "{}: sent {} in {:.1} s, {}/s{}",
            self.name,
            quantity::shown_size(sent),
            took.as_secs_f64(),
            quantity::shown_size(sent * 1000 / u64::try_from(took.as_millis()).unwrap_or(u64::MAX).max(1)),
            retries(self.retries),
        ));
    }

    /// The file is not there, as an error says elsewhere.
    pub(crate) fn failed(self) {
        self.end();
    }

    fn end(&self) {
        self.bar.finish_and_clear();
        self.board.files_done.fetch_add(1, Ordering::Relaxed);
    }

    /// So many bytes have been sent; fewer than before when a part is repeated.
    fn at(&mut self, sent: u64) {
        self.bar.set_position(sent);
        let total = &self.board.total;
        total.set_position((total.position() + sent).saturating_sub(self.counted));
        self.counted = sent;
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(BAR).expect("the template is one of indicatif's").progress_chars("=> ")
}

/// The last of a path, cut so that it leaves room for a bar.
fn short(name: &str) -> String {
    const LONGEST: usize = 24;
    let last = name.rsplit(std::path::MAIN_SEPARATOR).next().unwrap_or(name);
    if last.chars().count() <= LONGEST {
        return last.to_owned();
    }
    last.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn retries(retries: usize) -> String {
    match retries {
        0 => String::new(),
        1 => ", 1 retry".to_owned(),
        many => format!(", {many} retries"),
    }
}

/// A rate without the fraction of a byte.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn whole(rate: f64) -> u64 {
    rate as u64
}
