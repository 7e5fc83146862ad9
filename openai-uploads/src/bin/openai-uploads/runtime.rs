//! What async code runs on.

use std::io;

use tokio::runtime::{Builder, Runtime};

use crate::exit::Trouble;

/// A runtime on this thread, for a client: it waits for the network nearly all the time.
pub(crate) fn of_one_thread() -> Result<Runtime, Trouble> {
    Builder::new_current_thread().enable_all().build().map_err(|error| trouble(&error))
}

/// A runtime on as many threads as there are cores, for the server.
pub(crate) fn of_all_cores() -> Result<Runtime, Trouble> {
    Builder::new_multi_thread().enable_all().build().map_err(|error| trouble(&error))
}

fn trouble(error: &io::Error) -> Trouble {
    Trouble::failed(format!("the machine gives no threads: {error}"))
}
