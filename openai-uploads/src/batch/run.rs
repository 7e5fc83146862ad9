//! An unfinished run: takes all of its shards from one step to the next.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::answers::{AnswerFile, AnswerTable};
use super::client::Client;
use super::error::joined;
use super::event::{Event, Listener, Shard, ShardProgress};
use super::folder::Folder;
use super::goal::{Advanced, Goal};
use super::queue::Queue;
use super::round::{index_failed_lines, write_shards};
use super::settings::BatchSettings;
use super::shared::Shared;
use super::state::{RunState, ShardState, Step};
use super::summary::Summary;
use super::{Error, Options, folder, shared_shard};
use crate::preflight::Provider;
use crate::uploader::Uploader;

/// How many shards fetch their results at the same time.
const FETCHING: usize = 2;

/// An unfinished run.
///
/// Its [steps](Self::submit) may be called one by one, from different processes. [`finish`](Self::finish) does the
/// remaining ones. A second process that opens the run is refused while this exists. If a step's future is dropped,
/// the batches keep running on the server, and the run can be continued.
#[derive(Debug)]
pub struct Run {
    pub(super) uploader: Uploader,
    pub(super) options: Options,
    pub(super) listener: Listener,
    pub(super) folder: Folder,
    pub(super) state: RunState,
    pub(super) queue: Queue,
    pub(super) fetching: Semaphore,
    pub(super) shards: Vec<ShardState>,
    pub(super) results: PathBuf,
    /// The state in a store, if it is in one.
    pub(super) shared: Option<Shared>,
    next_look: Mutex<Instant>,
    jitter: AtomicU64,
}

impl Run {
    pub(super) fn new(
        uploader: &Uploader,
        options: &Options,
        listener: &Listener,
        folder: Folder,
        state: RunState,
        shards: Vec<ShardState>,
        results: PathBuf,
    ) -> Self {
        Self {
            uploader: uploader.clone(),
            options: options.clone(),
            listener: listener.clone(),
            folder,
            state,
            queue: Queue::new(options.max_active, options.max_enqueued_tokens),
            fetching: Semaphore::new(FETCHING),
            shards,
            results,
            shared: None,
            next_look: Mutex::new(Instant::now()),
            jitter: AtomicU64::new(0x9e37_79b9_7f4a_7c15),
        }
    }

    /// The run, with its state in a store too.
    pub(super) fn shared_as(self, shared: Option<Shared>) -> Self {
        Self { shared, ..self }
    }

    /// The work folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The shards, over all rounds.
    pub fn shards(&self) -> Vec<Shard> {
        self.shards.iter().map(|shard| self.shown(shard)).collect()
    }

    /// Uploads the requests and creates their batches, as many as may run at a time.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them.
    pub async fn submit(&mut self) -> Result<(), Error> {
        self.advance_all(Goal::Submitted).await
    }

    /// Submits the remaining batches, and waits until all have ended.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them.
    pub async fn wait(&mut self) -> Result<(), Error> {
        self.advance_all(Goal::Ended).await
    }

    /// Does the remaining steps: submits, waits, fetches, sends failed lines again and merges. Removes the work
    /// folder.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them.
    pub async fn finish(mut self) -> Result<Summary, Error> {
        self.restore_answers(AnswerTable::is_whole).await?;
        loop {
            self.advance_all(Goal::Recorded).await?;
            self.restore_answers(|table, _| table.is_complete()).await?;
            // What another machine has sent again is not lost.
            let rounds = self.shared.as_ref().map_or(0, Shared::last_round).max(self.options.retry_failed);
            if self.state.round >= rounds || !self.next_round().await? {
                return self.merge().await;
            }
        }
    }

