//! Creates, completes and cancels an upload, and sends each request again as long as that helps.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::api_errors::{decide, says_status_is};
use super::context::Context;
use super::replies::{Completion, CreatedUpload, JSON, completion, created_upload};
use super::stop::Stop;
use super::{Event, Failure, Step, Warning};
use crate::apis::uploads_api::{cancel_upload, complete_upload, create_upload};
use crate::models::upload::Status;
use crate::models::{CompleteUploadRequest, ErrorResponse, OpenAiFile};
use crate::runtime::{Decision, Error, LimitFrom, describe};

/// How long an upload is tried to be cancelled on the server.
const CANCEL_LIMIT: Duration = Duration::from_secs(30);

/// After this time without an answer an event is emitted, and again after each further such time.
pub(super) const SILENCE: Duration = Duration::from_secs(15);

/// Why an attempt failed: permanently, or in a way that another attempt may fix.
#[derive(Debug)]
pub(super) enum AttemptError {
    Stop(Stop),
    Failure(Failure),
}

impl From<Stop> for AttemptError {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl From<Failure> for AttemptError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Error<ErrorResponse>> for AttemptError {
    fn from(error: Error<ErrorResponse>) -> Self {
        Self::Failure(error.into())
    }
}

impl Context {
    /// Creates the upload, and calls `on_start` once its request may be sent. If its reply is lost, the upload stays
    /// on the server until it expires there: nothing but its id could cancel it.
    pub(super) async fn create(&self, on_start: impl FnOnce()) -> Result<CreatedUpload, Stop> {
        let mut on_start = Some(on_start);
        let create = |_| {
            let on_start = on_start.take();
            async move {
                let slot = self.handle.unless_cancelled(self.uploader.limit.slot()).await;
                let _slot = slot.ok_or(Stop::Cancelled)?;
                if let Some(on_start) = on_start {
                    on_start();
                }
                // An attempt in flight is not cancelled, since the upload that it creates could not be cancelled
                // then.
                let call = create_upload(self.uploader.configuration(), self.request.clone());
                let reply = self.with_notice(Step::Create, call.json_as(JSON).into_future()).await?;
                Ok(created_upload(&reply).map_err(Failure::unexpected)?)
            }
        };
        self.repeat(Step::Create, LimitFrom::Start, create, |_| {}).await
    }

    /// Completes the upload, all parts of which the server has.
    pub(super) async fn complete(
        &self,
        upload_id: &str,
        part_ids: Vec<String>,
        md5: Option<String>,
        may_be_completed: bool,
    ) -> Result<OpenAiFile, Stop> {
        let request = CompleteUploadRequest { md5, ..CompleteUploadRequest::new(part_ids) };
        let complete = |attempt| {
            let request = request.clone();
            async move {
                let _slot = self.uploader.limit.slot().await;
                let call = complete_upload(self.uploader.configuration(), upload_id, request);
                match self.with_notice(Step::Complete, call.json_as(JSON).into_future()).await {
                    Ok(reply) => Ok(completion(&reply, &self.request).map_err(Failure::unexpected)?),
                    Err(error) if (attempt > 1 || may_be_completed) && says_completed(&error) => {
                        Ok(Completion::FileUnknown)
                    }
                    Err(error) => Err(error.into()),
                }
            }
        };
        match self.repeat(Step::Complete, LimitFrom::Start, complete, |_| {}).await? {
            Completion::FileUnknown => Err(Stop::FileUnknown),
            Completion::File(completed)
                if completed.bytes.is_some_and(|bytes| bytes != self.request.bytes) =>
            {
                Err(Stop::Mismatch(Box::new(completed.file)))
            }
            Completion::File(completed) => Ok(completed.file),
        }
    }

