//! The object that a state is kept in, for runs on other machines too.
//!
//! Nothing locks an object. Each write names the version that it replaces, so of two runs that have the same state the
//! one that writes later is refused, and stops.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};

use super::state::State;
use super::storage::StateStorage;
use crate::objects::{Condition, Location, ObjectError, Version};

/// A state in an object.
#[derive(Clone, Debug)]
pub(crate) struct StateObject(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    location: Location,
    text: Mutex<Text>,
    /// What is in the store. The lock lets one write follow the other; the last one has all lines until then.
    written: tokio::sync::Mutex<Written>,
}

#[derive(Debug, Default)]
struct Text {
    bytes: Vec<u8>,
    /// How often it has changed.
    changes: u64,
    /// The error of a write that nobody waited for.
    error: Option<ObjectError>,
}

#[derive(Debug, Default)]
struct Written {
    version: Option<Version>,
    changes: u64,
}

impl StateObject {
    pub(crate) fn new(location: Location) -> Self {
        Self(Arc::new(Inner { location, text: Mutex::default(), written: tokio::sync::Mutex::default() }))
    }

    fn text(&self) -> std::sync::MutexGuard<'_, Text> {
        self.0.text.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the text, unless another call has done so.
    async fn write(&self) -> Result<(), ObjectError> {
        let mut written = self.0.written.lock().await;
        let (bytes, changes) = {
            let text = self.text();
            (text.bytes.clone(), text.changes)
        };
        if written.changes == changes {
            return Ok(());
        }
        let condition = written.version.clone().map_or(Condition::Absent, Condition::Unchanged);
        written.version = Some(self.0.location.write(bytes.into(), condition).await?);
        written.changes = changes;
        Ok(())
    }

    fn take_error(&self) -> io::Result<()> {
        self.text().error.take().map_or(Ok(()), |error| Err(error.into()))
    }
}

impl StateStorage for StateObject {
    fn place(&self) -> PathBuf {
        self.0.location.url().into()
    }

    fn read(&self) -> BoxFuture<'_, io::Result<Option<State>>> {
        async {
            let stored = self.0.location.read().await?;
            let mut written = self.0.written.lock().await;
            // Also of one that is damaged, to replace it.
            written.version = stored.as_ref().map(|stored| stored.version.clone());
            stored.map(|stored| State::parse(&stored.bytes)).transpose()
        }
        .boxed()
    }

    fn replace(&self, bytes: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        {
            let mut text = self.text();
            text.bytes = bytes;
            text.changes += 1;
        }
        async { Ok(self.write().await?) }.boxed()
    }

    fn append(&self, line: Vec<u8>) -> BoxFuture<'_, io::Result<()>> {
        {
            let mut text = self.text();
            text.bytes.extend(line);
            text.changes += 1;
        }
        let state = self.clone();
        // The upload does not wait for the store.
        tokio::spawn(async move {
            if let Err(error) = state.write().await {
                state.text().error.get_or_insert(error);
            }
        });
        async { self.take_error() }.boxed()
    }

    fn flush(&self) -> BoxFuture<'_, io::Result<()>> {
        async {
            self.write().await?;
            self.take_error()
        }
        .boxed()
    }

    fn remove(&self) -> BoxFuture<'_, io::Result<()>> {
        async {
            // No write may follow.
            let mut written = self.0.written.lock().await;
            let changes = self.text().changes;
            self.0.location.remove().await?;
            *written = Written { version: None, changes };
            Ok(())
        }
        .boxed()
    }

    fn is_shared(&self) -> bool {
        true
    }
}
