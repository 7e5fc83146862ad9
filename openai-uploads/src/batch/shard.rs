//! The steps of one shard: upload, batch, results. Its state is written before and after each step.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::answers::{AnswerFile, Outcome};
use super::client::{Batch, Client, NotCreated};
use super::event::Event;
use super::goal::{Advanced, Goal};
use super::queue::Permit;
use super::record::{self, Recorded};
use super::run::Run;
use super::shared::Shared;
use super::split::ShardLine;
use super::state::{BatchFault, Ended, ShardState, Step, Usage};
use super::{Error, folder};
use crate::models::batch::Status;
use crate::models::create_upload_request::Purpose;
use crate::models::{BatchFileExpirationAfter, CreateBatchRequest};
use crate::uploader::{self, Resume, UploadError};

/// The key of the run's id in the metadata of a batch.
const RUN_KEY: &str = "openai_uploads_run";
/// The key of the shard's number and attempt.
const SHARD_KEY: &str = "openai_uploads_shard";
/// The keys that the metadata of a run must not have.
pub(super) const KEYS: [&str; 2] = [RUN_KEY, SHARD_KEY];

/// How often a batch is asked for again after its creation got no reply and it did not appear.
const CREATIONS: u32 = 5;

/// How many times in a row the server must not know a batch before it counts as gone. A new batch may take a moment to
/// appear.
const ABSENCES: u32 = 4;

