//! Sends one part, and sends it again until it is finished.

use std::future::{Future, IntoFuture};
use std::io;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::super::plan::Part;
use super::limit::Slot;
use super::progress::{Body, Progress};
use crate::apis::uploads_api::add_upload_part;
use crate::models::ErrorResponse;
use crate::runtime::{Binary, Error, LimitFrom};
use crate::uploader::context::Context;
use crate::uploader::replies::{JSON, part_id};
use crate::uploader::requests::AttemptError;
use crate::uploader::source::SourceRange;
use crate::uploader::stop::{Stop, check_unchanged};
use crate::uploader::{Event, Failure, Step};

/// How many times [`Options::stall_limit`](crate::uploader::Options::stall_limit) the reply may take after the last
/// byte.
const REPLY_STALL_LIMITS: u32 = 4;

/// A part that is being sent to an upload.
pub(crate) struct PartRequest<'a> {
    pub(crate) context: &'a Context,
    pub(crate) upload_id: String,
    pub(crate) part: Part,
    pub(crate) range: SourceRange,
    pub(crate) meter: Arc<Meter>,
}

/// A part that is on the server.
pub(crate) struct SentPart {
    pub(crate) id: String,
    /// How long the attempt took that succeeded.
    pub(crate) took: Duration,
}

/// What a part's request is doing.
#[derive(Debug, Default)]
pub(crate) struct Meter(Mutex<State>);

#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Queued,
    Sending(Arc<Progress>),
    /// Until the next attempt.
    Waiting(Duration),
}

impl Meter {
    /// The progress of the current attempt; `None` between two attempts.
    pub(crate) fn progress(&self) -> Option<Arc<Progress>> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Sending(progress) => Some(progress.clone()),
            State::Queued | State::Waiting(_) => None,
        }
    }

    /// The wait before the next attempt, while the part waits for it.
    pub(crate) fn wait(&self) -> Option<Duration> {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            State::Waiting(wait) => Some(*wait),
            State::Queued | State::Sending(_) => None,
        }
    }

    fn set(&self, state: State) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl PartRequest<'_> {
    /// Sends the part until it is finished. The `slot` is for the first attempt; it is released while the part
    /// waits for another.
    pub(crate) async fn send(self, slot: Slot) -> Result<SentPart, Stop> {
        let (this, mut slot) = (&self, Some(slot));
        let attempt = |attempt| {
            let slot = slot.take();
            async move {
                let _slot = match slot {
                    Some(slot) => slot,
                    None => this.context.uploader.limit.slot().await,
                };
                this.attempt(attempt).await
            }
        };
        let pause = |wait| this.meter.set(State::Waiting(wait));
        this.context.repeat(Step::Part(this.part.index), LimitFrom::FirstFailure, attempt, pause).await
    }

    async fn attempt(&self, attempt: u32) -> Result<SentPart, AttemptError> {
        self.context.listeners.emit(&Event::PartStarted { part: self.part.clone(), attempt });
        let progress = Arc::new(Progress::new(self.part.len()));
        self.meter.set(State::Sending(progress.clone()));
        let (range, sent) = (self.range.clone(), progress.clone());
        let rate_limit = self.context.uploader.rate_limit.clone();
        let data =
            Binary::repeatable(self.part.len(), move || Body::new(&range, rate_limit.clone(), sent.clone()));
        let call = add_upload_part(&self.context.part_configuration, &self.upload_id, data).json_as(JSON);
        let reply =
            unless_stalled(call.into_future(), &progress, self.context.uploader.options.stall_limit).await;
        // A file that has changed explains every other failure.
        check_unchanged(Some(self.range.content())).await?;
        if let Some(error) = progress.take_source_error() {
            return Err(source_error(error));
        }
        let id = part_id(&reply?).map_err(Failure::unexpected)?;
        Ok(SentPart { id, took: progress.elapsed() })
    }
}

/// What the error of a source means for the part. A disk that fails will fail again; a store may not.
pub(crate) fn source_error(error: io::Error) -> AttemptError {
    #[cfg(feature = "object-store")]
    if let Some(object) = crate::objects::ObjectError::of(&error)
        && object.is_retryable()
    {
        return Failure::Source(error).into();
    }
    Stop::of_source(error).into()
}

/// The call's reply, unless nothing moves for too long.
pub(crate) async fn unless_stalled<T>(
    call: impl Future<Output = Result<T, Error<ErrorResponse>>>,
    progress: &Progress,
    limit: Duration,
) -> Result<T, Failure> {
    let mut call = pin!(call);
    loop {
        let is_all_sent = progress.is_all_sent();
        let allowed = if is_all_sent { limit.saturating_mul(REPLY_STALL_LIMITS) } else { limit };
        match allowed.checked_sub(progress.idle_time()) {
            Some(left) if !left.is_zero() => {
                if let Ok(reply) = timeout(left, &mut call).await {
                    return Ok(reply?);
                }
            }
            _ if is_all_sent => return Err(Failure::NoReply { limit: allowed }),
            _ if progress.waits_for_source() => {
                let message = format!("no byte of it came for {limit:?}");
                return Err(Failure::Source(io::Error::new(io::ErrorKind::TimedOut, message)));
            }
            _ => return Err(Failure::Stalled { limit }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uploader::transfer::RateLimit;
    use futures_util::TryStreamExt;

    #[tokio::test]
    async fn a_request_that_sends_nothing_has_stalled() {
        let limit = Duration::from_millis(20);
        let progress = Progress::new(10);
        let never = std::future::pending::<Result<(), Error<ErrorResponse>>>();
        let failure = unless_stalled(never, &progress, limit).await.unwrap_err();
        assert!(matches!(failure, Failure::Stalled { .. }), "{failure}");
    }

    #[tokio::test]
    async fn a_reply_may_take_four_times_the_stall_limit() {
        let limit = Duration::from_millis(20);
        let progress = Arc::new(Progress::new(2));
        let body = Body::new(&SourceRange::memory("ab".into()), RateLimit::new(None), progress.clone());
        body.try_collect::<Vec<_>>().await.unwrap();
        let never = std::future::pending::<Result<(), Error<ErrorResponse>>>();
        let begin = std::time::Instant::now();
        let failure = unless_stalled(never, &progress, limit).await.unwrap_err();
        assert!(matches!(failure, Failure::NoReply { limit } if limit.as_millis() == 80), "{failure}");
        assert!(begin.elapsed() >= Duration::from_millis(70));
    }
}
