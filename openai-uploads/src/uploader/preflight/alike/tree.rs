//! A tree of shapes. Shapes that begin alike share branches, so a line is compared once and not with each of them.

use super::About;
use super::shape::{Hole, Shape};

/// The maximum number of bytes in all branches.
const MAX_BYTES: usize = 64 * 1024;

/// The shapes of lines.
#[derive(Debug, Default)]
pub(in super::super) struct Tree {
    branches: Vec<Branch>,
    bytes: usize,
}

/// What begins a line or follows a value, and what comes then.
#[derive(Debug)]
struct Branch {
    fixed: Box<[u8]>,
    then: Then,
}

#[derive(Debug)]
enum Then {
    Value(Hole, Vec<Branch>),
    LineEnds(About),
}

/// A line that fits a shape.
pub(in super::super) struct Fit<'t, 'l> {
    pub(in super::super) custom_id: Option<&'l str>,
    pub(in super::super) about: &'t About,
}

impl Tree {
    /// Adds a shape, if there is room for it.
    pub(super) fn add(&mut self, shape: Shape<'_>, about: About) {
        let length = shape.end.len() + shape.parts.iter().map(|(fixed, _)| fixed.len()).sum::<usize>();
        if self.bytes + length > MAX_BYTES {
            return;
        }
        self.bytes += length;
        let mut branches = &mut self.branches;
        for (fixed, hole) in shape.parts {
            let is_same = |branch: &Branch| *branch.fixed == *fixed && branch.then.is_value(hole);
            let at = branches.iter().position(is_same).unwrap_or_else(|| {
                Branch { fixed: fixed.into(), then: Then::Value(hole, Vec::new()) }.insert(branches)
            });
            let Then::Value(_, next) = &mut branches[at].then else { return };
            branches = next;
        }
        Branch { fixed: shape.end.into(), then: Then::LineEnds(about) }.insert(branches);
    }

    /// Compares a line with all shapes.
    pub(super) fn fit<'l>(&self, mut line: &'l [u8]) -> Option<Fit<'_, 'l>> {
        let mut branches = &self.branches;
        let mut custom_id = None;
        loop {
            let branch = branches.iter().find(|branch| line.starts_with(&branch.fixed))?;
            line = &line[branch.fixed.len()..];
            match &branch.then {
                Then::LineEnds(about) => return line.is_empty().then_some(Fit { custom_id, about }),
                Then::Value(hole, next) => {
                    let (value, rest) = line.split_at(hole.end(line, 0)?);
                    if *hole == Hole::CustomId {
                        custom_id = Some(str::from_utf8(value).ok()?);
                    }
                    (line, branches) = (rest, next);
                }
            }
        }
    }
}

impl Then {
    fn is_value(&self, hole: Hole) -> bool {
        matches!(self, Self::Value(found, _) if *found == hole)
    }
}

impl Branch {
    /// Inserts the branch, and returns where. The longest come first: where a number may follow, a quote is the
    /// beginning of a longer branch.
    fn insert(self, branches: &mut Vec<Self>) -> usize {
        let at = branches.partition_point(|other| other.fixed.len() > self.fixed.len());
        branches.insert(at, self);
        at
    }
}
