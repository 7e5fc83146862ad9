//! The current state of the batches of a run, as the server reports it.

use futures_util::stream::{StreamExt, TryStreamExt, iter};
use serde::Serialize;

use super::Error;
use super::event::Shard;
use super::run::Run;

/// How many batches are asked for at the same time.
const AT_A_TIME: usize = 4;

/// A shard, and the state of its batch on the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ShardStatus {
    /// The shard.
    #[serde(flatten)]
    pub shard: Shard,
    /// The status of its batch. `None`: it has no batch yet. `gone`: the server does not know the batch.
    pub status: Option<String>,
    /// The requests that succeeded.
    pub completed: u64,
    /// The requests that failed.
    pub failed: u64,
}

impl Run {
    /// Asks the server for the state of each batch.
    pub(super) async fn status(&self) -> Result<Vec<ShardStatus>, Error> {
        let statuses = iter(self.shards()).map(async |shard| {
            let Some(batch_id) = &shard.batch_id else {
                return Ok(ShardStatus { shard, status: None, completed: 0, failed: 0 });
            };
            let batch = self.client().retrieve(batch_id).await?;
            let counts = batch.as_ref().and_then(|batch| batch.request_counts).unwrap_or_default();
            let status = batch.map_or_else(|| "gone".to_owned(), |batch| batch.status.to_string());
            Ok(ShardStatus {
                shard,
                status: Some(status),
                completed: counts.completed,
                failed: counts.failed,
            })
        });
        statuses.buffered(AT_A_TIME).try_collect().await
    }
}
