//! How far a run takes its shards.

/// How far shards are to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Goal {
    /// Their batches exist, as many as may run at a time.
    Submitted,
    /// Their batches have ended.
    Ended,
    /// Their answers are in the table.
    Recorded,
}
