//! The progress of a run on stderr: bars on a terminal, a plain line every few seconds elsewhere, or nothing.

mod amount;
mod check;
mod cut;
mod file;
mod layout;
mod rate;
mod screen;

use std::collections::HashSet;
use std::env;
use std::io::{self, IsTerminal};
use std::path::MAIN_SEPARATOR;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use openai_uploads::uploader::Event;

use self::amount::{Unit, amount};
pub(crate) use self::check::CheckProgress;
use self::cut::{cut_name, pad_end, shared_start};
use self::file::{File, Note, Phase};
use self::layout::{Row, Status, Summary};
use self::rate::Rate;
pub(crate) use self::screen::Screen;
use crate::message;

/// How often [`Board::tick`] is to be called.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// The time between plain lines.
const BETWEEN_LINES: Duration = Duration::from_secs(3);

/// The progress of all the files of a run.
pub(crate) struct Board {
    mode: Mode,
    /// Whether only warnings and progress are shown of a file, and nothing when it is done.
    is_brief: bool,
    state: Mutex<State>,
}

/// How progress is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Bars,
    Lines,
    Quiet,
}

impl Mode {
    pub(crate) fn new(is_quiet: bool) -> Self {
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        match (is_quiet, io::stderr().is_terminal() && !is_dumb) {
            (true, _) => Self::Quiet,
            (false, true) => Self::Bars,
            (false, false) => Self::Lines,
        }
    }
}

struct State {
    files: Vec<File>,
    names: NameColumn,
    screen: Screen,
    started: Instant,
    /// Of the bytes that were checked or sent, those of parts that failed included.
    rate: Rate,
    bytes_moved: u64,
    last_line: Instant,
    is_closed: bool,
}

/// What a run that stops leaves behind of a file.
pub(crate) struct Unfinished {
    /// What to call the file.
    pub(crate) name: String,
    pub(crate) parts_done: usize,
    pub(crate) parts: usize,
    /// Bytes that were on their way and have to be sent again.
    pub(crate) in_flight: u64,
}

/// The progress of one file, for the upload of it to report to.
#[derive(Clone)]
pub(crate) struct FileProgress {
    board: Arc<Board>,
    index: usize,
}

impl Board {
    /// A board for files of these paths and lengths.
    pub(crate) fn new(
        files: impl Iterator<Item = (String, u64)>,
        is_quiet: bool,
        is_brief: bool,
    ) -> Arc<Self> {
        let (paths, lengths): (Vec<_>, Vec<_>) =
            files.map(|(path, length)| (message::one_line(&path), length)).unzip();
        let now = Instant::now();
        let names = short_names(&paths);
        let column = NameColumn::of(&names);
        let files = names
            .into_iter()
            .zip(paths)
            .zip(lengths)
            .map(|((name, path), bytes)| File::new(name, path, bytes, now));
        let state = State {
            files: files.collect(),
            names: column,
            screen: Screen::new(),
            started: now,
            rate: Rate::new(now, 0),
            bytes_moved: 0,
            last_line: now,
            is_closed: false,
        };
        Arc::new(Self { mode: Mode::new(is_quiet), is_brief, state: Mutex::new(state) })
    }

    /// The file with this index starts.
    pub(crate) fn start_file(self: &Arc<Self>, index: usize) -> FileProgress {
        let mut state = self.state();
        let file = &mut state.files[index];
        (file.phase, file.started) = (Phase::Starting, Instant::now());
        FileProgress { board: Arc::clone(self), index }
    }

    /// Draws what has changed. To be called every [`TICK`].
    pub(crate) fn tick(&self) {
        let now = Instant::now();
        let mut state = self.state();
        let moved = state.bytes_moved;
        state.rate.sample(now, moved);
        match self.mode {
            Mode::Bars => state.draw(now),
            Mode::Lines if now.duration_since(state.last_line) >= BETWEEN_LINES => {
                state.last_line = now;
                message::write(&state.plain_line(now));
            }
            Mode::Lines | Mode::Quiet => {}
        }
    }

    /// Writes a line above the bars, unless the run is quiet.
    pub(crate) fn note(&self, text: &str) {
        if self.mode != Mode::Quiet {
            self.write(text);
        }
    }

    /// Writes a line above the bars, also in a quiet run.
    pub(crate) fn write(&self, text: &str) {
        self.suspended(|| message::write(text));
    }

    /// Does something that writes to the terminal while the bars are not there.
    pub(crate) fn suspended<T>(&self, write: impl FnOnce() -> T) -> T {
        let mut state = self.state();
        // They are brought up to date by the next tick: of thousands of files, that takes a while.
        let bars = state.screen.take();
        let result = write();
        state.screen.draw(bars);
        result
    }

