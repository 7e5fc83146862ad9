//! The shape of a line: the line with holes for the values that no rule reads.

use crate::uploader::preflight::json::{Kind, Scanner, Token, Visit, end_of_number, end_of_string};
use crate::uploader::preflight::record::{MAX_TEXT, Record};

/// The maximum length of a line that has a shape, in bytes.
const MAX_LINE: usize = 64 * 1024;

/// The maximum number of holes.
const MAX_HOLES: usize = 256;

/// A line with holes.
#[derive(Debug, PartialEq)]
pub(super) struct Shape<'l> {
    /// What stands before each hole, and the hole.
    pub(super) parts: Vec<(&'l [u8], Hole)>,
    /// What stands after the last hole.
    pub(super) end: &'l [u8],
}

/// A value that may be another in each line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    /// The text of a `custom_id`: not empty, without escapes, and not longer than what is kept of one.
    CustomId,
    /// The text of a string.
    Text,
    Number,
}

impl<'l> Shape<'l> {
    /// The shape of a line. `None`: the line is not an object, or too long.
    pub(super) fn of(line: &'l [u8]) -> Option<Self> {
        if line.len() > MAX_LINE {
            return None;
        }
        let mut scanner = Scanner::new();
        let mut finder = Finder { record: Record::new(), found: None };
        let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
        while at < line.len() {
            scanner.feed(&line[at..=at], &mut finder).ok()?;
            at += 1;
            if let Some(hole) = finder.found.take() {
                // The scanner has the first byte: the digit of a number, or the quote before a text.
                let begin = if hole == Hole::Number { at - 1 } else { at };
                let end = hole.end(line, begin)?;
                scanner.feed(&line[at..end], &mut finder).ok()?;
                parts.push((&line[from..begin], hole));
                (from, at) = (end, end);
            }
        }
        let is_object = scanner.finish().is_ok() && scanner.outermost() == Some(Kind::Object);
        (is_object && parts.len() <= MAX_HOLES).then(|| Self { parts, end: &line[from..] })
    }
}

impl Hole {
    /// Where the value ends that begins at the index. `None`: there is no such value.
    pub(super) fn end(self, line: &[u8], begin: usize) -> Option<usize> {
        match self {
            Self::Number => end_of_number(line, begin),
            Self::Text => end_of_string(line, begin),
            Self::CustomId => {
                let end = end_of_string(line, begin)?;
                let is_plain = (1..=MAX_TEXT).contains(&(end - begin)) && !line[begin..end].contains(&b'\\');
                is_plain.then_some(end)
            }
        }
    }
}

/// Finds the values that no rule reads.
struct Finder {
    record: Record,
    /// The value that has just begun, if no rule reads it.
    found: Option<Hole>,
}

impl Visit for Finder {
    fn name(&mut self, depth: u32, name: &[u8]) {
        self.record.name(depth, name);
    }

    fn value_begins(&mut self, depth: u32, token: Token) -> bool {
        let is_read = self.record.value_begins(depth, token);
        self.found = match token {
            Token::String if is_read && self.record.is_at_custom_id() => Some(Hole::CustomId),
            Token::String if !is_read => Some(Hole::Text),
            Token::Number if !is_read => Some(Hole::Number),
            _ => None,
        };
        is_read
    }

    fn text(&mut self, piece: &[u8]) {
        Visit::text(&mut self.record, piece);
    }

    fn container_ends(&mut self, depth: u32) {
        self.record.container_ends(depth);
    }
}
