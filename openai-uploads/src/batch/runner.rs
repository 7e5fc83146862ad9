//! Starts a run, or continues one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::error::joined;
use super::event::{Event, Listener};
use super::folder::{self, Folder};
use super::round::write_shards;
use super::run::Run;
use super::settings::SplitSettings;
use super::shared::{EarlierRun, Shared, SharedState};
use super::shared_shard::{self, SharedShard};
use super::source::{self, Input};
use super::state::{self, RunState, ShardState};
use super::status::ShardStatus;
use super::summary::Summary;
use super::{Error, Options, input, shard};
use crate::preflight::Provider;
use crate::uploader::Uploader;

/// Runs requests as batches.
///
/// Cheap to clone. See [`batch`](crate::batch) for an example.
#[derive(Clone, Debug)]
pub struct BatchRunner {
    uploader: Uploader,
    options: Options,
    listener: Listener,
    shared: Option<SharedState>,
}

impl BatchRunner {
    /// Creates a runner that uploads with `uploader`. All other requests go to the same server.
    pub fn new(uploader: Uploader, options: Options) -> Self {
        // The lines are checked as a whole, by the rules of these options.
        let (uploader, listener) = (uploader.without_preflight(), Listener::default());
        Self { uploader, options, listener, shared: None }
    }

    /// Calls `listener` with each event, from within the runner's futures: they wait for it.
    #[must_use]
    pub fn on_event(self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self { listener: Listener::new(listener), ..self }
    }

    /// Keeps the state of the run in a store too, so that another machine can continue it.
    ///
    /// When the run is done, put the results where they belong and call [`SharedState::remove`]; when it stops, call
    /// [`SharedState::release`].
    #[cfg(feature = "object-store")]
    #[must_use]
    pub fn with_shared_state(self, state: SharedState) -> Self {
        Self { shared: Some(state), ..self }
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
        let input = input.into();
        source::check_is_kept(&input, &results)?;
        let folder = self.open_folder(&results, true)?;
        let (shared, earlier) = self.claim(&folder).await?;
        let Some(state) = self.read_state(&folder)? else {
            return match (shared, earlier) {
                (Some(shared), Some(earlier)) => {
                    self.take_over(folder, input, results, shared, earlier).await
                }
                (shared, _) => self.split(folder, input, results, shared).await,
            };
        };
        if let Input::Files(paths) = &input
            && let Err(other) = source::same_input(&state, paths, folder.path())
        {
            // As long as nothing was sent, another input just starts the run again.
            return if state.has_begun {
                Err(other)
            } else {
                self.split(folder, input, results, shared).await
            };
        }
        let split = state.split_settings.as_ref();
        let options = split.map(|split| split.changed_in(&self.options)).unwrap_or_default();
        if !options.is_empty() {
            self.listener.notify(&Event::OptionsChanged { options, is_applied: false });
        }
        self.continued(folder, state, results, shared).await
    }

    /// Claims the run, if its state is in a store. Returns what the store has of it, and removes what this machine has of
    /// a run that another one continued.
    async fn claim(&self, folder: &Folder) -> Result<(Option<Shared>, Option<EarlierRun>), Error> {
        let Some(state) = &self.shared else { return Ok((None, None)) };
        let claim = match state.claim(folder, &self.listener).await {
            Ok(claim) => claim,
            Err(error) => {
                if !folder.file("run.json").exists() {
                    let _ = folder.clone().remove();
                }
                return Err(error);
            }
        };
        if claim.is_taken_over {
            folder.clear(&["machine.json"]).map_err(Error::work(folder.path()))?;
        }
        Ok((Some(claim.shared), claim.earlier))
    }

    /// Whether this machine has an unfinished run for these results.
    pub fn has_run(results: impl AsRef<Path>) -> bool {
        Folder::to_read(Folder::beside(results.as_ref())).file("run.json").exists()
    }

