//! Finds faults in a file before it is sent.
//!
//! [`Preflight`] checks a file, a reader or bytes for a purpose. Its [`Report`] has faults, for which the API would
//! refuse the file or a line of it, and warnings.
//!
//! | purpose | a line is | limits |
//! |---|---|---|
//! | `batch` | a request: `custom_id` (unique), `method` (`POST`), `url` (an endpoint that batches have) and `body` (with `model`, and the members that the endpoint needs) | 200,000,000 bytes, 50,000 lines, 50,000 texts to embed, one `url`, one `model` |
//! | `fine-tune` | an example: `messages` with an answer from the assistant, or `prompt` and `completion`, or `input`, `preferred_output` and `non_preferred_output` | at least 10 lines |
//! | `evals` | a JSON object | none |
//! | any other | not checked | none |
//!
//! Messages are checked too: roles, content, tool calls. Lines that were written for another API or program are
//! recognised, and the fault says what to do.
//!
//! Faults are what OpenAI refuses. [`Provider`] changes the rules: Azure OpenAI takes 100,000 lines and URLs without
//! `/v1`, and for other servers most faults are warnings.
//!
//! CRLF, a last line without a line feed and other members are fine. Blank lines at the end are a warning.
//!
//! ```
//! use openai_uploads::models::create_upload_request::Purpose;
//! use openai_uploads::preflight::Preflight;
//!
//! let lines = br#"{"custom_id":"1","method":"POST","url":"/v1/responses","body":{"model":"gpt-5-mini","input":"Hi"}}
//! {"custom_id":"1","method":"GET","url":"/v1/responses","body":{"model":"gpt-5-mini","input":"Hi"}}
//! "#;
//! let report = Preflight::new(Purpose::Batch).bytes(lines);
//! assert!(!report.is_fit());
//! assert_eq!(
//!     report.to_string(),
//!     "line 2: `custom_id` \"1\" is also on line 1\n\
//!      line 2: `method` must be POST, is \"GET\""
//! );
//! ```

mod alike;
mod blocks;
mod captured;
mod encoding;
mod json;
mod lines;
mod parallel;
mod place;
mod provider;
mod record;
mod report;
mod rules;
mod section;

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

pub use json::{Kind, Problem};
pub use lines::Line;
pub use provider::{BatchLimits, Provider, UnknownProvider};
pub use report::{Fault, FaultKind, MessageProblem, Report, Warning};

use crate::models::create_upload_request::Purpose;
use lines::Lines;
pub(crate) use parallel::Visitor;
use rules::{Batch, Findings, Rules};

/// The extension of JSON Lines files.
const EXTENSION: &str = "jsonl";

/// The MIME types of JSON Lines. The first is the one to suggest.
const MIME_TYPES: [&str; 6] = [
    "text/jsonl",
    "application/jsonl",
    "application/x-jsonlines",
    "application/jsonlines",
    "application/x-ndjson",
    "application/json",
];

/// The maximum size of one read. A block stays in a core's cache while it is checked.
const BLOCK: usize = 256 * 1024;

/// Checks files for one purpose.
///
/// The check blocks while it reads: in an async program, run it on a thread for blocking work. It needs a few hundred
/// kilobytes of memory for each thread, and for `batch` a table of the ids, whatever the length of the file or of a
/// line. Files and bytes in memory are checked on all cores, at most eight, readers on the current thread.
#[derive(Clone, Debug)]
pub struct Preflight {
    purpose: Purpose,
    provider: Option<Provider>,
    is_split: bool,
    file_name: Option<String>,
    mime_type: Option<String>,
    block: usize,
    section: u64,
    threads: usize,
}

impl Preflight {
    /// Creates a check for the purpose.
    pub fn new(purpose: impl Into<Purpose>) -> Self {
        Self {
            purpose: purpose.into(),
            provider: None,
            is_split: false,
            file_name: None,
            mime_type: None,
            block: BLOCK,
            section: parallel::SECTION,
            threads: parallel::threads(),
        }
    }

    /// Sets the service that the file is for.
    ///
    /// Without it the rules are those of OpenAI, but for URLs that only Azure OpenAI takes: they are a warning.
    #[must_use]
    pub fn with_provider(mut self, provider: Provider) -> Self {
        self.provider = Some(provider);
        self
    }

    /// Checks a `batch` input that will be split into several batches.
    ///
    /// Endpoints and models may differ from line to line, the limits of one batch do not apply, and ids are not
    /// compared: [`lines`](Self::lines) passes what the caller needs to do this over all its files. Blank lines and a
    /// byte order mark are warnings, because the lines are copied without them.
    #[must_use]
    pub fn for_several_batches(mut self) -> Self {
        self.is_split = true;
        self
    }

    /// Reads what is checked once, from the start to the end.
    #[must_use]
    pub(crate) fn on_one_thread(mut self) -> Self {
        self.threads = 1;
        self
    }

