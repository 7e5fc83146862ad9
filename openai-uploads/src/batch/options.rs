//! The options of a batch run.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::preflight::{BatchLimits, Provider};

/// Options of a batch run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The provider, which decides the limits of a batch. The default depends on the base URL.
    pub provider: Option<Provider>,
    /// The maximum number of requests of a batch. The default is the provider's limit.
    pub max_lines: Option<u64>,
    /// The maximum size of a batch's file in bytes. The default is the provider's limit.
    pub max_bytes: Option<u64>,
    /// The maximum number of batches in progress at a time. No maximum by default.
    pub max_active: Option<usize>,
    /// The maximum number of tokens of one model in progress at a time. No maximum by default.
    ///
    /// The tokens of a batch are estimated: a quarter of its bytes at first, and the measured number of tokens per
    /// byte once a batch of the model has ended.
    pub max_enqueued_tokens: Option<u64>,
    /// The time within which each batch must finish. `24h` by default.
    pub completion_window: String,
    /// The number of seconds after which the server deletes the result files of each batch.
    pub output_expires_after: Option<u64>,
    /// Metadata of each batch: up to 14 pairs. Two more identify the run and the shard.
    pub metadata: BTreeMap<String, String>,
    /// How many times lines with temporary failures are sent again: expired, rate limited, or a fault of the server.
    /// 0 by default.
    pub retry_failed: u32,
    /// Whether the input files that the run uploaded are deleted at the end. Off by default.
    pub delete_inputs: bool,
    /// Whether an existing results file is replaced. Off by default.
    pub overwrite: bool,
    /// The maximum pause between two polls of a batch. One minute by default.
    ///
    /// The first pauses are shorter: from 2 seconds on. Other waits are no longer than this either: for room in a full
    /// queue (longer each time), and for a batch to appear in the list when the reply to its creation was lost (3
    /// seconds). Less than 3 seconds is for local servers.
    pub poll_interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            provider: None,
            max_lines: None,
            max_bytes: None,
            max_active: None,
            max_enqueued_tokens: None,
            completion_window: "24h".to_owned(),
            output_expires_after: None,
            metadata: BTreeMap::new(),
            retry_failed: 0,
            delete_inputs: false,
            overwrite: false,
            poll_interval: Duration::from_secs(60),
        }
    }
}

impl Options {
    /// The maximum number of pairs in [`metadata`](Self::metadata).
    pub const MAX_METADATA_PAIRS: usize = 14;

    /// The pause after the first poll of a batch, and after each one that brought news.
    pub(super) fn first_pause(&self) -> Duration {
        Duration::from_secs(2).min(self.poll_interval)
    }

    /// The minimum time between two polls, over all batches.
    pub(super) fn pace(&self) -> Duration {
        Duration::from_millis(100).min(self.poll_interval)
    }

    /// How long a batch may take to appear in the list after the reply to its creation was lost.
    pub(super) fn appearance(&self) -> Duration {
        Duration::from_secs(3).min(self.poll_interval)
    }

    /// How long to wait for room in the queue of a model, after this many refusals in a row.
    pub(super) fn queue_wait(&self, refusals: u32) -> Duration {
        self.poll_interval.saturating_mul(refusals.clamp(1, 10))
    }

    /// The limits of one batch at a provider.
    pub(super) fn limits(&self, provider: Provider) -> Limits {
        let BatchLimits { lines, bytes, inputs, .. } = provider.batch_limits();
        // A batch must not exceed what may be in progress: four bytes are about a token.
        let bytes_in_queue = self.max_enqueued_tokens.map_or(u64::MAX, |tokens| tokens.saturating_mul(4));
        Limits {
            lines: self.max_lines.unwrap_or(lines).min(lines),
            bytes: self.max_bytes.unwrap_or(bytes).min(bytes).min(bytes_in_queue),
            embedding_inputs: inputs,
        }
    }
}

/// The maximum of each measure of one batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Limits {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) embedding_inputs: u64,
}

impl Limits {
    /// A share of each limit, at least 1.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of a limit need not be exact, and never exceeds it"
    )]
    pub(super) fn scaled(&self, share: f64) -> Self {
        let scale = |limit: u64| ((limit as f64 * share).ceil() as u64).clamp(1, limit.max(1));
        Self {
            lines: scale(self.lines),
            bytes: scale(self.bytes),
            embedding_inputs: scale(self.embedding_inputs),
        }
    }
}
