//! The changes that make a folder match a package.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use similar::TextDiff;
use tempfile::TempPath;

use super::{PackageError, is_absent};
use crate::in_parallel::in_parallel;

/// The changes that make a folder match a package.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "nothing is changed before `write`"]
pub struct Changes<'a> {
    root: PathBuf,
    list: Vec<Change<'a>>,
}

/// A file that is missing, edited or stale.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'a> {
    pub(super) path: Cow<'a, str>,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Option<&'a str>,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The file is missing.
    Create,
    /// The file has other contents.
    Edit,
    /// The file is stale.
    Remove,
}

impl<'a> Changes<'a> {
    pub(super) fn new(root: &Path, list: Vec<Change<'a>>) -> Self {
        Self { root: root.to_owned(), list }
    }

    /// The changes: the package's files in its order, then stale files by path.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Change<'a>> {
        self.list.iter()
    }

    /// Whether the folder matches the package already.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Makes the changes.
    ///
    /// A folder that does not exist is written under another name beside it and then renamed, so it is there with all
    /// of its files or not at all. In a folder that exists, all new contents are on disk beside their files before the
    /// first file is replaced, and each file is replaced in one step. Folders that become empty are removed.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, replaced or removed. Earlier changes are then undone.
    pub fn write(&self) -> Result<(), PackageError> {
        // The empty path is the current folder.
        let is_new = self.root != Path::new("")
            && matches!(fs::symlink_metadata(&self.root), Err(error) if is_absent(&error));
        if is_new && self.list.iter().all(|change| change.kind() == Kind::Create) {
            self.write_new()
        } else {
            self.write_into()
        }
    }

    /// Writes a folder that does not exist.
    fn write_new(&self) -> Result<(), PackageError> {
        // The parent of `a` is the empty path.
        let parent = self.root.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
        let mut parents = NewFolders::default();
        parents.create(parent)?;
        let failed = |error| PackageError::new("create", &self.root, error);
        let beside = temporary(0o777).tempdir_in(parent).map_err(failed)?;
        let folders: BTreeSet<_> =
            self.list.iter().filter_map(|change| Path::new(&*change.path).parent()).collect();
        for folder in folders {
            fs::create_dir_all(beside.path().join(folder)).map_err(failed)?;
        }
        let written = in_parallel(&self.list, |change| {
            fs::write(beside.path().join(&*change.path), change.after.unwrap_or_default())
                .map_err(|error| PackageError::new("write", &self.root.join(&*change.path), error))
        });
        written.into_iter().collect::<Result<(), _>>()?;
        fs::rename(beside.path(), &self.root).map_err(failed)?;
        // Nothing is left under the temporary name.
        let _ = beside.keep();
        parents.keep();
        Ok(())
    }

    /// Changes a folder that exists.
    fn write_into(&self) -> Result<(), PackageError> {
        let mut folders = NewFolders::default();
        for change in self.list.iter().filter(|change| change.after.is_some()) {
            folders.create(self.root.join(&*change.path).parent().unwrap_or(&self.root))?;
        }
        let ready = self.all_beside()?;
        for (done, (file, contents)) in ready.into_iter().enumerate() {
            let changed = match contents {
                Some(contents) => contents.persist(&file).map(drop).map_err(|error| error.error),
                None => fs::remove_file(&file),
            };
            if let Err(error) = changed {
                self.take_back(done);
                return Err(PackageError::new("replace", &file, error));
            }
        }
        folders.keep();
        self.remove_empty_folders();
        Ok(())
    }

    /// The new contents of each file, in a temporary file beside it.
    ///
    /// They are written on several threads: creating a file takes the system time.
    fn all_beside(&self) -> Result<Vec<(PathBuf, Option<TempPath>)>, PackageError> {
        let ready = in_parallel(&self.list, |change| {
            let file = self.root.join(&*change.path);
            let Some(after) = change.after else { return Ok((file, None)) };
            match write_beside(&file, after.as_bytes(), change.before.is_some()) {
                Ok(contents) => Ok((file, Some(contents))),
                Err(error) => Err(PackageError::new("write", &file, error)),
            }
        });
        // After an error, those that are ready are removed again.
        ready.into_iter().collect()
    }

    /// Undoes the first changes as far as possible.
    fn take_back(&self, done: usize) {
        for change in &self.list[..done] {
            let file = self.root.join(&*change.path);
            // The error that is reported is the one that led here.
            let _ = match &change.before {
                Some(before) => write_beside(&file, before, true)
                    .and_then(|old| old.persist(&file).map(drop).map_err(|error| error.error)),
                None => fs::remove_file(&file),
            };
        }
    }

    fn remove_empty_folders(&self) {
        for change in self.list.iter().filter(|change| change.after.is_none()) {
            let mut folder = Path::new(&*change.path).parent();
            while let Some(inner) = folder.filter(|folder| *folder != Path::new("")) {
                // A folder that is not empty stays.
                if fs::remove_dir(self.root.join(inner)).is_err() {
                    break;
                }
                folder = inner.parent();
            }
        }
    }
}

impl Change<'_> {
    /// The file, relative to the package's root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What to do with it.
    pub fn kind(&self) -> Kind {
        match (&self.before, &self.after) {
            (None, _) => Kind::Create,
            (Some(_), Some(_)) => Kind::Edit,
            (Some(_), None) => Kind::Remove,
        }
    }

    /// The change as a unified diff, from the folder's contents to the package's.
    pub fn diff(&self) -> String {
        let before = String::from_utf8_lossy(self.before.as_deref().unwrap_or_default());
        let after = self.after.unwrap_or_default();
        let name = |there: bool, side: &str| {
            if there { format!("{side}/{}", self.path) } else { "/dev/null".to_owned() }
        };
        TextDiff::from_lines(&*before, after)
            .unified_diff()
            .header(&name(self.before.is_some(), "a"), &name(self.after.is_some(), "b"))
            .to_string()
    }
}

impl fmt::Display for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind() {
            Kind::Create => "created",
            Kind::Edit => "changed",
            Kind::Remove => "removed",
        };
        write!(f, "{kind} {}", self.path)
    }
}

/// Folders that this run has made. They are removed again unless it succeeds.
#[derive(Default)]
struct NewFolders {
    created: Vec<PathBuf>,
}

impl NewFolders {
    fn create(&mut self, folder: &Path) -> Result<(), PackageError> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
        for folder in missing.into_iter().rev().filter(|folder| *folder != Path::new("")) {
            fs::create_dir(folder).map_err(|error| PackageError::new("create", folder, error))?;
            self.created.push(folder.to_owned());
        }
        Ok(())
    }

    fn keep(mut self) {
        self.created.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in self.created.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Writes a temporary file beside the target, and closes it: a process may not have so many files open.
fn write_beside(file: &Path, contents: &[u8], exists: bool) -> io::Result<TempPath> {
    let mut beside = temporary(0o666).tempfile_in(file.parent().unwrap_or(Path::new(".")))?;
    beside.write_all(contents)?;
    if exists {
        beside.as_file().set_permissions(fs::metadata(file)?.permissions())?;
    }
    Ok(beside.into_temp_path())
}

/// Temporary files and folders with the permissions that others get from this process: `mode` without its umask. By
/// default they are private to their owner.
fn temporary(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".openapi-crate-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    builder
}
