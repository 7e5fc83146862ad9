//! The folder that a store works on.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::super::id;
use super::super::start_error::StartError;

/// A folder that is this server's alone for as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    uploads: PathBuf,
    _lock: File,
}

/// What an upload's folder is called.
pub(super) const UPLOAD: &str = "upload_";
/// What a part's file is called.
pub(super) const PART: &str = "part_";
/// What the name of a file ends with that is to take another's place.
pub(super) const NEW: &str = ".new";
/// What the name of a part's file ends with while its bytes arrive.
pub(super) const ARRIVING: &str = ".arriving";

impl Folder {
    pub(super) fn open(dir: &Path) -> Result<Self, StartError> {
        let uploads = dir.join("uploads");
        let failed = |path: &Path, source| StartError::Folder { path: path.to_owned(), source };
        fs::create_dir_all(&uploads).map_err(|source| failed(dir, source))?;
        let lock = dir.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(|source| failed(&lock, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StartError::InUse { path: dir.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(failed(&lock, source)),
        }
        // A folder that can be read but not written is found out now and not when the first bytes arrive.
        let probe = uploads.join("probe");
        fs::write(&probe, b"")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|source| failed(dir, source))?;
        Ok(Self { uploads, _lock: file })
    }

    /// The folder of an upload.
    pub(super) fn upload(&self, upload_id: &str) -> PathBuf {
        self.uploads.join(upload_id)
    }

    /// The folders of all uploads.
    pub(super) fn uploads(&self) -> io::Result<Vec<PathBuf>> {
        let is_upload = |path: &PathBuf| name(path).is_some_and(|name| id::is(UPLOAD, name));
        Ok(paths(&self.uploads)?.into_iter().filter(is_upload).collect())
    }
}

/// What is in a folder.
pub(super) fn paths(dir: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect()
}

/// The last component of a path, where it is text.
pub(super) fn name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str())
}

/// Writes a file so that it has, at any moment, its old content or the new.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut new = path.as_os_str().to_owned();
    new.push(NEW);
    let new = PathBuf::from(new);
    let written = File::create(&new).and_then(|mut file| file.write_all(content));
    written.and_then(|()| fs::rename(&new, path)).inspect_err(|_| drop(fs::remove_file(&new)))
}

/// Removes a file that nobody will miss; what cannot be removed now is swept when the folder is next opened.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "cannot remove a file that is not needed any more");
    }
}
