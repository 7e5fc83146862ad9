//! The work folder of a run: everything needed to continue it after a stop, and the lock of the process that uses it.
//!
//! | file | contents |
//! |---|---|
//! | `run.json` | the state of the run |
//! | `NNNN.json` | the state of a shard |
//! | `NNNN.jsonl`, `NNNN.lines` | its requests, and the list of its lines |
//! | `NNNN.output.jsonl`, `NNNN.errors.jsonl` | its result files |
//! | `NNNN.upload` | the state of its upload |
//! | `index`, `answers` | where each request line and its answer are |
//! | `machine.json` | the id that the state in a store knows this folder by, where the results go to a store |
//! | `input.jsonl`, `input-N.jsonl` | the input, if it came from a pipe |

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answers::{AnswerFile, AnswerTable};

/// A work folder. If it is [opened](Self::open), no other process uses it while this or a clone of it exists.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    root: PathBuf,
    // Closing it releases the lock. `None`: the folder is only read.
    _lock: Option<Arc<File>>,
}

impl Folder {
    /// The work folder for a results file: next to it, as `NAME.batch`.
    pub(super) fn beside(results: &Path) -> PathBuf {
        let mut name = results.file_name().unwrap_or_default().to_owned();
        name.push(".batch");
        results.with_file_name(name)
    }

    /// Opens the folder, or creates it if `create` is set. `None`: another process uses it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::NotFound`] if it does not exist and `create` is not set, or an error of the operating system.
    pub(super) fn open(root: PathBuf, create: bool) -> io::Result<Option<Self>> {
        loop {
            if create {
                make_private_folder(&root)?;
            }
            let path = root.join("lock");
            let lock = File::options().create(true).write(true).truncate(false).open(&path)?;
            match lock.try_lock() {
                // The previous process may have removed the folder after this one opened the file.
                Ok(()) if path.exists() => return Ok(Some(Self { root, _lock: Some(Arc::new(lock)) })),
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// A folder that another process may use at the same time. Its files are replaced as a whole, so they can be read.
    pub(super) fn to_read(root: PathBuf) -> Self {
        Self { root, _lock: None }
    }

    pub(super) fn path(&self) -> &Path {
        &self.root
    }

    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file of the shard with this number.
    pub(super) fn of_shard(&self, number: u32, ending: &str) -> PathBuf {
        self.root.join(format!("{number:04}.{ending}"))
    }

    /// The file that contains texts of the shard with this number.
    pub(super) fn texts_of_shard(&self, number: u32, file: AnswerFile) -> PathBuf {
        self.of_shard(
            number,
            match file {
                AnswerFile::Requests => "jsonl",
                AnswerFile::Output => "output.jsonl",
                AnswerFile::Errors => "errors.jsonl",
            },
        )
    }

    pub(super) fn answers(&self) -> AnswerTable {
        AnswerTable::at(self.root.join("answers"))
    }

    /// Removes all files but those with these names and the lock.
    pub(super) fn clear(&self, kept: &[&str]) -> io::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let name = entry.file_name();
            if name != "lock" && !kept.iter().any(|kept| name == *kept) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Removes what is left of a folder if its removal was interrupted.
    pub(super) fn remove_rest(root: &Path) -> io::Result<()> {
        match fs::remove_dir_all(Self::renamed(root)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The name of the folder while it is removed.
    fn renamed(root: &Path) -> PathBuf {
        let mut renamed = root.to_owned().into_os_string();
        renamed.push(".done");
        renamed.into()
    }

    /// Removes the folder with everything in it.
    ///
    /// It is renamed first: a run that is killed meanwhile must not find half a state.
    pub(super) fn remove(self) -> io::Result<()> {
        Self::remove_rest(&self.root)?;
        let removed = Self::renamed(&self.root);
        fs::rename(&self.root, &removed)?;
        remove_files(&removed)?;
        fs::remove_dir_all(&removed)
    }
}

/// Removes the files of a folder, several at a time: the system frees the memory of a large file meanwhile.
fn remove_files(folder: &Path) -> io::Result<()> {
    const THREADS: usize = 4;
    let files = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<io::Result<Vec<PathBuf>>>()?;
    thread::scope(|scope| {
        for some in files.chunks(files.len().div_ceil(THREADS).max(1)) {
            // What cannot be removed is an error when the folder is.
            scope.spawn(move || some.iter().for_each(|file| drop(fs::remove_file(file))));
        }
    });
    Ok(())
}

/// The path of the failures: beside the results, as `NAME.errors.jsonl`.
pub(super) fn failures_beside(results: &Path) -> PathBuf {
    let name = results.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".jsonl").unwrap_or(&name);
    results.with_file_name(format!("{stem}.errors.jsonl"))
}

/// Replaces the file at `path` by `value` as JSON, completely or not at all.
pub(super) fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&new)?.write_all(&serde_json::to_vec_pretty(value)?)?;
    fs::rename(&new, path)
}

/// Reads a JSON file. Returns `None` if it does not exist.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn make_private_folder(root: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_uses_the_folder() {
        let place = tempfile::tempdir().unwrap();
        let root = Folder::beside(&place.path().join("results.jsonl"));
        assert!(root.ends_with("results.jsonl.batch"));
        assert_eq!(Folder::open(root.clone(), false).unwrap_err().kind(), ErrorKind::NotFound);
        let folder = Folder::open(root.clone(), true).unwrap().unwrap();
        assert!(Folder::open(root.clone(), true).unwrap().is_none());
        folder.remove().unwrap();
        assert!(!root.exists());
        assert!(Folder::open(root, true).unwrap().is_some());
    }

    #[test]
    fn json_is_replaced_as_a_whole() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("run.json");
        assert_eq!(read_json::<u32>(&path).unwrap(), None);
        write_json(&path, &1).unwrap();
        write_json(&path, &2).unwrap();
        assert_eq!(read_json(&path).unwrap(), Some(2));
        fs::write(&path, "{").unwrap();
        assert!(read_json::<u32>(&path).is_err());
    }
}
