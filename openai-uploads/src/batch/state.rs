//! The state of a run and of each of its shards, as stored in the work folder.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Error;
use super::folder::{self, Folder};
use super::settings::{BatchSettings, SplitSettings};

/// The version of the format of the work folder.
pub(super) const VERSION: u32 = 1;

/// The state of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RunState {
    pub(super) version: u32,
    /// The id of the run. Each batch has it in its metadata.
    pub(super) run: String,
    /// The server that the batches run on.
    pub(super) base_url: String,
    pub(super) inputs: Vec<InputFile>,
    /// The number of request lines.
    pub(super) lines: u64,
    pub(super) groups: Vec<Group>,
    /// The number of shards, over all rounds.
    pub(super) shards: u32,
    /// The round in progress: 0 sends all lines, each later one the lines that failed before.
    pub(super) round: u32,
    /// The newest batch of the project when the run began. Batches of the run are newer.
    pub(super) newest_batch_before: Option<String>,
    /// Whether that batch is known.
    pub(super) has_begun: bool,
    /// The options of the split. A run of an earlier version has none.
    #[serde(default)]
    pub(super) split_settings: Option<SplitSettings>,
    /// The options of the batches that were created last.
    #[serde(default)]
    pub(super) batch_settings: Option<BatchSettings>,
}

impl RunState {
    /// Stores the state in the work folder.
    pub(super) fn write(&self, folder: &Folder) -> Result<(), Error> {
        let path = folder.file("run.json");
        folder::write_json(&path, self).map_err(Error::work(path.clone()))
    }
}

/// An input file at the time of the split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InputFile {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    /// The time of its last change, in nanoseconds since 1970.
    pub(super) modified: Option<u128>,
}

impl InputFile {
    pub(super) fn of(path: &Path) -> std::io::Result<Self> {
        let path = path.canonicalize()?;
        let metadata = path.metadata()?;
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Ok(Self { path, bytes: metadata.len(), modified: modified.map(|time| time.as_nanos()) })
    }
}

/// Lines of one endpoint and model.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) endpoint: String,
    pub(super) model: String,
}

/// The state of a shard: the lines of one batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ShardState {
    /// Its number, from 1, over all rounds.
    pub(super) number: u32,
    pub(super) round: u32,
    pub(super) group: u32,
    pub(super) lines: u64,
    pub(super) bytes: u64,
    /// How many times a batch was created from it, including the current one. More than once only after a token
    /// limit.
    pub(super) attempt: u32,
    pub(super) step: Step,
}

/// The progress of a shard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "step")]
pub(super) enum Step {
    /// Its requests are in a file.
    Written,
    /// Its file is on the server.
    Uploaded { file_id: String },
    /// The server was asked to create a batch, and the reply is not known.
    Creating { file_id: String },
    /// The batch exists.
    Created { file_id: String, batch_id: String },
    /// The batch has ended; its results are on the server.
    Ended(Ended),
    /// The answers are in the table.
    Recorded(Ended),
}

/// The end of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Ended {
    pub(super) file_id: String,
    pub(super) batch_id: String,
    pub(super) status: String,
    pub(super) output_file_id: Option<String>,
    pub(super) error_file_id: Option<String>,
    /// The reasons why the batch failed as a whole.
    pub(super) errors: Vec<BatchFault>,
    pub(super) usage: Usage,
}

/// A reason why a batch failed as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct BatchFault {
    /// A short name of the error, such as `token_limit_exceeded`.
    #[serde(default)]
    pub code: Option<String>,
    /// An explanation.
    #[serde(default)]
    pub message: Option<String>,
    /// The line of the batch's file that caused the error, from 1.
    #[serde(default)]
    pub line: Option<u64>,
}

/// The tokens that batches used, as the server counts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Tokens of the requests.
    #[serde(default)]
    pub input_tokens: u64,
    /// Tokens of the answers.
    #[serde(default)]
    pub output_tokens: u64,
    /// Both together.
    #[serde(default)]
    pub total_tokens: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.total_tokens = self.total_tokens.saturating_add(other.total_tokens);
    }
}

impl Step {
    pub(super) fn file_id(&self) -> Option<&str> {
        match self {
            Self::Written => None,
            Self::Uploaded { file_id } | Self::Creating { file_id } | Self::Created { file_id, .. } => {
                Some(file_id)
            }
            Self::Ended(ended) | Self::Recorded(ended) => Some(&ended.file_id),
        }
    }

    pub(super) fn batch_id(&self) -> Option<&str> {
        match self {
            Self::Created { batch_id, .. } => Some(batch_id),
            Self::Ended(ended) | Self::Recorded(ended) => Some(&ended.batch_id),
            _ => None,
        }
    }
}

/// A random id for a run.
pub(super) fn new_run_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    // The standard library seeds each of these from the system's random numbers.
    let part = || RandomState::new().hash_one(SystemTime::now());
    format!("{:016x}{:016x}", part(), part())
}
