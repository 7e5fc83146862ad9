//! An upload that exists on the server, with its state if it can be resumed.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::state::State;
use super::state::{NewState, SavedPart, completing_line, part_line};
use super::state_file::StateFile;
use crate::uploader::Event;
use crate::uploader::context::Context;
use crate::uploader::replies::CreatedUpload;
use crate::uploader::source::OpenSource;

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

/// A state and its file.
struct Kept {
    state: State,
    file: StateFile,
    /// Whether the file has a state of this upload, if not always the latest.
    is_written: bool,
    /// Whether the next write has to replace the file: it is new, or its last line may be incomplete.
    has_to_be_replaced: bool,
    has_warned: bool,
}

impl Kept {
    fn new(state: State, file: StateFile, is_written: bool) -> Self {
        Self { state, file, is_written, has_to_be_replaced: true, has_warned: false }
    }

    async fn add_line(&mut self, line: Vec<u8>) -> io::Result<()> {
        if self.has_to_be_replaced {
            self.file.replace(self.state.to_lines()?).await?;
        } else {
            self.has_to_be_replaced = true;
            self.file.append(line).await?;
        }
        self.has_to_be_replaced = false;
        self.is_written = true;
        Ok(())
    }
}

impl Session {
    /// Resumes the upload of `state`.
    pub(crate) fn resume(context: &Context, state: State, file: Option<StateFile>) -> Self {
        let session = Self {
            upload_id: state.upload_id.clone(),
            is_resumed: true,
            may_be_completed: state.completing,
            parts: state.parts.iter().map(|part| (part.range.start, part.clone())).collect(),
            finished_bytes: state.finished_bytes(),
            sent_bytes: 0,
            created: None,
            kept: file.map(|file| Kept::new(state, file, true)),
        };
        context.listeners.emit(&Event::Resumed {
            upload_id: session.upload_id.clone(),
            parts: session.parts.len(),
            bytes: session.finished_bytes,
        });
        session
    }

    /// An upload that has just been created.
    pub(crate) async fn new(
        context: &Context,
        source: &OpenSource,
        file: Option<StateFile>,
        upload: CreatedUpload,
    ) -> Self {
        let kept = file.zip(source.file.as_ref()).map(|(file, source)| {
            let state = State::from(NewState {
                source: source.identity().clone(),
                base_url: context.base_url.clone(),
                request: context.request.clone(),
                upload_id: upload.id.clone(),
                lifetime: upload.lifetime,
            });
            Kept::new(state, file, false)
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
        session.save(context, Vec::new()).await;
        let (upload_id, state) = (upload.id, session.state_path());
        context.listeners.emit(&Event::Created { upload_id, lifetime: upload.lifetime, state });
        session
    }

    /// Where the state is, if it is kept.
    pub(crate) fn state_path(&self) -> Option<PathBuf> {
        self.kept.as_ref().filter(|kept| kept.is_written).map(|kept| kept.file.path().to_owned())
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

    pub(crate) async fn part_finished(&mut self, context: &Context, range: Range<u64>, id: String) {
        let part = SavedPart { range, id };
        let bytes = part.range.end - part.range.start;
        self.finished_bytes += bytes;
        self.sent_bytes += bytes;
        let line = part_line(&part).unwrap_or_default();
        if let Some(kept) = &mut self.kept {
            kept.state.parts.push(part.clone());
        }
        self.parts.insert(part.range.start, part);
        self.save(context, line).await;
    }

    /// Notes that from here on the upload may be completed without our knowing.
    pub(crate) async fn completing(&mut self, context: &Context) {
        if let Some(kept) = &mut self.kept {
            kept.state.completing = true;
        }
        self.save(context, completing_line().unwrap_or_default()).await;
    }

    /// Removes the state and returns its file, still locked.
    pub(crate) async fn forget(self, context: &Context) -> Option<StateFile> {
        let Kept { file, is_written, .. } = self.kept?;
        if is_written && let Err(error) = file.remove().await {
            context.warn_of_state(file.path().to_owned(), &error);
        }
        Some(file)
    }

    /// Writes what `line` adds to the state. A state that cannot be written does not stop the upload.
    async fn save(&mut self, context: &Context, line: Vec<u8>) {
        let Some(kept) = &mut self.kept else { return };
        if let Err(error) = kept.add_line(line).await
            && !kept.has_warned
        {
            kept.has_warned = true;
            context.warn_of_state(kept.file.path().to_owned(), &error);
        }
    }
}
