//! The state of an unfinished upload, from which the next run resumes it.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::models::FileExpirationAfter;
use crate::models::create_upload_request::Purpose;
use crate::uploader::source::FileIdentity;

/// The end of the name of a state file. The name starts with a full stop and the name of the source.
pub(super) const SUFFIX: &str = ".openai-upload";

/// The only version that is read and written.
const VERSION: u32 = 2;

/// A state file is never longer than this.
const MAX_LENGTH: u64 = 16 * 1024 * 1024;

/// The state of an unfinished upload, as read from its file.
///
/// The file has one JSON object a line: the upload first, then each part that the server has. It is readable by
/// its owner alone and holds no secret. The state of `data/train.jsonl` is in `data/.train.jsonl.openai-upload`;
/// see [`path_beside`](Self::path_beside).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State {
    version: u32,
    /// The file that is uploaded, as it was when the upload started.
    pub source: FileIdentity,
    /// The base URL of the server, without user name, password and query.
    pub base_url: String,
    /// The purpose of the file.
    pub purpose: Purpose,
    /// The name of the file on the server.
    pub file_name: String,
    /// The MIME type of the file.
    pub mime_type: String,
    /// The time after which the server deletes the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<FileExpirationAfter>,
    /// The id of the upload.
    pub upload_id: String,
    /// The time when the upload was created, by the local clock, in seconds since 1970.
    pub created_at: u64,
    /// The time when the upload expires, by the local clock: `created_at` plus the lifetime that the server stated.
    pub expires_at: u64,
    /// Whether the server was asked to complete the upload.
    #[serde(skip)]
    pub completing: bool,
    /// The parts that the server has, in the order of the file.
    #[serde(skip)]
    pub parts: Vec<SavedPart>,
}

/// A part that the server has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SavedPart {
    /// Its bytes in the file.
    pub range: Range<u64>,
    /// Its id.
    pub id: String,
}

/// A line after the first.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Part { start: u64, end: u64, id: String },
    Completing,
}

impl State {
    /// Returns the path where the state of an upload of `source` is kept by default: beside the file, with symbolic
    /// links followed.
    ///
    /// # Errors
    ///
    /// If there is no such file.
    pub fn path_beside(source: &Path) -> io::Result<PathBuf> {
        Ok(Self::path_of(&source.canonicalize()?))
    }

    /// The path of the state of the file at `path`, which has been canonicalized.
    pub(crate) fn path_of(path: &Path) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(SUFFIX);
        path.with_file_name(name)
    }

    /// Reads a state file.
    ///
    /// # Errors
    ///
    /// Those of reading a file; [`io::ErrorKind::InvalidData`] if it is not a state of this version.
    pub fn read(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.len() > MAX_LENGTH {
            return Err(invalid("it is too long for a state"));
        }
        Self::parse(&fs::read(path)?)
    }

    /// Reads the text of a state.
    pub(crate) fn parse(text: &[u8]) -> io::Result<Self> {
        let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).peekable();
        let first = lines.next().ok_or_else(|| invalid("it is empty"))?;
        let mut state: Self = serde_json::from_slice(first).map_err(|error| invalid(error.to_string()))?;
        if state.version != VERSION {
            return Err(invalid(format!("it is of version {}, not {VERSION}", state.version)));
        }
        while let Some(line) = lines.next() {
            match serde_json::from_slice(line) {
                Ok(Line::Part { start, end, id }) => state.parts.push(SavedPart { range: start..end, id }),
                Ok(Line::Completing) => state.completing = true,
                // The process was killed while it wrote the last line.
                Err(_) if lines.peek().is_none() => {}
                Err(error) => return Err(invalid(error.to_string())),
            }
        }
        state.parts.sort_unstable_by_key(|part| part.range.start);
        state.check()?;
        Ok(state)
    }

    fn check(&self) -> io::Result<()> {
        let mut at = 0;
        for part in &self.parts {
            if part.range.start < at || part.range.is_empty() || part.range.end > self.source.length {
                return Err(invalid("it lists a part that the file does not have"));
            }
            at = part.range.end;
        }
        if self.upload_id.is_empty() || self.parts.iter().any(|part| part.id.is_empty()) {
            return Err(invalid("it has an empty id"));
        }
        Ok(())
    }

    /// The bytes that the server has.
    pub fn finished_bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.range.end - part.range.start).sum()
    }

    /// Returns the time until the upload expires, by the local clock; `None` if it has expired.
    ///
    /// Only the time that has passed since the creation counts, so a clock that is wrong by a constant does no harm.
    /// The server decides in any case: a resumed upload is checked with one small part.
    pub fn time_left(&self) -> Option<Duration> {
        let left = self.expires_at.saturating_sub(now());
        // After the clock was set back, more would seem to be left than there was in the beginning.
        let lifetime = self.expires_at.saturating_sub(self.created_at);
        (left > 0).then(|| Duration::from_secs(left.min(lifetime)))
    }

    /// Whether the upload has expired, by the local clock.
    pub fn is_expired(&self) -> bool {
        self.time_left().is_none()
    }

    /// The file's content, with a line for each part.
    pub(crate) fn to_lines(&self) -> serde_json::Result<Vec<u8>> {
        let mut text = serde_json::to_vec(self)?;
        text.push(b'\n');
        for part in &self.parts {
            text.extend(part_line(part)?);
        }
        if self.completing {
            text.extend(completing_line()?);
        }
        Ok(text)
    }
}

