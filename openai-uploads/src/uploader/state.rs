//! The state of an unfinished upload, from which the next run goes on.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Plan;
use super::file::FileIdentity;
use crate::models::create_upload_request::Purpose;
use crate::models::{CreateUploadRequest, FileExpirationAfter, Upload};

/// What the name of a state file ends with; it begins with a full stop and the name of the source.
const SUFFIX: &str = ".openai-upload";

/// A form that this version does not write is not read either.
const VERSION: u32 = 1;

/// A state file is never longer, so one that is cannot be ours.
const BYTES_MAXIMUM: u64 = 16 * 1024 * 1024;

/// The state of an unfinished upload, as it is in its file.
///
/// The file is JSON, readable by its owner alone, written anew as a whole each time a part arrives, and has no
/// secret in it. For `data/train.jsonl` it is `data/.train.jsonl.openai-upload`; see
/// [`path_beside`](Self::path_beside).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct State {
    version: u32,
    /// The file that is being uploaded, as it was when the upload began.
    pub source: FileIdentity,
    /// Where it is uploaded to, without user name, password and query.
    pub base_url: String,
    /// What the file is for.
    pub purpose: Purpose,
    /// The name that the server was told.
    pub filename: String,
    /// The MIME type that the server was told.
    pub mime_type: String,
    /// The time to live that the server was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<FileExpirationAfter>,
    /// The upload's id.
    pub upload_id: String,
    /// When the upload expires, in seconds since 1970.
    pub expires_at: u64,
    /// The bytes of a part.
    pub part_size: u64,
    /// Whether all parts have arrived and the server was asked to complete the upload.
    #[serde(default)]
    pub completing: bool,
    /// The ids of the parts that have arrived, by index.
    pub parts: BTreeMap<usize, String>,
}

/// A [`State`] and the file that it is in.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SavedState {
    /// The state file.
    pub path: PathBuf,
    /// What it says.
    pub state: State,
}

impl State {
    /// Where the state of an upload of the file at `source` is kept unless told otherwise: beside the file that
    /// it is, symbolic links followed.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn path_beside(source: &Path) -> io::Result<PathBuf> {
        Ok(Self::path_of(&source.canonicalize()?))
    }

    /// Where the state of the file at `path` is kept, which has been canonicalized.
    pub(super) fn path_of(path: &Path) -> PathBuf {
        let mut name = OsString::from(".");
        name.push(path.file_name().unwrap_or_default());
        name.push(SUFFIX);
        path.with_file_name(name)
    }

    /// Reads a state file.
    ///
    /// # Errors
    ///
    /// As reading any file; [`io::ErrorKind::InvalidData`] when it is not a state, or not one of this version.
    pub fn read(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.len() > BYTES_MAXIMUM {
            return Err(invalid("it is too long for a state"));
        }
        let text = fs::read(path)?;
        let state: Self = serde_json::from_slice(&text).map_err(|error| invalid(error.to_string()))?;
        if state.version != VERSION {
            return Err(invalid(format!("it is of version {}, not {VERSION}", state.version)));
        }
        let plan = state.plan()?;
        if state.parts.last_key_value().is_some_and(|(last, _)| *last >= plan.part_count()) {
            return Err(invalid("it lists a part that the file does not have"));
        }
        if state.upload_id.is_empty() || state.parts.values().any(String::is_empty) {
            return Err(invalid("it has an empty id"));
        }
        Ok(state)
    }

    /// The states beside files in `folder` and the folders below it, in the order of their paths. What cannot be
    /// read there, or is not a state, is left out; symbolic links are not followed.
    ///
    /// # Errors
    ///
    /// When `folder` itself cannot be read.
    pub fn list(folder: &Path) -> io::Result<Vec<SavedState>> {
        let mut found = Vec::new();
        let mut folders = vec![fs::read_dir(folder)?];
        while let Some(entries) = folders.pop() {
            for entry in entries.flatten() {
                let path = entry.path();
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    folders.extend(fs::read_dir(path));
                } else if kind.is_file() && has_name_of_a_state(&path) {
                    found.extend(Self::read(&path).map(|state| SavedState { path, state }));
                }
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// How the file was cut.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::InvalidData`] when it cannot have been cut so.
    pub fn plan(&self) -> io::Result<Plan> {
        Plan::with_part_size(self.source.length, self.part_size).map_err(|error| invalid(error.to_string()))
    }

    /// How many bytes have arrived.
    pub fn bytes_arrived(&self) -> u64 {
        let Ok(plan) = self.plan() else { return 0 };
        plan.parts().filter(|part| self.parts.contains_key(&part.index)).map(|part| part.len()).sum()
    }

    /// Whether the upload has expired by this machine's clock.
    pub fn is_expired(&self) -> bool {
        self.expires_within(0)
    }

    pub(super) fn expires_within(&self, seconds: u64) -> bool {
        self.expires_at <= now().saturating_add(seconds)
    }

    /// The state of an upload of which no part has arrived.
    pub(super) fn new(
        source: FileIdentity,
        base_url: String,
        request: CreateUploadRequest,
        upload: Upload,
        part_size: u64,
    ) -> Self {
        Self {
            version: VERSION,
            source,
            base_url,
            purpose: request.purpose,
            filename: request.filename,
            mime_type: request.mime_type,
            expires_after: request.expires_after,
            upload_id: upload.id,
            expires_at: upload.expires_at,
            part_size,
            completing: false,
            parts: BTreeMap::new(),
        }
    }
}

fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

fn has_name_of_a_state(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(b".") && name.ends_with(SUFFIX.as_bytes())
}

/// This machine's clock, in seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
