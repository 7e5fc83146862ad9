//! The requests of a run, each with retries.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::Error;
use super::event::{Event, Listener};
use super::state::{BatchFault, Usage};
use crate::apis::batch_api::{ListBatchesParams, cancel_batch, create_batch, list_batches, retrieve_batch};
use crate::apis::configuration::Configuration;
use crate::apis::files_api::{delete_file, download_file};
use crate::models::batch::Status;
use crate::models::{CreateBatchRequest, ErrorResponse};
use crate::runtime::{self, Call, LimitFrom, RetryPolicy, RetrySafety};

/// The media type of replies that are read leniently.
const JSON: &str = "application/json";

/// A batch, as far as a run reads it. Compatible servers leave out much of the rest.
#[derive(Debug, Deserialize)]
pub(super) struct Batch {
    pub(super) id: String,
    pub(super) status: Status,
    #[serde(default)]
    created_at: Option<Value>,
    #[serde(default)]
    output_file_id: Option<String>,
    #[serde(default)]
    error_file_id: Option<String>,
    #[serde(default)]
    errors: Option<Errors>,
    #[serde(default)]
    pub(super) request_counts: Option<Counts>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, Value>>,
    #[serde(default)]
    input_file_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Errors {
    #[serde(default)]
    data: Option<Vec<BatchFault>>,
}

/// How many requests of a batch are finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Counts {
    #[serde(default)]
    pub(super) total: u64,
    #[serde(default)]
    pub(super) completed: u64,
    #[serde(default)]
    pub(super) failed: u64,
}

#[derive(Debug, Deserialize)]
struct Page {
    data: Vec<Batch>,
    #[serde(default)]
    has_more: Option<bool>,
}

impl Batch {
    /// When it was created, in seconds since 1970. Some servers leave it out, or send a fraction.
    pub(super) fn created_at(&self) -> Option<u64> {
        let created_at = self.created_at.as_ref()?.as_f64().filter(|seconds| *seconds > 0.0)?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive time")]
        Some(created_at as u64)
    }

    /// The file with the answers. Servers without one leave the id out, or send `null` or an empty string.
    pub(super) fn output_file(&self) -> Option<String> {
        self.output_file_id.clone().filter(|id| !id.is_empty())
    }

    /// The file with the failures.
    pub(super) fn error_file(&self) -> Option<String> {
        self.error_file_id.clone().filter(|id| !id.is_empty())
    }

    pub(super) fn faults(&self) -> Vec<BatchFault> {
        self.errors.as_ref().and_then(|errors| errors.data.clone()).unwrap_or_default()
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage.unwrap_or_default()
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.status, Status::Completed | Status::Failed | Status::Expired | Status::Cancelled)
    }

    /// Whether it has this metadata. Some servers keep none: there, each batch of the run has a file of its own, except
    /// after a failure.
    fn is_of(&self, pairs: &[(&str, &str)], file_id: &str) -> bool {
        match self.metadata.as_ref().filter(|metadata| !metadata.is_empty()) {
            Some(metadata) => {
                pairs.iter().all(|(key, value)| metadata.get(*key).is_some_and(|found| found == value))
            }
            None => self.input_file_id.as_deref() == Some(file_id) && self.status != Status::Failed,
        }
    }
}

/// Why it is unknown whether a batch was created.
#[derive(Debug)]
pub(super) enum NotCreated {
    /// The server refused the request, so no batch exists.
    Refused(Error),
    /// The reply was lost: there may be one.
    Unknown(Error),
}

/// Sends the requests of a run.
#[derive(Debug)]
pub(super) struct Client<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) policy: &'a RetryPolicy,
    pub(super) listener: &'a Listener,
}

