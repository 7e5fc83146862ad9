//! Objects without content: a record each, in a file of its own.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::id;
use super::folder::{NEW, name, paths, replace};

/// The end of the name of a record.
const END: &str = ".json";

/// Objects of one kind, in a folder.
#[derive(Debug)]
pub(super) struct Records<T> {
    folder: PathBuf,
    entries: Mutex<HashMap<String, Arc<Mutex<T>>>>,
}

impl<T: Clone + Serialize + DeserializeOwned> Records<T> {
    /// Opens a folder, and creates it if it does not exist. The ids of its objects begin with `prefix`.
    pub(super) fn open(folder: PathBuf, prefix: &str) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        let mut entries = HashMap::new();
        for path in paths(&folder)? {
            let Some(name) = name(&path) else { continue };
            if name.ends_with(NEW) {
                fs::remove_file(&path)?;
            } else if let Some(id) = name.strip_suffix(END).filter(|id| id::is(prefix, id)) {
                let record = serde_json::from_slice(&fs::read(&path)?)?;
                entries.insert(id.to_owned(), Arc::new(Mutex::new(record)));
            }
        }
        Ok(Self { folder, entries: Mutex::new(entries) })
    }

    /// Adds an object, first on the disk.
    pub(super) fn add(&self, id: &str, record: T) -> io::Result<()> {
        self.write(id, &record)?;
        self.lock().insert(id.to_owned(), Arc::new(Mutex::new(record)));
        Ok(())
    }

    /// All objects, in no particular order.
    pub(super) fn all(&self) -> Vec<T> {
        let entries: Vec<_> = self.lock().values().cloned().collect();
        entries.iter().map(|entry| entry.lock().unwrap_or_else(PoisonError::into_inner).clone()).collect()
    }

    pub(super) fn get(&self, id: &str) -> Option<T> {
        let entry = self.lock().get(id).cloned()?;
        let record = entry.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Some(record)
    }

    /// Changes an object, first on the disk. Returns `None` if it does not exist.
    pub(super) fn change(&self, id: &str, change: impl FnOnce(&mut T)) -> io::Result<Option<T>> {
        let Some(entry) = self.lock().get(id).cloned() else { return Ok(None) };
        let mut record = entry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = record.clone();
        change(&mut changed);
        self.write(id, &changed)?;
        *record = changed;
        Ok(Some(record.clone()))
    }

    /// Removes an object. Returns whether there was one.
    pub(super) fn forget(&self, id: &str) -> io::Result<bool> {
        let found = self.lock().remove(id).is_some();
        if found {
            fs::remove_file(self.path(id))?;
        }
        Ok(found)
    }

    fn write(&self, id: &str, record: &T) -> io::Result<()> {
        replace(&self.path(id), &serde_json::to_vec(record)?)
    }

    fn path(&self, id: &str) -> PathBuf {
        Path::new(&self.folder).join(format!("{id}{END}"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Mutex<T>>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_survive_and_unfinished_files_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Records::<u32>::open(folder.path().join("numbers"), "n_").unwrap();
        let (first, second) = (id::new("n_"), id::new("n_"));
        let records = open();
        records.add(&first, 1).unwrap();
        records.add(&second, 2).unwrap();
        assert_eq!(records.change(&first, |number| *number += 10).unwrap(), Some(11));
        assert_eq!(records.change("n_", |number| *number += 10).unwrap(), None);
        assert!(records.forget(&second).unwrap() && !records.forget(&second).unwrap());
        let unfinished = folder.path().join("numbers").join(format!("{second}.json.new"));
        fs::write(&unfinished, "{").unwrap();
        let again = open();
        assert_eq!((again.get(&first), again.get(&second)), (Some(11), None));
        assert!(!unfinished.exists());
    }
}
