//! How far a run takes its shards.

use super::queue::Permit;
use super::state::ShardState;

/// The goal of a step for the shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Goal {
    /// Their batches exist, as many as may run at a time.
    Submitted,
    /// Their batches have ended.
    Ended,
    /// Their answers are in the table.
    Recorded,
}

/// A shard that was taken as far as the goal.
#[derive(Debug)]
pub(super) struct Advanced<'a> {
    pub(super) shard: ShardState,
    /// The place in the queue, if its batch runs. Dropping it frees the place.
    #[expect(dead_code, reason = "it is kept, and not read")]
    pub(super) permit: Option<Permit<'a>>,
}
