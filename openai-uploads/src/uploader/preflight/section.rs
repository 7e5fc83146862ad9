//! A section of a file, checked by itself.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr;

use super::Preflight;
use super::lines::{Checked, Line, Lines};
use super::rules::{Findings, Rules};

/// How far the last line may go beyond the section. A longer one is checked by the thread that reports the progress.
const MAX_BEYOND: u64 = 16 * 1024 * 1024;

/// The lines that begin in a range of a file, without a finding.
pub(super) struct Section {
    /// Where the first line begins.
    start: u64,
    checked: Checked,
    /// The lines, if they were wanted.
    lines: OwnedLines,
}

/// The contents of many [`Line`]s, with few allocations.
#[derive(Default)]
struct OwnedLines {
    lines: Vec<OwnedLine>,
    text: String,
}

struct OwnedLine {
    number: u64,
    bytes: Range<u64>,
    custom_id: Option<Range<usize>>,
    url: Option<Range<usize>>,
    model: Option<Range<usize>>,
    inputs: u64,
}

impl Section {
    /// Checks the lines that begin in the range. `None`: there is a finding, or the section cannot be judged by itself.
    ///
    /// The reader begins one byte before the range, or at the start of the file.
    pub(super) fn check(
        preflight: &Preflight,
        range: Range<u64>,
        reader: impl Read,
        wants_lines: bool,
    ) -> io::Result<Option<Self>> {
        let Some(rules) = preflight.rules().map(Rules::for_section) else { return Ok(None) };
        let is_first = range.start == 0;
        let mut reader = LinesIn::new(reader, range);
        let findings = Findings::new(preflight.provider, preflight.is_split);
        let mut lines = OwnedLines::default();
        let mut check = Lines::new(rules, findings, |line: &Line<'_>| {
            if wants_lines {
                lines.push(line);
            }
        });
        if !is_first {
            check.skip_file_start();
        }
        check.feed(&mut reader, preflight.block)?;
        let checked = check.finish_section();
        let start = reader.begin.unwrap_or(reader.at);
        Ok(checked.map(|checked| Self { start, checked, lines }))
    }

    /// Adds the section to the check of the whole file. Returns whether it could.
    pub(super) fn append_to<V: FnMut(&Line<'_>)>(self, whole: &mut Lines<V>) -> bool {
        let Self { start, checked, lines } = self;
        whole.append(start, checked, |number, visit| lines.visit(number, start, visit))
    }
}

impl OwnedLines {
    fn push(&mut self, line: &Line<'_>) {
        let mut keep = |text: Option<&str>| {
            text.map(|text| {
                let start = self.text.len();
                self.text.push_str(text);
                start..self.text.len()
            })
        };
        let (custom_id, url, model) = (keep(line.custom_id), keep(line.url), keep(line.model));
        let (number, bytes, inputs) = (line.number, line.bytes.clone(), line.inputs);
        self.lines.push(OwnedLine { number, bytes, custom_id, url, model, inputs });
    }

    /// Passes the lines to `visit`. The first line of the section has this number and offset.
    fn visit(&self, number: u64, offset: u64, mut visit: impl FnMut(&Line<'_>)) {
        let text = |range: &Option<Range<usize>>| range.clone().map(|range| &self.text[range]);
        for line in &self.lines {
            visit(&Line {
                number: number + line.number - 1,
                bytes: offset + line.bytes.start..offset + line.bytes.end,
                custom_id: text(&line.custom_id),
                url: text(&line.url),
                model: text(&line.model),
                inputs: line.inputs,
                is_fit: true,
            });
        }
    }
}

/// Reads the lines that begin in a range, the last of them to its end.
struct LinesIn<R> {
    reader: R,
    range: Range<u64>,
    /// Where the reader is in the file.
    at: u64,
    /// Where the first line begins, once it is found.
    begin: Option<u64>,
    is_over: bool,
}

impl<R: Read> LinesIn<R> {
    /// `reader` begins one byte before the range: if that byte is a line feed, a line begins with the range.
    fn new(reader: R, range: Range<u64>) -> Self {
        let begin = (range.start == 0).then_some(0);
        Self { reader, at: range.start.saturating_sub(1), range, begin, is_over: false }
    }

    /// The part of the bytes just read that belongs to the lines.
    fn wanted(&mut self, read: &[u8]) -> Range<usize> {
        let mut wanted = 0..read.len();
        let begin = *match &mut self.begin {
            Some(begin) => begin,
            none => {
                wanted.start = memchr(b'\n', read).map_or(read.len(), |line_feed| line_feed + 1);
                if !read[..wanted.start].ends_with(b"\n") {
                    // A line that goes beyond the range is read by the section that it begins in alone.
                    self.is_over = self.at + read.len() as u64 >= self.range.end;
                    return 0..0;
                }
                none.insert(self.at + wanted.start as u64)
            }
        };
        if begin >= self.range.end {
            self.is_over = true;
            return 0..0;
        }
        let last = (self.range.end - 1).saturating_sub(self.at);
        let from = usize::try_from(last).unwrap_or(usize::MAX).max(wanted.start);
        if let Some(line_feed) = read.get(from..).and_then(|tail| memchr(b'\n', tail)) {
            wanted.end = from + line_feed + 1;
            self.is_over = true;
        }
        wanted
    }
}

impl<R: Read> Read for LinesIn<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.is_over {
            if self.at > self.range.end + MAX_BEYOND {
                return Err(io::Error::other("the last line is too long"));
            }
            let read = self.reader.read(buffer)?;
            if read == 0 {
                break;
            }
            let wanted = self.wanted(&buffer[..read]);
            self.at += read as u64;
            if !wanted.is_empty() {
                let length = wanted.len();
                buffer.copy_within(wanted, 0);
                return Ok(length);
            }
        }
        Ok(0)
    }
}
