//! A file that is being uploaded: read from any place, and watched for changes.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

/// What tells a file with its content from another, or from itself after it was written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileIdentity {
    /// The absolute path, without symbolic links. What is not UTF-8 in it is replaced.
    pub path: String,
    /// The length in bytes.
    pub length: u64,
    /// When it was last written to, in nanoseconds since 1970.
    pub modified_ns: i64,
    /// Its number in the file system, where it has one: a file that took its place has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inode: Option<u64>,
}

#[derive(Debug)]
pub(super) struct SourceFile {
    path: PathBuf,
    file: File,
    identity: FileIdentity,
}

impl SourceFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // A pipe would wait for its writer when it is opened, so what it is must be known before.
        Self::length(path)?;
        let file = File::open(path)?;
        let metadata = regular(file.metadata()?)?;
        let canonical = path.canonicalize()?;
        let identity = FileIdentity {
            path: canonical.to_string_lossy().into_owned(),
            length: metadata.len(),
            modified_ns: modified_ns(&metadata)?,
            inode: inode(&metadata),
        };
        Ok(Self { path: canonical, file, identity })
    }

    pub(super) fn length(path: &Path) -> io::Result<u64> {
        Ok(regular(std::fs::metadata(path)?)?.len())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    /// Fills `buffer` from `offset` on. Does not move any position that others share.
    pub(super) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut filled = 0;
        while filled < buffer.len() {
            match read_at(&self.file, &mut buffer[filled..], offset + filled as u64) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads from `offset` on as much as fits into `buffer` and is in the system's memory already; gives how much
    /// that is. Never waits for a disk, so it can be called where nothing may wait. Where the system has no such
    /// call it is always nothing.
    pub(super) fn read_cached_at(&self, buffer: &mut [u8], offset: u64) -> usize {
        #[cfg(target_os = "linux")]
        {
            use rustix::io::{ReadWriteFlags, preadv2};
            let buffer = io::IoSliceMut::new(buffer);
            preadv2(&self.file, &mut [buffer], offset, ReadWriteFlags::NOWAIT).unwrap_or(0)
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (buffer, offset);
            0
        }
    }

    /// What has changed since the file was opened, if anything has.
    pub(super) fn change(&self) -> io::Result<Option<String>> {
        let mut seen = vec![self.file.metadata()?];
        // Another file may have been put in its place. That it was removed does no harm: what is open stays.
        match std::fs::metadata(&self.path) {
            Ok(metadata) => seen.push(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        for metadata in seen {
            if metadata.len() != self.identity.length {
                return Ok(Some(format!("from {} bytes to {}", self.identity.length, metadata.len())));
            }
            if modified_ns(&metadata)? != self.identity.modified_ns {
                return Ok(Some("it was written to".to_owned()));
            }
            if inode(&metadata) != self.identity.inode {
                return Ok(Some("another file took its place".to_owned()));
            }
        }
        Ok(None)
    }
}

fn regular(metadata: Metadata) -> io::Result<Metadata> {
    if metadata.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; give a file"));
    }
    if !metadata.is_file() {
        let message = "it is not a regular file; copy it into one";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    Ok(metadata)
}

fn modified_ns(metadata: &Metadata) -> io::Result<i64> {
    let modified = metadata.modified()?;
    let (distance, sign) = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => (after, 1),
        Err(before) => (before.duration(), -1),
    };
    // Times beyond the year 2262 are all the same to us.
    Ok(i64::try_from(distance.as_nanos()).unwrap_or(i64::MAX) * sign)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such number")]
fn inode(metadata: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(metadata))
}

#[cfg(not(unix))]
fn inode(_: &Metadata) -> Option<u64> {
    None
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::{Duration, SystemTime};

    fn folder_with_file() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, "0123456789").unwrap();
        (folder, path)
    }

    #[test]
    fn a_stretch_is_read_and_one_past_the_end_is_not() {
        let (_folder, path) = folder_with_file();
        let file = SourceFile::open(&path).unwrap();
        let mut buffer = [0; 4];
        file.read_exact_at(&mut buffer, 6).unwrap();
        assert_eq!(&buffer, b"6789");
        assert_eq!(file.read_exact_at(&mut buffer, 7).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn each_kind_of_change_is_seen() {
        let (folder, path) = folder_with_file();
        let file = SourceFile::open(&path).unwrap();
        assert_eq!(file.change().unwrap(), None);

        let writer = File::options().append(true).open(&path).unwrap();
        (&writer).write_all(b"x").unwrap();
        assert_eq!(file.change().unwrap().unwrap(), "from 10 bytes to 11");

        let file = SourceFile::open(&path).unwrap();
        writer.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
        assert_eq!(file.change().unwrap().unwrap(), "it was written to");

        let file = SourceFile::open(&path).unwrap();
        let other = folder.path().join("other");
        std::fs::copy(&path, &other).unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        File::options().append(true).open(&other).unwrap().set_modified(modified).unwrap();
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(file.change().unwrap().is_some(), cfg!(unix));
    }

    #[test]
    fn a_file_that_was_removed_can_still_be_sent() {
        let (_folder, path) = folder_with_file();
        let file = SourceFile::open(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.change().unwrap(), None);
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(SourceFile::open(folder.path()).unwrap_err().kind(), io::ErrorKind::IsADirectory);
    }
}