impl Client<'_> {
    /// The id of the newest batch of the project.
    pub(super) async fn newest_batch(&self) -> Result<Option<String>, Error> {
        let params = || ListBatchesParams { limit: Some(1), ..ListBatchesParams::default() };
        let page = self
            .read("listing the batches", || list_batches(self.configuration, params()).json_as(JSON))
            .await;
        match page {
            Ok(page) => Ok(Page::first_id(&page)),
            Err(error) if status(&error) == Some(StatusCode::NOT_FOUND) => {
                Err(Error::NoBatches { base_url: self.configuration.base_path.clone() })
            }
            Err(error) => Err(error),
        }
    }

    /// Finds a batch by its metadata and input file among those that are newer than the batch `until`.
    pub(super) async fn find(
        &self,
        pairs: &[(&str, &str)],
        file_id: &str,
        until: Option<&str>,
    ) -> Result<Option<Batch>, Error> {
        let mut after: Option<String> = None;
        loop {
            let params = || ListBatchesParams { limit: Some(100), after: after.clone() };
            let list = || list_batches(self.configuration, params()).json_as(JSON);
            let page: Page = self.read("listing the batches", list).await?;
            let last = page.data.last().map(|batch| batch.id.clone());
            let has_more = page.has_more.unwrap_or(false);
            for batch in page.data {
                if Some(batch.id.as_str()) == until {
                    return Ok(None);
                }
                if batch.is_of(pairs, file_id) {
                    return Ok(Some(batch));
                }
            }
            // A server that repeats a page would otherwise be asked without end.
            if !has_more || last.is_none() || last == after {
                return Ok(None);
            }
            after = last;
        }
    }

    /// Creates a batch. The request is repeated only if the server has certainly not acted on it.
    pub(super) async fn create(&self, request: &CreateBatchRequest) -> Result<Batch, NotCreated> {
        let step = "creating a batch";
        let send = |_| create_batch(self.configuration, request.clone()).json_as(JSON).into_future();
        let decide = |error: &Failure, _| error.retry_decision(false);
        let created = self.policy.run(LimitFrom::Start, send, decide, |retry| self.pause(step, &retry)).await;
        created.map_err(|gave_up| {
            let is_certain = match &gave_up.error {
                runtime::Error::Decode(_) => false,
                error => error.retry_safety() != RetrySafety::IfIdempotent,
            };
            let error = failed(step, gave_up.error);
            if is_certain { NotCreated::Refused(error) } else { NotCreated::Unknown(error) }
        })
    }

    /// The current state of a batch. `None`: the server does not know it.
    pub(super) async fn retrieve(&self, batch_id: &str) -> Result<Option<Batch>, Error> {
        let retrieve = || retrieve_batch(self.configuration, batch_id).json_as(JSON);
        known(self.read("retrieving a batch", retrieve).await)
    }

    /// Cancels a batch. One that has ended stays as it is.
    pub(super) async fn cancel(&self, batch_id: &str) -> Result<(), Error> {
        let cancel = || cancel_batch(self.configuration, batch_id).json_as::<Value>(JSON);
        match self.read("cancelling a batch", cancel).await {
            Ok(_) => Ok(()),
            Err(error) if status(&error).is_some_and(|status| status.is_client_error()) => {
                match self.retrieve(batch_id).await? {
                    Some(batch) if !batch.has_ended() && batch.status != Status::Cancelling => Err(error),
                    _ => Ok(()),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Deletes a file. A missing one counts as deleted.
    pub(super) async fn delete(&self, file_id: &str) -> Result<(), Error> {
        let delete = || delete_file(self.configuration, file_id).json_as::<Value>(JSON);
        known(self.read("deleting a file", delete).await).map(|_| ())
    }

    /// Downloads a file to `path`, completely or not at all. Returns false if the server does not know it.
    pub(super) async fn download(&self, file_id: &str, path: &Path) -> Result<bool, Error> {
        let step = "downloading a result file";
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let part = PathBuf::from(part);
        let send = |_| self.download_once(file_id, part.clone());
        let decide = |failure: &DownloadFailure, _| match failure {
            DownloadFailure::Call(error) => error.retry_decision(true),
            DownloadFailure::Disk(_) => runtime::Decision::GiveUp,
        };
        let pause = |retry: runtime::Retry<'_, DownloadFailure>| {
            if let DownloadFailure::Call(error) = retry.error {
                self.notify(step, retry.wait, error);
            }
            sleep(retry.wait)
        };
        match self.policy.run(LimitFrom::Start, send, decide, pause).await {
            Ok(()) => fs::rename(&part, path).map(|()| true).map_err(Error::work(path)),
            Err(gave_up) => match gave_up.error {
                DownloadFailure::Call(error) => {
                    known(Err(failed(step, error))).map(|found: Option<()>| found.is_some())
                }
                DownloadFailure::Disk(error) => Err(Error::work(part)(error)),
            },
        }
    }

    async fn download_once(&self, file_id: &str, part: PathBuf) -> Result<(), DownloadFailure> {
        let mut content = download_file(self.configuration, file_id).await?;
        let (sender, mut receiver) = mpsc::channel::<bytes::Bytes>(16);
        let writing = spawn_blocking(move || -> io::Result<()> {
            let mut file = File::create(part)?;
            while let Some(chunk) = receiver.blocking_recv() {
                file.write_all(&chunk)?;
            }
            Ok(())
        });
        while let Some(chunk) = content.next().await {
            // The writer ends early only with an error, which is returned below.
            if sender.send(chunk?).await.is_err() {
                break;
            }
        }
        drop(sender);
        writing.await.map_err(io::Error::other)?.map_err(DownloadFailure::Disk)
    }

    /// Sends a request that may safely be sent twice.
    async fn read<T: Send + 'static>(
        &self,
        step: &str,
        call: impl Fn() -> Call<T, ErrorResponse>,
    ) -> Result<T, Error> {
        let decide = |error: &Failure, _| error.retry_decision(true);
        let pause = |retry: runtime::Retry<'_, Failure>| self.pause(step, &retry);
        let done = self.policy.run(LimitFrom::Start, |_| call().into_future(), decide, pause).await;
        done.map_err(|gave_up| failed(step, gave_up.error))
    }

    fn pause(&self, step: &str, retry: &runtime::Retry<'_, Failure>) -> tokio::time::Sleep {
        self.notify(step, retry.wait, retry.error);
        sleep(retry.wait)
    }

    fn notify(&self, step: &str, wait: std::time::Duration, error: &Failure) {
        let (step, reason) = (step.to_owned(), error.to_string());
        self.listener.notify(&Event::Retrying { step, wait, reason });
    }
}

type Failure = runtime::Error<ErrorResponse>;

#[derive(Debug)]
enum DownloadFailure {
    Call(Failure),
    Disk(io::Error),
}

impl From<Failure> for DownloadFailure {
    fn from(error: Failure) -> Self {
        Self::Call(error)
    }
}

impl From<io::Error> for DownloadFailure {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Page {
    fn first_id(&self) -> Option<String> {
        self.data.first().map(|batch| batch.id.clone())
    }
}

fn failed(step: &str, source: Failure) -> Error {
    Error::Request { step: step.to_owned(), source: Box::new(source) }
}

fn status(error: &Error) -> Option<StatusCode> {
    match error {
        Error::Request { source, .. } => source.api().map(|api| api.status),
        _ => None,
    }
}

/// `None` where the server answered 404.
fn known<T>(result: Result<T, Error>) -> Result<Option<T>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if status(&error) == Some(StatusCode::NOT_FOUND) => Ok(None),
        Err(error) => Err(error),
    }
}