    /// Continues the unfinished run for these results.
    ///
    /// # Errors
    ///
    /// [`Error::NoRun`] if there is none, [`Error::Locked`] if another process works on it, [`Error::OtherRun`] if it
    /// is on another server.
    pub async fn reopen(&self, results: impl Into<PathBuf>) -> Result<Run, Error> {
        let results = results.into();
        let folder = self.open_folder(&results, false)?;
        let state = self.read_state(&folder)?;
        let state = state.ok_or_else(|| Error::NoRun { folder: folder.path().to_owned() })?;
        let shared = match &self.shared {
            Some(shared) => Some(shared.claim_own(&folder, &self.listener).await?),
            None => None,
        };
        self.continued(folder, state, results, shared).await
    }

    /// Returns the state of each batch of the unfinished run for these results, as the server reports it now.
    ///
    /// Another process may work on the run meanwhile.
    ///
    /// # Errors
    ///
    /// [`Error::NoRun`] if there is none, [`Error::OtherRun`] if it is on another server, or a request that failed.
    pub async fn status(&self, results: impl Into<PathBuf>) -> Result<Vec<ShardStatus>, Error> {
        let results = results.into();
        let folder = Folder::to_read(Folder::beside(&results));
        let state = self.read_state(&folder)?;
        let state = state.ok_or_else(|| Error::NoRun { folder: folder.path().to_owned() })?;
        self.load(folder, state, results)?.status().await
    }

