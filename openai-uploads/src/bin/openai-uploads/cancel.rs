//! `cancel`: cancels an upload on the server and removes its state.

use std::path::PathBuf;

use clap::{Args, ValueHint};
use openai_uploads::apis::Error;
use openai_uploads::apis::uploads_api::cancel_upload;
use openai_uploads::models::{ErrorResponse, Upload};
use openai_uploads::uploader::State;

use crate::connection::Connection;
use crate::exit::{self, CommandError, Exit};
use crate::{explain, message, runtime, stdout};

/// Cancel an upload on the server
///
/// Its parts are deleted there, and its state file here. The file of an upload that is completed stays.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Cancel {
    /// The id of the upload, as `status` lists it.
    #[arg(value_name = "UPLOAD_ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    upload_id: String,

    /// The folder to look for the state file in, with the folders below it.
    #[arg(long, value_name = "FOLDER", default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,

    #[command(flatten)]
    connection: Connection,

    /// Print the upload as a JSON object.
    #[arg(long, help_heading = None::<&str>)]
    json: bool,
}

impl Cancel {
    pub(crate) fn run(self) -> Result<Exit, CommandError> {
        let configuration = self.connection.configuration()?;
        let runtime = runtime::single_threaded()?;
        let cancelled: Result<Upload, _> =
            runtime.block_on(async { cancel_upload(&configuration, &self.upload_id).await });
        if cancelled.as_ref().map_or_else(is_unknown, |_| true) {
            self.remove_state();
        }
        let upload = cancelled
            .map_err(|error| explain::call_error(&error, &message::word(&self.upload_id), &configuration))?;
        if self.json {
            stdout::line(stdout::json(&upload))?;
        } else {
            message::write(&format!(
                "{}: {}",
                message::word(&upload.id),
                message::word(upload.status.as_str())
            ));
        }
        Ok(Exit::Done)
    }

    /// Removes the state files of the upload, which nothing can be resumed from.
    fn remove_state(&self) {
        let saved = State::list(&self.folder).unwrap_or_default();
        let is_of_upload = |state: &State| state.upload_id == self.upload_id;
        for saved in saved.iter().filter(|saved| saved.state.as_ref().is_ok_and(is_of_upload)) {
            let path = message::path(&saved.path);
            message::write(&match saved.remove() {
                Ok(()) => format!("removed the state file {path}"),
                Err(error) => message::warning(&format!("cannot remove the state file {path}: {error}")),
            });
        }
    }
}

/// Whether the server does not know the upload any more.
fn is_unknown(error: &Error<ErrorResponse>) -> bool {
    error.api().is_some_and(|error| matches!(error.status.as_u16(), 404 | 410))
}
