//! The folder of a store.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::super::id;
use super::super::start_error::StartError;

/// A folder that this process has locked.
#[derive(Debug)]
pub(super) struct Folder {
    uploads: PathBuf,
    files: PathBuf,
    batches: PathBuf,
    _lock: File,
}

/// The prefixes of ids.
pub(super) const UPLOAD: &str = "upload_";
pub(super) const PART: &str = "part_";
pub(super) const FILE: &str = "file-";
pub(super) const BATCH: &str = "batch_";

/// The name of the file that describes an object.
pub(super) const RECORD: &str = "record.json";
/// The end of the name of a file that will replace another.
pub(super) const NEW: &str = ".new";
/// The end of the name of a file while its bytes arrive.
pub(super) const ARRIVING: &str = ".arriving";

impl Folder {
    pub(super) fn open(dir: &Path) -> Result<Self, StartError> {
        let failed = |path: &Path, source| StartError::Folder { path: path.to_owned(), source };
        let [uploads, files, batches] = ["uploads", "files", "batches"].map(|name| dir.join(name));
        for folder in [&uploads, &files, &batches] {
            fs::create_dir_all(folder).map_err(|source| failed(dir, source))?;
        }
        let lock = dir.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|source| failed(&lock, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(&lock, source)),
        }
        // A folder that cannot be written should be an error now and not with the first upload.
        let probe = uploads.join("probe");
        fs::write(&probe, b"")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|source| failed(dir, source))?;
        Ok(Self { uploads, files, batches, _lock: file })
    }

    /// The folder of an upload.
    pub(super) fn upload(&self, upload_id: &str) -> PathBuf {
        self.uploads.join(upload_id)
    }

    /// The folder of a file that is not an upload's.
    pub(super) fn file(&self, file_id: &str) -> PathBuf {
        self.files.join(file_id)
    }

    /// The folder of a batch.
    pub(super) fn batch(&self, batch_id: &str) -> PathBuf {
        self.batches.join(batch_id)
    }

    /// The folders of all uploads.
    pub(super) fn uploads(&self) -> io::Result<Vec<PathBuf>> {
        objects(&self.uploads, UPLOAD)
    }

    /// The folders of all files that are not an upload's.
    pub(super) fn files(&self) -> io::Result<Vec<PathBuf>> {
        objects(&self.files, FILE)
    }

    /// The folders of all batches.
    pub(super) fn batches(&self) -> io::Result<Vec<PathBuf>> {
        objects(&self.batches, BATCH)
    }
}

fn objects(dir: &Path, prefix: &str) -> io::Result<Vec<PathBuf>> {
    let is_object = |path: &PathBuf| name(path).is_some_and(|name| id::is(prefix, name));
    Ok(paths(dir)?.into_iter().filter(is_object).collect())
}

/// The entries of a folder.
pub(super) fn paths(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// The last component of a path, if it is text.
pub(super) fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// Reads the record in an object's folder. A folder without a record is an unfinished object: it is removed.
pub(super) fn read_record<T: DeserializeOwned>(dir: &Path) -> io::Result<Option<T>> {
    match fs::read(dir.join(RECORD)) {
        Ok(record) => Ok(serde_json::from_slice(&record).map(Some)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_dir_all(dir).map(|()| None),
        Err(error) => Err(error),
    }
}

/// Replaces the content of a file. At any moment it has the old content or the new one.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(NEW);
    let new = PathBuf::from(new);
    let written = File::create(&new).and_then(|mut file| file.write_all(content));
    written.and_then(|()| fs::rename(&new, path)).inspect_err(|_| drop(fs::remove_file(&new)))
}

/// Removes a file that is not needed. If that fails, it is removed when the store is opened again.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "cannot remove a file that is no longer needed");
    }
}
