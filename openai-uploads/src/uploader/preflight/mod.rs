//! Finds a file that its purpose cannot take before its gigabytes are sent.
//!
//! [`Preflight`] is told the purpose, and the name and MIME type if they are known, and looks at a file, a reader
//! or bytes. What it finds is a [`Report`]: faults, for which the file would be refused once it has arrived, and
//! warnings, which may be meant.
//!
//! | purpose | a line must be | limits |
//! |---|---|---|
//! | `batch` | an object with `custom_id` (a string, unique in the file), `method` (`POST`), `url` (below `/v1/`) and `body` (an object) | 200,000,000 bytes, 50,000 lines |
//! | `fine-tune` | an object with `messages` (objects with a `role`), or `prompt` and `completion`, or `input`, `preferred_output` and `non_preferred_output` | none but those of every upload |
//! | any other | not looked at | none but those of every upload |
//!
//! CRLF, a last line without a line feed and members that are not named above are fine. A byte order mark and
//! blank lines are warnings; blank lines do not count as lines, yet keep their numbers. A member that stands
//! twice counts as its last occurrence. Text that is not UTF-8 is a fault of its line.
//!
//! ```
//! use openai_uploads::models::create_upload_request::Purpose;
//! use openai_uploads::preflight::Preflight;
//!
//! let lines = br#"{"custom_id":"1","method":"POST","url":"/v1/responses","body":{}}
//! {"custom_id":"1","method":"GET","url":"/v1/responses","body":{}}
//! "#;
//! let report = Preflight::new(Purpose::Batch).bytes(lines);
//! assert!(!report.is_fit());
//! assert_eq!(
//!     report.to_string(),
//!     "line 2: `custom_id` \"1\" is that of line 1 already\n\
//!      line 2: `method` must be POST, is \"GET\""
//! );
//! ```

mod json;
mod lines;
mod report;
mod rules;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

pub use json::{Kind, Problem};
pub use report::{Fault, FaultKind, Report, Warning};

use crate::models::create_upload_request::Purpose;
use lines::Lines;
use rules::{Batch, FineTune, Rules};

/// How the files of the purposes that are looked at end.
const EXTENSION: &str = "jsonl";

/// The MIME types that JSON Lines go by; the first is the one to be given.
const MIME_TYPES: [&str; 6] = [
    "text/jsonl",
    "application/jsonl",
    "application/x-jsonlines",
    "application/jsonlines",
    "application/x-ndjson",
    "application/json",
];

/// What one read takes at most: small enough to stay in a core's cache while it is looked at.
const BLOCK: usize = 256 * 1024;

/// Checks files for one purpose.
///
/// It blocks while it reads: within an async program, run it on a thread for blocking work. Memory is a few
/// hundred kilobytes, and for `batch` the digests of the ids, whatever the length of the file or of a line.
#[derive(Clone, Debug)]
pub struct Preflight {
    purpose: Purpose,
    file_name: Option<String>,
    mime_type: Option<String>,
    block: usize,
}

impl Preflight {
    /// A check for the purpose, which looks at content alone.
    pub fn new(purpose: impl Into<Purpose>) -> Self {
        Self { purpose: purpose.into(), file_name: None, mime_type: None, block: BLOCK }
    }

    /// Warns if this is not how files of the purpose are named.
    #[must_use]
    pub fn file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = Some(file_name.into());
        self
    }

    /// Warns if this is not what files of the purpose are.
    #[must_use]
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Whether the purpose has anything to say about the lines of a file. Where it has not, a file is not read.
    pub fn reads_lines(&self) -> bool {
        matches!(self.purpose, Purpose::Batch | Purpose::FineTune)
    }

    /// Looks at the file at `path`, whose name is used if no other was given.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or read. What is wrong with its content is in the report.
    pub fn path(&self, path: &Path) -> io::Result<Report> {
        let mut preflight = self.clone();
        if preflight.file_name.is_none() {
            preflight.file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        }
        preflight.reader(File::open(path)?)
    }

    /// Looks at what the reader gives until its end. It is read in blocks and needs no buffer of its own.
    ///
    /// To stop early, let the reader return an error.
    ///
    /// # Errors
    ///
    /// Those of the reader, but for [`io::ErrorKind::Interrupted`].
    pub fn reader(&self, reader: impl Read) -> io::Result<Report> {
        let mut report = match self.purpose {
            Purpose::Batch => self.lines(reader, Batch::default()),
            Purpose::FineTune => self.lines(reader, FineTune::default()),
            _ => Ok(Report::default()),
        }?;
        report.warnings.splice(0..0, self.name_and_type());
        Ok(report)
    }

    /// Looks at bytes in memory.
    #[expect(clippy::missing_panics_doc, reason = "reading from memory does not fail")]
    pub fn bytes(&self, bytes: &[u8]) -> Report {
        self.reader(bytes).expect("reading from memory does not fail")
    }

    fn lines<R: Rules>(&self, reader: impl Read, rules: R) -> io::Result<Report> {
        Lines::new(rules).read(reader, self.block)
    }

    fn name_and_type(&self) -> Vec<Warning> {
        if !self.reads_lines() {
            return Vec::new();
        }
        let purpose = self.purpose.to_string();
        let name = self.file_name.as_ref().filter(|name| {
            let extension = Path::new(name).extension();
            !extension.is_some_and(|extension| extension.eq_ignore_ascii_case(EXTENSION))
        });
        let extension = name.map(|file_name| Warning::Extension {
            purpose: purpose.clone(),
            file_name: file_name.clone(),
            expected: EXTENSION,
        });
        let mime_type = self.mime_type.as_ref().filter(|mime_type| {
            let essence = mime_type.split(';').next().unwrap_or_default().trim();
            !MIME_TYPES.iter().any(|known| known.eq_ignore_ascii_case(essence))
        });
        let mime_type = mime_type.map(|mime_type| Warning::MimeType {
            purpose: purpose.clone(),
            mime_type: mime_type.clone(),
            expected: MIME_TYPES[0],
        });
        extension.into_iter().chain(mime_type).collect()
    }
}

#[cfg(test)]
mod tests;
