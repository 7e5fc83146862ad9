//! An upload that exists on the server, with its state if it can be resumed.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::state::State;
use super::state::{NewState, SavedPart, completing_line, part_line};
use super::storage::StateStorage;
use crate::uploader::Event;
use crate::uploader::context::Context;
use crate::uploader::replies::CreatedUpload;
use crate::uploader::source::OpenSource;
use crate::uploader::stop::Stop;

/// An upload that exists on the server.
pub(crate) struct Session {
    pub(crate) upload_id: String,
    pub(crate) is_resumed: bool,
    /// Whether an earlier run asked the server to complete it.
    pub(crate) may_be_completed: bool,
    /// The ids of the parts that the server has, by their ranges in the file.
    parts: BTreeMap<u64, SavedPart>,
    finished_bytes: u64,
    /// The bytes that this run has sent.
    sent_bytes: u64,
    /// When it was created and how long it lives; `None` if an earlier run created it.
    created: Option<(Instant, Duration)>,
    kept: Option<Kept>,
}

/// A state and its place.
struct Kept {
    state: State,
    storage: Box<dyn StateStorage>,
    /// Whether a state of this upload is there, if not always the latest.
    is_written: bool,
    /// Whether the next write has to replace what is there: it is new, or its last line may be incomplete.
    has_to_be_replaced: bool,
    has_warned: bool,
}

impl Kept {
    fn new(state: State, storage: Box<dyn StateStorage>, is_written: bool) -> Self {
        Self { state, storage, is_written, has_to_be_replaced: true, has_warned: false }
    }

    async fn add_line(&mut self, line: Vec<u8>) -> io::Result<()> {
        if self.has_to_be_replaced {
            self.storage.replace(self.state.to_lines()?).await?;
        } else {
            self.has_to_be_replaced = true;
            self.storage.append(line).await?;
        }
        self.has_to_be_replaced = false;
        self.is_written = true;
        Ok(())
    }

    fn saved(&mut self, context: &Context, saved: io::Result<()>) -> Result<(), Stop> {
        match saved {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
                return Err(Stop::TakenOver(self.storage.place()));
            }
            Err(error) if !self.has_warned => {
                self.has_warned = true;
                context.warn_of_state(self.storage.place(), &error);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Session {
    /// Resumes the upload of `state`.
    pub(crate) async fn resume(
        context: &Context,
        state: State,
        storage: Option<Box<dyn StateStorage>>,
    ) -> Result<Self, Stop> {
        let mut session = Self {
            upload_id: state.upload_id.clone(),
            is_resumed: true,
            may_be_completed: state.completing,
            parts: state.parts.iter().map(|part| (part.range.start, part.clone())).collect(),
            finished_bytes: state.finished_bytes(),
            sent_bytes: 0,
            created: None,
            kept: storage.map(|storage| Kept::new(state, storage, true)),
        };
        context.listeners.emit(&Event::Resumed {
            upload_id: session.upload_id.clone(),
            parts: session.parts.len(),
            bytes: session.finished_bytes,
        });
        if session.kept.as_ref().is_some_and(|kept| kept.storage.is_shared()) {
            session.save(context, Vec::new()).await?;
        }
        Ok(session)
    }

    /// An upload that has just been created.
    pub(crate) async fn new(
        context: &Context,
        source: &OpenSource,
        storage: Option<Box<dyn StateStorage>>,
        upload: CreatedUpload,
    ) -> Result<Self, Stop> {
        let kept = storage.zip(source.identity()).map(|(storage, identity)| {
            let state = State::from(NewState {
                source: identity.clone(),
                base_url: context.base_url.clone(),
                request: context.request.clone(),
                upload_id: upload.id.clone(),
                lifetime: upload.lifetime,
            });
            Kept::new(state, storage, false)
        });
        let mut session = Self {
            upload_id: upload.id.clone(),
            is_resumed: false,
            may_be_completed: false,
            parts: BTreeMap::new(),
            finished_bytes: 0,
            sent_bytes: 0,
            created: Some((Instant::now(), upload.lifetime)),
            kept,
        };
        session.save(context, Vec::new()).await?;
        let (upload_id, state) = (upload.id, session.state_path());
        context.listeners.emit(&Event::Created { upload_id, lifetime: upload.lifetime, state });
        Ok(session)
    }

    /// Where the state is, if it is kept.
    pub(crate) fn state_path(&self) -> Option<PathBuf> {
        self.kept.as_ref().filter(|kept| kept.is_written).map(|kept| kept.storage.place())
    }

    /// The bytes that the server has.
    pub(crate) fn finished_bytes(&self) -> u64 {
        self.finished_bytes
    }

    pub(crate) fn sent_bytes(&self) -> u64 {
        self.sent_bytes
    }

    pub(crate) fn part_count(&self) -> usize {
        self.parts.len()
    }

    /// The ranges that the server has, in the order of the file.
    pub(crate) fn finished_ranges(&self) -> Vec<Range<u64>> {
        self.parts.values().map(|part| part.range.clone()).collect()
    }

    /// The ids of the parts, in the order of the file.
    pub(crate) fn part_ids(&self) -> Vec<String> {
        self.parts.values().map(|part| part.id.clone()).collect()
    }

    /// Whether the upload has existed for longer than the server keeps it. It is not known of one that an earlier
    /// run created.
    pub(crate) fn has_outlived(&self) -> bool {
        self.created.is_some_and(|(at, lifetime)| at.elapsed() >= lifetime)
    }

    pub(crate) async fn part_finished(
        &mut self,
        context: &Context,
        range: Range<u64>,
        id: String,
    ) -> Result<(), Stop> {
        let part = SavedPart { range, id };
        let bytes = part.range.end - part.range.start;
        self.finished_bytes += bytes;
        self.sent_bytes += bytes;
        let line = part_line(&part).unwrap_or_default();
        if let Some(kept) = &mut self.kept {
            kept.state.parts.push(part.clone());
        }
        self.parts.insert(part.range.start, part);
        self.save(context, line).await
    }

    /// Notes that from here on the upload may be completed without our knowing.
    pub(crate) async fn completing(&mut self, context: &Context) -> Result<(), Stop> {
        if let Some(kept) = &mut self.kept {
            kept.state.completing = true;
        }
        self.save(context, completing_line().unwrap_or_default()).await?;
        let Some(kept) = &mut self.kept else { return Ok(()) };
        let flushed = kept.storage.flush().await;
        kept.saved(context, flushed)
    }

    /// Removes the state and returns its place, still locked.
    pub(crate) async fn forget(self, context: &Context) -> Option<Box<dyn StateStorage>> {
        let Kept { storage, is_written, .. } = self.kept?;
        if is_written && let Err(error) = storage.remove().await {
            context.warn_of_state(storage.place(), &error);
        }
        Some(storage)
    }

    /// Writes what `line` adds to the state. A state that cannot be written does not stop the upload, unless another
    /// run has it.
    async fn save(&mut self, context: &Context, line: Vec<u8>) -> Result<(), Stop> {
        let Some(kept) = &mut self.kept else { return Ok(()) };
        let saved = kept.add_line(line).await;
        kept.saved(context, saved)
    }
}
