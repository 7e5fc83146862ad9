//! An upload that exists on the server, and its state, which is kept where there is something to resume.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::resume::Wanted;
use super::run::Run;
use super::source::Opened;
use super::state_file::StateFile;
use super::stop::Stop;
use super::{Afresh, Event, Plan, Resume, State, UploadError, Warning};

/// An upload that exists on the server.
pub(super) struct Session {
    pub(super) upload_id: String,
    pub(super) plan: Plan,
    /// The ids of the parts that have arrived, by index.
    pub(super) parts: BTreeMap<usize, String>,
    pub(super) is_resumed: bool,
    /// Whether an earlier run asked the server to complete it.
    pub(super) is_perhaps_completed: bool,
    kept: Option<Kept>,
}

/// A state and the file that it is in.
struct Kept {
    state: State,
    file: StateFile,
    /// Whether the file has something of this upload to go on from, if not always the latest.
    is_written: bool,
    is_warned_of: bool,
}

impl Kept {
    fn new(state: State, file: StateFile, is_written: bool) -> Self {
        Self { state, file, is_written, is_warned_of: false }
    }
}

impl Session {
    /// Goes on with the upload of `state`.
    pub(super) fn resumed(run: &Run, state: State, plan: Plan, file: Option<StateFile>) -> Self {
        let session = Self {
            upload_id: state.upload_id.clone(),
            plan: plan.clone(),
            parts: state.parts.clone(),
            is_resumed: true,
            is_perhaps_completed: state.completing,
            kept: file.map(|file| Kept::new(state, file, true)),
        };
        run.listeners.tell(&Event::Resumed {
            upload_id: session.upload_id.clone(),
            plan,
            parts: session.parts.len(),
            bytes: session.bytes_arrived(),
        });
        session
    }

    /// Creates an upload.
    pub(super) async fn created(
        run: &Run,
        source: &Opened,
        plan: Plan,
        file: Option<StateFile>,
    ) -> Result<Self, Stop> {
        let upload = run.create().await?;
        let (upload_id, expires_at) = (upload.id.clone(), upload.expires_at);
        let kept = file.zip(source.file()).map(|(file, source)| {
            let (base_url, request) = (run.base_url.clone(), run.request.clone());
            let identity = source.identity().clone();
            let state = State::new(identity, base_url, request, upload, plan.part_size());
            Kept::new(state, file, false)
        });
        let parts = BTreeMap::new();
        let mut session = Self {
            upload_id: upload_id.clone(),
            plan,
            parts,
            is_resumed: false,
            is_perhaps_completed: false,
            kept,
        };
        session.save(run).await;
        run.listeners.tell(&Event::Created { upload_id, expires_at, state: session.state_path() });
        Ok(session)
    }

    /// Where the state is, if it is kept.
    pub(super) fn state_path(&self) -> Option<PathBuf> {
        self.kept.as_ref().filter(|kept| kept.is_written).map(|kept| kept.file.path().to_owned())
    }

    pub(super) fn bytes_arrived(&self) -> u64 {
        self.parts.keys().map(|index| self.plan.part(*index).len()).sum()
    }

    pub(super) async fn part_arrived(&mut self, run: &Run, index: usize, part_id: String) {
        self.parts.insert(index, part_id.clone());
        if let Some(kept) = &mut self.kept {
            kept.state.parts.insert(index, part_id);
        }
        self.save(run).await;
    }

    /// From here on the upload may be completed without our knowing.
    pub(super) async fn completing(&mut self, run: &Run) {
        if let Some(kept) = &mut self.kept {
            kept.state.completing = true;
        }
        self.save(run).await;
    }

    /// Removes the state and gives back where it was, still locked.
    pub(super) async fn forget(self, run: &Run) -> Option<StateFile> {
        let Kept { file, is_written, .. } = self.kept?;
        if is_written && let Err(error) = file.remove().await {
            run.warn_of_state(file.path().to_owned(), &error);
        }
        Some(file)
    }

    /// A state that cannot be written does not stop the upload.
    async fn save(&mut self, run: &Run) {
        let Some(kept) = &mut self.kept else { return };
        match kept.file.write(&kept.state).await {
            Ok(()) => kept.is_written = true,
            Err(error) if !kept.is_warned_of => {
                kept.is_warned_of = true;
                run.warn_of_state(kept.file.path().to_owned(), &error);
            }
            Err(_) => {}
        }
    }
}

impl Run {
    /// The state file of `source`, locked, where there is to be one.
    pub(super) async fn take_state_file(
        &self,
        source: &Opened,
        resume: Resume,
    ) -> Result<Option<StateFile>, UploadError> {
        let Some(file) = source.file() else { return Ok(None) };
        let path = match resume {
            Resume::Off => return Ok(None),
            Resume::At(path) => path,
            Resume::Beside => State::path_of(file.path()),
        };
        match StateFile::take(path.clone()).await {
            Ok(Some(file)) => Ok(Some(file)),
            Ok(None) => {
                let lock = StateFile::lock_path(&path);
                Err(UploadError::Busy { name: self.name.clone(), lock })
            }
            Err(error) => {
                self.warn_of_state(path, &error);
                Ok(None)
            }
        }
    }

    /// The state of an earlier upload that can go on, and how it was cut. One that cannot go on is given up, here
    /// and on the server.
    pub(super) async fn earlier_state(
        &self,
        file: Option<&StateFile>,
        source: &Opened,
    ) -> Option<(State, Plan)> {
        let (file, source) = file.zip(source.file())?;
        let found = file.read().await.and_then(|state| {
            let Some(state) = state else { return Ok(None) };
            let plan = state.plan()?;
            Ok(Some((state, plan)))
        });
        let reason = match found {
            Ok(None) => return None,
            Ok(Some((state, plan))) => {
                let (base_url, request) = (&self.base_url, &self.request);
                let wanted = Wanted { source: source.identity(), base_url, request };
                let Some(reason) = wanted.differs_from(&state) else { return Some((state, plan)) };
                // Another server has to be left alone, and an upload that expired is gone by itself.
                if !matches!(reason, Afresh::BaseUrlChanged { .. } | Afresh::Expired) && !state.completing {
                    self.cancel(&state.upload_id).await;
                    // If it cannot be removed it will be replaced.
                    let _ = file.remove().await;
                }
                reason
            }
            Err(error) => Afresh::Damaged { message: error.to_string() },
        };
        self.listeners.tell(&Event::Afresh { reason });
        None
    }

    fn warn_of_state(&self, path: PathBuf, error: &io::Error) {
        let message = error.to_string();
        self.listeners.tell(&Event::Warning(Warning::State { path, message }));
    }
}
