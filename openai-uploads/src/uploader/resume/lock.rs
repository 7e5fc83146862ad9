//! A lock between processes, which the system releases when a process is killed.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long to wait for a holder that is just ending.
const MAX_WAIT: Duration = Duration::from_millis(500);

/// A locked file beside the state. The state itself cannot be locked: when it is replaced, the lock would stay with
/// the old one.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    // Closing it releases the lock.
    _file: File,
}

impl Lock {
    /// Takes the lock; `None` if someone else holds it.
    pub(crate) fn take(path: &Path) -> io::Result<Option<Self>> {
        let begin = Instant::now();
        loop {
            let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
            match file.try_lock() {
                Ok(()) if is_at(&file, path)? => {
                    return Ok(Some(Self { path: path.to_owned(), _file: file }));
                }
                // The holder before us removed it after we opened it, and someone else may hold a new one.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if begin.elapsed() < MAX_WAIT => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is still held, so that nobody else's is removed. One that cannot be removed does no harm.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let held = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(found) => Ok((found.dev(), found.ino()) == (held.dev(), held.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Here a lock is never removed, so the one that is held is the one at the path.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "other systems have to look")]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// The path of the lock of the state file at `path`.
pub(crate) fn lock_path(path: &Path) -> PathBuf {
    with_ending(path, ".lock")
}

/// The path beside `path` whose name has this ending too.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[test]
    fn a_lock_is_held_once_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = Lock::take(&path).unwrap().unwrap();
        assert!(Lock::take(&path).unwrap().is_none());
        drop(lock);
        assert_eq!(path.exists(), !cfg!(unix));
        assert!(Lock::take(&path).unwrap().is_some());
    }

    #[test]
    fn one_thread_at_a_time_has_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let (holders, taken) = (AtomicU32::new(0), AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        if let Some(lock) = Lock::take(&path).unwrap() {
                            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                            taken.fetch_add(1, Ordering::SeqCst);
                            holders.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
        assert!(taken.into_inner() > 0);
    }
}
