//! A run: all shards of an input, from the check to the merged results.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use serde::Serialize;
use tokio::sync::{Mutex, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep_until};

use super::answers::{AnswerFile, Outcome};
use super::client::Client;
use super::event::{Event, Listener, Shard, ShardProgress};
use super::folder::{self, Folder};
use super::goal::Goal;
use super::index::{IndexWriter, Line};
use super::plan::{self, PlannedShard};
use super::queue::Queue;
use super::result_line::Reason;
use super::split::{self, ShardLine};
use super::state::{self, InputFile, RunState, ShardState, Step, Usage};
use super::{Error, Limits, Options, input, merge};
use crate::preflight::Provider;
use crate::uploader::Uploader;

/// How many shards fetch their results at the same time.
const FETCHING: usize = 2;

/// Runs requests as batches.
///
/// Cheap to clone. See [`batch`](crate::batch) for an example.
#[derive(Clone, Debug)]
pub struct BatchRunner {
    uploader: Uploader,
    options: Options,
    listener: Listener,
}

/// The source of the requests of a run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Input {
    /// Files of JSON Lines, read in this order.
    Files(Vec<PathBuf>),
    /// A reader, whose text is copied into the work folder first. For the standard input, say.
    Reader(ReaderInput),
}

/// A reader of requests.
pub struct ReaderInput(Box<dyn Read + Send>);

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
    shards: Vec<ShardState>,
    results: PathBuf,
    next_look: Mutex<Instant>,
    jitter: AtomicU64,
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The number of requests.
    pub lines: u64,
    /// The requests with an answer, which is in the results file.
    pub answered: u64,
    /// The requests without an answer, which are in the file of failures.
    pub failed: u64,
    /// The results file: the answers, in the order of the input.
    pub results: PathBuf,
    /// The file of failures, if there are any: the requests without an answer, with the reasons.
    pub failures: Option<PathBuf>,
    /// The number of batches.
    pub batches: u32,
    /// The tokens that all batches used.
    pub usage: Usage,
}

impl BatchRunner {
    /// Creates a runner that uploads with `uploader`. All other requests go to the same server.
    pub fn new(uploader: Uploader, options: Options) -> Self {
        // The lines are checked as a whole, by the rules of these options.
        Self { uploader: uploader.without_preflight(), options, listener: Listener::default() }
    }

    /// Calls `listener` with each event, from within the runner's futures: they wait for it.
    #[must_use]
    pub fn on_event(self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self { listener: Listener::new(listener), ..self }
    }

    /// Runs the requests of `input` and writes their answers to `results`, or continues such a run.
    ///
    /// # Errors
    ///
    /// [`Error`] lists them. After an error, the same call continues the run.
    pub async fn run(&self, input: impl Into<Input>, results: impl Into<PathBuf>) -> Result<Summary, Error> {
        self.open(input, results).await?.finish().await
    }

    /// Checks and splits the requests of `input`, or continues the unfinished run for these results.
    ///
    /// # Errors
    ///
    /// Faults of the input, a results file that exists, a work folder of another run or that another process uses.
    /// Nothing has been sent.
    pub async fn open(&self, input: impl Into<Input>, results: impl Into<PathBuf>) -> Result<Run, Error> {
        let results = results.into();
        check_options(&self.options)?;
        let folder = self.open_folder(&results, true)?;
        let input = input.into();
        let Some(state) = self.read_state(&folder)? else { return self.split(folder, input, results).await };
        if let Input::Files(paths) = &input
            && let Err(other) = same_input(&state, paths, folder.path())
        {
            // As long as nothing was sent, another input just starts the run again.
            return if state.has_begun { Err(other) } else { self.split(folder, input, results).await };
        }
        self.continued(folder, state, results)
    }

