//! Sends a whole file by one request of the Files API.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::{MissedTickBehavior, interval};

use super::TICK;
use super::limit::Turn;
use super::progress::{Body, Progress as Attempt};
use super::request::{source_error, unless_stalled};
use crate::apis::files_api::create_file;
use crate::models::{CreateFileRequest, OpenAiFile};
use crate::runtime::{Binary, LimitFrom};
use crate::uploader::context::Context;
use crate::uploader::event::Progress;
use crate::uploader::replies::{JSON, created_file};
use crate::uploader::requests::{AttemptError, SILENCE};
use crate::uploader::source::SourceRange;
use crate::uploader::stop::{Stop, check_unchanged};
use crate::uploader::{Event, Failure, Step};

/// A file that is sent by one request.
pub(crate) struct FileRequest<'a> {
    context: &'a Context,
    content: SourceRange,
    /// The attempt in progress.
    attempt: Mutex<Option<Arc<Attempt>>>,
}

impl<'a> FileRequest<'a> {
    pub(crate) fn new(context: &'a Context, content: SourceRange) -> Self {
        Self { context, content, attempt: Mutex::default() }
    }

    /// Sends the file until the server has it. The `turn` ends with the start of the first attempt.
    pub(crate) async fn send(&self, turn: Option<Turn>) -> Result<OpenAiFile, Stop> {
        let mut turn = turn;
        let send = |attempt| {
            let turn = turn.take();
            async move {
                let slot = self.context.handle.unless_cancelled(self.context.uploader.limit.slot()).await;
                let _slot = slot.ok_or(Stop::Cancelled)?;
                drop(turn);
                self.unless_cancelled(self.attempt(attempt)).await
            }
        };
        let sending = self.context.repeat(Step::File, LimitFrom::FirstFailure, send, |_| self.set(None));
        let mut sending = pin!(sending);
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut reported, mut notices) = (None, 0);
        let file = loop {
            tokio::select! {
                biased;
                file = &mut sending => break file?,
                _ = tick.tick() => {
                    self.report(self.sent(), 0, &mut reported);
                    notices = self.report_silence(notices);
                }
            }
        };
        self.report(self.content.len(), 1, &mut reported);
        Ok(file)
    }

    async fn attempt(&self, attempt: u32) -> Result<OpenAiFile, AttemptError> {
        let request = &self.context.request;
        self.context.listeners.emit(&Event::FileStarted { attempt });
        let progress = Arc::new(Attempt::new(self.content.len()));
        self.set(Some(progress.clone()));
        let (range, sent) = (self.content.clone(), progress.clone());
        let rate_limit = self.context.uploader.rate_limit.clone();
        let content =
            Binary::repeatable(range.len(), move || Body::new(&range, rate_limit.clone(), sent.clone()))
                .file_name(&request.filename)
                .content_type(&request.mime_type);
        let form = CreateFileRequest::new(content, request.purpose.as_str().into());
        let form = CreateFileRequest { expires_after: request.expires_after.clone(), ..form };
        let call = create_file(&self.context.part_configuration, form).json_as(JSON);
        let reply =
            unless_stalled(call.into_future(), &progress, self.context.uploader.options.stall_limit).await;
        // A file that has changed explains every other failure.
        check_unchanged(Some(self.content.content())).await?;
        if let Some(error) = progress.take_source_error() {
            return Err(source_error(error));
        }
        let created = created_file(&reply?, request).map_err(Failure::unexpected)?;
        if created.bytes.is_some_and(|bytes| bytes != request.bytes) {
            return Err(Stop::Mismatch(Box::new(created.file)).into());
        }
        Ok(created.file)
    }

    /// The output of an attempt, unless the upload is cancelled before all bytes are sent. After that the server may
    /// have the file, and nothing but the reply names it.
    async fn unless_cancelled<T>(
        &self,
        attempt: impl Future<Output = Result<T, AttemptError>>,
    ) -> Result<T, AttemptError> {
        let mut attempt = pin!(attempt);
        tokio::select! {
            biased;
            output = &mut attempt => return output,
            () = self.context.handle.cancelled() => {}
        }
        if self.sent() < self.content.len() { Err(Stop::Cancelled.into()) } else { attempt.await }
    }

    fn set(&self, attempt: Option<Arc<Attempt>>) {
        *self.attempt.lock().unwrap_or_else(PoisonError::into_inner) = attempt;
    }

    fn sent(&self) -> u64 {
        let attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner);
        attempt.as_ref().map_or(0, |attempt| attempt.sent())
    }

    /// Reports when the reply to all bytes takes long. Returns how often it was reported, of which `before` were known.
    fn report_silence(&self, before: u32) -> u32 {
        let attempt = self.attempt.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(attempt) = attempt.filter(|attempt| attempt.is_all_sent()) else { return 0 };
        let waited = attempt.idle_time();
        if waited >= SILENCE * (before + 1) {
            self.context.listeners.emit(&Event::WaitingForServer { step: Step::File, waited });
            return before + 1;
        }
        before
    }

    /// Reports the progress, if it has changed. The file counts as one part.
    fn report(&self, sent: u64, finished: usize, reported: &mut Option<Progress>) {
        let bytes = self.content.len();
        let progress = Progress {
            sent,
            finished: if finished == 1 { bytes } else { 0 },
            bytes,
            parts_finished: finished,
            parts_expected: 1,
        };
        if reported.as_ref() != Some(&progress) {
            self.context.listeners.emit(&Event::Progress(progress.clone()));
            *reported = Some(progress);
        }
    }
}
