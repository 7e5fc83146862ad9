//! The findings of a preflight.

mod fault;
mod warning;

use std::fmt;

pub use fault::{Fault, FaultKind, MessageProblem};
pub use warning::Warning;

/// The findings in one file.
///
/// `Display` writes one line for each finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The number of bytes read.
    pub bytes: u64,
    /// The number of lines that are not blank: for `batch` the requests, for `fine-tune` the examples. 0 for a
    /// purpose whose lines are not checked.
    pub lines: u64,
    /// The first faults, at most [`Report::MAX_LISTED`]: first those of the whole file, then those of lines, in
    /// the order of the lines. The same fault on several lines is listed once, with a count.
    pub faults: Vec<Fault>,
    /// The number of all faults, with each line counted and those that are not listed included.
    pub fault_count: u64,
    /// What may be intended, or accepted by some servers. Warnings do not make a file unfit.
    pub warnings: Vec<Warning>,
}

impl Report {
    /// The maximum number of faults that are listed. The rest is counted.
    pub const MAX_LISTED: usize = 20;

    /// Whether the file may be sent: there are no faults, though there may be warnings.
    pub fn is_fit(&self) -> bool {
        self.fault_count == 0
    }

    /// The number of faults that are not listed.
    pub fn more(&self) -> u64 {
        self.fault_count - self.faults.iter().map(|fault| fault.count).sum::<u64>()
    }

    pub(super) fn line_fault(&mut self, line: u64, kind: FaultKind) {
        self.fault_count += 1;
        Fault::add(&mut self.faults, line, kind);
    }

    /// Adds a fault of the whole file. It comes before those of lines.
    pub(super) fn file_fault(&mut self, kind: FaultKind) {
        self.fault_count += 1;
        let at = self.faults.iter().take_while(|fault| fault.line.is_none()).count();
        self.faults.insert(at, Fault { line: None, count: 1, kind });
        self.faults.truncate(Self::MAX_LISTED);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.faults.iter().map(ToString::to_string);
        let more = (self.more() > 0).then(|| format!("and {} more", self.more()));
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        let lines: Vec<_> = faults.chain(more).chain(warnings).collect();
        f.write_str(&lines.join("\n"))
    }
}
