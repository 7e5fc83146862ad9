//! The content of the object.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::batch::shared_shard::SharedShard;
use crate::batch::state::{self, RunState};

/// The content of the object.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) version: u32,
    /// The machine that works on the run, or did last.
    pub(super) owner: String,
    /// Whether that machine has stopped.
    pub(super) is_released: bool,
    /// How long the object must not have changed before another machine takes the run over.
    pub(super) lease_ms: u64,
    /// How often the object was written, so that each write changes it.
    pub(super) writes: u64,
    /// The run, without the paths of its inputs. `None` until the requests are split.
    pub(super) run: Option<RunState>,
    /// The shards by number, over all rounds.
    pub(super) shards: BTreeMap<u32, SharedShard>,
}

impl Record {
    pub(super) fn new(owner: String, lease: Duration) -> Self {
        Self {
            version: state::VERSION,
            owner,
            is_released: false,
            lease_ms: Self::milliseconds(lease),
            writes: 0,
            run: None,
            shards: BTreeMap::new(),
        }
    }

    pub(super) fn milliseconds(lease: Duration) -> u64 {
        u64::try_from(lease.as_millis()).unwrap_or(u64::MAX)
    }

    /// Reads the content of an object. The error says what it is instead.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("another program, or it is damaged ({error})"))?;
        if record.version != state::VERSION {
            return Err(format!("another version of this program (format {})", record.version));
        }
        Ok(record)
    }

    pub(super) fn text(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn set_run(&mut self, run: &RunState) {
        self.run = Some(RunState { inputs: Vec::new(), ..run.clone() });
    }
}