    /// Continues the unfinished run for these results.
    ///
    /// # Errors
    ///
    /// [`Error::NoRun`] if there is none, [`Error::Locked`] if another process works on it, [`Error::OtherRun`] if it
    /// is on another server.
    pub fn reopen(&self, results: impl Into<PathBuf>) -> Result<Run, Error> {
        let results = results.into();
        let folder = self.open_folder(&results, false)?;
        let state = self.read_state(&folder)?;
        let state = state.ok_or_else(|| Error::NoRun { folder: folder.path().to_owned() })?;
        self.continued(folder, state, results)
    }

    fn open_folder(&self, results: &Path, create: bool) -> Result<Folder, Error> {
        let root = Folder::beside(results);
        if create && !self.options.overwrite && !root.exists() {
            for path in [results.to_owned(), failures_beside(results)] {
                if path.exists() {
                    return Err(Error::ResultsExist { path });
                }
            }
        }
        match Folder::open(root.clone(), create) {
            Ok(Some(folder)) => Ok(folder),
            Ok(None) => Err(Error::Locked { folder: root }),
            Err(error) if !create && error.kind() == ErrorKind::NotFound => {
                Err(Error::NoRun { folder: root })
            }
            Err(error) => Err(Error::work(root)(error)),
        }
    }

    fn read_state(&self, folder: &Folder) -> Result<Option<RunState>, Error> {
        let path = folder.file("run.json");
        let state = folder::read_json::<RunState>(&path).map_err(Error::work(path))?;
        let Some(mut state) = state else { return Ok(None) };
        let other = |what: String| Error::OtherRun { folder: folder.path().to_owned(), what };
        let base_url = &self.uploader.configuration().base_path;
        if state.version != state::VERSION {
            return Err(other(format!("another version of this program (format {})", state.version)));
        }
        if !state.has_begun {
            state.base_url.clone_from(base_url);
        }
        if state.base_url.trim_end_matches('/') != base_url.trim_end_matches('/') {
            return Err(other(format!("another server, {}", state.base_url)));
        }
        Ok(Some(state))
    }

    fn continued(&self, folder: Folder, state: RunState, results: PathBuf) -> Result<Run, Error> {
        let mut shards = Vec::new();
        for number in 1..=state.shards {
            let path = folder.of_shard(number, "json");
            let shard =
                folder::read_json(&path).and_then(|shard| shard.ok_or_else(|| ErrorKind::NotFound.into()));
            shards.push(shard.map_err(Error::work(path))?);
        }
        let run = self.run_of(folder, state, shards, results);
        self.listener.notify(&Event::Resumed { shards: run.shards() });
        Ok(run)
    }

    async fn split(&self, folder: Folder, input: Input, results: PathBuf) -> Result<Run, Error> {
        let base_url = self.uploader.configuration().base_path.clone();
        let provider = self.options.provider.unwrap_or_else(|| Provider::at(&base_url));
        let limits = self.options.limits(provider);
        let listener = self.listener.clone();
        let unused = folder.clone();
        let splitting = spawn_blocking(move || -> Result<(Folder, RunState, Vec<ShardState>), Error> {
            let inputs = input_files(input, &folder)?;
            let index = folder.file("index");
            let checked = input::check(&inputs, provider, &index, &listener)?;
            let sources: Vec<_> = inputs.iter().map(|input| input.path.clone()).collect();
            let shards = write_shards(&folder, &index, &sources, checked.groups.len(), &limits, 0, 0)?;
            input::unchanged(&inputs)?;
            folder.answers().create(checked.lines).map_err(Error::work(folder.path()))?;
            let state = RunState {
                version: state::VERSION,
                run: state::new_run_id(),
                base_url,
                inputs,
                lines: checked.lines,
                groups: checked.groups,
                shards: shards.last().map_or(0, |shard| shard.number),
                round: 0,
                newest_batch_before: None,
                has_begun: false,
            };
            write_state(&folder, &state)?;
            Ok((folder, state, shards))
        });
        let (folder, state, shards) = joined(splitting.await).inspect_err(|_| {
            // Nothing in it is of use to another call.
            let _ = unused.remove();
        })?;
        let run = self.run_of(folder, state, shards, results);
        self.listener.notify(&Event::Split { lines: run.state.lines, shards: run.shards() });
        Ok(run)
    }