/// What a new [`State`] is made of.
pub(crate) struct NewState {
    pub(crate) source: FileIdentity,
    pub(crate) base_url: String,
    pub(crate) request: crate::models::CreateUploadRequest,
    pub(crate) upload_id: String,
    pub(crate) lifetime: Duration,
}

impl From<NewState> for State {
    fn from(new: NewState) -> Self {
        let created_at = now();
        Self {
            version: VERSION,
            source: new.source,
            base_url: new.base_url,
            purpose: new.request.purpose,
            file_name: new.request.filename,
            mime_type: new.request.mime_type,
            expires_after: new.request.expires_after,
            upload_id: new.upload_id,
            created_at,
            expires_at: created_at.saturating_add(new.lifetime.as_secs()),
            completing: false,
            parts: Vec::new(),
        }
    }
}

pub(crate) fn part_line(part: &SavedPart) -> serde_json::Result<Vec<u8>> {
    let SavedPart { range, id } = part;
    line(&Line::Part { start: range.start, end: range.end, id: id.clone() })
}

pub(crate) fn completing_line() -> serde_json::Result<Vec<u8>> {
    line(&Line::Completing)
}

fn line(line: &Line) -> serde_json::Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    Ok(text)
}

fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

/// The local clock, in seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::CreateUploadRequest;

    fn state() -> State {
        let source = serde_json::from_str(r#"{"path": "/x", "length": 100, "modified_ns": 1}"#).unwrap();
        let request =
            CreateUploadRequest::new("x".into(), Purpose::Batch, 100, "application/octet-stream".into());
        let mut state = State::from(NewState {
            source,
            base_url: "http://localhost".into(),
            request,
            upload_id: "upload_1".into(),
            lifetime: Duration::from_secs(3600),
        });
        state.parts =
            [(0..10, "a"), (30..100, "b")].map(|(range, id)| SavedPart { range, id: id.into() }).to_vec();
        state.completing = true;
        state
    }

    fn read(text: &[u8]) -> io::Result<State> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        fs::write(&path, text).unwrap();
        State::read(&path)
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let state = state();
        assert_eq!(read(&state.to_lines().unwrap()).unwrap(), state);
        assert_eq!(state.finished_bytes(), 80);
    }

    #[test]
    fn a_last_line_that_was_cut_short_is_left_out() {
        let text = state().to_lines().unwrap();
        let lines = text.iter().filter(|byte| **byte == b'\n').count();
        let header = text.iter().position(|byte| *byte == b'\n').unwrap();
        for end in header + 1..text.len() {
            let complete = text[..end].iter().filter(|byte| **byte == b'\n').count();
            let read = read(&text[..end]).unwrap();
            assert!(complete < lines && read.parts.len() >= (complete - 1).min(2));
        }
    }

    #[test]
    fn a_damaged_state_is_an_error() {
        let whole = String::from_utf8(state().to_lines().unwrap()).unwrap();
        for damaged in [
            String::new(),
            "{\n".to_owned(),
            whole.replace("\"version\":2", "\"version\":1"),
            whole.replace("\"start\":30", "\"start\":5"),
            whole.replace("\"end\":100", "\"end\":101"),
            whole.replace("\"end\":10,", "\"end\":0,"),
            whole.replace("\"id\":\"a\"", "\"id\":\"\""),
            whole.replace("\"end\":10,", "\"end\":-1,"),
            whole.replace("upload_1", ""),
            "[".repeat(100_000),
        ] {
            assert_eq!(read(damaged.as_bytes()).unwrap_err().kind(), io::ErrorKind::InvalidData, "{damaged}");
        }
        assert!(read(&vec![0; 17 << 20]).is_err());
    }

    #[test]
    fn only_the_time_since_the_creation_counts() {
        let state = state();
        let left = state.time_left().unwrap().as_secs();
        assert!((3590..=3600).contains(&left));
        let set_back =
            State { created_at: now() + 1_000_000, expires_at: now() + 1_003_600, ..state.clone() };
        assert_eq!(set_back.time_left().unwrap().as_secs(), 3600);
        assert!(State { created_at: 0, expires_at: 3600, ..state }.is_expired());
    }
}
