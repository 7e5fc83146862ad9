//! Sends a whole file by one request of the Files API.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::TryStreamExt;
use tokio::time::{MissedTickBehavior, interval};

use super::TICK;
use super::limit::{Slot, Turn};
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

/// The maximum length of a file that is read before its request may be sent. Some 30 files wait at a time.
const MAX_PREFETCHED: u64 = 64 * 1024;

/// A file that is sent by one request.
pub(crate) struct FileRequest<'a> {
    context: &'a Context,
    content: SourceRange,
    /// The same bytes, already in memory, for the first attempt.
    prefetched: Mutex<Option<SourceRange>>,
    /// The attempt in progress.
    attempt: Mutex<Option<Arc<Attempt>>>,
}

impl<'a> FileRequest<'a> {
    pub(crate) fn new(context: &'a Context, content: SourceRange) -> Self {
        Self { context, content, prefetched: Mutex::default(), attempt: Mutex::default() }
    }

    /// Sends the file until the server has it. The `turn` ends when the first attempt has its place in the queue.
    pub(crate) async fn send(&self, turn: Option<Turn>) -> Result<OpenAiFile, Stop> {
        self.prefetch().await;
        let mut turn = turn;
        let send = |attempt| {
            let turn = turn.take();
            async move {
                let slot = self.context.uploader.limit.slot_after_turn(turn);
                let slot = self.context.handle.unless_cancelled(slot).await.ok_or(Stop::Cancelled)?;
                self.unless_cancelled(self.attempt(attempt, slot)).await
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

    /// Reads a short file into memory, so that the request goes out as soon as it may. If that fails, the attempt reads
    /// again and reports it.
    async fn prefetch(&self) {
        if self.content.len() > MAX_PREFETCHED || self.content.content().path().is_none() {
            return;
        }
        let chunks = self.content.clone().stream().try_collect::<Vec<_>>().await;
        // The copy is as long as the file. The buffer that it was read into is longer.
        let bytes = chunks.ok().map(|chunks| SourceRange::memory(chunks.concat().into()));
        *lock(&self.prefetched) = bytes;
    }

    async fn attempt(&self, attempt: u32, slot: Slot) -> Result<OpenAiFile, AttemptError> {
        let request = &self.context.request;
        self.context.listeners.emit(&Event::FileStarted { attempt });
        let progress = Arc::new(Attempt::new(self.content.len()));
        self.set(Some(progress.clone()));
        let range = lock(&self.prefetched).take().unwrap_or_else(|| self.content.clone());
        let sent = progress.clone();
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
        // The next request goes out while this reply is looked at.
        drop(slot);
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
        *lock(&self.attempt) = attempt;
    }

    fn sent(&self) -> u64 {
        lock(&self.attempt).as_ref().map_or(0, |attempt| attempt.sent())
    }

    /// Reports when the reply to all bytes takes long. Returns how often it was reported, of which `before` were known.
    fn report_silence(&self, before: u32) -> u32 {
        let attempt = lock(&self.attempt).clone();
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
