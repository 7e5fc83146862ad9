//! Tokio runtimes.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::exit::CommandError;

/// A runtime on this thread, for a client, which mostly waits for the network.
pub(crate) fn single_threaded() -> Result<Runtime, CommandError> {
    Builder::new_current_thread().enable_all().build().map_err(|error| problem(&error))
}

/// A runtime with a thread for each core, for the server.
pub(crate) fn multi_threaded() -> Result<Runtime, CommandError> {
    Builder::new_multi_thread().enable_all().build().map_err(|error| problem(&error))
}

fn problem(error: &io::Error) -> CommandError {
    CommandError::failed(format!("cannot start a thread: {error}"))
        .with_help("raise the limits of processes and open files (ulimit -u, ulimit -n)")
}