impl Run {
    /// Takes the shard as far as the goal.
    pub(super) async fn advance(&self, mut shard: ShardState, goal: Goal) -> Result<Advanced<'_>, Error> {
        let model = &self.state.groups[shard.group as usize].model;
        let was_running = matches!(shard.step, Step::Created { .. });
        let mut permit: Option<Permit<'_>> = was_running.then(|| self.queue.running(model, shard.bytes));
        let mut refusals = 0;
        loop {
            match shard.step.clone() {
                Step::Written | Step::Uploaded { .. } | Step::Creating { .. } if permit.is_none() => {
                    permit = match goal {
                        Goal::Submitted => self.queue.try_admit(model, shard.bytes),
                        _ => Some(self.queue.admit(model, shard.bytes).await),
                    };
                    if permit.is_none() {
                        break;
                    }
                }
                Step::Written => {
                    let file_id = self.upload(&shard).await?;
                    self.save(&mut shard, Step::Uploaded { file_id }).await?;
                }
                Step::Uploaded { file_id } => {
                    self.save(&mut shard, Step::Creating { file_id: file_id.clone() }).await?;
                    self.create(&mut shard, file_id, false).await?;
                }
                Step::Creating { file_id } => self.create(&mut shard, file_id, true).await?,
                Step::Created { .. } if goal == Goal::Submitted && !was_running => break,
                Step::Created { file_id, batch_id } => {
                    let batch = if goal == Goal::Submitted {
                        self.pace().await;
                        let batch = self.client().retrieve(&batch_id).await?;
                        let Some(batch) = batch.filter(Batch::has_ended) else { break };
                        Some(batch)
                    } else {
                        self.wait_for_end(&shard, &batch_id).await?
                    };
                    if let Some(message) = batch.as_ref().and_then(token_limit) {
                        drop(permit.take());
                        refusals += 1;
                        let wait = self.options.queue_wait(refusals);
                        self.listener.notify(&Event::QueueFull { shard: shard.number, message, wait });
                        shard.attempt += 1;
                        self.save(&mut shard, Step::Uploaded { file_id }).await?;
                        if goal == Goal::Submitted {
                            self.queue.record_full(model);
                            break;
                        }
                        self.queue.refused(model, wait).await;
                        continue;
                    }
                    let ended = batch.map_or_else(
                        || gone(file_id.clone(), batch_id),
                        |batch| ended(file_id.clone(), &batch),
                    );
                    self.queue.measured(model, shard.bytes, ended.usage.input_tokens);
                    self.listener.notify(&Event::Ended {
                        shard: shard.number,
                        status: ended.status.clone(),
                        errors: ended.errors.clone(),
                        usage: ended.usage,
                    });
                    self.save(&mut shard, Step::Ended(ended)).await?;
                    permit = None;
                }
                Step::Ended(mut ended) if goal == Goal::Recorded => {
                    self.fetch(&shard, &mut ended).await?;
                    self.save(&mut shard, Step::Recorded(ended)).await?;
                }
                Step::Ended(_) | Step::Recorded(_) => break,
            }
        }
        Ok(Advanced { shard, permit })
    }

    async fn save(&self, shard: &mut ShardState, step: Step) -> Result<(), Error> {
        shard.step = step;
        let path = self.folder.of_shard(shard.number, "json");
        folder::write_json(&path, shard).map_err(Error::work(path.clone()))?;
        match &self.shared {
            Some(shared) => shared.save_shard(shard).await,
            None => Ok(()),
        }
    }

    /// Uploads the requests of a shard. If the reply with the id of the file is lost, they are sent once more: a file
    /// that no batch uses costs nothing.
    async fn upload(&self, shard: &ShardState) -> Result<String, Error> {
        self.listener.notify(&Event::Uploading { shard: shard.number });
        let mut uploaded = self.upload_once(shard).await;
        if let Err(lost @ UploadError::FileUnknown { .. }) = &uploaded {
            self.listener.notify(&Event::Retrying {
                step: format!("uploading shard {}", shard.number),
                wait: Duration::ZERO,
                reason: lost.to_string(),
            });
            uploaded = self.upload_once(shard).await;
        }
        uploaded.map_err(|source| Error::Upload { shard: shard.number, source: Box::new(source) })
    }

    async fn upload_once(&self, shard: &ShardState) -> Result<String, UploadError> {
        let path = self.folder.texts_of_shard(shard.number, AnswerFile::Requests);
        let upload = self.uploader.upload(path, Purpose::Batch);
        let upload = upload.with_resume(Resume::At(self.folder.of_shard(shard.number, "upload")));
        let (listener, number) = (self.listener.clone(), shard.number);
        let upload = upload.on_event(move |event| {
            if let uploader::Event::Retrying { step, wait, reason, .. } = event {
                let step = format!("uploading shard {number}: {step}");
                listener.notify(&Event::Retrying { step, wait: *wait, reason: reason.clone() });
            }
        });
        Ok(upload.await?.file.id)
    }

    /// Creates the batch, or finds it if an earlier request has created it: it is never paid for twice.
    async fn create(
        &self,
        shard: &mut ShardState,
        file_id: String,
        mut may_exist: bool,
    ) -> Result<(), Error> {
        let key = format!("{}.{}", shard.number, shard.attempt);
        let request = self.request_of(shard, &file_id, &key);
        let client = self.client();
        let mut unknown = 0;
        let batch = loop {
            if may_exist && let Some(batch) = self.find(&client, &key, &file_id).await? {
                break (batch, true);
            }
            let creating = client.create(&request);
            let created = match &self.shared {
                Some(shared) => shared.with_lease(creating).await?,
                None => creating.await,
            };
            match created {
                Ok(batch) => break (batch, false),
                Err(NotCreated::Refused(error)) => {
                    self.save(shard, Step::Uploaded { file_id }).await?;
                    return Err(error);
                }
                Err(NotCreated::Unknown(error)) => {
                    unknown += 1;
                    if unknown == CREATIONS {
                        return Err(error);
                    }
                    may_exist = true;
                }
            }
        };
        let (Batch { id: batch_id, .. }, was_found) = batch;
        self.save(shard, Step::Created { file_id, batch_id: batch_id.clone() }).await?;
        self.listener.notify(&Event::Created { shard: shard.number, batch_id, was_found });
        Ok(())
    }

    /// Finds the batch of a request whose reply was lost. The server may still be working on it, so it is looked for
    /// twice.
    async fn find(&self, client: &Client<'_>, key: &str, file_id: &str) -> Result<Option<Batch>, Error> {
        let pairs = [(RUN_KEY, self.state.run.as_str()), (SHARD_KEY, key)];
        let until = self.state.newest_batch_before.as_deref();
        if let Some(batch) = client.find(&pairs, file_id, until).await? {
            return Ok(Some(batch));
        }
        sleep(self.options.appearance()).await;
        client.find(&pairs, file_id, until).await
    }

    fn request_of(&self, shard: &ShardState, file_id: &str, key: &str) -> CreateBatchRequest {
        let options = &self.options;
        let endpoint = self.state.groups[shard.group as usize].endpoint.as_str();
        let mut request = CreateBatchRequest::new(file_id.to_owned(), endpoint.into());
        request.completion_window = options.completion_window.as_str().into();
        let mut metadata = options.metadata.clone();
        metadata.insert(RUN_KEY.to_owned(), self.state.run.clone());
        metadata.insert(SHARD_KEY.to_owned(), key.to_owned());
        request.metadata = Some(Some(metadata));
        request.output_expires_after = options.output_expires_after.map(BatchFileExpirationAfter::new);
        request
    }

    /// Polls the batch until it has ended, less and less often while nothing changes. `None` if it no longer exists.
    async fn wait_for_end(&self, shard: &ShardState, batch_id: &str) -> Result<Option<Batch>, Error> {
        let client = self.client();
        let first_pause = self.options.first_pause();
        let (mut pause, mut before, mut absences) = (first_pause, None, 0);
        loop {
            self.pace().await;
            self.shared.as_ref().map_or(Ok(()), Shared::check)?;
            match client.retrieve(batch_id).await? {
                Some(batch) => {
                    absences = 0;
                    let counts = batch.request_counts.unwrap_or_default();
                    let now = (batch.status.to_string(), counts);
                    if before.as_ref() != Some(&now) {
                        self.listener.notify(&Event::Progress {
                            shard: shard.number,
                            status: now.0.clone(),
                            completed: counts.completed,
                            failed: counts.failed,
                            total: if counts.total == 0 { shard.lines } else { counts.total },
                            created_at: batch.created_at(),
                        });
                        before = Some(now);
                        pause = first_pause;
                    }
                    if batch.has_ended() {
                        return Ok(Some(batch));
                    }
                }
                None => {
                    absences += 1;
                    if absences == ABSENCES {
                        return Ok(None);
                    }
                }
            }
            sleep(self.jitter(pause)).await;
            pause = pause.mul_f64(1.5).min(self.options.poll_interval);
        }
    }

    /// Downloads the results of the shard's batch and puts its answers into the table.
    pub(super) async fn fetch(&self, shard: &ShardState, ended: &mut Ended) -> Result<(), Error> {
        let _one_of_few = self.fetching.acquire().await;
        let client = self.client();
        let mut files = Vec::new();
        let results = [
            (AnswerFile::Output, ended.output_file_id.clone()),
            (AnswerFile::Errors, ended.error_file_id.clone()),
        ];
        for (file, id) in results {
            let Some(id) = id else { continue };
            let path = self.folder.texts_of_shard(shard.number, file);
            if path.exists() || client.download(&id, &path).await? {
                files.push((file, path));
            } else {
                let message = format!("its result file {id} no longer exists on the server");
                ended.errors.insert(0, BatchFault { code: None, message: Some(message), line: None });
            }
        }
        let unanswered = match Status::from(ended.status.as_str()) {
            // Sending its lines again could mean paying for them again.
            _ if !ended.errors.is_empty() => Outcome::BatchFailed,
            Status::Failed => Outcome::BatchFailed,
            Status::Cancelled => Outcome::Cancelled,
            Status::Expired => Outcome::MayPass,
            _ => Outcome::Missing,
        };
        let (number, lines, table) =
            (shard.number, self.folder.of_shard(shard.number, "lines"), self.folder.answers());
        let recording = move || -> std::io::Result<Recorded> {
            let recorded = record::record(number, &ShardLine::read_all(&lines)?, &files, unanswered)?;
            table.update(&recorded.answers)?;
            Ok(recorded)
        };
        let recorded = match spawn_blocking(recording).await {
            Ok(recorded) => recorded.map_err(Error::work(self.folder.path()))?,
            Err(panic) => std::panic::resume_unwind(panic.into_panic()),
        };
        let answered =
            recorded.answers.iter().filter(|(_, answer)| answer.outcome == Outcome::Answered).count() as u64;
        let failed = recorded.answers.len() as u64 - answered;
        self.listener.notify(&Event::Fetched { shard: shard.number, answered, failed });
        let Recorded { unknown, repeated, .. } = recorded;
        if unknown > 0 || repeated > 0 {
            self.listener.notify(&Event::StrangeResults { shard: shard.number, unknown, repeated });
        }
        Ok(())
    }
}

fn ended(file_id: String, batch: &Batch) -> Ended {
    Ended {
        file_id,
        batch_id: batch.id.clone(),
        status: batch.status.to_string(),
        output_file_id: batch.output_file(),
        error_file_id: batch.error_file(),
        errors: batch.faults(),
        usage: batch.usage(),
    }
}

/// The end of a batch that the server no longer knows.
fn gone(file_id: String, batch_id: String) -> Ended {
    let message = format!("its batch {batch_id} no longer exists on the server");
    Ended {
        file_id,
        batch_id,
        status: "gone".to_owned(),
        output_file_id: None,
        error_file_id: None,
        errors: vec![BatchFault { code: None, message: Some(message), line: None }],
        usage: Usage::default(),
    }
}

/// The server's message, if the batch failed only because the model's queue is full.
fn token_limit(batch: &Batch) -> Option<String> {
    let faults = batch.faults();
    let fault = faults.iter().find(|fault| fault.code.as_deref() == Some("token_limit_exceeded"))?;
    let message = fault.message.clone().or_else(|| fault.code.clone()).unwrap_or_default();
    (batch.status == Status::Failed).then_some(message)
}
