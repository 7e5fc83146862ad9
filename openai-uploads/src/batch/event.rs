//! The events of a run.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};

use super::state::{BatchFault, Usage};
use crate::preflight;

/// Something that happened during a run. A failure is not an event: the call returns it.
///
/// Serialized, each is an object with the event's name in `event`; waits are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The input is being checked. Comes several times a second.
    Checking {
        /// The bytes checked so far.
        bytes: u64,
        /// The bytes of the whole input.
        of: u64,
    },
    /// The check found something that does not stop the run.
    InputWarning {
        /// The input file.
        path: PathBuf,
        /// What it found.
        #[serde(serialize_with = "as_text")]
        warning: preflight::Warning,
    },
    /// The input was split.
    Split {
        /// The number of requests.
        lines: u64,
        /// The shards, one batch each.
        shards: Vec<Shard>,
    },
    /// An unfinished run continues.
    Resumed {
        /// The shards, one batch each.
        shards: Vec<Shard>,
    },
    /// The state in the store is that of another machine, which is watched for a sign of life.
    WaitingForLease {
        /// The URL of the state.
        state: String,
        /// How long it takes at most. Then this machine takes the run over.
        #[serde(serialize_with = "as_seconds")]
        lease: Duration,
    },
    /// Options of the run differ from those that an earlier call began it with.
    OptionsChanged {
        /// The names of the fields of [`Options`](super::Options).
        options: Vec<&'static str>,
        /// Whether they apply to the batches that are created from now on. Otherwise they have no effect: the requests
        /// are split already.
        is_applied: bool,
    },
    /// The requests of a shard are being uploaded.
    Uploading {
        /// The shard's number.
        shard: u32,
    },
    /// The batch of a shard exists.
    Created {
        /// The shard's number.
        shard: u32,
        /// The batch's id.
        batch_id: String,
        /// Whether an earlier request had created it, and its reply was lost.
        was_found: bool,
    },
    /// A batch has another status, or its counts changed.
    Progress {
        /// The shard's number.
        shard: u32,
        /// The batch's status.
        status: String,
        /// The requests that succeeded.
        completed: u64,
        /// The requests that failed.
        failed: u64,
        /// The requests of the batch.
        total: u64,
        /// When the batch was created, in seconds since 1970, if the server says so.
        created_at: Option<u64>,
    },
    /// The queue of the model is full. The batch is created again after a wait, or when another batch has ended.
    QueueFull {
        /// The shard's number.
        shard: u32,
        /// The server's message.
        message: String,
        /// The maximum wait.
        #[serde(serialize_with = "as_seconds")]
        wait: Duration,
    },
    /// A batch has ended.
    Ended {
        /// The shard's number.
        shard: u32,
        /// The batch's status.
        status: String,
        /// Why the batch failed as a whole.
        errors: Vec<BatchFault>,
        /// The tokens that it used.
        usage: Usage,
    },
    /// The results of a batch were downloaded.
    Fetched {
        /// The shard's number.
        shard: u32,
        /// The requests with an answer.
        answered: u64,
        /// The requests without one.
        failed: u64,
    },
    /// A result file contains lines that do not belong to the requests. They are ignored.
    StrangeResults {
        /// The shard's number.
        shard: u32,
        /// Lines whose `custom_id` is not in the batch, or that are not results.
        unknown: u64,
        /// Lines that repeat the `custom_id` of an earlier line.
        repeated: u64,
    },
    /// Lines that failed are sent again.
    RetryingLines {
        /// The number of lines.
        lines: u64,
        /// The shards that contain them.
        shards: Vec<Shard>,
    },
    /// A request failed and will be sent again.
    Retrying {
        /// What the request is for.
        step: String,
        /// The wait until then.
        #[serde(serialize_with = "as_seconds")]
        wait: Duration,
        /// Why it failed.
        reason: String,
    },
    /// The answers are being merged.
    Merging,
    /// An uploaded file could not be deleted.
    NotDeleted {
        /// The file's id.
        file_id: String,
        /// The reason.
        reason: String,
    },
}

/// A shard: the lines of one batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Shard {
    /// Its number, from 1.
    pub number: u32,
    /// The endpoint of its requests.
    pub endpoint: String,
    /// The model of its requests.
    pub model: String,
    /// The number of requests.
    pub lines: u64,
    /// The size of its file.
    pub bytes: u64,
    /// The batch, once it exists.
    pub batch_id: Option<String>,
    /// Its progress.
    pub progress: ShardProgress,
}

/// The progress of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ShardProgress {
    /// It waits to be sent.
    Waiting,
    /// Its batch is running.
    Running,
    /// Its batch has ended.
    Ended,
    /// Its results were downloaded.
    Fetched,
}

fn as_text<S: Serializer>(warning: &preflight::Warning, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(warning)
}

fn as_seconds<S: Serializer>(wait: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(wait.as_secs_f64())
}

/// The function that gets the events.
#[derive(Clone)]
pub(super) struct Listener(Arc<dyn Fn(&Event) + Send + Sync>);

impl Listener {
    pub(super) fn new(listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    pub(super) fn notify(&self, event: &Event) {
        (self.0)(event);
    }
}

impl Default for Listener {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
