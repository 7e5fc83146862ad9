//! Where a manifest is: in a file or in an object.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use tokio::task::spawn_blocking;

/// Where a manifest is. Whatever a method has written stays after a crash.
///
/// A method fails with [`io::ErrorKind::ResourceBusy`] if another run writes the manifest.
pub(super) trait Storage: Send {
    fn append(&mut self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;

    fn replace(&mut self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;
}

/// A manifest that was opened.
pub(super) struct Opened {
    pub(super) storage: Box<dyn Storage>,
    pub(super) text: Vec<u8>,
    /// The names and texts of the manifests of the other shares.
    pub(super) others: Vec<(String, Vec<u8>)>,
}

/// A file, locked for as long as this exists.
struct FileStorage {
    path: PathBuf,
    file: Arc<File>,
}

/// Opens the manifest at `path`. `is_other` says which files beside it are manifests of other shares.
pub(super) fn open_file(path: &Path, is_other: impl Fn(&str) -> bool) -> io::Result<Opened> {
    let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(io::ErrorKind::ResourceBusy.into()),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let text = fs::read(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut others = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_other(&name) {
            others.push((entry.path().display().to_string(), fs::read(entry.path())?));
        }
    }
    let storage = FileStorage { path: path.to_owned(), file: Arc::new(file) };
    Ok(Opened { storage: Box::new(storage), text, others })
}

impl Storage for FileStorage {
    fn append(&mut self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        let file = self.file.clone();
        Box::pin(async move {
            spawn_blocking(move || {
                (&*file).write_all(&text)?;
                file.sync_data()
            })
            .await?
        })
    }

    fn replace(&mut self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        let path = self.path.clone();
        Box::pin(async move {
            let file = spawn_blocking(move || {
                let mut name = path.file_name().unwrap_or_default().to_owned();
                name.push(".new");
                let new = path.with_file_name(name);
                let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&new)?;
                file.write_all(&text).and_then(|()| file.sync_all())?;
                drop(file);
                fs::rename(&new, &path)?;
                let file = OpenOptions::new().read(true).append(true).open(&path)?;
                // Nobody else can have it yet, or whoever has it will read the same lines.
                let _ = file.try_lock();
                io::Result::Ok(file)
            });
            self.file = Arc::new(file.await??);
            Ok(())
        })
    }
}

#[cfg(feature = "object-store")]
pub(super) mod object {
    //! A manifest in an object, which is written as a whole. Each write names the version that it replaces, so a run
    //! whose place another one has taken is refused.

    use openai_uploads::objects::{Condition, Location, ObjectError, Version};

    use super::{BoxFuture, Opened, Storage, io};

    struct ObjectStorage {
        location: Location,
        text: Vec<u8>,
        version: Option<Version>,
    }

    pub(in super::super) async fn open(
        location: Location,
        is_other: impl Fn(&str) -> bool,
    ) -> Result<Opened, ObjectError> {
        let stored = location.read().await?;
        let mut others = Vec::new();
        for object in location.parent().list(false).await? {
            if is_other(&object.location().file_name())
                && let Some(stored) = object.location().read().await?
            {
                others.push((object.url(), stored.bytes.to_vec()));
            }
        }
        let (text, version) = match stored {
            Some(stored) => (stored.bytes.to_vec(), Some(stored.version)),
            None => (Vec::new(), None),
        };
        let storage = ObjectStorage { location, text: text.clone(), version };
        Ok(Opened { storage: Box::new(storage), text, others })
    }

    impl ObjectStorage {
        async fn write(&mut self) -> io::Result<()> {
            let condition = self.version.take().map_or(Condition::Absent, Condition::Unchanged);
            self.version = Some(self.location.write(self.text.clone().into(), condition).await?);
            Ok(())
        }
    }

    impl Storage for ObjectStorage {
        fn append(&mut self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
            self.text.extend(text);
            Box::pin(self.write())
        }

        fn replace(&mut self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
            self.text = text;
            Box::pin(self.write())
        }
    }
}
