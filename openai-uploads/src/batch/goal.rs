//! How far a run takes its shards.

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
