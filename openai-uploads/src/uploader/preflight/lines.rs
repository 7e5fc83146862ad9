//! Blocks of a file into lines, and each line past the rules of its purpose.

use std::io::{self, Read};

use memchr::memchr;

use super::json::{Kind, Problem, Scanner};
use super::report::{FaultKind, Report, Warning};
use super::rules::Rules;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const UTF_16: [&[u8]; 2] = [&[0xff, 0xfe], &[0xfe, 0xff]];

pub(super) struct Lines<R> {
    rules: R,
    report: Report,
    blank: Option<(u64, u64)>,
    /// The number of the line at hand.
    number: u64,
    scanner: Scanner,
    /// How many bytes of the line at hand have been seen; 0 says that it has not begun.
    seen: u64,
    /// A fault was found in the line, and the rest of it tells nothing.
    is_lost: bool,
}

impl<R: Rules> Lines<R> {
    pub(super) fn new(rules: R) -> Self {
        Self {
            rules,
            report: Report::default(),
            blank: None,
            number: 1,
            scanner: Scanner::new(),
            seen: 0,
            is_lost: false,
        }
    }

    /// Reads to the end, `block` bytes at a time.
    pub(super) fn read(mut self, mut reader: impl Read, block: usize) -> io::Result<Report> {
        let mut buffer = vec![0; block.max(BYTE_ORDER_MARK.len() + 1)];
        let mut kept = 0;
        loop {
            let read = fill(&mut reader, &mut buffer[kept..])?;
            let is_first = self.report.bytes == 0;
            let is_last = kept + read < buffer.len();
            self.report.bytes += read as u64;
            let mut filled = &buffer[..kept + read];
            if is_first && UTF_16.iter().any(|mark| filled.starts_with(mark)) {
                self.report.file_fault(FaultKind::Utf16);
                return Ok(self.report);
            }
            if is_first && let Some(rest) = filled.strip_prefix(BYTE_ORDER_MARK) {
                self.report.warnings.push(Warning::ByteOrderMark);
                filled = rest;
            }
            let whole = if is_last { filled.len() } else { filled.len() - half_character(filled) };
            self.block(&filled[..whole]);
            if is_last {
                return Ok(self.end());
            }
            let half = filled.len() - whole;
            buffer.copy_within(kept + read - half.., 0);
            kept = half;
        }
    }

    fn block(&mut self, mut block: &[u8]) {
        while let Some(end) = memchr(b'\n', block) {
            self.piece(&block[..end]);
            self.line_ends();
            block = &block[end + 1..];
        }
        self.piece(block);
    }

    /// A part of a line, cut between characters.
    fn piece(&mut self, piece: &[u8]) {
        if piece.is_empty() {
            return;
        }
        if self.seen == 0 {
            self.rules.line_begins();
        }
        let before = self.seen;
        self.seen += piece.len() as u64;
        if self.is_lost {
            return;
        }
        // What comes first is told, so that it does not depend on where the blocks end.
        let (text, invalid) = match std::str::from_utf8(piece) {
            Ok(_) => (piece, None),
            Err(error) => (&piece[..error.valid_up_to()], Some(error.valid_up_to())),
        };
        if let Err(found) = self.scanner.feed(text, &mut self.rules) {
            self.not_json(found);
        } else if let Some(invalid) = invalid {
            self.lost(FaultKind::NotUtf8 { byte: before + invalid as u64 + 1 });
        }
    }

    fn line_ends(&mut self) {
        let value = self.scanner.outermost();
        if value.is_none() && !self.is_lost {
            self.blank = Some(self.blank.map_or((1, self.number), |(count, first)| (count + 1, first)));
        } else {
            self.report.lines += 1;
            if !self.is_lost {
                self.judge(value);
            }
        }
        self.number += 1;
        self.scanner = Scanner::new();
        self.seen = 0;
        self.is_lost = false;
    }

    /// The line was JSON as far as it went.
    fn judge(&mut self, value: Option<Kind>) {
        if let Err(found) = self.scanner.finish() {
            return self.not_json(found);
        }
        let Self { rules, report, number, .. } = self;
        let mut fault = |kind| report.line_fault(*number, kind);
        match value {
            Some(found) if found != Kind::Object => fault(FaultKind::NotAnObject { found }),
            _ => rules.line_ends(*number, &mut fault),
        }
    }

    fn not_json(&mut self, (byte, problem): (u64, Problem)) {
        self.lost(FaultKind::NotJson { byte, problem });
    }

    fn lost(&mut self, kind: FaultKind) {
        self.report.line_fault(self.number, kind);
        self.is_lost = true;
    }

    fn end(mut self) -> Report {
        if self.seen > 0 {
            self.line_ends();
        }
        let Report { bytes, lines, .. } = self.report;
        if lines == 0 {
            self.report.file_fault(FaultKind::Empty);
        }
        if let Some(limit) = R::LINES_MAXIMUM
            && lines > limit
        {
            self.report.file_fault(FaultKind::TooManyLines { lines, limit });
        }
        if let Some(limit) = R::BYTES_MAXIMUM
            && bytes > limit
        {
            self.report.file_fault(FaultKind::TooManyBytes { bytes, limit });
        }
        if let Some((count, first_line)) = self.blank {
            self.report.warnings.push(Warning::BlankLines { count, first_line });
        }
        self.report
    }
}

/// Reads until the buffer is full or there is no more; how much.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// How many bytes at the end begin a character that is not whole yet.
fn half_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(from) = tail.iter().rposition(|byte| *byte >= 0xc0) else { return 0 };
    let length = match tail[from] {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    };
    let begun = tail.len() - from;
    if begun < length { begun } else { 0 }
}