    /// Removes the bars for good.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.screen.clear();
    }

    /// Whether those who read stderr see the id of a file that is done.
    pub(crate) fn shows_ids(&self) -> bool {
        self.mode == Mode::Bars && !self.is_brief
    }

    /// What the run leaves behind of the file with this index.
    pub(crate) fn unfinished(&self, index: usize) -> Unfinished {
        let state = self.state();
        let file = &state.files[index];
        let name = match self.mode {
            Mode::Bars => state.padded_name(index),
            Mode::Lines | Mode::Quiet => format!("{}:", file.path),
        };
        Unfinished {
            name,
            parts_done: file.parts_done,
            parts: file.parts,
            in_flight: file.sent.saturating_sub(file.arrived),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileProgress {
    pub(crate) fn report(&self, event: &Event) {
        let note = {
            let state = &mut *self.board.state();
            let file = &mut state.files[self.index];
            let sent_before = file.sent;
            let note = file.update(event);
            let grown = file.sent.saturating_sub(sent_before);
            let is_single = state.files.len() == 1;
            match event {
                Event::Progress(_) => state.bytes_moved += grown,
                Event::Checking { .. } if is_single => state.bytes_moved += grown,
                // A file is checked faster than it is sent.
                Event::Planned { .. } if is_single => {
                    state.rate = Rate::new(Instant::now(), state.bytes_moved);
                }
                _ => {}
            }
            note
        };
        match note {
            Some(Note::Always(note)) => self.board.note(&note),
            Some(Note::OnLines(note)) if self.board.mode == Mode::Lines && !self.board.is_brief => {
                self.board.note(&note)
            }
            Some(Note::OnLines(_)) | None => {}
        }
    }

    /// The file arrived and has this id.
    pub(crate) fn done(&self, id: &str) {
        if self.board.is_brief {
            return self.board.state().files[self.index].end(Phase::Done);
        }
        let note = {
            let mut state = self.board.state();
            let name = match self.board.mode {
                Mode::Bars => state.padded_name(self.index),
                Mode::Lines | Mode::Quiet => format!("{}:", state.files[self.index].path),
            };
            let file = &mut state.files[self.index];
            file.end(Phase::Done);
            format!("{name} {} {}", message::word(id), file.outcome())
        };
        self.board.note(&note);
    }

    /// The file is on the server already.
    pub(crate) fn skipped(&self) {
        self.board.state().files[self.index].end(Phase::Done);
    }

    /// The file did not arrive. The error says why.
    pub(crate) fn failed(&self) {
        self.board.state().files[self.index].end(Phase::Failed);
    }
}

/// How the names of files are shown below each other.
struct NameColumn {
    width: usize,
    /// The start that the names have in common which are too long.
    shared: usize,
}

impl NameColumn {
    fn of(names: &[String]) -> Self {
        const MAX_WIDTH: usize = 40;
        let width = names.iter().map(|name| console::measure_text_width(name)).max().unwrap_or_default();
        let width = width.min(MAX_WIDTH);
        let cut = names.iter().map(String::as_str).filter(|name| console::measure_text_width(name) > width);
        Self { width, shared: shared_start(&cut.collect::<Vec<_>>()) }
    }
}

impl State {
    /// The name of a file as wide as those of the others, for lines that stay on the terminal.
    fn padded_name(&self, index: usize) -> String {
        let NameColumn { width, shared } = self.names;
        pad_end(&cut_name(&self.files[index].name, shared, width), width)
    }

    fn draw(&mut self, now: Instant) {
        let (height, width) = self.screen.size();
        let active: Vec<_> = self.files.iter().filter(|file| file.is_active()).collect();
        if active.is_empty() || self.is_closed {
            return self.screen.clear();
        }
        // Each row may have a notice, and the summary takes two lines where there are several files.
        let room = (height.saturating_sub(2) / 2).max(1);
        let mut rows: Vec<_> = active.iter().take(room).map(|file| file.row(now)).collect();
        if self.files.len() > 1 {
            rows.push(self.total_row());
        }
        let lines = layout::lines(&rows, &self.summary(now), Unit::of(self.amount().1), width);
        self.screen.draw(lines);
    }

    fn total_row(&self) -> Row {
        let ended =
            self.files.iter().filter(|file| matches!(file.phase, Phase::Done | Phase::Failed)).count();
        let (done, of) = self.amount();
        let name = format!("{ended}/{} files", self.files.len());
        Row { name, done, of, status: Status::Blank, notice: None }
    }

    /// The bytes that are done and those of all files. What is checked counts if there is nothing else to show.
    fn amount(&self) -> (u64, u64) {
        let done = self.files.iter().map(|file| match file.phase {
            Phase::Done => file.bytes,
            Phase::Checking if self.files.len() > 1 => 0,
            _ => file.sent,
        });
        (done.sum(), self.files.iter().map(|file| file.bytes).sum())
    }

    fn summary(&self, now: Instant) -> Summary {
        let failed = self.files.iter().filter(|file| file.phase == Phase::Failed);
        let failed: u64 = failed.map(|file| file.bytes.saturating_sub(file.sent)).sum();
        let (done, of) = self.amount();
        Summary {
            bytes_per_second: self.rate.per_second(),
            elapsed: now.duration_since(self.started),
            left: self.rate.time_left(of.saturating_sub(done + failed)),
            retries: self.files.iter().map(|file| file.retries).sum(),
        }
    }

    fn plain_line(&self, now: Instant) -> String {
        let (done, of) = self.amount();
        let name = match &self.files[..] {
            [file] => file.path.clone(),
            _ => self.total_row().name,
        };
        let status = match &self.files[..] {
            [File { phase: Phase::Checking, .. }] => ", checking".to_owned(),
            [File { phase: Phase::Completing, .. }] => ", completing".to_owned(),
            [file @ File { phase: Phase::Sending, .. }] if !file.is_one_request() => {
                format!(", {} of {}", file.parts_done, message::count(file.parts, "part"))
            }
            _ => String::new(),
        };
        format!("{name}: {}{status}, {}", amount(done, of, Unit::of(of)), self.summary(now).text())
    }
}

/// The last components of the paths, or the paths where those are not different from each other.
fn short_names(paths: &[String]) -> Vec<String> {
    let names: Vec<_> =
        paths.iter().map(|path| path.rsplit(MAIN_SEPARATOR).next().unwrap_or(path).to_owned()).collect();
    let different: HashSet<_> = names.iter().collect();
    if different.len() == names.len() { names } else { paths.to_vec() }
}
