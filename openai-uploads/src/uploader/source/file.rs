//! A file that is uploaded: read at any offset, and watched for changes.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use md5::{Digest, Md5};

use super::buffers::Buffers;
use super::identity::FileIdentity;

/// How many leading bytes identify a file that was moved.
const HEAD: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct SourceFile {
    path: PathBuf,
    file: File,
    inode: Option<u64>,
    identity: FileIdentity,
    buffers: Buffers,
}

impl SourceFile {
    pub(crate) fn open(path: &Path, buffers: Buffers) -> io::Result<Self> {
        // Opening a pipe waits for its writer, so the type is checked first.
        Self::length(path)?;
        let file = File::open(path)?;
        let metadata = check_regular(file.metadata()?)?;
        let canonical = path.canonicalize()?;
        let identity = FileIdentity {
            path: canonical.to_string_lossy().into_owned(),
            length: metadata.len(),
            modified_ns: modified_ns(&metadata)?,
            head_md5: Some(head_md5(&file)?),
            e_tag: None,
        };
        Ok(Self { path: canonical, file, inode: inode(&metadata), identity, buffers })
    }

    pub(crate) fn length(path: &Path) -> io::Result<u64> {
        Ok(check_regular(std::fs::metadata(path)?)?.len())
    }

    /// The absolute path without symbolic links.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn identity(&self) -> &FileIdentity {
        &self.identity
    }

    pub(super) fn buffers(&self) -> &Buffers {
        &self.buffers
    }

    /// Fills `buffer` from `offset` on, without moving the file's position.
    pub(crate) fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        match read_up_to(&self.file, buffer, offset)? {
            filled if filled == buffer.len() => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    /// Reads what fits into `buffer` and is in the page cache, and returns how many bytes that is. Never waits for
    /// a disk. Always 0 where the system has no such call.
    pub(crate) fn read_cached_at(&self, buffer: &mut [u8], offset: u64) -> usize {
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

    /// What has changed since the file was opened.
    pub(super) fn change(&self) -> io::Result<Option<String>> {
        let mut current = vec![self.file.metadata()?];
        // Another file may have replaced it. A removal does no harm: the open file stays.
        match std::fs::metadata(&self.path) {
            Ok(metadata) => current.push(metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        for metadata in current {
            if metadata.len() != self.identity.length {
                return Ok(Some(format!("from {} bytes to {}", self.identity.length, metadata.len())));
            }
            if modified_ns(&metadata)? != self.identity.modified_ns {
                return Ok(Some("it was written to".to_owned()));
            }
            if inode(&metadata) != self.inode {
                return Ok(Some("another file took its place".to_owned()));
            }
        }
        Ok(None)
    }
}

fn check_regular(metadata: Metadata) -> io::Result<Metadata> {
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
    // Times after the year 2262 are equal.
    Ok(i64::try_from(distance.as_nanos()).unwrap_or(i64::MAX) * sign)
}

fn head_md5(file: &File) -> io::Result<String> {
    let mut head = vec![0; HEAD];
    let length = read_up_to(file, &mut head, 0)?;
    Ok(format!("{:032x}", u128::from_be_bytes(Md5::digest(&head[..length]).into())))
}

/// Fills `buffer` from `offset` on, as far as the file goes.
fn read_up_to(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match read_at(file, &mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no inodes")]
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

    fn open(path: &Path) -> SourceFile {
        SourceFile::open(path, Buffers::default()).unwrap()
    }

    /// A copy with the same modification time.
    fn copy(from: &Path, to: &Path) {
        std::fs::copy(from, to).unwrap();
        let modified = std::fs::metadata(from).unwrap().modified().unwrap();
        File::options().append(true).open(to).unwrap().set_modified(modified).unwrap();
    }

    fn identity(path: &Path) -> FileIdentity {
        open(path).identity().clone()
    }

    #[test]
    fn bytes_are_read_at_an_offset_and_not_past_the_end() {
        let (_folder, path) = folder_with_file();
        let file = open(&path);
        let mut buffer = [0; 4];
        file.read_exact_at(&mut buffer, 6).unwrap();
        assert_eq!(&buffer, b"6789");
        assert_eq!(file.read_exact_at(&mut buffer, 7).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn each_kind_of_change_is_detected() {
        let (folder, path) = folder_with_file();
        let file = open(&path);
        assert_eq!(file.change().unwrap(), None);

        let writer = File::options().append(true).open(&path).unwrap();
        (&writer).write_all(b"x").unwrap();
        assert_eq!(file.change().unwrap().unwrap(), "from 10 bytes to 11");

        let file = open(&path);
        writer.set_modified(SystemTime::now() + Duration::from_secs(5)).unwrap();
        assert_eq!(file.change().unwrap().unwrap(), "it was written to");

        let file = open(&path);
        let other = folder.path().join("other");
        copy(&path, &other);
        std::fs::rename(&other, &path).unwrap();
        assert_eq!(file.change().unwrap().is_some(), cfg!(unix));
    }

    #[test]
    fn a_moved_or_replaced_file_with_the_same_content_is_the_same_file() {
        let (folder, path) = folder_with_file();
        let before = identity(&path);
        let moved = folder.path().join("moved");
        copy(&path, &moved);
        assert!(before.is_same_file(&identity(&moved)), "the leading bytes agree");

        std::fs::rename(&moved, &path).unwrap();
        assert!(before.is_same_file(&identity(&path)), "another inode at the same path");

        let without_head = FileIdentity { head_md5: None, ..before.clone() };
        assert!(without_head.is_same_file(&before));
        assert!(!FileIdentity { path: "/other".into(), ..without_head }.is_same_file(&before));
    }

    #[test]
    fn a_file_of_another_length_time_or_content_is_another_file() {
        let (folder, path) = folder_with_file();
        let before = identity(&path);
        for other in [
            FileIdentity { length: 11, ..before.clone() },
            FileIdentity { modified_ns: before.modified_ns + 1, ..before.clone() },
        ] {
            assert!(!before.is_same_file(&other));
        }
        let other = folder.path().join("other");
        std::fs::write(&other, "012345678x").unwrap();
        let modified = std::fs::metadata(&path).unwrap().modified().unwrap();
        File::options().append(true).open(&other).unwrap().set_modified(modified).unwrap();
        assert!(!before.is_same_file(&identity(&other)));
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_leads_to_the_same_file() {
        let (folder, path) = folder_with_file();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(identity(&link), identity(&path));
    }

    #[test]
    fn a_removed_file_can_still_be_sent() {
        let (_folder, path) = folder_with_file();
        let file = open(&path);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.change().unwrap(), None);
    }

    #[test]
    fn a_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            SourceFile::open(folder.path(), Buffers::default()).unwrap_err().kind(),
            io::ErrorKind::IsADirectory
        );
    }
}
