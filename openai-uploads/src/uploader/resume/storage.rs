//! Where a state is kept: a file or an object.

use std::fmt;
use std::io;
use std::path::PathBuf;

use futures_util::future::BoxFuture;

use super::state::State;

/// A place for the state of one upload.
///
/// A method fails with [`io::ErrorKind::ResourceBusy`] if another run has the place by now.
pub(crate) trait StateStorage: fmt::Debug + Send + Sync {
    /// The path, or the URL in place of one.
    fn place(&self) -> PathBuf;

    /// Reads the state. Returns `None` if it does not exist.
    fn read(&self) -> BoxFuture<'_, io::Result<Option<State>>>;

    /// Replaces what is there, at once or not at all.
    fn replace(&self, text: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;

    /// Adds a line. It may be written a little later; an error may be that of an earlier line.
    fn append(&self, line: Vec<u8>) -> BoxFuture<'_, io::Result<()>>;

    /// Waits until every line is written.
    fn flush(&self) -> BoxFuture<'_, io::Result<()>>;

    /// Removes the state. A missing state is not an error.
    fn remove(&self) -> BoxFuture<'_, io::Result<()>>;

    /// Whether another machine may take the state while this run has it. It is then written before anything is sent,
    /// so that the other run notices.
    fn is_shared(&self) -> bool {
        false
    }
}
