//! What follows the upload: files in a vector store, or a fine-tuning job.

use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use openai_uploads::after_upload::{Attached, Error, Event, FineTuningJob, FollowUp};
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::models::CreateFineTuningJobRequest;
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::runtime::describe;
use serde::Serialize;
use tokio::sync::oneshot;

use super::Upload;
use crate::description::Description;
use crate::exit::{CommandError, Exit};
use crate::{explain, message, quantity, stdout};

/// What to do with the files once they are on the server.
#[derive(Args)]
#[command(next_help_heading = "After the upload")]
pub(super) struct AfterArguments {
    /// Add the files to this vector store, and wait until they can be searched.
    #[arg(long, value_name = "ID", conflicts_with = "fine_tune")]
    pub(super) vector_store: Option<String>,

    /// Start a job that trains this model on the file, and print the job's id instead of the file's.
    #[arg(long, value_name = "MODEL")]
    pub(super) fine_tune: Option<String>,

    /// Wait until the job has ended. Ctrl-C leaves it running.
    #[arg(long, requires = "fine_tune")]
    pub(super) wait: bool,
}

/// A file on the server.
pub(super) struct FollowedFile {
    /// What messages call it.
    pub(super) shown: String,
    pub(super) id: String,
}

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Line<'a> {
    VectorStore(&'a Attached),
    FineTuningJob(&'a FineTuningJob),
}

impl AfterArguments {
    /// Whether the id of a job is printed.
    pub(super) fn starts_job(&self) -> bool {
        self.fine_tune.is_some()
    }

    /// Refuses options that make no sense for these files.
    pub(super) fn check(&self, description: &Description, files: usize) -> Result<(), CommandError> {
        if self.fine_tune.is_none() {
            return Ok(());
        }
        if description.purpose != Purpose::FineTune {
            return Err(CommandError::bad_input("--fine-tune needs a file with the purpose fine-tune")
                .with_help("pass -p fine-tune"));
        }
        if files != 1 {
            return Err(CommandError::bad_input(format!("--fine-tune takes one file, not {files}"))
                .with_help("join the files into one, or start a job for each"));
        }
        Ok(())
    }

    /// Finds a vector store that does not exist before anything is sent.
    pub(super) async fn check_server(&self, configuration: &Configuration) -> Result<(), CommandError> {
        let Some(id) = &self.vector_store else { return Ok(()) };
        let checked = FollowUp::new(configuration.clone()).check_vector_store(id).await;
        checked.map_err(|error| explained(&error, configuration))
    }

    /// Does what follows the upload of these files.
    pub(super) async fn run(
        &self,
        upload: &Upload,
        sent: Exit,
        files: &[FollowedFile],
        configuration: &Configuration,
        interrupted: &mut oneshot::Receiver<()>,
    ) -> Result<Exit, CommandError> {
        if sent == Exit::Interrupted || files.is_empty() {
            return Ok(sent);
        }
        let followed = Followed { configuration, is_quiet: upload.quiet, json: upload.json };
        match (&self.vector_store, &self.fine_tune) {
            (Some(id), _) => followed.attach(id, files, sent, interrupted).await,
            (None, Some(model)) if sent == Exit::Done => {
                followed.fine_tune(model, &files[0], self.wait, interrupted).await
            }
            _ => Ok(sent),
        }
    }
}

struct Followed<'a> {
    configuration: &'a Configuration,
    is_quiet: bool,
    json: bool,
}

