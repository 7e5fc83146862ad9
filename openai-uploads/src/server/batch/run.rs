//! The run of one batch, from its validation to its result files.

use std::io::{self, BufReader};
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::super::faults::{BatchFault, share_hash};
use super::super::store::{BatchRecord, FileProperties, StoreError};
use super::answers::Answer;
use super::context::{Context, has_ended};
use super::results::{Position, Results, Summary, Tokens};
use super::validation::{Validated, error, validate};
use super::work::Work;
use crate::models;
use crate::models::BatchRequestInput;
use crate::models::batch::Status;

/// The maximum number of requests that are answered between two checks of the status.
const CHUNK: u64 = 1000;
/// How often to check whether more requests are due.
const TICK: Duration = Duration::from_millis(20);
/// How long result files are kept by default: 30 days.
const RESULTS_LIFETIME: u64 = models::CreateFileRequest::BATCH_LIFETIME_SECONDS;

/// Runs a batch from its current status until it ends.
pub(super) async fn run(context: &Arc<Context>, batch_id: &str) -> Result<(), StoreError> {
    let run = Run { context: Arc::clone(context), id: batch_id.to_owned() };
    loop {
        let step = match run.status()? {
            Status::Validating => run.validate().await,
            Status::InProgress => run.process().await,
            Status::Finalizing => run.finish(Status::Completed).await,
            Status::Cancelling => run.finish(Status::Cancelled).await,
            _ => return Ok(()),
        };
        match step {
            // The batch was deleted.
            Err(StoreError::NotFound) => return Ok(()),
            step => step?,
        }
    }
}

struct Run {
    context: Arc<Context>,
    id: String,
}

impl Run {
    fn record(&self) -> Result<BatchRecord, StoreError> {
        self.context.store.batch_record(&self.id)
    }

    fn status(&self) -> Result<Status, StoreError> {
        Ok(self.context.store.batch(&self.id)?.status)
    }

    fn now(&self) -> u64 {
        self.context.store.now()
    }

    fn faults(&self) -> Result<Vec<BatchFault>, StoreError> {
        Ok(self.record()?.faults.iter().filter_map(|fault| fault.parse().ok()).collect())
    }

    /// Changes the batch, first on the disk, unless it has another status than `from`.
    fn change(&self, from: &Status, change: impl FnOnce(&mut BatchRecord)) -> Result<(), StoreError> {
        let changed = self.context.store.change_batch(&self.id, |record| {
            let is_expected = record.batch.status == *from;
            if is_expected {
                change(record);
            }
            is_expected
        });
        changed.map(drop)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _permit = self.context.permits.acquire().await.map_err(io::Error::other)?;
        spawn_blocking(work).await.map_err(io::Error::other)?
    }

    /// Waits for a share of the time of a batch, unless its status changes.
    async fn pause(&self, share: f64, status: &Status) -> Result<(), StoreError> {
        let end = Instant::now() + self.context.settings.time.mul_f64(share);
        while Instant::now() < end && self.status()? == *status {
            sleep(TICK.min(end.saturating_duration_since(Instant::now()))).await;
        }
        Ok(())
    }

    async fn validate(&self) -> Result<(), StoreError> {
        let BatchRecord { batch, .. } = self.record()?;
        let faults = self.faults()?;
        let context = Arc::clone(&self.context);
        let validated = self.blocking(move || {
            let content = match context.store.content(&batch.input_file_id) {
                Ok(content) => content,
                Err(StoreError::NotFound) => {
                    let message = "The input file does not exist any more.".to_owned();
                    return Ok(Err(vec![error("file_not_found", message, Some("input_file_id"), None)]));
                }
                Err(error) => return Err(error),
            };
            let bytes = content.length();
            let input = BufReader::with_capacity(256 * 1024, content.reader());
            Ok(validate(input, bytes, &batch.endpoint)?)
        });
        let validated = validated.await?;
        self.pause(0.1, &Status::Validating).await?;
        let result = if faults.contains(&BatchFault::FailValidation) {
            Err(vec![error("invalid_json_line", "Failed on purpose.".to_owned(), None, Some(1))])
        } else {
            validated
        };
        self.admit(result, faults.contains(&BatchFault::TokenLimit))
    }

