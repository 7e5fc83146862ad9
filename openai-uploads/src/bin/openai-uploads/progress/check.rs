//! The progress of a check: a file that shows a bar while it is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use super::layout::{self, Row, Status, Summary, Unit};
use super::rate::Rate;
use super::screen::Screen;
use super::{Mode, TICK};
use crate::message;

/// A file that is read from its beginning to its end. On a terminal a bar shows how far it is.
pub(crate) struct CheckProgress {
    file: File,
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
    pub(crate) fn new(path: &Path, is_quiet: bool) -> io::Result<Self> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let is_seen = Mode::new(is_quiet) == Mode::Bars && metadata.is_file();
        let bar = is_seen.then(|| {
            let now = Instant::now();
            Bar {
                name: message::one_line(&path.file_name().unwrap_or_default().to_string_lossy()),
                length: metadata.len(),
                read: 0,
                screen: Screen::new(),
                rate: Rate::new(now, 0),
                started: now,
                last_drawn: now,
            }
        });
        Ok(Self { file, bar })
    }
}

impl Read for CheckProgress {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
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