impl Followed<'_> {
    /// A follow-up that reports its events, and the ids of the file batches that it has created.
    fn follow_up(&self) -> (FollowUp, Arc<Mutex<Vec<String>>>) {
        let file_batches: Arc<Mutex<Vec<String>>> = Arc::default();
        let (created, is_quiet) = (Arc::clone(&file_batches), self.is_quiet);
        let follow_up = FollowUp::new(self.configuration.clone()).on_event(move |event| {
            if let Event::FileBatchCreated { file_batch } = event {
                created.lock().unwrap_or_else(PoisonError::into_inner).push(file_batch.id.clone());
            }
            if !is_quiet {
                report(event);
            }
        });
        (follow_up, file_batches)
    }

    async fn attach(
        &self,
        vector_store: &str,
        files: &[FollowedFile],
        sent: Exit,
        interrupted: &mut oneshot::Receiver<()>,
    ) -> Result<Exit, CommandError> {
        let ids: Vec<_> = files.iter().map(|file| file.id.clone()).collect();
        let (follow_up, file_batches) = self.follow_up();
        let attached = tokio::select! {
            biased;
            _ = interrupted => {
                let ids = file_batches.lock().unwrap_or_else(PoisonError::into_inner);
                message::write(&format!(
                    "interrupted: the server continues with {} of {vector_store}",
                    message::count(ids.len(), "file batch"),
                ));
                for id in ids.iter() {
                    self.look_at(&format!("/vector_stores/{vector_store}/file_batches/{id}"));
                }
                return Ok(Exit::Interrupted);
            }
            attached = follow_up.attach(vector_store, &ids) => attached,
        };
        let attached = attached.map_err(|error| explained(&error, self.configuration))?;
        if self.json {
            stdout::line(stdout::json(&Line::VectorStore(&attached)))?;
        }
        if !self.is_quiet {
            let (completed, all) = (attached.completed(), files.len());
            message::write(&format!(
                "{} of {} can be searched in {}",
                quantity::count(completed),
                message::count(all, "file"),
                message::word(vector_store)
            ));
        }
        if attached.is_complete() {
            return Ok(sent);
        }
        for failed in &attached.failed {
            let file = files.iter().find(|file| file.id == failed.file_id);
            let shown = file.map_or(failed.file_id.as_str(), |file| file.shown.as_str());
            let reason = message::one_line(&failed.message);
            message::write(&message::error(&format!("{shown} cannot be searched: {reason}"), None));
        }
        if attached.failed.is_empty() {
            let problem = format!("some files cannot be searched in {}", message::word(vector_store));
            message::write(&message::error(&problem, None));
        }
        Ok(Exit::Failed)
    }

    async fn fine_tune(
        &self,
        model: &str,
        file: &FollowedFile,
        waits: bool,
        interrupted: &mut oneshot::Receiver<()>,
    ) -> Result<Exit, CommandError> {
        let (follow_up, _) = self.follow_up();
        let request = CreateFineTuningJobRequest::new(model.to_owned(), file.id.clone());
        let started = tokio::select! {
            biased;
            _ = &mut *interrupted => {
                message::write("interrupted while the job was started: there may be one");
                self.look_at("/fine_tuning/jobs");
                return Ok(Exit::Interrupted);
            }
            started = follow_up.start_fine_tuning(&request) => started,
        };
        let mut job = started.map_err(|error| {
            let problem = explained(&error, self.configuration);
            problem.with_more_help(&format!("the file is on the server as {}", message::word(&file.id)))
        })?;
        if !self.json {
            stdout::line(message::word(&job.id))?;
        }
        let mut exit = Exit::Done;
        if waits {
            let waited = tokio::select! {
                biased;
                _ = interrupted => None,
                ended = follow_up.wait_for_job(&job.id) => Some(ended),
            };
            match waited {
                None => {
                    message::write(&format!("interrupted: the job {} continues", message::word(&job.id)));
                    self.look_at(&format!("/fine_tuning/jobs/{}", job.id));
                    exit = Exit::Interrupted;
                }
                Some(ended) => job = ended.map_err(|error| explained(&error, self.configuration))?,
            }
        }
        if self.json {
            stdout::line(stdout::json(&Line::FineTuningJob(&job)))?;
        }
        if exit == Exit::Done && waits {
            exit = self.report_end(&job);
        }
        Ok(exit)
    }

    fn report_end(&self, job: &FineTuningJob) -> Exit {
        if job.has_succeeded() {
            if let (false, Some(model)) = (self.is_quiet, &job.fine_tuned_model) {
                message::write(&format!("the model {} is ready", message::word(model)));
            }
            return Exit::Done;
        }
        let reason = message::one_line(job.reason().unwrap_or("the server gives no reason"));
        let (id, status) = (message::word(&job.id), message::word(&job.status));
        message::write(&message::error(&format!("the job {id} is {status}: {reason}"), None));
        Exit::Failed
    }

    /// Writes how to look at something on the server.
    fn look_at(&self, path: &str) {
        let header = if self.configuration.headers.contains_key("api-key") {
            "api-key: $AZURE_OPENAI_API_KEY"
        } else {
            "Authorization: Bearer $OPENAI_API_KEY"
        };
        let query: String =
            self.configuration.query.iter().map(|(name, value)| format!("?{name}={value}")).collect();
        let url = format!("{}{path}{query}", self.configuration.base_path);
        let url = message::shell_word(url.as_ref());
        message::write(&message::help(&format!("to look at it, run:\n  curl {url} -H \"{header}\"")));
    }
}

/// Writes an event on one line.
fn report(event: &Event) {
    let line = match event {
        Event::FileBatchCreated { file_batch } => {
            let total = usize::try_from(file_batch.file_counts.total).unwrap_or(usize::MAX);
            format!("{}: {} to index", message::word(&file_batch.id), message::count(total, "file"))
        }
        Event::FileBatchChanged { file_batch } => {
            let counts = file_batch.file_counts;
            let ended = counts.completed + counts.failed + counts.cancelled;
            let (ended, total) = (quantity::count(ended), quantity::count(counts.total));
            format!("{}: {}, {ended} of {total} files", message::word(&file_batch.id), file_batch.status)
        }
        Event::JobChanged { job } => format!("{}: {}", message::word(&job.id), job.status),
        Event::JobMessage { job_id, message: text } => format!("{}: {text}", message::word(job_id)),
        Event::Retrying { step, wait, reason } => {
            format!("{step} failed: {reason}; retrying in {:.1} s", wait.as_secs_f64())
        }
        _ => return,
    };
    message::write(&message::one_line(&line));
}

fn explained(error: &Error, configuration: &Configuration) -> CommandError {
    match error {
        Error::Request { step, source } => {
            let problem = explain::call_error(source, &format!("{step} failed"), configuration);
            let is_missing = source.api().is_some_and(|api| api.status.as_u16() == 404);
            if is_missing { problem.with_help("check the id, the model and the base URL") } else { problem }
        }
        Error::JobUnknown { source } => {
            let problem = explain::call_error(source, &error.to_string(), configuration);
            problem.with_help("look at the list of jobs before you start it again, since each is paid for")
        }
        _ => CommandError::failed(message::text(&describe(error))),
    }
}
