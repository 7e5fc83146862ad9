//! Errors when a server starts.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use super::faults::InvalidFault;

/// An error when a server starts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A fault can never happen.
    #[error(transparent)]
    Fault(#[from] InvalidFault),
    /// The file of answers cannot be read.
    #[error("cannot read the answers in {}: {source}", path.display())]
    Answers {
        /// The file.
        path: PathBuf,
        /// The error.
        source: io::Error,
    },
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}; choose another port, or 0 for any that is free")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The folder cannot be used.
    #[error("cannot keep uploads in {}: {source}; choose a folder that can be written", path.display())]
    Folder {
        /// The folder or a file in it.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The thread of the server cannot be started.
    #[error("cannot start a thread for the server: {source}")]
    Thread {
        /// The error of the operating system.
        source: io::Error,
    },
    /// Another server uses the folder.
    #[error("{} is in use by another server; stop it or choose another folder", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
}