    /// Sets the name that the file is sent under, which is checked too.
    #[must_use]
    pub fn with_file_name(mut self, file_name: impl Into<String>) -> Self {
        self.file_name = Some(file_name.into());
        self
    }

    /// Sets the MIME type that the file is sent with, which is checked too.
    #[must_use]
    pub fn with_mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// Whether the lines of a file for the purpose are checked. If not, the file is not read.
    pub fn reads_lines(&self) -> bool {
        self.rules().is_some()
    }

    /// Checks the file at `path`. Its name is that of the path, unless another is set.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened or read. Faults of its content are in the report.
    pub fn path(&self, path: &Path) -> io::Result<Report> {
        let mut preflight = self.clone();
        if preflight.file_name.is_none() {
            preflight.file_name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return preflight.reader(file);
        }
        let open = |offset| {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            Ok(file)
        };
        preflight.ranges(metadata.len(), open, |_| Ok(()), None)
    }

    /// Checks what the reader returns. It is read in blocks and needs no buffer of its own.
    ///
    /// To stop early, let the reader return an error.
    ///
    /// # Errors
    ///
    /// Those of the reader, except [`io::ErrorKind::Interrupted`].
    pub fn reader(&self, reader: impl Read) -> io::Result<Report> {
        self.lines(reader, |_| {})
    }

    /// Checks what the reader returns, and passes each line that is not blank to `visit`.
    ///
    /// ```
    /// use openai_uploads::models::create_upload_request::Purpose;
    /// use openai_uploads::preflight::Preflight;
    ///
    /// let input = br#"{"custom_id":"1","method":"POST","url":"/v1/embeddings","body":{"model":"m","input":["a","b"]}}
    /// {"custom_id":"2","method":"POST","url":"/v1/responses","body":{"model":"n","input":"Hi"}}"#;
    /// let mut inputs = 0;
    /// let preflight = Preflight::new(Purpose::Batch).for_several_batches();
    /// let report = preflight.lines(&input[..], |line| inputs += line.inputs)?;
    /// assert!(report.is_fit());
    /// assert_eq!(inputs, 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of the reader, except [`io::ErrorKind::Interrupted`].
    pub fn lines(&self, reader: impl Read, visit: impl FnMut(&Line<'_>)) -> io::Result<Report> {
        let Some(rules) = self.rules() else { return Ok(Report::default()) };
        let findings = self.name_and_type();
        Lines::new(rules, findings, visit).read(reader, self.block)
    }

    /// Checks `length` bytes that can be read from any offset on, on several threads.
    ///
    /// `open` returns a reader of what comes after an offset. `progress` receives the number of bytes checked so far;
    /// its errors end the check.
    pub(crate) fn ranges<R: Read>(
        &self,
        length: u64,
        open: impl Fn(u64) -> io::Result<R> + Sync,
        progress: impl FnMut(u64) -> io::Result<()>,
        visit: Option<Visitor<'_>>,
    ) -> io::Result<Report> {
        match self.rules() {
            Some(rules) => parallel::check(self, rules, length, open, progress, visit),
            None => Ok(Report::default()),
        }
    }

    /// Checks bytes in memory.
    #[expect(clippy::missing_panics_doc, reason = "reading from memory does not fail")]
    pub fn bytes(&self, bytes: &[u8]) -> Report {
        let open = |offset| Ok(&bytes[usize::try_from(offset).unwrap_or(usize::MAX)..]);
        let report = self.ranges(bytes.len() as u64, open, |_| Ok(()), None);
        report.expect("reading from memory does not fail")
    }

    /// Checks the name and the MIME type alone.
    pub fn name(&self) -> Report {
        if self.reads_lines() { self.name_and_type().finish() } else { Report::default() }
    }

    fn rules(&self) -> Option<Rules> {
        match self.purpose.as_str() {
            "batch" => Some(Rules::Batch(Batch::new(self.provider, self.is_split))),
            "fine-tune" => Some(Rules::FineTune),
            "evals" => Some(Rules::JsonLines),
            _ => None,
        }
    }

    fn name_and_type(&self) -> Findings {
        let mut findings = Findings::new(self.provider, self.is_split);
        let purpose = self.purpose.to_string();
        if let Some(file_name) = &self.file_name
            && !Path::new(file_name).extension().is_some_and(|found| found.eq_ignore_ascii_case(EXTENSION))
        {
            findings.file(FaultKind::Extension { purpose: purpose.clone(), file_name: file_name.clone() });
        } else if let Some(mime_type) = &self.mime_type {
            let bare = mime_type.split(';').next().unwrap_or_default().trim();
            if !MIME_TYPES.iter().any(|known| known.eq_ignore_ascii_case(bare)) {
                let (mime_type, expected) = (mime_type.clone(), MIME_TYPES[0]);
                findings.report.warnings.push(Warning::MimeType { purpose, mime_type, expected });
            }
        }
        findings
    }
}

#[cfg(test)]
mod tests;
