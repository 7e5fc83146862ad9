//! Sends one part, as often as it takes.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::timeout;

use super::body::{PartBytes, Progress};
use super::limit::Slot;
use super::retry::Attempts;
use super::run::Run;
use super::source::check_file;
use super::stop::Stop;
use super::{Event, Failure, Part, Step};
use crate::apis::uploads_api::add_upload_part;
use crate::models::ErrorResponse;
use crate::runtime::{Binary, Error};

/// How many times the stall limit the reply may take once the last byte is out.
const REPLY_STALL_LIMITS: u32 = 4;

/// A part on its way to one upload.
pub(super) struct PartSending<'a> {
    pub(super) run: &'a Run,
    pub(super) upload_id: String,
    pub(super) part: Part,
    pub(super) bytes: PartBytes,
    pub(super) meter: Arc<Meter>,
    /// Held until the part has arrived or has failed for good.
    pub(super) _slot: Slot,
}

/// How far a part has come the last time that it was sent.
#[derive(Debug)]
pub(super) struct Meter(Mutex<Option<Arc<Progress>>>);

impl Meter {
    pub(super) fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(super) fn sent(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map_or(0, |progress| progress.sent())
    }

    /// What an earlier sending is still handing to its connection does not count any more.
    fn restart(&self, progress: Option<Arc<Progress>>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = progress;
    }
}

impl PartSending<'_> {
    /// Sends the part until it has arrived and gives its id.
    pub(super) async fn send(self) -> Result<String, Stop> {
        let Self { run, part, .. } = &self;
        let step = Step::Part(part.index);
        let mut attempts = Attempts::new(&run.uploader.options.retry);
        loop {
            let attempt = attempts.begin();
            run.listeners.tell(&Event::PartStarted { part: part.clone(), attempt });
            let sent = self.send_once().await?;
            self.check_source().await?;
            let failure = match sent {
                Ok(part_id) => return Ok(part_id),
                Err(failure) => failure,
            };
            self.meter.restart(None);
            run.wait_after(failure, step, &mut attempts).await?;
        }
    }

    async fn send_once(&self) -> Result<Result<String, Failure>, Stop> {
        let progress = Arc::new(Progress::of(self.part.len()));
        self.meter.restart(Some(progress.clone()));
        let (bytes, sent) = (self.bytes.clone(), progress.clone());
        let data = Binary::repeatable(self.part.len(), move || bytes.body(sent.clone()));
        let call = add_upload_part(&self.run.part_configuration, &self.upload_id, data);
        let sent = until_stalled(call.into_future(), &progress, self.run.uploader.options.stall_limit).await;
        if let Some(error) = progress.take_source_failure() {
            // The check of the source, which comes next, knows better if it has changed.
            self.check_source().await?;
            return Err(Stop::Source(error));
        }
        Ok(match sent {
            Ok(part) if part.id.is_empty() => Err(Failure::senseless("the part that was added has no id")),
            Ok(part) => Ok(part.id),
            Err(failure) => Err(failure),
        })
    }

    async fn check_source(&self) -> Result<(), Stop> {
        match &self.bytes {
            PartBytes::File { file, .. } => check_file(file.clone()).await,
            PartBytes::Memory(_) => Ok(()),
        }
    }
}

/// The call's reply, unless nothing moves for too long.
async fn until_stalled<T>(
    call: impl Future<Output = Result<T, Error<ErrorResponse>>>,
    progress: &Progress,
    limit: Duration,
) -> Result<T, Failure> {
    let mut call = pin!(call);
    loop {
        let is_all_sent = progress.is_all_sent();
        let allowed = if is_all_sent { limit.saturating_mul(REPLY_STALL_LIMITS) } else { limit };
        match allowed.checked_sub(progress.still_for()) {
            Some(left) if !left.is_zero() => {
                if let Ok(reply) = timeout(left, &mut call).await {
                    return Ok(reply?);
                }
            }
            _ if is_all_sent => return Err(Failure::NoReply { limit: allowed }),
            _ => return Err(Failure::Stalled { limit }),
        }
    }
}
