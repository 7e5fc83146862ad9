//! The file that a state is kept in: locked, read, written and removed.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::{self, BoxFuture, FutureExt};
use tokio::task::spawn_blocking;

use super::lock::{Lock, lock_path, with_ending};
use super::state::State;
use super::storage::StateStorage;

/// A state file that nobody else uses while this exists.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    // Shared with writes in progress: they hold the lock even after the upload was dropped.
    lock: Arc<Lock>,
}

impl StateFile {
    /// Locks the state file at `path`, which need not exist yet; `None` if someone else has locked it.
    pub(crate) async fn lock(path: PathBuf) -> io::Result<Option<Self>> {
        spawn_blocking(move || {
            let lock = Lock::take(&lock_path(&path))?;
            Ok(lock.map(|lock| Self { path, lock: Arc::new(lock) }))
        })
        .await?
    }

    /// Does something with the file on the blocking thread pool.
    async fn blocking<T: Send + 'static>(
        &self,
        action: impl FnOnce(&Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (path, lock) = (self.path.clone(), self.lock.clone());
        spawn_blocking(move || {
            let result = action(&path);
            drop(lock);
            result
        })
        .await?
    }
}

impl StateStorage for StateFile {
    fn place(&self) -> PathBuf {
        self.path.clone()
    }

    fn read(&self) -> BoxFuture<'_, io::Result<Option<State>>> {
        async {
            match self.blocking(State::read).await {
                Ok(state) => Ok(Some(state)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            }
        }
        .boxed()
    }

    fn replace(&self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        self.blocking(move |path| replace(path, &text)).boxed()
    }

    fn append(&self, line: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        self.blocking(move |path| fs::OpenOptions::new().append(true).open(path)?.write_all(&line)).boxed()
    }

    fn flush(&self) -> BoxFuture<'_, io::Result<()>> {
        future::ready(Ok(())).boxed()
    }

    fn remove(&self) -> BoxFuture<'_, io::Result<()>> {
        async {
            match self.blocking(|path| fs::remove_file(path)).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        }
        .boxed()
    }
}

/// Writes the new text beside the old file and renames it. It is not forced to the disk: after a power cut the state
/// may be missing or damaged, and the upload starts from the beginning.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = with_ending(path, ".new");
    // One that a killed process left behind, or a link to elsewhere, is not written to.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_is_replaced_appended_to_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        let file = StateFile::lock(path.clone()).await.unwrap().unwrap();
        assert!(StateFile::lock(path.clone()).await.unwrap().is_none(), "it is locked");
        assert!(file.append(b"x".to_vec()).await.is_err(), "there is nothing to append to");
        file.replace(b"a\n".to_vec()).await.unwrap();
        file.append(b"b\n".to_vec()).await.unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"a\nb\n");
        assert_eq!(file.read().await.unwrap_err().kind(), io::ErrorKind::InvalidData);
        file.remove().await.unwrap();
        file.remove().await.unwrap();
        assert!(file.read().await.unwrap().is_none());
        drop(file);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
