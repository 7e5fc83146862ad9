//! The positions of values in the text of a document.

use std::ops::Range;

use crate::diagnostic::Mark;

/// The position of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Its key, if it is a member of an object.
    pub key: Option<Mark>,
    /// The value itself. For an object or array, its start.
    pub value: Mark,
}

/// Converts byte ranges of a text to marks, in one pass over the text.
pub(super) fn marks(text: &str, ranges: &[Range<usize>]) -> Vec<Mark> {
    let mut order: Vec<usize> = (0..ranges.len()).collect();
    order.sort_by_key(|number| ranges[*number].start);
    let mut marks = vec![Mark::default(); ranges.len()];
    let (mut at, mut line, mut column) = (0, 1, 1);
    for number in order {
        let range = ranges[number].clone();
        let passed = &text[at..range.start];
        match passed.rsplit_once('\n') {
            Some((lines, last)) => {
                line += 1 + lines.bytes().filter(|byte| *byte == b'\n').count();
                column = 1 + last.chars().count();
            }
            None => column += passed.chars().count(),
        }
        at = range.start;
        let first_line = text[range].split('\n').next().unwrap_or_default();
        marks[number] = Mark::new(line, column, first_line.chars().count());
    }
    marks
}
