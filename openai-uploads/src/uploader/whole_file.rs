//! The course of a file that is sent by one request of the Files API.

use super::context::Context;
use super::plan::Plan;
use super::resume::StateStorage;
use super::source::OpenSource;
use super::stop::{Details, Stop};
use super::transfer::{FileRequest, Turn};
use super::{Event, UploadError, Uploaded};
use crate::models::OpenAiFile;

/// Sends the whole file by one request. `state` is where an earlier upload left its state, if it did; it is removed once
/// the server has the file.
pub(super) async fn send_whole_file(
    context: &Context,
    source: &mut OpenSource,
    state: Option<Box<dyn StateStorage>>,
    turn: Option<Turn>,
) -> Result<Uploaded, UploadError> {
    let plan = Plan::one_request(source.length)?;
    context.listeners.emit(&Event::Planned { plan });
    match send(context, source, turn).await {
        Ok(file) => {
            if let Some(state) = state
                && let Err(error) = state.remove().await
            {
                context.warn_of_state(state.place(), &error);
            }
            context.listeners.emit(&Event::Done { file: file.clone() });
            Ok(Uploaded { file, upload_id: None, md5: None, sent_bytes: source.length })
        }
        Err(stop) => Err(stop.into_error(Details {
            name: context.name.clone(),
            file_name: context.request.filename.clone(),
            bytes: source.length,
            upload_id: None,
            state: None,
        })),
    }
}

async fn send(context: &Context, source: &mut OpenSource, turn: Option<Turn>) -> Result<OpenAiFile, Stop> {
    let length = source.length;
    // Other files do not wait until a reader has been read.
    let turn = turn.filter(|_| source.can_be_read_again());
    let mut bytes = source.bytes();
    // A reader is read into memory, so that the request can be sent again.
    let content = context.handle.unless_cancelled(bytes.take(0, length)).await;
    let content = content.ok_or(Stop::Cancelled)?.map_err(Stop::of_source)?;
    FileRequest::new(context, content).send(turn).await
}
