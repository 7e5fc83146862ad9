//! The file that a state is kept in: locked, read, replaced and removed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::task::spawn_blocking;

use super::State;
use super::lock::Lock;

/// A state file that nobody else uses while this is there.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    // Shared with writes under way: they hold the lock even after the upload was dropped.
    lock: Arc<Lock>,
}

impl StateFile {
    /// Where the lock of the state file at `path` is.
    pub(super) fn lock_path(path: &Path) -> PathBuf {
        with_ending(path, ".lock")
    }

    /// Takes the state file at `path`, which need not be there yet; `None` where someone else has it.
    pub(super) async fn take(path: PathBuf) -> io::Result<Option<Self>> {
        spawn_blocking(move || {
            let lock = Lock::take(&Self::lock_path(&path))?;
            Ok(lock.map(|lock| Self { path, lock: Arc::new(lock) }))
        })
        .await?
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The state in the file; `None` where there is no file.
    pub(super) async fn read(&self) -> io::Result<Option<State>> {
        let path = self.path.clone();
        match spawn_blocking(move || State::read(&path)).await? {
            Ok(state) => Ok(Some(state)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Replaces what the file says, at once or not at all.
    pub(super) async fn write(&self, state: &State) -> io::Result<()> {
        let text = serde_json::to_vec_pretty(state)?;
        let (path, lock) = (self.path.clone(), self.lock.clone());
        spawn_blocking(move || {
            let written = replace(&path, &text);
            drop(lock);
            written
        })
        .await?
    }

    pub(super) async fn remove(&self) -> io::Result<()> {
        let (path, lock) = (self.path.clone(), self.lock.clone());
        let removed = spawn_blocking(move || {
            let removed = fs::remove_file(&path);
            drop(lock);
            removed
        });
        match removed.await? {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The new text is written beside the old and takes its place by being renamed. It is not forced to the disk:
/// after a power cut there may be no state, or a damaged one, and the upload begins afresh.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = with_ending(path, ".new");
    // One that a killed process left behind, or that leads elsewhere, is not written to.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(text).and_then(|()| fs::rename(&new, path)).inspect_err(|_| {
        let _ = fs::remove_file(&new);
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}
