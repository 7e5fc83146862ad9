//! The end of a run: merges the answers and removes what is no longer needed.

use std::fs;

use tokio::task::spawn_blocking;

use super::answers::AnswerFile;
use super::error::joined;
use super::event::Event;
use super::folder::Folder;
use super::result_line::Reason;
use super::run::Run;
use super::split::ShardLine;
use super::state::{ShardState, Step, Usage};
use super::summary::Summary;
use super::{Error, folder, merge};

impl Run {
    /// Merges the answers, puts the results in place and removes the work folder.
    pub(super) async fn merge(self) -> Result<Summary, Error> {
        self.listener.notify(&Event::Merging);
        let usage = self.usage();
        let batches = self.shards.iter().map(|shard| shard.attempt).sum();
        if self.options.delete_inputs {
            self.delete_inputs().await;
        }
        let Self { folder, shards, results, state, .. } = self;
        let merging = spawn_blocking(move || -> Result<Summary, Error> {
            let (new_results, new_failures) = (folder.file("results.jsonl"), folder.file("failures.jsonl"));
            let path = |shard: u32, file: AnswerFile| folder.texts_of_shard(shard, file);
            let why = |shard: u32, line: u64| batch_failure(&folder, &shards, shard, line);
            let merged = merge::merge(&folder.answers(), &new_results, &new_failures, path, why)
                .map_err(Error::work(folder.path()))?;
            let failures = (merged.failed > 0).then(|| folder::failures_beside(&results));
            match &failures {
                Some(failures) => fs::rename(&new_failures, failures).map_err(Error::work(failures))?,
                // A file of an earlier run, which the caller wants replaced.
                None => drop(fs::remove_file(folder::failures_beside(&results))),
            }
            fs::rename(&new_results, &results).map_err(Error::work(&results))?;
            let root = folder.path().to_owned();
            folder.remove().map_err(Error::work(root))?;
            Ok(Summary {
                lines: state.lines,
                answered: merged.answered,
                failed: merged.failed,
                results,
                failures,
                batches,
                usage,
            })
        });
        joined(merging.await)
    }

    fn usage(&self) -> Usage {
        let mut usage = Usage::default();
        for shard in &self.shards {
            if let Step::Ended(ended) | Step::Recorded(ended) = &shard.step {
                usage += ended.usage;
            }
        }
        usage
    }

    /// Deletes the files that this run uploaded. A file that cannot be deleted is reported as an event.
    async fn delete_inputs(&self) {
        for file_id in self.shards.iter().filter_map(|shard| shard.step.file_id()) {
            if let Err(error) = self.client().delete(file_id).await {
                let reason = error.to_string();
                self.listener.notify(&Event::NotDeleted { file_id: file_id.to_owned(), reason });
            }
        }
    }
}

/// Why the batch of a shard failed, for one of its lines.
fn batch_failure(folder: &Folder, shards: &[ShardState], shard: u32, line: u64) -> Option<Reason> {
    let shard = shards.iter().find(|known| known.number == shard)?;
    let Step::Recorded(ended) = &shard.step else { return None };
    let lines = ShardLine::read_all(&folder.of_shard(shard.number, "lines")).ok()?;
    let place = lines.partition_point(|known| known.number < line) as u64 + 1;
    let fault = ended.errors.iter().find(|fault| fault.line == Some(place)).or(ended.errors.first())?;
    Some(Reason { code: fault.code.clone(), message: fault.message.clone(), status_code: None })
}
