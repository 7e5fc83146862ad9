//! What a preflight found.

use std::fmt;

use super::json::{Kind, Problem};

/// What was found in one file.
///
/// `Display` gives one line a finding, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Bytes read.
    pub bytes: u64,
    /// Lines that hold something: for `batch` and `fine-tune` the number of requests or examples. 0 where the
    /// purpose does not look at lines.
    pub lines: u64,
    /// The first faults, at most [`Report::FAULTS_LISTED`]: those of the file as a whole, then those of lines in
    /// their order.
    pub faults: Vec<Fault>,
    /// All faults, those that are not in the list included.
    pub fault_count: u64,
    /// What may be meant as it is. Warnings do not make a file unfit.
    pub warnings: Vec<Warning>,
}

impl Report {
    /// How many faults are listed with their lines; what comes after is counted.
    pub const FAULTS_LISTED: usize = 20;

    /// Whether the file may be sent: there are no faults, though there may be warnings.
    pub fn is_fit(&self) -> bool {
        self.fault_count == 0
    }

    /// How many faults there are beyond those in the list.
    pub fn more(&self) -> u64 {
        self.fault_count - self.faults.len() as u64
    }

    pub(super) fn line_fault(&mut self, line: u64, kind: FaultKind) {
        self.fault_count += 1;
        if self.faults.len() < Self::FAULTS_LISTED {
            self.faults.push(Fault { line: Some(line), kind });
        }
    }

    /// Comes before those of the lines, which it may push off the list.
    pub(super) fn file_fault(&mut self, kind: FaultKind) {
        self.fault_count += 1;
        self.faults.insert(0, Fault { line: None, kind });
        self.faults.truncate(Self::FAULTS_LISTED);
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

/// Something for which the purpose cannot take the file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// The line, from 1 and with blank lines counted; `None` where the file as a whole is at fault.
    pub line: Option<u64>,
    /// What is wrong there.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        self.kind.fmt(f)
    }
}

/// What is wrong with a line, or with the file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// No line holds anything.
    #[error("the file holds no line of JSON")]
    Empty,
    /// More bytes than the purpose takes.
    #[error("the file has {bytes} bytes, {limit} is the most")]
    TooManyBytes {
        /// The bytes of the file.
        bytes: u64,
        /// The most that the purpose takes.
        limit: u64,
    },
    /// More lines than the purpose takes.
    #[error("the file has {lines} lines, {limit} is the most")]
    TooManyLines {
        /// The lines that hold something.
        lines: u64,
        /// The most that the purpose takes.
        limit: u64,
    },
    /// The file is UTF-16. Nothing else was checked.
    #[error("the file is UTF-16; save it as UTF-8")]
    Utf16,
    /// Bytes that are not UTF-8.
    #[error("not UTF-8 at byte {byte}")]
    NotUtf8 {
        /// The byte of the line, from 1.
        byte: u64,
    },
    /// The line is not JSON.
    #[error("not JSON at byte {byte}: {problem}")]
    NotJson {
        /// The byte of the line, from 1.
        byte: u64,
        /// What is wrong there.
        problem: Problem,
    },
    /// The line is JSON, but not an object.
    #[error("must be an object, is {}", .found.as_str())]
    NotAnObject {
        /// What it is.
        found: Kind,
    },
    /// A member that must be there is not.
    #[error("`{member}` is missing")]
    Missing {
        /// The member's name.
        member: &'static str,
    },
    /// A member is of another kind than it must be.
    #[error("`{member}` must be {}, is {}", .expected.as_str(), .found.as_str())]
    WrongKind {
        /// The member's name.
        member: &'static str,
        /// What it must be.
        expected: Kind,
        /// What it is.
        found: Kind,
    },
    /// A request by another method than `POST`.
    #[error("`method` must be POST, is \"{found}\"")]
    Method {
        /// The method, cut short where it is long.
        found: String,
    },
    /// A request to something that is not below `/v1/`.
    #[error("`url` must be a path below /v1/, is \"{found}\"")]
    Url {
        /// The URL, cut short where it is long.
        found: String,
    },
    /// A `custom_id` that an earlier line has.
    #[error("`custom_id` \"{custom_id}\" is that of line {first_line} already")]
    RepeatedId {
        /// The id, cut short where it is long.
        custom_id: String,
        /// The line that had it first.
        first_line: u64,
    },
    /// An example in none of the forms that fine-tuning takes.
    #[error(
        "must have `messages`, or `prompt` and `completion`, or `input`, `preferred_output` and \
         `non_preferred_output`"
    )]
    NoExample,
    /// An item of `messages` that is not an object.
    #[error("`messages[{index}]` must be an object, is {}", .found.as_str())]
    MessageKind {
        /// Which of the messages, from 0.
        index: u64,
        /// What it is.
        found: Kind,
    },
    /// A message without a role, or with one that is not a string.
    #[error("`messages[{index}]` has no `role`")]
    MessageRole {
        /// Which of the messages, from 0.
        index: u64,
    },
}

/// Something that may be meant, and that a server may or may not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The name does not end as those of the purpose do.
    #[error("`{purpose}` takes .{expected} files, and this is named {file_name}")]
    Extension {
        /// The purpose.
        purpose: String,
        /// The file's name.
        file_name: String,
        /// What it ought to end with.
        expected: &'static str,
    },
    /// A MIME type that says something else than what the purpose takes.
    #[error("`{purpose}` takes JSON Lines (for instance {expected}), and the MIME type is {mime_type}")]
    MimeType {
        /// The purpose.
        purpose: String,
        /// The MIME type.
        mime_type: String,
        /// One that fits.
        expected: &'static str,
    },
    /// The file begins with a byte order mark, which some readers take for a part of the first line.
    #[error("the file begins with a byte order mark, which JSON readers may refuse")]
    ByteOrderMark,
    /// Lines without anything, not counting what follows the last line feed.
    #[error("blank lines: {count}, the first of them line {first_line}")]
    BlankLines {
        /// How many.
        count: u64,
        /// The first of them.
        first_line: u64,
    },
}
