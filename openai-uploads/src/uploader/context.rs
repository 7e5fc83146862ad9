//! What stays the same during one upload.

use std::io;
use std::path::PathBuf;

use super::event::Listeners;
use super::{Event, UploadHandle, Uploader, Warning};
use crate::apis::configuration::Configuration;
use crate::models::CreateUploadRequest;

/// What stays the same during one upload.
pub(super) struct Context {
    pub(super) uploader: Uploader,
    /// For parts, which may take as long as they need while they move.
    pub(super) part_configuration: Configuration,
    pub(super) listeners: Listeners,
    pub(super) handle: UploadHandle,
    pub(super) request: CreateUploadRequest,
    /// The name of the source in messages.
    pub(super) name: String,
    /// The base URL of the server without what may be secret in it.
    pub(super) base_url: String,
}

impl Context {
    pub(super) fn warn_of_state(&self, path: PathBuf, error: &io::Error) {
        let message = error.to_string();
        self.listeners.emit(&Event::Warning(Warning::State { path, message }));
    }
}
