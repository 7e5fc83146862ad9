//! Splits a file into lines and checks each.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr;

use super::alike::{About, Shapes};
use super::blocks::Blocks;
use super::encoding::{self, BYTE_ORDER_MARK};
use super::json::{Kind, Problem, Scanner};
use super::place::Place;
use super::record::Record;
use super::report::{FaultKind, Report, Warning};
use super::rules::{Findings, Rules};

/// A line that is not blank, as [`Preflight::lines`](super::Preflight::lines) passes it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line<'a> {
    /// The number of the line, from 1 and with blank lines counted.
    pub number: u64,
    /// Where the line is in the file, without its line end: a line feed, or a carriage return and a line feed.
    pub bytes: Range<u64>,
    /// The `custom_id`, if it is a string of at most 4,096 bytes.
    pub custom_id: Option<&'a str>,
    /// The `url`, if it is a string of at most 4,096 bytes.
    pub url: Option<&'a str>,
    /// The `model` in the `body`, if it is a string of at most 4,096 bytes.
    pub model: Option<&'a str>,
    /// The number of texts to embed, 0 for other endpoints.
    pub inputs: u64,
    /// Whether the line has no fault of its own.
    pub is_fit: bool,
}

/// Whole lines without a finding.
pub(super) struct Checked {
    /// The rules after these lines.
    rules: Rules,
    lines: u64,
    bytes: u64,
}

/// The check of one file.
pub(super) struct Lines<V> {
    rules: Rules,
    findings: Findings,
    visit: V,
    record: Record,
    scanner: Scanner,
    shapes: Shapes,
    /// The number of the current line.
    number: u64,
    /// The position of the current line in the file.
    start: u64,
    /// The number of bytes of the current line so far.
    seen: u64,
    /// The last of these bytes.
    last_byte: u8,
    /// The first bytes of the line that are not white space.
    opening: Vec<u8>,
    /// Whether the line has a fault after which the rest of it means nothing.
    is_broken: bool,
    /// How many blank lines there are before the current line, and the first of them. If the input is split: in all.
    blank: Option<(u64, u64)>,
    /// The first line, if it ends inside a value: the next line shows whether the file is pretty-printed.
    unfinished: Option<(u64, FaultKind, Option<Kind>)>,
    /// Whether a fault makes the rest of the file meaningless.
    is_over: bool,
    /// Whether the current block is UTF-8.
    is_utf8: bool,
    /// Whether the next bytes are the first of the file.
    is_at_start: bool,
}

