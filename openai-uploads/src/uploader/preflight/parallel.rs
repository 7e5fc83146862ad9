//! Checks a file on several threads.
//!
//! Each thread checks [`Section`]s of the file by themselves. They are added to the check of the whole file in their
//! order, as long as none has a finding. From the first finding on, one thread checks the rest. So the report does not
//! depend on the number of threads.

use std::io::{self, Read};
use std::sync::mpsc::sync_channel;
use std::thread;

use super::lines::{Line, Lines};
use super::report::Report;
use super::section::Section;
use super::{Preflight, Rules};

/// The length of a section.
pub(super) const SECTION: u64 = 1024 * 1024;

/// The maximum number of threads. Reading from a disk is slower than more of them.
const MAX_THREADS: usize = 8;

/// The number of threads to check a file on.
pub(super) fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS)
}

/// Receives the lines of a file in order.
pub(crate) type Visitor<'a> = &'a mut dyn FnMut(&Line<'_>);

/// Checks `length` bytes. `open` returns a reader of the file from an offset on; `progress` gets the number of bytes
/// checked so far, and ends the check with an error.
pub(super) fn check<R: Read>(
    preflight: &Preflight,
    rules: Rules,
    length: u64,
    open: impl Fn(u64) -> io::Result<R> + Sync,
    mut progress: impl FnMut(u64) -> io::Result<()>,
    visit: Option<Visitor<'_>>,
) -> io::Result<Report> {
    let wants_lines = visit.is_some();
    let mut ignore = |_: &Line<'_>| {};
    let visit: Visitor<'_> = match visit {
        Some(visit) => visit,
        None => &mut ignore,
    };
    let mut whole = Lines::new(rules, preflight.name_and_type(), visit);
    let sections = length / preflight.section;
    if preflight.threads > 1 && sections > 1 {
        let check = |section: u64| {
            let range = section * preflight.section..(section + 1) * preflight.section;
            let reader = open(range.start.saturating_sub(1))?;
            Section::check(preflight, range, reader, wants_lines)
        };
        thread::scope(|scope| {
            let threads = (0..sections).zip(0..preflight.threads).map(|(first, _)| {
                // Each thread is at most one section ahead.
                let (sender, receiver) = sync_channel(1);
                let mut its_sections = (first..sections).step_by(preflight.threads);
                // The one thread will find an error again.
                scope.spawn(move || {
                    its_sections.all(|section| sender.send(check(section).ok().flatten()).is_ok());
                });
                receiver
            });
            let threads: Vec<_> = threads.collect();
            for (thread, _) in threads.iter().cycle().zip(0..sections) {
                let Ok(Some(section)) = thread.recv() else { break };
                if !section.append_to(&mut whole) {
                    break;
                }
                progress(whole.position())?;
            }
            Ok::<(), io::Error>(())
        })?;
    }
    let at = whole.position();
    let reader = Tracked { reader: open(at)?, at, progress };
    whole.read(reader, preflight.block)
}

/// A reader that reports where it is.
struct Tracked<R, P> {
    reader: R,
    at: u64,
    progress: P,
}

impl<R: Read, P: FnMut(u64) -> io::Result<()>> Read for Tracked<R, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.at += read as u64;
        (self.progress)(self.at)?;
        Ok(read)
    }
}