    /// Starts the requests of a valid file if the model's queue has room for their tokens.
    fn admit(
        &self,
        validated: Result<Validated, Vec<models::BatchError>>,
        is_limit_injected: bool,
    ) -> Result<(), StoreError> {
        // Batches are admitted one at a time, so that two do not take the same room.
        let _guard = self.context.admission.lock();
        let now = self.now();
        let admitted = validated.and_then(|validated| {
            let model = validated.model.as_deref().unwrap_or_default();
            let limit = self.context.settings.max_enqueued_tokens;
            let enqueued = limit.map_or(0, |_| self.enqueued_tokens(model)).saturating_add(validated.tokens);
            if is_limit_injected || limit.is_some_and(|limit| enqueued > limit) {
                let message = format!(
                    "The enqueued token limit of the model '{model}' is reached. \
                     Create the batch again when other batches have ended."
                );
                return Err(vec![error("token_limit_exceeded", message, None, None)]);
            }
            Ok(validated)
        });
        self.change(&Status::Validating, |record| match admitted {
            Ok(Validated { requests, model, tokens }) => {
                record.tokens = tokens;
                record.batch.model = model;
                record.batch.status = Status::InProgress;
                record.batch.in_progress_at = Some(now);
                record.batch.request_counts = Some(models::BatchRequestCounts::new(requests, 0, 0));
            }
            Err(list) => {
                let object = Some("list".to_owned());
                record.batch.errors = Some(models::batch::Errors { object, data: Some(list) });
                record.batch.status = Status::Failed;
                record.batch.failed_at = Some(now);
            }
        })
    }

    /// The tokens of the unfinished batches of a model.
    fn enqueued_tokens(&self, model: &str) -> u64 {
        let store = &self.context.store;
        let records = store.batches().into_iter().filter_map(|batch| store.batch_record(&batch.id).ok());
        records
            .filter(|record| !has_ended(&record.batch.status))
            .filter(|record| record.batch.model.as_deref().unwrap_or_default() == model)
            .fold(0_u64, |sum, record| sum.saturating_add(record.tokens))
    }

    /// Answers the requests at the pace of the settings.
    async fn process(&self) -> Result<(), StoreError> {
        let BatchRecord { batch, is_expired, .. } = self.record()?;
        let faults = self.faults()?;
        let total = batch.request_counts.as_ref().map_or(0, |counts| counts.total);
        let mut work = self.open().await?;
        if is_expired {
            return self.expire(work).await;
        }
        let slow = faults.iter().find_map(|fault| match fault {
            BatchFault::Slow(factor) => Some(*factor),
            _ => None,
        });
        let time = self.context.settings.time.mul_f64(0.8).mul_f64(slow.unwrap_or(1.0));
        let share_of_total = |share: f64| share_of(total, share);
        let expires_after = faults.iter().find_map(|fault| match fault {
            BatchFault::Expire(share) => Some(share_of_total(*share)),
            _ => None,
        });
        let cancelled_after = faults.iter().find_map(|fault| match fault {
            BatchFault::Cancel(share) => Some(share_of_total(*share)),
            _ => None,
        });
        let limit = expires_after.into_iter().chain(cancelled_after).chain([total]).min().unwrap_or(total);
        let since = Instant::now();
        let resumed_at = work.results.summary.requests();
        loop {
            let done = work.results.summary.requests();
            if self.status()? != Status::InProgress {
                return Ok(());
            }
            let is_late = batch.expires_at.is_some_and(|expires_at| self.now() >= expires_at);
            if is_late || (expires_after.is_some_and(|after| done >= after) && done < total) {
                self.change(&Status::InProgress, |record| record.is_expired = true)?;
                return self.expire(work).await;
            }
            let now = self.now();
            if cancelled_after.is_some_and(|after| done >= after) && done < total {
                return self.change(&Status::InProgress, |record| {
                    record.batch.status = Status::Cancelling;
                    record.batch.cancelling_at = Some(now);
                });
            }
            if done >= total {
                return self.change(&Status::InProgress, |record| {
                    record.batch.status = Status::Finalizing;
                    record.batch.finalizing_at = Some(now);
                });
            }
            let due = resumed_at.saturating_add(due(since.elapsed(), time, total)).min(limit);
            match due.saturating_sub(done).min(CHUNK) {
                0 => sleep(TICK).await,
                count => work = self.answer(work, count, &faults).await?,
            }
            self.context.store.set_batch_counts(&self.id, counts(total, &work.results.summary));
        }
    }

    /// Opens the results so far, and the input after the requests that have a result.
    async fn open(&self) -> Result<Work, StoreError> {
        let (context, id) = (Arc::clone(&self.context), self.id.clone());
        self.blocking(move || Work::open(&context.store, &id)).await
    }

    /// Answers the next `count` requests.
    async fn answer(&self, work: Work, count: u64, faults: &[BatchFault]) -> Result<Work, StoreError> {
        let (context, number) = (Arc::clone(&self.context), self.record()?.number());
        let failing = faults.iter().find_map(|fault| match fault {
            BatchFault::FailLines(share) => Some(*share),
            _ => None,
        });
        // Which requests fail depends on the position of the batch, so that another batch of the same lines succeeds.
        let injected = move |line: u64| injected_failure(failing?, number, line);
        let now = self.now();
        let Some(concurrency) = context.settings.answerer.concurrency() else {
            return self.blocking(move || work.answer_here(&context, count, now, &injected)).await;
        };
        let (mut work, lines) =
            self.blocking(move || work.read_lines(count.min(4 * concurrency as u64))).await?;
        let first = work.results.summary.requests();
        let answers = stream::iter(lines.into_iter().enumerate()).map(|(index, line)| {
            let answerer = &context.settings.answerer;
            async move {
                let request: BatchRequestInput = serde_json::from_slice(&line).map_err(io::Error::other)?;
                let answer = match injected(first + index as u64) {
                    Some(failure) => failure,
                    None => answerer.answer(&request, &line, now).await,
                };
                Ok::<_, StoreError>((request.custom_id, answer))
            }
        });
        let answers: Vec<_> = answers.buffered(concurrency).collect().await;
        self.blocking(move || {
            for answer in answers {
                let (custom_id, answer) = answer?;
                work.add(custom_id, answer)?;
            }
            work.results.flush()?;
            Ok(work)
        })
        .await
    }