    fn run_of(&self, folder: Folder, state: RunState, shards: Vec<ShardState>, results: PathBuf) -> Run {
        Run {
            uploader: self.uploader.clone(),
            options: self.options.clone(),
            listener: self.listener.clone(),
            folder,
            state,
            queue: Queue::new(self.options.max_active, self.options.max_enqueued_tokens),
            fetching: Semaphore::new(FETCHING),
            shards,
            results,
            next_look: Mutex::new(Instant::now()),
            jitter: AtomicU64::new(0x9e37_79b9_7f4a_7c15),
        }
    }
}

impl Run {
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
        loop {
            self.advance_all(Goal::Recorded).await?;
            if self.state.round >= self.options.retry_failed || !self.next_round().await? {
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

    async fn advance_all(&mut self, goal: Goal) -> Result<(), Error> {
        self.begin().await?;
        let shards = self.shards.clone();
        // Batches that run already have their places before others ask for one: they come first when polled.
        let (running, others): (Vec<_>, Vec<_>) =
            shards.into_iter().partition(|shard| matches!(shard.step, Step::Created { .. }));
        let mut advanced: Vec<ShardState> = Vec::new();
        let mut failure = None;
        {
            let run = &*self;
            let mut pending: FuturesUnordered<_> =
                running.into_iter().chain(others).map(|shard| run.advance(shard, goal)).collect();
            while let Some(result) = pending.next().await {
                match result {
                    Ok(shard) => advanced.push(shard),
                    Err(error) => {
                        failure = Some(error);
                        break;
                    }
                }
            }
        }
        for shard in advanced {
            let place = shard.number as usize - 1;
            self.shards[place] = shard;
        }
        failure.map_or(Ok(()), Err)
    }

    /// Lists the existing batches before the first one is created, so that the run can recognise its own.
    async fn begin(&mut self) -> Result<(), Error> {
        if !self.state.has_begun {
            self.state.newest_batch_before = self.client().newest_batch().await?;
            self.state.has_begun = true;
            write_state(&self.folder, &self.state)?;
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
        let limits = self.options.limits(self.options.provider.unwrap_or_else(|| Provider::at(base_url)));
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
        let shards = joined(writing.await)?;
        if shards.is_empty() {
            return Ok(false);
        }
        self.state.round = round + 1;
        self.state.shards += u32::try_from(shards.len()).unwrap_or(u32::MAX);
        write_state(&self.folder, &self.state)?;
        let lines = shards.iter().map(|shard| shard.lines).sum();
        let shown = shards.iter().map(|shard| self.shown(shard)).collect();
        self.listener.notify(&Event::RetryingLines { lines, shards: shown });
        self.shards.extend(shards);
        Ok(true)
    }

    /// Merges the answers, puts the results in place and removes the work folder.
    async fn merge(self) -> Result<Summary, Error> {
        self.listener.notify(&Event::Merging);
        let usage = self.usage();
        let batches = self.shards.iter().map(|shard| shard.attempt).sum();
        if self.options.delete_inputs {
            self.delete_inputs().await;
        }
        let Self { folder, shards, results, state, .. } = self;
        let merging = spawn_blocking(move || -> Result<Summary, Error> {
            let (new_results, new_failures) = (folder.file("results.jsonl"), folder.file("failures.jsonl"));
            let path = |shard: u32, file: AnswerFile| folder.texts_of_shard(shard, file);
            let why = |shard: u32, line: u64| batch_failure(&folder, &shards, shard, line);
            let merged = merge::merge(&folder.answers(), &new_results, &new_failures, path, why)
                .map_err(Error::work(folder.path()))?;
            let failures = (merged.failed > 0).then(|| failures_beside(&results));
            match &failures {
                Some(failures) => fs::rename(&new_failures, failures).map_err(Error::work(failures))?,
                // A file of an earlier run, which the caller wants replaced.
                None => drop(fs::remove_file(failures_beside(&results))),
            }
            fs::rename(&new_results, &results).map_err(Error::work(&results))?;
            let root = folder.path().to_owned();
            folder.remove().map_err(Error::work(root))?;
            Ok(Summary {
                lines: state.lines,
                answered: merged.answered,
                failed: merged.failed,
                results,
                failures,
                batches,
                usage,
            })
        });
        joined(merging.await)
    }

    fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for shard in &self.shards {
            if let Step::Ended(ended) | Step::Recorded(ended) = &shard.step {
                usage += ended.usage;
            }
        }
        usage
    }

    /// Deletes the files that this run uploaded. A file that cannot be deleted is reported as an event.
    async fn delete_inputs(&self) {
        for file_id in self.shards.iter().filter_map(|shard| shard.step.file_id()) {
            if let Err(error) = self.client().delete(file_id).await {
                let reason = error.to_string();
                self.listener.notify(&Event::NotDeleted { file_id: file_id.to_owned(), reason });
            }
        }
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

/// The path of the failures: beside the results, as `NAME.errors.jsonl`.
fn failures_beside(results: &Path) -> PathBuf {
    let name = results.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".jsonl").unwrap_or(&name);
    results.with_file_name(format!("{stem}.errors.jsonl"))
}

fn input_files(input: Input, folder: &Folder) -> Result<Vec<InputFile>, Error> {
    let paths = match input {
        Input::Files(paths) => paths,
        Input::Reader(ReaderInput(reader)) => {
            let path = folder.file("input.jsonl");
            vec![input::spool(reader, &path).map_err(Error::work(&path))?]
        }
    };
    if paths.is_empty() {
        return Err(Error::Options { message: "there is no input file".to_owned() });
    }
    let file = |path: PathBuf| InputFile::of(&path).map_err(|source| Error::Input { path, source });
    paths.into_iter().map(file).collect()
}

/// Fails if an unfinished run has another input than these files.
fn same_input(state: &RunState, paths: &[PathBuf], folder: &Path) -> Result<(), Error> {
    let other = |what: String| Error::OtherRun { folder: folder.to_owned(), what };
    let list = |inputs: &[InputFile]| {
        let paths: Vec<_> = inputs.iter().map(|input| input.path.display().to_string()).collect();
        paths.join(", ")
    };
    let mut inputs = Vec::new();
    for path in paths {
        // A missing file is no reason to stop: the requests are in the work folder.
        match InputFile::of(path) {
            Ok(input) => inputs.push(input),
            Err(_) => return Ok(()),
        }
    }
    let is_same_path =
        inputs.iter().map(|input| &input.path).eq(state.inputs.iter().map(|input| &input.path));
    match is_same_path {
        _ if inputs == state.inputs => Ok(()),
        true => Err(other(format!("an earlier version of {}", list(&inputs)))),
        false => Err(other(format!("another input, {}", list(&state.inputs)))),
    }
}

/// Plans the batches of the lines in the index, and writes the files of each.
fn write_shards(
    folder: &Folder,
    index: &Path,
    sources: &[PathBuf],
    groups: usize,
    limits: &Limits,
    number: u32,
    round: u32,
) -> Result<Vec<ShardState>, Error> {
    let work = |error: io::Error| Error::work(folder.path())(error);
    let planned = plan::plan(index, u32::try_from(groups).unwrap_or(u32::MAX), limits).map_err(work)?;
    let number_of = |place: usize| number + u32::try_from(place).unwrap_or(u32::MAX) + 1;
    let files = |place: usize| {
        let number = number_of(place);
        (folder.texts_of_shard(number, AnswerFile::Requests), folder.of_shard(number, "lines"))
    };
    split::write_shards(index, sources, &planned, files).map_err(work)?;
    let shard = |(place, planned): (usize, &PlannedShard)| {
        let shard = ShardState {
            number: number_of(place),
            round,
            group: planned.group,
            lines: planned.lines,
            bytes: planned.bytes,
            attempt: 1,
            step: Step::Written,
        };
        folder::write_json(&folder.of_shard(shard.number, "json"), &shard).map_err(work)?;
        Ok(shard)
    };
    planned.iter().enumerate().map(shard).collect()
}

/// Writes an index of the lines with temporary failures in these shards. Returns their number.
fn index_failed_lines(folder: &Folder, shards: &[(u32, u32)], index: &Path) -> io::Result<u64> {
    let mut may_succeed = Vec::new();
    for answer in folder.answers().read()? {
        may_succeed.push(matches!(answer?.outcome, Outcome::MayPass | Outcome::Missing));
    }
    let mut writer = IndexWriter::create(index)?;
    let (mut offset, mut count) = (0, 0);
    for (number, group) in shards {
        for line in ShardLine::read_all(&folder.of_shard(*number, "lines"))? {
            let ShardLine { number, length, inputs, id } = line;
            if usize::try_from(number).ok().and_then(|number| may_succeed.get(number)) == Some(&true) {
                writer.push(Line { number, offset, length, group: *group, inputs, id })?;
                count += 1;
            }
            offset += u64::from(length) + 1;
        }
    }
    writer.finish()?;
    Ok(count)
}

/// Why the batch of a shard failed, for one of its lines.
fn batch_failure(folder: &Folder, shards: &[ShardState], shard: u32, line: u64) -> Option<Reason> {
    let shard = shards.iter().find(|known| known.number == shard)?;
    let Step::Recorded(ended) = &shard.step else { return None };
    let lines = ShardLine::read_all(&folder.of_shard(shard.number, "lines")).ok()?;
    let place = lines.partition_point(|known| known.number < line) as u64 + 1;
    let fault = ended.errors.iter().find(|fault| fault.line == Some(place)).or(ended.errors.first())?;
    Some(Reason { code: fault.code.clone(), message: fault.message.clone(), status_code: None })
}

fn write_state(folder: &Folder, state: &RunState) -> Result<(), Error> {
    let path = folder.file("run.json");
    folder::write_json(&path, state).map_err(Error::work(path.clone()))
}

fn check_options(options: &Options) -> Result<(), Error> {
    let refused = |message: &str| Err(Error::Options { message: message.to_owned() });
    if options.metadata.len() > Options::MAX_METADATA_PAIRS {
        return refused("a batch can have 14 pairs of metadata: two more identify the run and the shard");
    }
    if options.max_active == Some(0) || options.max_enqueued_tokens == Some(0) {
        return refused("no batch could ever run: the maximum must be 1 or more");
    }
    if options.max_lines == Some(0) || options.max_bytes == Some(0) {
        return refused("no line fits in a batch: the maximum must be 1 or more");
    }
    if options.poll_interval.is_zero() {
        return refused("the poll interval must be longer than 0");
    }
    Ok(())
}

fn joined<T>(result: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    result.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => Err(Error::Work { path: PathBuf::new(), source: io::Error::other(error) }),
    })
}

impl Input {
    /// Requests from a reader.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self::Reader(ReaderInput(Box::new(reader)))
    }
}

impl<P: Into<PathBuf>, const N: usize> From<[P; N]> for Input {
    fn from(paths: [P; N]) -> Self {
        Self::Files(paths.into_iter().map(Into::into).collect())
    }
}

impl From<Vec<PathBuf>> for Input {
    fn from(paths: Vec<PathBuf>) -> Self {
        Self::Files(paths)
    }
}

impl From<PathBuf> for Input {
    fn from(path: PathBuf) -> Self {
        Self::Files(vec![path])
    }
}

impl From<&Path> for Input {
    fn from(path: &Path) -> Self {
        Self::Files(vec![path.to_owned()])
    }
}

impl From<&str> for Input {
    fn from(path: &str) -> Self {
        Self::Files(vec![path.into()])
    }
}

impl std::fmt::Debug for ReaderInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ReaderInput")
    }
}
