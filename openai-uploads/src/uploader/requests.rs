//! Creates, completes and cancels an upload, each as often as it takes.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::retry::Attempts;
use super::run::Run;
use super::session::Session;
use super::stop::Stop;
use super::{Event, Failure, Step, Uploaded, Warning};
use crate::apis::uploads_api::{cancel_upload, complete_upload, create_upload};
use crate::models::upload::Status;
use crate::models::{CompleteUploadRequest, ErrorResponse, OpenAiFile, Upload};
use crate::runtime::{Error, describe};

/// How long an upload is tried to be cancelled on the server.
const CANCEL_LIMIT: Duration = Duration::from_secs(30);

impl Run {
    /// Creates the upload. Where a reply is lost, the upload that it would have named stays on the server until
    /// it expires there: nothing but its id could end it.
    pub(super) async fn create(&self) -> Result<Upload, Stop> {
        let _slot = self.handle.unless_cancelled(self.uploader.limit.slot()).await.ok_or(Stop::Cancelled)?;
        let mut attempts = Attempts::new(&self.uploader.options.retry).at_first_contact();
        loop {
            attempts.begin();
            // Not given up once it is under way, since the upload that it creates could then not be cancelled.
            let failure = match create_upload(self.uploader.configuration(), self.request.clone()).await {
                Ok(upload) if upload.id.is_empty() => {
                    Failure::senseless("the upload that was created has no id")
                }
                Ok(upload) => return Ok(upload),
                Err(error) => error.into(),
            };
            let wait = self.wait_after(failure, Step::Create, &mut attempts);
            self.handle.unless_cancelled(wait).await.ok_or(Stop::Cancelled)??;
        }
    }

    /// Completes the upload, all parts of which have arrived.
    pub(super) async fn complete(
        &self,
        session: &mut Session,
        md5: Option<String>,
        bytes: u64,
    ) -> Result<Uploaded, Stop> {
        let _slot = self.handle.unless_cancelled(self.uploader.limit.slot()).await.ok_or(Stop::Cancelled)?;
        session.completing(self).await;
        self.listeners.tell(&Event::Completing { md5: md5.clone() });
        match self.file_of(session, md5.clone()).await? {
            file if file.bytes == bytes => Ok(Uploaded { file, upload_id: session.upload_id.clone(), md5 }),
            file => Err(Stop::Mismatch(Box::new(file))),
        }
    }

    async fn file_of(&self, session: &Session, md5: Option<String>) -> Result<OpenAiFile, Stop> {
        let part_ids = session.parts.values().cloned().collect();
        let request = CompleteUploadRequest { md5, ..CompleteUploadRequest::new(part_ids) };
        let mut attempts = Attempts::new(&self.uploader.options.retry);
        loop {
            let is_repeated = attempts.begin() > 1 || session.is_perhaps_completed;
            let call = complete_upload(self.uploader.configuration(), &session.upload_id, request.clone());
            let failure = match call.await {
                Ok(Upload { file: Some(file), .. }) => return Ok(file),
                Ok(Upload { status, .. }) => {
                    Failure::senseless(format!("the upload is {status} now, and the reply names no file"))
                }
                Err(error) if is_repeated && says_that_it_is(&Status::Completed, &error) => {
                    return Err(Stop::FileUnknown);
                }
                Err(error) => error.into(),
            };
            self.wait_after(failure, Step::Complete, &mut attempts).await?;
        }
    }

    /// Cancels an upload on the server. One that cannot be is left to expire there.
    pub(super) async fn cancel(&self, upload_id: &str) {
        let message = match timeout(CANCEL_LIMIT, self.cancel_in_time(upload_id)).await {
            Ok(Ok(())) => return,
            Ok(Err(Stop::Failed { failure, .. })) => describe(&*failure),
            _ => format!("no answer in {CANCEL_LIMIT:?}"),
        };
        let upload_id = upload_id.to_owned();
        self.listeners.tell(&Event::Warning(Warning::NotCancelled { upload_id, message }));
    }

    async fn cancel_in_time(&self, upload_id: &str) -> Result<(), Stop> {
        let mut attempts = Attempts::new(&self.uploader.options.retry);
        loop {
            attempts.begin();
            let failure = match cancel_upload(self.uploader.configuration(), upload_id).await {
                Ok(_) => return Ok(()),
                Err(error) if is_past_cancelling(&error) => return Ok(()),
                Err(error) => error.into(),
            };
            self.wait_after(failure, Step::Cancel, &mut attempts).await?;
        }
    }

    /// Waits until a request that failed may be sent again; fails where it is not to be.
    pub(super) async fn wait_after(
        &self,
        failure: Failure,
        step: Step,
        attempts: &mut Attempts<'_>,
    ) -> Result<(), Stop> {
        let (wait, reason) = attempts.wait_after(failure).map_err(|failure| Stop::Failed {
            step,
            attempts: attempts.made(),
            failure,
        })?;
        self.listeners.tell(&Event::Retrying { step, attempts: attempts.made(), wait, reason });
        sleep(wait).await;
        Ok(())
    }
}

/// Whether there is no upload any more that could be cancelled.
fn is_past_cancelling(error: &Error<ErrorResponse>) -> bool {
    let over = [Status::Cancelled, Status::Completed, Status::Expired];
    let is_refused = error.api().is_some_and(|error| matches!(error.status.as_u16(), 400 | 404 | 410));
    (is_refused && !error.is_retryable()) || over.iter().any(|status| says_that_it_is(status, error))
}

/// Whether the server gives as its reason that the upload has this status already. How it says so is not laid
/// down anywhere, but hardly without the word: in the code, or in the message after one of these. That an upload
/// could not *be* completed is something else.
fn says_that_it_is(status: &Status, error: &Error<ErrorResponse>) -> bool {
    let Some(error) = error.api() else { return false };
    let code = error.code.as_deref().unwrap_or_default().to_lowercase();
    let message = error.message.to_lowercase();
    let before = ["is", "was", "been", "already"];
    (code.contains(status.as_str()) && !code.contains("not"))
        || before.iter().any(|word| message.contains(&format!("{word} {status}")))
}