    /// Cancels all batches that have not ended. Their partial results can still be [fetched](Self::finish).
    ///
    /// # Errors
    ///
    /// A request that failed. The other batches are still cancelled.
    pub async fn cancel(&mut self) -> Result<u32, Error> {
        let (mut cancelled, mut first_error) = (0, None);
        for shard in &self.shards {
            let Step::Created { batch_id, .. } = &shard.step else { continue };
            match self.client().cancel(batch_id).await {
                Ok(()) => cancelled += 1,
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        first_error.map_or(Ok(cancelled), Err)
    }

    /// Records the results of all shards again if the table of answers fails the check. A crash of the machine may have
    /// lost some of it.
    async fn restore_answers(
        &self,
        is_good: impl FnOnce(&AnswerTable, u64) -> io::Result<bool>,
    ) -> Result<(), Error> {
        let (table, lines) = (self.folder.answers(), self.state.lines);
        let work = |error| Error::work(self.folder.path())(error);
        if is_good(&table, lines).map_err(work)? {
            return Ok(());
        }
        table.create(lines).map_err(work)?;
        // In this order a later round replaces the answers of an earlier one.
        for shard in &self.shards {
            if let Step::Recorded(ended) = &shard.step {
                self.fetch(shard, &mut ended.clone()).await?;
            }
        }
        Ok(())
    }

    async fn advance_all(&mut self, goal: Goal) -> Result<(), Error> {
        self.begin().await?;
        // Batches that run already have their places before others ask for one: they come first when polled.
        let (running, others): (Vec<_>, Vec<_>) =
            self.shards.iter().cloned().partition(|shard| matches!(shard.step, Step::Created { .. }));
        let (advanced, failure) = match goal {
            Goal::Submitted => self.submit_some(running, others).await,
            Goal::Ended | Goal::Recorded => self.advance_each([running, others].concat(), goal).await,
        };
        let advanced: Vec<_> = advanced.into_iter().map(|advanced| advanced.shard).collect();
        for shard in advanced {
            let place = shard.number as usize - 1;
            self.shards[place] = shard;
        }
        failure.map_or(Ok(()), Err)
    }

    /// Creates as many batches as may run beside those in progress. Without a limit, those are not asked for.
    async fn submit_some(
        &self,
        running: Vec<ShardState>,
        others: Vec<ShardState>,
    ) -> (Vec<Advanced<'_>>, Option<Error>) {
        let is_limited = self.options.max_active.is_some() || self.options.max_enqueued_tokens.is_some();
        let running = if is_limited && !others.is_empty() { running } else { Vec::new() };
        let (looked_at, failure) = self.advance_each(running, Goal::Submitted).await;
        if failure.is_some() {
            return (looked_at, failure);
        }
        // A batch that the queue of its model had no room for is created again.
        let (mut advanced, refused): (Vec<_>, Vec<_>) =
            looked_at.into_iter().partition(|advanced| advanced.shard.step.batch_id().is_some());
        let refused = refused.into_iter().map(|advanced| advanced.shard);
        let mut waiting: Vec<_> = refused.chain(others).collect();
        waiting.sort_by_key(|shard| shard.number);
        let (submitted, failure) = self.advance_each(waiting, Goal::Submitted).await;
        advanced.extend(submitted);
        (advanced, failure)
    }

    /// Takes each of the shards as far as the goal. A batch keeps its place in the queue as long as the result exists.
    async fn advance_each(&self, shards: Vec<ShardState>, goal: Goal) -> (Vec<Advanced<'_>>, Option<Error>) {
        let mut pending: FuturesUnordered<_> =
            shards.into_iter().map(|shard| self.advance(shard, goal)).collect();
        let mut advanced = Vec::new();
        while let Some(result) = pending.next().await {
            match result {
                Ok(shard) => advanced.push(shard),
                Err(error) => return (advanced, Some(error)),
            }
        }
        (advanced, None)
    }

    /// Prepares for the creation of batches: lists the existing ones before the first is created, so that the run can
    /// recognise its own, and records the options.
    async fn begin(&mut self) -> Result<(), Error> {
        if !self.state.has_begun {
            self.state.newest_batch_before = self.client().newest_batch().await?;
        }
        let creates_batches = self.shards.iter().any(|shard| shard.step.batch_id().is_none());
        let before = self.state.batch_settings.as_ref().filter(|_| creates_batches);
        let options = before.map(|before| before.changed_in(&self.options)).unwrap_or_default();
        if !self.state.has_begun || !options.is_empty() {
            self.state.has_begun = true;
            self.state.batch_settings = Some(BatchSettings::of(&self.options));
            self.state.write(&self.folder)?;
            if let Some(shared) = &self.shared {
                shared.save_run(&self.state).await?;
            }
        }
        if !options.is_empty() {
            self.listener.notify(&Event::OptionsChanged { options, is_applied: true });
        }
        Ok(())
    }

    /// Writes shards of the lines with temporary failures. Returns false if there are none.
    async fn next_round(&mut self) -> Result<bool, Error> {
        let round = self.state.round;
        let sources: Vec<(u32, u32)> = self
            .shards
            .iter()
            .filter(|shard| shard.round == round)
            .map(|shard| (shard.number, shard.group))
            .collect();
        let base_url = &self.state.base_url;
        let limits = self.state.split_settings.as_ref().map_or_else(
            || self.options.limits(self.options.provider.unwrap_or_else(|| Provider::at(base_url))),
            |split| split.limits,
        );
        let folder = self.folder.clone();
        let (groups, number) = (self.state.groups.len(), self.state.shards);
        let writing = spawn_blocking(move || -> Result<Vec<ShardState>, Error> {
            let index = folder.file("retry-index");
            let lines = index_failed_lines(&folder, &sources, &index).map_err(Error::work(index.clone()))?;
            if lines == 0 {
                return Ok(Vec::new());
            }
            let sources: Vec<_> = sources
                .iter()
                .map(|(shard, _)| folder.texts_of_shard(*shard, AnswerFile::Requests))
                .collect();
            write_shards(&folder, &index, &sources, groups, &limits, number, round + 1)
        });
        let mut shards = joined(writing.await)?;
        if shards.is_empty() {
            return Ok(false);
        }
        self.state.round = round + 1;
        self.state.shards += u32::try_from(shards.len()).unwrap_or(u32::MAX);
        if let Some(shared) = &self.shared {
            shards = self.share_round(shared, shards).await?;
        } else {
            self.state.write(&self.folder)?;
        }
        let lines = shards.iter().map(|shard| shard.lines).sum();
        let shown = shards.iter().map(|shard| self.shown(shard)).collect();
        self.listener.notify(&Event::RetryingLines { lines, shards: shown });
        self.shards.extend(shards);
        Ok(true)
    }

    /// Stores the shards of a round that has just been written, first here and then in the store. Those that another
    /// machine has begun are continued.
    async fn share_round(&self, shared: &Shared, shards: Vec<ShardState>) -> Result<Vec<ShardState>, Error> {
        let mut shards = shared_shard::all_of(shards, &self.folder).await?;
        for shard in &mut shards {
            let Some(known) = shared.shard(shard.state.number) else { continue };
            if !known.has_requests_of(shard) {
                let what = "requests that were sent again, and differ from those of this machine".to_owned();
                return Err(Error::OtherRun { folder: shared.url().into(), what });
            }
            shard.state = known.elsewhere();
            let path = self.folder.of_shard(shard.state.number, "json");
            folder::write_json(&path, &shard.state).map_err(Error::work(path.clone()))?;
        }
        self.state.write(&self.folder)?;
        shared.save_shards(&self.state, shards.clone()).await?;
        Ok(shards.into_iter().map(|shard| shard.state).collect())
    }

    pub(super) fn client(&self) -> Client<'_> {
        Client {
            configuration: self.uploader.configuration(),
            policy: &self.uploader.options().retry,
            listener: &self.listener,
        }
    }

    /// Waits until the next poll. Polls are spread over time.
    pub(super) async fn pace(&self) {
        let at = {
            let mut next = self.next_look.lock().await;
            let at = (*next).max(Instant::now());
            *next = at + self.options.pace();
            at
        };
        sleep_until(at).await;
    }

    /// The pause, shortened by up to a quarter at random, so that batches are not all polled together.
    pub(super) fn jitter(&self, pause: Duration) -> Duration {
        // A step of a linear congruential generator is random enough for this.
        let step = |value: u64| value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let before =
            self.jitter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |value| Some(step(value)));
        let random = before.unwrap_or_else(|value| value) >> 40;
        #[expect(clippy::cast_precision_loss, reason = "24 bits fit")]
        let share = random as f64 / (1_u64 << 24) as f64;
        pause.mul_f64(1.0 - share / 4.0)
    }

    fn shown(&self, shard: &ShardState) -> Shard {
        let group = &self.state.groups[shard.group as usize];
        Shard {
            number: shard.number,
            endpoint: group.endpoint.clone(),
            model: group.model.clone(),
            lines: shard.lines,
            bytes: shard.bytes,
            batch_id: shard.step.batch_id().map(str::to_owned),
            progress: match shard.step {
                Step::Written | Step::Uploaded { .. } | Step::Creating { .. } => ShardProgress::Waiting,
                Step::Created { .. } => ShardProgress::Running,
                Step::Ended(_) => ShardProgress::Ended,
                Step::Recorded(_) => ShardProgress::Fetched,
            },
        }
    }
}
