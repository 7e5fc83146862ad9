//! The rules for the lines of each purpose.

mod batch;
mod fine_tune;
mod ids;
mod other_format;

use super::alike::Fit;
use super::json::Kind;
use super::place::Place;
use super::provider::Provider;
use super::record::Record;
use super::report::{Fault, FaultKind, Report, Warning};

pub(super) use batch::Batch;

/// The rules for the lines of a purpose.
#[derive(Debug)]
pub(super) enum Rules {
    Batch(Batch),
    FineTune,
    /// Each line is a JSON object.
    JsonLines,
}

impl Rules {
    /// The rules for a section of a file, which [`append`](Self::append) adds to what comes before it.
    pub(super) fn for_section(self) -> Self {
        match self {
            Self::Batch(batch) => Self::Batch(batch.for_section()),
            Self::FineTune | Self::JsonLines => self,
        }
    }

    /// Checks a line that is a JSON object.
    pub(super) fn line(&mut self, line: u64, record: &Record, findings: &mut Findings) {
        match self {
            Self::Batch(batch) => batch.line(line, record, findings),
            Self::FineTune => fine_tune::line(line, record, findings),
            Self::JsonLines => {}
        }
    }

    /// Takes a line that has the shape of one without findings. Returns whether it has none either. If not, nothing is
    /// changed.
    pub(super) fn alike(&mut self, line: u64, fit: &Fit<'_, '_>) -> bool {
        match self {
            Self::Batch(batch) => batch.alike(line, fit),
            Self::FineTune | Self::JsonLines => true,
        }
    }

    /// Checks what has to be true of the whole file.
    pub(super) fn end(&self, findings: &mut Findings) {
        match self {
            Self::Batch(batch) => batch.end(findings),
            Self::FineTune => fine_tune::end(findings),
            Self::JsonLines => {}
        }
    }

    /// Adds what other rules remember of the lines after `lines` lines. Returns whether it could: all lines together
    /// have no fault. If not, nothing is changed.
    pub(super) fn append(&mut self, other: Self, lines: u64) -> bool {
        match (self, other) {
            (Self::Batch(batch), Self::Batch(other)) => batch.append(other, lines),
            _ => true,
        }
    }

    /// The number of texts to embed that the last line has.
    pub(super) fn inputs(&self) -> u64 {
        match self {
            Self::Batch(batch) => batch.inputs_of_line(),
            Self::FineTune | Self::JsonLines => 0,
        }
    }
}

/// The findings so far.
#[derive(Debug)]
pub(super) struct Findings {
    provider: Option<Provider>,
    /// Whether the lines are copied into other files, so that what stands between them is of no interest.
    pub(super) is_split: bool,
    pub(super) report: Report,
    /// What the provider or the API may accept.
    doubts: Vec<Fault>,
    /// The number of findings in lines, with each line counted.
    in_lines: u64,
}

impl Findings {
    pub(super) fn new(provider: Option<Provider>, is_split: bool) -> Self {
        Self { provider, is_split, report: Report::default(), doubts: Vec::new(), in_lines: 0 }
    }

    /// Whether there is no finding.
    pub(super) fn is_empty(&self) -> bool {
        self.report.fault_count == 0 && self.report.warnings.is_empty() && self.doubts.is_empty()
    }

    /// The number of findings in lines so far.
    pub(super) fn in_lines(&self) -> u64 {
        self.in_lines
    }

    /// Adds what OpenAI refuses in a line.
    pub(super) fn line(&mut self, line: u64, kind: FaultKind) {
        if self.may_be_accepted(&kind) {
            self.doubt(line, kind);
        } else {
            self.in_lines += 1;
            self.report.line_fault(line, kind);
        }
    }

    /// Adds what OpenAI may refuse in a line.
    pub(super) fn doubt(&mut self, line: u64, kind: FaultKind) {
        self.in_lines += 1;
        Fault::add(&mut self.doubts, line, kind);
    }

    /// Adds what OpenAI refuses in the file as a whole.
    pub(super) fn file(&mut self, kind: FaultKind) {
        if self.may_be_accepted(&kind) {
            self.report.warnings.push(Warning::MayBeRefused(Fault { line: None, count: 1, kind }));
        } else {
            self.report.file_fault(kind);
        }
    }

    /// Removes the faults of lines.
    pub(super) fn forget_lines(&mut self) {
        self.report.faults.retain(|fault| fault.line.is_none());
        self.report.fault_count = self.report.faults.len() as u64;
        self.doubts.clear();
    }

    pub(super) fn finish(mut self) -> Report {
        // Blank lines become faults when another line follows, which may have had its faults already.
        self.report.faults.sort_by_key(|fault| fault.line);
        self.doubts.sort_by_key(|fault| fault.line);
        self.report.warnings.extend(self.doubts.into_iter().map(Warning::MayBeRefused));
        self.report
    }

    /// Whether the provider may accept what OpenAI refuses.
    ///
    /// No server can use a file that is not JSON Lines, or requests that lack an id or an endpoint. Other servers
    /// have models, roles and limits of their own.
    fn may_be_accepted(&self, kind: &FaultKind) -> bool {
        #[allow(clippy::enum_glob_use, reason = "a table of most of them")]
        use FaultKind::*;
        match (self.provider, kind) {
            (None, AzureUrl { .. }) => true,
            (Some(Provider::Other), kind) => match kind {
                Extension { .. } | ByteOrderMark | BlankLine => true,
                TooManyBytes { .. } | TooManyLines { .. } | TooManyInputs { .. } | TooFewExamples { .. } => {
                    true
                }
                AzureUrl { .. } | Mixed { .. } | Stream | InputItems { .. } | InputItem { .. } => true,
                Message { .. } | NoAssistant { .. } | LastNotAssistant { .. } => true,
                Missing { member }
                | Misnamed { member, .. }
                | WrongKind { member, .. }
                | EmptyMember { member } => member.starts_with("body."),
                _ => false,
            },
            _ => false,
        }
    }
}

/// A fault unless the member is there and has one of the kinds.
fn expect(record: &Record, place: Place, expected: &'static [Kind]) -> Result<(), FaultKind> {
    let member = place.path();
    match record.kind(place) {
        None => Err(match record.misnamed(place) {
            Some(found) => FaultKind::Misnamed { member, found },
            None => FaultKind::Missing { member },
        }),
        Some(found) if !expected.contains(&found) => Err(FaultKind::WrongKind { member, expected, found }),
        Some(_) => Ok(()),
    }
}
