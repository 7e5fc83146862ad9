//! What a folder lacks to be as a package says, shown or made.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread;

use similar::TextDiff;
use tempfile::TempPath;

use super::PackageError;

/// What a folder lacks to be as the package says.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "nothing is changed before `write`"]
pub struct Changes {
    root: PathBuf,
    list: Vec<Change>,
}

/// One file that is missing, edited or left over.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub(super) path: String,
    pub(super) before: Option<Vec<u8>>,
    pub(super) after: Option<String>,
}

/// What is to be done about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is missing.
    Create,
    /// It is there with other contents.
    Edit,
    /// It is left over.
    Remove,
}

impl Changes {
    pub(super) fn new(root: &Path, list: Vec<Change>) -> Self {
        Self { root: root.to_owned(), list }
    }

    /// The changes: the package's files in its order, then what is left over by path.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Change> {
        self.list.iter()
    }

    /// Whether the folder is already as the package says.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Makes the changes.
    ///
    /// All new contents are on disk, beside the files they are for, before the first file is replaced; each is
    /// replaced in one step. Folders that removing left-overs makes empty are removed.
    ///
    /// # Errors
    ///
    /// A file that cannot be written, replaced or removed. What was changed before is then changed back.
    pub fn write(&self) -> Result<(), PackageError> {
        let mut folders = NewFolders::default();
        for change in self.list.iter().filter(|change| change.after.is_some()) {
            folders.create(self.root.join(&change.path).parent().unwrap_or(&self.root))?;
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

    /// Each file of the changes, and its new contents beside it.
    ///
    /// Half of them are written on another thread: a system takes its time to make a file, and the two halves are
    /// mostly in different folders.
    fn all_beside(&self) -> Result<Vec<(PathBuf, Option<TempPath>)>, PackageError> {
        let write = |changes: &[Change]| {
            let files = changes.iter().map(|change| {
                let file = self.root.join(&change.path);
                let Some(after) = &change.after else { return Ok((file, None)) };
                match write_beside(&file, after.as_bytes(), change.before.is_some()) {
                    Ok(contents) => Ok((file, Some(contents))),
                    Err(error) => Err(PackageError::new("write", &file, error)),
                }
            });
            files.collect::<Result<Vec<_>, _>>()
        };
        let (first, second) = self.list.split_at(self.list.len() / 2);
        thread::scope(|scope| {
            let second = scope.spawn(|| write(second));
            let first = write(first);
            // Waited for whatever came of the first, so that what it has written is taken away again.
            let second = second.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            let mut ready = first?;
            ready.extend(second?);
            Ok(ready)
        })
    }

    /// Undoes the first changes, as far as that can be done.
    fn take_back(&self, done: usize) {
        for change in &self.list[..done] {
            let file = self.root.join(&change.path);
            // The error that is told is the one that led here.
            let _ = match &change.before {
                Some(before) => write_beside(&file, before, true)
                    .and_then(|old| old.persist(&file).map(drop).map_err(|error| error.error)),
                None => fs::remove_file(&file),
            };
        }
    }

    fn remove_empty_folders(&self) {
        for change in self.list.iter().filter(|change| change.after.is_none()) {
            let mut folder = Path::new(&change.path).parent();
            while let Some(inner) = folder.filter(|folder| *folder != Path::new("")) {
                // A folder that is not empty stays, as it should.
                if fs::remove_dir(self.root.join(inner)).is_err() {
                    break;
                }
                folder = inner.parent();
            }
        }
    }
}

impl Change {
    /// The file, by the root of the package.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is to be done about it.
    pub fn kind(&self) -> Kind {
        match (&self.before, &self.after) {
            (None, _) => Kind::Create,
            (Some(_), Some(_)) => Kind::Edit,
            (Some(_), None) => Kind::Remove,
        }
    }

    /// The change as a unified diff, from what is there to what the package says.
    pub fn diff(&self) -> String {
        let before = String::from_utf8_lossy(self.before.as_deref().unwrap_or_default());
        let after = self.after.as_deref().unwrap_or_default();
        let name = |there: bool, side: &str| {
            if there { format!("{side}/{}", self.path) } else { "/dev/null".to_owned() }
        };
        TextDiff::from_lines(&*before, after)
            .unified_diff()
            .header(&name(self.before.is_some(), "a"), &name(self.after.is_some(), "b"))
            .to_string()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind() {
            Kind::Create => "created",
            Kind::Edit => "changed",
            Kind::Remove => "removed",
        };
        write!(f, "{kind} {}", self.path)
    }
}

/// Folders that a run has made, removed again unless it succeeds.
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

/// Writes a file beside the one it is for, and closes it: there may be more of them than a process may have open.
fn write_beside(file: &Path, contents: &[u8], exists: bool) -> io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".openapi-crate-");
    // A temporary file is for its owner's eyes; one that is to stay is as any new file, or as it was.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut beside = builder.tempfile_in(file.parent().unwrap_or(Path::new(".")))?;
    beside.write_all(contents)?;
    if exists {
        beside.as_file().set_permissions(fs::metadata(file)?.permissions())?;
    }
    Ok(beside.into_temp_path())
}