    /// Cancels an upload on the server. One that cannot be cancelled is left to expire there.
    pub(super) async fn cancel(&self, upload_id: &str) {
        let cancel = |_| async move {
            let call = cancel_upload(self.uploader.configuration(), upload_id);
            match call.json_as::<serde_json::Value>(JSON).await {
                Err(error) if !is_over(&error) => Err(error.into()),
                // A success whose reply cannot be read is one, too.
                _ => Ok(()),
            }
        };
        let cancelling = self.repeat(Step::Cancel, LimitFrom::Start, cancel, |_| {});
        let message = match timeout(CANCEL_LIMIT, cancelling).await {
            Ok(Ok(())) => return,
            Ok(Err(Stop::Failed { failure, .. })) => describe(&*failure),
            _ => format!("no answer in {CANCEL_LIMIT:?}"),
        };
        let upload_id = upload_id.to_owned();
        self.listeners.emit(&Event::Warning(Warning::NotCancelled { upload_id, message }));
    }

    /// Sends a request again as long as the retry policy allows it and it may help. `on_wait` is called with each
    /// wait before it starts.
    pub(super) async fn repeat<T, F>(
        &self,
        step: Step,
        limit_from: LimitFrom,
        send: impl FnMut(u32) -> F,
        mut on_wait: impl FnMut(Duration),
    ) -> Result<T, Stop>
    where
        F: Future<Output = Result<T, AttemptError>>,
    {
        let policy = &self.uploader.options.retry;
        let has_connected = &self.uploader.has_connected;
        let decide = |error: &AttemptError, attempts| match error {
            AttemptError::Stop(_) => Decision::GiveUp,
            AttemptError::Failure(failure) => {
                if !matches!(failure, Failure::Call(Error::Transport(error)) if error.is_connect()) {
                    has_connected.store(true, Ordering::Relaxed);
                }
                decide(step, failure, attempts, has_connected.load(Ordering::Relaxed))
            }
        };
        let outcome = policy.run(limit_from, send, decide, |retry| {
            on_wait(retry.wait);
            let reason = match retry.error {
                AttemptError::Failure(failure) => describe(failure),
                AttemptError::Stop(_) => String::new(),
            };
            let (attempts, wait) = (retry.attempts, retry.wait);
            self.listeners.emit(&Event::Retrying { step, attempts, wait, reason });
            async move {
                if matches!(step, Step::Create | Step::File) {
                    self.handle.unless_cancelled(sleep(wait)).await;
                } else {
                    sleep(wait).await;
                }
            }
        });
        let gave_up = match outcome.await {
            Ok(output) => {
                has_connected.store(true, Ordering::Relaxed);
                return Ok(output);
            }
            Err(gave_up) => gave_up,
        };
        let failure = match (gave_up.error, gave_up.wait_too_long) {
            (AttemptError::Stop(stop), _) => return Err(stop),
            (AttemptError::Failure(Failure::Call(call)), Some(asked)) => {
                Failure::WaitTooLong { asked, limit: policy.max_retry_after, call }
            }
            (AttemptError::Failure(failure), _) => failure,
        };
        Err(Stop::Failed { step, attempts: gave_up.attempts, failure: Box::new(failure) })
    }

    /// Awaits the answer to a request, and reports when it takes long.
    async fn with_notice<T>(&self, step: Step, request: impl Future<Output = T>) -> T {
        let mut request = pin!(request);
        let started = Instant::now();
        loop {
            match timeout(SILENCE, &mut request).await {
                Ok(answer) => return answer,
                Err(_) => {
                    self.listeners.emit(&Event::WaitingForServer { step, waited: started.elapsed() });
                }
            }
        }
    }
}

fn says_completed(error: &Error<ErrorResponse>) -> bool {
    error.api().is_some_and(|error| says_status_is(&Status::Completed, error))
}

/// Whether there is no upload any more that could be cancelled.
fn is_over(error: &Error<ErrorResponse>) -> bool {
    let Some(answer) = error.api() else { return matches!(error, Error::Decode(_)) };
    let is_refused = matches!(answer.status.as_u16(), 400 | 404 | 410) && !error.is_retryable();
    let over = [Status::Cancelled, Status::Completed, Status::Expired];
    is_refused || over.iter().any(|status| says_status_is(status, answer))
}
