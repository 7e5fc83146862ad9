//! `cancel`: cancels an upload on the server.

use clap::Args;
use openai_uploads::apis::uploads_api::cancel_upload;
use openai_uploads::models::Upload;

use crate::connection::Connection;
use crate::exit::{self, Exit, Trouble};
use crate::{explain, message, runtime, stdout};

/// Cancel an upload on the server
///
/// Its parts are given up. A file that has come of a completed upload stays.
#[derive(Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct Cancel {
    /// The upload's id, as `status` lists it.
    #[arg(value_name = "UPLOAD_ID", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    upload_id: String,

    #[command(flatten)]
    connection: Connection,

    /// Print the upload as a JSON object.
    #[arg(long)]
    json: bool,
}

impl Cancel {
    pub(crate) fn run(self) -> Result<Exit, Trouble> {
        let configuration = self.connection.configuration()?;
        let runtime = runtime::single_threaded()?;
        let upload: Upload = runtime
            .block_on(async { cancel_upload(&configuration, &self.upload_id).await })
            .map_err(|error| explain::call(&error, &message::text(&self.upload_id), &configuration))?;
        if self.json {
            stdout::line(stdout::json(&upload))?;
        } else {
            message::write(&format!(
                "{}: {}",
                message::text(&upload.id),
                message::text(upload.status.as_str())
            ));
        }
        Ok(Exit::Done)
    }
}