    /// Adds an error for each request that has no result, and ends the batch.
    async fn expire(&self, mut work: Work) -> Result<(), StoreError> {
        self.blocking(move || Ok(work.expire()?)).await?;
        self.finish(Status::Expired).await
    }

    /// Writes the result files and ends the batch.
    async fn finish(&self, status: Status) -> Result<(), StoreError> {
        let from = self.status()?;
        self.pause(0.1, &from).await?;
        let from = self.status()?;
        let status = if from == Status::Cancelling { Status::Cancelled } else { status };
        let has_empty_ids = self.faults()?.contains(&BatchFault::EmptyIds);
        let (context, id) = (Arc::clone(&self.context), self.id.clone());
        let (summary, [has_output, has_errors]) =
            self.blocking(move || write_result_files(&context, &id)).await?;
        let now = self.now();
        self.change(&from, |record| {
            let id_of = |exists: bool, id: &str| match (exists, has_empty_ids) {
                (true, _) => Some(id.to_owned()),
                (false, true) => Some(String::new()),
                (false, false) => None,
            };
            let total = record.batch.request_counts.as_ref().map_or(0, |counts| counts.total);
            record.batch.output_file_id = id_of(has_output, &record.output_file_id);
            record.batch.error_file_id = id_of(has_errors, &record.error_file_id);
            record.batch.request_counts = Some(counts(total, &summary));
            record.batch.usage = Some(usage(summary.tokens));
            let ended_at = match status {
                Status::Expired => &mut record.batch.expired_at,
                Status::Cancelled => &mut record.batch.cancelled_at,
                _ => &mut record.batch.completed_at,
            };
            *ended_at = Some(now);
            record.batch.status = status;
        })?;
        if let Ok(dir) = self.context.store.batch_dir(&self.id) {
            Results::remove(&dir);
        }
        Ok(())
    }
}

/// How many requests of a batch are due after some time.
fn due(elapsed: Duration, time: Duration, total: u64) -> u64 {
    if elapsed >= time {
        return total;
    }
    share_of(total, elapsed.as_secs_f64() / time.as_secs_f64())
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a share from 0 to 1 of at most 50,000"
)]
fn share_of(total: u64, share: f64) -> u64 {
    (total as f64 * share) as u64
}

/// The injected failure of a request, if it has one.
fn injected_failure(share: f64, batch: u64, line: u64) -> Option<Answer> {
    const STATUSES: [u16; 3] = [429, 500, 503];
    let is_failing = share_hash(batch, line) < share;
    is_failing.then(|| Answer::injected_failure(STATUSES[usize::try_from(line % 3).unwrap_or(0)]))
}

/// Writes the result files that have lines.
fn write_result_files(context: &Context, batch_id: &str) -> Result<(Summary, [bool; 2]), StoreError> {
    let record = context.store.batch_record(batch_id)?;
    let results = Results::open(&context.store.batch_dir(batch_id)?)?;
    let seed = batch_id.bytes().fold(0, |seed: u64, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let [output, errors] = results.shuffled(seed)?;
    let write = |id: &str, kind: &str, positions: &[Position]| {
        if positions.is_empty() {
            return Ok(false);
        }
        let properties = FileProperties {
            filename: format!("{batch_id}_{kind}.jsonl"),
            purpose: models::open_ai_file::Purpose::BatchOutput,
            lifetime: Some(record.results_lifetime.unwrap_or(RESULTS_LIFETIME)),
        };
        context.store.write_file(id, properties, |file| results.write(positions, file))?;
        Ok::<bool, StoreError>(true)
    };
    let has_output = write(&record.output_file_id, "output", &output)?;
    let has_errors = write(&record.error_file_id, "error", &errors)?;
    Ok((results.summary, [has_output, has_errors]))
}

fn counts(total: u64, summary: &Summary) -> models::BatchRequestCounts {
    models::BatchRequestCounts::new(total, summary.completed, summary.failed)
}

fn usage(tokens: Tokens) -> models::batch::Usage {
    use models::batch::{Usage, UsageInputTokensDetails, UsageOutputTokensDetails};
    let Tokens { input, cached, output, reasoning } = tokens;
    let total = input.saturating_add(output);
    let (cached, reasoning) =
        (UsageInputTokensDetails::new(cached), UsageOutputTokensDetails::new(reasoning));
    Usage::new(input, cached, output, reasoning, total)
}
