//! Starts a fine-tuning job, and waits for it.

use std::collections::HashSet;

use serde::Deserialize;

use super::polling::Pauses;
use super::requests::JSON;
use super::{Error, Event, FineTuningJob, FollowUp};
use crate::apis::fine_tuning_api::{
    ListFineTuningEventsParams, create_fine_tuning_job, list_fine_tuning_events, retrieve_fine_tuning_job,
};
use crate::models::CreateFineTuningJobRequest;
use crate::runtime::{self, RetrySafety};

#[derive(Debug, Deserialize)]
struct EventPage {
    data: Vec<ListedEvent>,
}

#[derive(Debug, Deserialize)]
struct ListedEvent {
    id: String,
    message: String,
}

impl FollowUp {
    /// Starts a fine-tuning job. The request is sent again only if the server has certainly not acted on it.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] when there is no job, and [`Error::JobUnknown`] when there may be one.
    pub async fn start_fine_tuning(
        &self,
        request: &CreateFineTuningJobRequest,
    ) -> Result<FineTuningJob, Error> {
        let step = "starting the fine-tuning job";
        let create = || create_fine_tuning_job(&self.configuration, request.clone()).json_as(JSON);
        let created: Result<FineTuningJob, _> = self.send(step, false, create).await;
        created.map_err(|gave_up| {
            let is_certain = match &gave_up.error {
                runtime::Error::Decode(_) => false,
                error => error.retry_safety() != RetrySafety::IfIdempotent,
            };
            let source = Box::new(gave_up.error);
            if is_certain { Error::Request { step, source } } else { Error::JobUnknown { source } }
        })
    }

    /// Waits for the end of a job, whether it succeeds or not.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] when a request fails. A job that failed is not an error: see
    /// [`FineTuningJob::has_succeeded`].
    pub async fn wait_for_job(&self, job_id: &str) -> Result<FineTuningJob, Error> {
        let mut pauses = Pauses::up_to(self.options.max_poll);
        let mut status = String::new();
        let mut reported = HashSet::new();
        loop {
            let retrieve = || retrieve_fine_tuning_job(&self.configuration, job_id).json_as(JSON);
            let job: FineTuningJob = self.repeatable("asking for the job", retrieve).await?;
            self.report_messages(job_id, &mut reported).await;
            if job.status != status {
                status.clone_from(&job.status);
                self.notify(&Event::JobChanged { job: job.clone() });
            }
            if job.has_ended() {
                return Ok(job);
            }
            pauses.pause().await;
        }
    }

    /// Reports the messages that are new. Not every server has them, and the job ends without them too.
    async fn report_messages(&self, job_id: &str, reported: &mut HashSet<String>) {
        let params = ListFineTuningEventsParams { limit: Some(100), ..Default::default() };
        let page = list_fine_tuning_events(&self.configuration, job_id, params).json_as::<EventPage>(JSON);
        let Ok(page) = page.await else { return };
        // The newest come first.
        for event in page.data.into_iter().rev() {
            if reported.insert(event.id) {
                self.notify(&Event::JobMessage { job_id: job_id.to_owned(), message: event.message });
            }
        }
    }
}
