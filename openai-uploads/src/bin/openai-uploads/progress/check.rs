//! The progress of a check: a reader that shows a bar while it is read.

use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use super::amount::Unit;
use super::layout::{self, Row, Status, Summary};
use super::rate::Rate;
use super::screen::Screen;
use super::{Mode, TICK};
use crate::message;

/// A file or object that is read from its beginning to its end. On a terminal a bar shows how far it is.
pub(crate) struct CheckProgress {
    reader: Box<dyn Read + Send>,
    /// `None` where nobody sees it.
    bar: Option<Bar>,
}

struct Bar {
    name: String,
    length: u64,
    read: u64,
    screen: Screen,
    rate: Rate,
    started: Instant,
    last_drawn: Instant,
}

impl CheckProgress {
    /// Without a length there is no bar.
    pub(crate) fn new(
        reader: Box<dyn Read + Send>,
        path: &Path,
        length: Option<u64>,
        is_quiet: bool,
    ) -> Self {
        let length = length.filter(|_| Mode::new(is_quiet) == Mode::Bars);
        let bar = length.map(|length| {
            let now = Instant::now();
            Bar {
                name: message::one_line(&path.file_name().unwrap_or_default().to_string_lossy()),
                length,
                read: 0,
                screen: Screen::new(),
                rate: Rate::new(now, 0),
                started: now,
                last_drawn: now,
            }
        });
        Self { reader, bar }
    }
}

impl Read for CheckProgress {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if let Some(bar) = &mut self.bar {
            bar.advance(read as u64);
        }
        Ok(read)
    }
}

impl Bar {
    fn advance(&mut self, bytes: u64) {
        self.read += bytes;
        let now = Instant::now();
        if now.duration_since(self.last_drawn) < TICK {
            return;
        }
        self.last_drawn = now;
        self.rate.sample(now, self.read);
        let row = Row {
            name: self.name.clone(),
            done: self.read,
            of: self.length,
            status: Status::Checking,
            notice: None,
        };
        let summary = Summary {
            bytes_per_second: self.rate.per_second(),
            elapsed: now.duration_since(self.started),
            left: self.rate.time_left(self.length.saturating_sub(self.read)),
            retries: 0,
        };
        let (_, width) = self.screen.size();
        self.screen.draw(layout::lines(&[row], &summary, Unit::of(self.length), width));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.screen.clear();
    }
}