    fn open_folder(&self, results: &Path, create: bool) -> Result<Folder, Error> {
        let root = Folder::beside(results);
        Folder::remove_rest(&root).map_err(Error::work(&root))?;
        if create && !self.options.overwrite && !root.exists() {
            for path in [results.to_owned(), folder::failures_beside(results)] {
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
        state.map(|state| self.usable(state, folder.path())).transpose()
    }

    /// The state, if it is of a run that this runner can continue. `place` is where it is.
    fn usable(&self, mut state: RunState, place: &Path) -> Result<RunState, Error> {
        let other = |what: String| Error::OtherRun { folder: place.to_owned(), what };
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
        Ok(state)
    }

    async fn continued(
        &self,
        folder: Folder,
        state: RunState,
        results: PathBuf,
        shared: Option<Shared>,
    ) -> Result<Run, Error> {
        let run = self.load(folder, state, results)?;
        if let Some(shared) = &shared {
            // The last write may have been to the work folder alone.
            let shards = shared_shard::all_of(run.shards.clone(), &run.folder).await?;
            shared.save_shards(&run.state, shards).await?;
        }
        self.listener.notify(&Event::Resumed { shards: run.shards() });
        Ok(run.shared_as(shared))
    }

    fn load(&self, folder: Folder, state: RunState, results: PathBuf) -> Result<Run, Error> {
        let mut shards = Vec::new();
        for number in 1..=state.shards {
            let path = folder.of_shard(number, "json");
            let shard =
                folder::read_json(&path).and_then(|shard| shard.ok_or_else(|| ErrorKind::NotFound.into()));
            shards.push(shard.map_err(Error::work(path))?);
        }
        Ok(self.run_of(folder, state, shards, results))
    }

    async fn split(
        &self,
        folder: Folder,
        input: Input,
        results: PathBuf,
        shared: Option<Shared>,
    ) -> Result<Run, Error> {
        let settings = SplitSettings::of(&self.options, self.provider());
        let (folder, state, shards) = self.write_split(folder, input, settings).await?;
        if let Some(shared) = &shared {
            let shards = shared_shard::all_of(shards.clone(), &folder).await?;
            shared.save_shards(&state, shards).await?;
        }
        let run = self.run_of(folder, state, shards, results);
        self.listener.notify(&Event::Split { lines: run.state.lines, shards: run.shards() });
        Ok(run.shared_as(shared))
    }

    /// Continues the run of another machine: splits the same requests in the same way.
    async fn take_over(
        &self,
        folder: Folder,
        input: Input,
        results: PathBuf,
        shared: Shared,
        earlier: EarlierRun,
    ) -> Result<Run, Error> {
        let url = PathBuf::from(shared.url());
        let earlier_state = self.usable(earlier.state, &url)?;
        let settings = earlier_state.split_settings.clone();
        let settings = settings.unwrap_or_else(|| SplitSettings::of(&self.options, self.provider()));
        let (folder, state, shards) = self.write_split(folder, input, settings).await?;
        let shards = shared_shard::all_of(shards, &folder).await?;
        let mut known: Vec<_> = earlier.shards.iter().filter(|shard| shard.state.round == 0).collect();
        known.sort_by_key(|shard| shard.state.number);
        let is_same = (state.lines, &state.groups) == (earlier_state.lines, &earlier_state.groups)
            && known.len() == shards.len()
            && known.iter().zip(&shards).all(|(known, shard)| known.has_requests_of(shard));
        if !is_same {
            if earlier_state.has_begun {
                let _ = folder.remove();
                return Err(Error::OtherRun { folder: url, what: "other requests".to_owned() });
            }
            shared.save_shards(&state, shards.clone()).await?;
            let shards = shards.into_iter().map(|shard| shard.state).collect();
            let run = self.run_of(folder, state, shards, results);
            self.listener.notify(&Event::Split { lines: run.state.lines, shards: run.shards() });
            return Ok(run.shared_as(Some(shared)));
        }
        // Later rounds follow once the results of this one are here.
        let (inputs, count) = (state.inputs, state.shards);
        let state = RunState { inputs, shards: count, round: 0, ..earlier_state };
        let shards: Vec<_> = known.into_iter().map(SharedShard::elsewhere).collect();
        for shard in &shards {
            let path = folder.of_shard(shard.number, "json");
            folder::write_json(&path, shard).map_err(Error::work(path.clone()))?;
        }
        state.write(&folder)?;
        let run = self.run_of(folder, state, shards, results);
        self.listener.notify(&Event::Resumed { shards: run.shards() });
        Ok(run.shared_as(Some(shared)))
    }

    fn provider(&self) -> Provider {
        let base_url = &self.uploader.configuration().base_path;
        self.options.provider.unwrap_or_else(|| Provider::at(base_url))
    }

    /// Checks the requests and writes the shards into the work folder. After an error the folder is removed.
    async fn write_split(
        &self,
        folder: Folder,
        input: Input,
        split_settings: SplitSettings,
    ) -> Result<(Folder, RunState, Vec<ShardState>), Error> {
        let base_url = self.uploader.configuration().base_path.clone();
        let provider = self.provider();
        let listener = self.listener.clone();
        let unused = folder.clone();
        let splitting = spawn_blocking(move || -> Result<(Folder, RunState, Vec<ShardState>), Error> {
            let inputs = source::files(input, &folder)?;
            let index = folder.file("index");
            let checked = input::check(&inputs, provider, &index, &listener)?;
            let sources: Vec<_> = inputs.iter().map(|input| input.path.clone()).collect();
            let shards =
                write_shards(&folder, &index, &sources, checked.groups.len(), &split_settings.limits, 0, 0)?;
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
                split_settings: Some(split_settings),
                batch_settings: None,
            };
            state.write(&folder)?;
            Ok((folder, state, shards))
        });
        joined(splitting.await).inspect_err(|_| {
            // Nothing in it is of use to another call.
            let _ = unused.remove();
        })
    }

    fn run_of(&self, folder: Folder, state: RunState, shards: Vec<ShardState>, results: PathBuf) -> Run {
        Run::new(&self.uploader, &self.options, &self.listener, folder, state, shards, results)
    }
}

fn check_options(options: &Options) -> Result<(), Error> {
    let refused = |message: &str| Err(Error::Options { message: message.to_owned() });
    if options.metadata.len() > Options::MAX_METADATA_PAIRS {
        return refused("a batch can have 14 pairs of metadata: two more identify the run and the shard");
    }
    if let Some(key) = options.metadata.keys().find(|key| shard::KEYS.contains(&key.as_str())) {
        return refused(&format!(
            "`{key}` in the metadata identifies the run or the shard; name another key"
        ));
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
