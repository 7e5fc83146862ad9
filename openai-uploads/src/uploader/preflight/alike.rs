//! Recognises lines that differ from earlier lines only in values that no rule reads.
//!
//! A program writes most files, and writes the same members in the same order on each line. So the lines of a file have
//! few [shapes](shape). A line that has the shape of one without findings has none either, but for its id, and is
//! compared much faster than it is scanned.

mod shape;
mod tree;

use shape::Shape;
pub(super) use tree::Fit;
use tree::Tree;

/// After so many lines it is seen whether the shapes are of use.
const ROUND: u32 = 256;

/// The minimum number of lines in a round that fit, if the shapes are of use.
const ENOUGH: u32 = ROUND / 4;

/// The maximum number of shapes that are learned in a round.
const LESSONS: u32 = 16;

/// The maximum number of lines without shapes, after a round in which they were of no use.
const LONGEST_PAUSE: u32 = 16 * ROUND;

/// What is the same in all lines of a shape, for a visitor of the lines.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) url: Option<Box<str>>,
    pub(super) model: Option<Box<str>>,
    pub(super) inputs: u64,
}

/// The shapes of the lines, learned from them.
#[derive(Debug)]
pub(super) struct Shapes {
    known: Tree,
    /// The numbers of this round.
    lines: u32,
    fits: u32,
    lessons: u32,
    /// The number of lines until the next round begins.
    pause: u32,
    next_pause: u32,
}

impl Shapes {
    pub(super) fn new() -> Self {
        Self { known: Tree::default(), lines: 0, fits: 0, lessons: 0, pause: 0, next_pause: ROUND }
    }

    /// Compares a line with the known shapes. The line is UTF-8.
    pub(super) fn fit<'l>(&mut self, line: &'l [u8]) -> Option<Fit<'_, 'l>> {
        if self.pause > 0 {
            self.pause -= 1;
            return None;
        }
        if self.lines == ROUND {
            self.round_ends();
        }
        self.lines += 1;
        let fit = self.known.fit(line)?;
        self.fits += 1;
        Some(fit)
    }

    /// Learns the shape of a line without findings that did not fit.
    pub(super) fn learn(&mut self, line: &[u8], about: impl FnOnce() -> About) {
        if self.pause == 0 && self.lessons < LESSONS {
            self.lessons += 1;
            if let Some(shape) = Shape::of(line) {
                self.known.add(shape, about());
            }
        }
    }

    fn round_ends(&mut self) {
        if self.fits < ENOUGH {
            self.known = Tree::default();
            self.pause = self.next_pause;
            self.next_pause = LONGEST_PAUSE.min(self.next_pause * 2);
        } else {
            self.next_pause = ROUND;
        }
        (self.lines, self.fits, self.lessons) = (0, 0, 0);
    }
}

#[cfg(test)]
mod tests;
