//! The state files below a folder.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::lock::{Lock, lock_path};
use super::state::{SUFFIX, State};

/// A state file and what it says.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SavedState {
    /// The state file.
    pub path: PathBuf,
    /// The state, unless the file is damaged. The next upload of a file whose state is damaged starts from the
    /// beginning.
    pub state: Result<State, DamagedState>,
}

/// A state file that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct DamagedState {
    /// What is wrong with it.
    pub message: String,
}

impl State {
    /// Lists the state files in `folder` and the folders below it, in the order of their paths. Files that cannot
    /// be read are listed as damaged; folders that cannot be read and symbolic links are left out.
    ///
    /// # Errors
    ///
    /// If `folder` itself cannot be read.
    pub fn list(folder: &Path) -> io::Result<Vec<SavedState>> {
        let mut found = Vec::new();
        let mut folders = vec![fs::read_dir(folder)?];
        while let Some(entries) = folders.pop() {
            for entry in entries.flatten() {
                let path = entry.path();
                let Ok(kind) = entry.file_type() else { continue };
                if kind.is_dir() {
                    folders.extend(fs::read_dir(path));
                } else if kind.is_file() && is_name_of_state(&path) {
                    let state = Self::read(&path);
                    let state = state.map_err(|error| DamagedState { message: error.to_string() });
                    found.push(SavedState { path, state });
                }
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }
}

impl SavedState {
    /// Removes the state file, unless an upload uses it at this moment.
    ///
    /// The upload stays on the server; [`cancel_upload`](crate::apis::uploads_api::cancel_upload) cancels it there.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::ResourceBusy`] if an upload uses the state; otherwise those of removing a file. That it
    /// is not there any more is not an error.
    pub fn remove(&self) -> io::Result<()> {
        let Some(_lock) = Lock::take(&lock_path(&self.path))? else {
            let message = format!("an upload that runs uses {}", self.path.display());
            return Err(io::Error::new(io::ErrorKind::ResourceBusy, message));
        };
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether a file has the name of a state file.
fn is_name_of_state(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    name.starts_with(b".") && name.ends_with(SUFFIX.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATE: &str = concat!(
        r#"{"version": 2, "source": {"path": "/x", "length": 1, "modified_ns": 1}, "base_url": "http://localhost","#,
        r#""purpose": "batch", "file_name": "x", "mime_type": "text/plain", "#,
        r#""upload_id": "upload_1", "created_at": 0, "expires_at": 3600}"#,
    );

    #[test]
    fn a_damaged_state_is_listed_and_can_be_removed() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("below");
        fs::create_dir(&below).unwrap();
        fs::write(below.join(".a.openai-upload"), STATE).unwrap();
        fs::write(folder.path().join(".b.openai-upload"), "{").unwrap();
        fs::write(folder.path().join("c.openai-upload"), "no state").unwrap();
        let listed = State::list(folder.path()).unwrap();
        assert_eq!(listed.len(), 2);
        assert!(listed[0].state.is_err());
        assert_eq!(listed[1].state.as_ref().unwrap().upload_id, "upload_1");
        for saved in &listed {
            saved.remove().unwrap();
            saved.remove().unwrap();
        }
        assert!(State::list(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn a_state_that_is_in_use_is_not_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".a.openai-upload");
        fs::write(&path, STATE).unwrap();
        let _lock = Lock::take(&lock_path(&path)).unwrap().unwrap();
        let error = State::list(folder.path()).unwrap()[0].remove().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ResourceBusy);
        assert!(path.exists());
    }
}