impl<V: FnMut(&Line<'_>)> Lines<V> {
    pub(super) fn new(rules: Rules, findings: Findings, visit: V) -> Self {
        Self {
            rules,
            findings,
            visit,
            record: Record::new(),
            scanner: Scanner::new(),
            shapes: Shapes::new(),
            number: 1,
            start: 0,
            seen: 0,
            last_byte: 0,
            opening: Vec::new(),
            is_broken: false,
            blank: None,
            unfinished: None,
            is_over: false,
            is_utf8: false,
            is_at_start: true,
        }
    }

    /// Reads to the end, `block` bytes at a time.
    pub(super) fn read(mut self, reader: impl Read, block: usize) -> io::Result<Report> {
        self.feed(reader, block)?;
        self.end();
        Ok(self.findings.finish())
    }

    /// Checks what the reader returns, which ends with a line or with the file.
    pub(super) fn feed(&mut self, reader: impl Read, block: usize) -> io::Result<()> {
        let mut blocks = Blocks::new(reader, block.max(encoding::LONGEST));
        while !self.is_over
            && let Some(block) = blocks.next()?
        {
            self.findings.report.bytes += block.read;
            self.is_utf8 = block.is_utf8;
            let is_at_start = std::mem::take(&mut self.is_at_start);
            let bytes = if is_at_start { self.file_starts(block.bytes) } else { block.bytes };
            self.block(bytes);
        }
        Ok(())
    }

    /// The bytes that follow do not begin a file.
    pub(super) fn skip_file_start(&mut self) {
        self.is_at_start = false;
    }

    /// The number of bytes of the file that are checked.
    pub(super) fn position(&self) -> u64 {
        self.findings.report.bytes
    }

    /// Adds lines that were checked by themselves. Returns whether it could: they begin here, and the rules do not find
    /// a fault in all lines together. `pass` is called with the number of the first line, to pass them to the visitor.
    pub(super) fn append(&mut self, start: u64, checked: Checked, pass: impl FnOnce(u64, &mut V)) -> bool {
        if checked.bytes == 0 {
            return true;
        }
        if start != self.position() || !self.rules.append(checked.rules, self.number - 1) {
            return false;
        }
        pass(self.number, &mut self.visit);
        self.findings.report.bytes += checked.bytes;
        self.findings.report.lines += checked.lines;
        self.number += checked.lines;
        self.start += checked.bytes;
        self.is_at_start = false;
        true
    }

    /// Ends the check of a section of a file. `None`: there is a finding, or a line that cannot be judged without what
    /// comes after the section.
    pub(super) fn finish_section(mut self) -> Option<Checked> {
        if self.seen > 0 {
            self.line_ends();
        }
        let is_clear = !self.is_over && self.blank.is_none() && self.unfinished.is_none();
        let Report { lines, bytes, .. } = self.findings.report;
        (is_clear && self.findings.is_empty()).then_some(Checked { rules: self.rules, lines, bytes })
    }

    /// Checks the encoding, and returns the bytes after a byte order mark.
    fn file_starts<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        if let Some(fault) = encoding::recognise(bytes) {
            self.stop(fault);
        }
        match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => {
                if self.findings.is_split {
                    self.findings.report.warnings.push(Warning::ByteOrderMark);
                } else {
                    self.findings.file(FaultKind::ByteOrderMark);
                }
                self.start = BYTE_ORDER_MARK.len() as u64;
                rest
            }
            None => bytes,
        }
    }

    fn block(&mut self, mut block: &[u8]) {
        while !self.is_over
            && let Some(end) = memchr(b'\n', block)
        {
            let line = &block[..end];
            if self.seen > 0 || !self.is_utf8 {
                self.piece(line);
                self.line_ends();
            } else if !self.fits(line) {
                self.whole_line(line);
            }
            self.start += 1;
            block = &block[end + 1..];
        }
        if !self.is_over {
            self.piece(block);
        }
    }

    /// Checks a line by the shape of an earlier one. Returns false if it has no such shape.
    fn fits(&mut self, line: &[u8]) -> bool {
        let is_special = self.findings.report.lines == 0
            || self.unfinished.is_some()
            || self.blank.is_some() && !self.findings.is_split;
        if is_special {
            return false;
        }
        let Some(fit) = self.shapes.fit(line) else { return false };
        if !self.rules.alike(self.number, &fit) {
            return false;
        }
        self.findings.report.lines += 1;
        (self.visit)(&Line {
            number: self.number,
            bytes: self.start..self.start + line.strip_suffix(b"\r").unwrap_or(line).len() as u64,
            custom_id: fit.custom_id,
            url: fit.about.url.as_deref(),
            model: fit.about.model.as_deref(),
            inputs: fit.about.inputs,
            is_fit: true,
        });
        self.start += line.len() as u64;
        self.number += 1;
        true
    }

    fn whole_line(&mut self, line: &[u8]) {
        let (lines, found) = (self.findings.report.lines, self.findings.in_lines());
        self.piece(line);
        self.line_ends();
        if self.findings.report.lines > lines && self.findings.in_lines() == found {
            let text = |place, text| self.record.text(place, text).map(Box::from);
            self.shapes.learn(line, || About {
                url: text(Place::Url, &self.record.url),
                model: text(Place::BodyModel, &self.record.model),
                inputs: self.rules.inputs(),
            });
        }
    }

    /// Scans a piece of a line, cut between characters.
    fn piece(&mut self, piece: &[u8]) {
        let Some(last_byte) = piece.last() else { return };
        if self.seen == 0 {
            self.record.clear();
        }
        let before = self.seen;
        self.seen += piece.len() as u64;
        if !self.is_broken {
            if self.findings.report.lines == 0 || self.unfinished.is_some() {
                self.opening(piece);
            }
            self.scan(piece, before);
        }
        self.last_byte = *last_byte;
    }

    fn opening(&mut self, piece: &[u8]) {
        if self.opening.len() < 2 {
            let visible = piece.iter().filter(|byte| !b" \t\r".contains(byte));
            self.opening.extend(visible.take(2 - self.opening.len()));
        }
    }

    fn scan(&mut self, piece: &[u8], before: u64) {
        // The first problem counts, wherever the blocks end.
        let valid = match str::from_utf8(if self.is_utf8 { &[] } else { piece }) {
            Ok(_) => piece.len(),
            Err(error) => error.valid_up_to(),
        };
        if let Err((byte, problem)) = self.scanner.feed(&piece[..valid], &mut self.record) {
            let at = usize::try_from(byte - before - 1).unwrap_or_default();
            let previous = at.checked_sub(1).map_or(self.last_byte, |at| piece[at]);
            if problem == Problem::SecondValue && previous == b'\r' && self.findings.report.lines == 0 {
                return self.stop(FaultKind::CarriageReturns);
            }
            self.broken(FaultKind::NotJson { byte, problem });
        } else if valid < piece.len() {
            self.broken(FaultKind::NotUtf8 { byte: before + valid as u64 + 1 });
        }
    }

    fn line_ends(&mut self) {
        if self.is_over {
            return;
        }
        let value = self.scanner.outermost();
        if value.is_none() && !self.is_broken {
            self.blank = Some(self.blank.map_or((1, self.number), |(count, first)| (count + 1, first)));
        } else {
            self.content_ends(value);
        }
        self.start += self.seen;
        self.number += 1;
        self.scanner.clear();
        self.seen = 0;
        self.opening.clear();
        self.is_broken = false;
    }

    /// A line ends that is not blank.
    fn content_ends(&mut self, value: Option<Kind>) {
        if let Some((line, fault, kind)) = self.unfinished.take() {
            match kind {
                Some(Kind::Array) => return self.stop(FaultKind::JsonArray),
                Some(Kind::Object) if !self.opening.starts_with(b"{") => {
                    return self.stop(FaultKind::PrettyPrinted);
                }
                _ => self.findings.line(line, fault),
            }
        }
        if !self.findings.is_split
            && let Some((count, first)) = self.blank.take()
        {
            (first..first + count).for_each(|line| self.findings.line(line, FaultKind::BlankLine));
        }
        let is_first = self.findings.report.lines == 0;
        if is_first && self.opening == b"[{" {
            return self.stop(FaultKind::JsonArray);
        }
        self.findings.report.lines += 1;
        let faults_before = self.findings.report.fault_count;
        let is_whole = !self.is_broken && self.judge(value, is_first);
        let is_fit = is_whole && self.findings.report.fault_count == faults_before;
        let text = |place, text| self.record.text(place, text);
        (self.visit)(&Line {
            number: self.number,
            bytes: self.start..self.start + self.seen - u64::from(self.last_byte == b'\r'),
            custom_id: text(Place::CustomId, &self.record.custom_id),
            url: text(Place::Url, &self.record.url),
            model: text(Place::BodyModel, &self.record.model),
            inputs: if is_whole { self.rules.inputs() } else { 0 },
            is_fit,
        });
    }

    /// Checks a line that is JSON so far. Returns whether it is a whole object.
    fn judge(&mut self, value: Option<Kind>, is_first: bool) -> bool {
        if let Err((byte, problem)) = self.scanner.finish() {
            let fault = FaultKind::NotJson { byte, problem };
            if is_first && problem == Problem::Unfinished {
                self.unfinished = Some((self.number, fault, value));
            } else {
                self.broken(fault);
            }
            return false;
        }
        match value {
            Some(found) if found != Kind::Object => {
                self.findings.line(self.number, FaultKind::NotAnObject { found });
                false
            }
            _ => {
                self.rules.line(self.number, &self.record, &mut self.findings);
                true
            }
        }
    }

    fn broken(&mut self, kind: FaultKind) {
        self.findings.line(self.number, kind);
        self.is_broken = true;
    }

    /// Adds a fault that makes the rest of the file meaningless.
    fn stop(&mut self, kind: FaultKind) {
        self.findings.forget_lines();
        self.findings.file(kind);
        self.is_over = true;
    }

    fn end(&mut self) {
        if self.seen > 0 {
            self.line_ends();
        }
        if self.is_over {
            return;
        }
        if let Some((line, fault, _)) = self.unfinished.take() {
            self.findings.line(line, fault);
        }
        if self.findings.report.lines == 0 {
            self.findings.file(FaultKind::Empty);
        } else if let Some((count, first_line)) = self.blank {
            self.findings.report.warnings.push(if self.findings.is_split {
                Warning::BlankLines { count, first_line }
            } else {
                Warning::BlankLinesAtEnd { count, first_line }
            });
        }
        self.rules.end(&mut self.findings);
    }
}
