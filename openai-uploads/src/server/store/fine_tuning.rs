//! Fine-tuning jobs. The progress of a job follows from the time alone.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::id;
use super::{Store, StoreError};
use crate::models;
use crate::models::fine_tuning_job::{Error, Hyperparameters, Status};
use crate::models::fine_tuning_job_event::{Level, Type};

/// The prefix of ids.
pub(super) const JOB: &str = "ftjob-";
const EVENT: &str = "ftevent-";

/// The minimum number of examples.
const MIN_EXAMPLES: u64 = 10;

/// The formats of an example: a line has all members of one of them.
const FORMATS: [&[&str]; 3] =
    [&["messages"], &["prompt", "completion"], &["input", "preferred_output", "non_preferred_output"]];

/// The loss of the training after each step.
const LOSSES: [f64; 3] = [0.9, 0.6, 0.4];

/// When a job is queued, and when it runs, in percent of its time.
const QUEUED_AFTER: u64 = 10;
const RUNS_AFTER: u64 = 30;

/// The record of a job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct JobRecord {
    /// The job as it was created.
    job: models::FineTuningJob,
    #[serde(skip_serializing_if = "Option::is_none")]
    suffix: Option<String>,
    /// In milliseconds since 1970.
    started: u64,
    /// The milliseconds that the job takes.
    takes: u64,
    /// What is wrong with the files, or `None` if they are valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<Error>,
    tokens: u64,
}

impl Store {
    /// Creates a job.
    pub(in super::super) fn create_job(
        &self,
        request: models::CreateFineTuningJobRequest,
        hyperparameters: Hyperparameters,
        takes: u64,
    ) -> Result<models::FineTuningJob, StoreError> {
        let models::CreateFineTuningJobRequest {
            model,
            training_file,
            suffix,
            validation_file,
            seed,
            method,
            metadata,
            ..
        } = request;
        let validation_file = validation_file.flatten();
        let mut fault = None;
        let mut tokens = 0;
        let files = [("training_file", Some(&training_file)), ("validation_file", validation_file.as_ref())];
        for (param, file_id) in files {
            let Some(file_id) = file_id else { continue };
            let examples = self.examples(param, file_id)?;
            tokens += examples.bytes / 4;
            let problem = examples.problem.or_else(|| {
                let is_short = param == "training_file" && examples.count < MIN_EXAMPLES;
                is_short
                    .then(|| format!("{} examples, but at least {MIN_EXAMPLES} are needed", examples.count))
            });
            fault = fault.or_else(|| {
                let message = format!("The file {file_id} is not fit for fine-tuning: {}.", problem?);
                Some(Error::new(format!("invalid_{param}"), message, Some(param.to_owned())))
            });
        }
        let started = self.milliseconds();
        let seed = seed.flatten().map_or(0, |seed| i64::try_from(seed).unwrap_or(i64::MAX));
        let mut job = models::FineTuningJob::new(
            id::new(JOB),
            started / 1000,
            None,
            None,
            None,
            hyperparameters,
            model,
            "org-local".to_owned(),
            Vec::new(),
            Status::ValidatingFiles,
            None,
            training_file,
            validation_file,
            seed,
        );
        job.method = method;
        job.metadata = metadata.flatten();
        let record = JobRecord { job, suffix: suffix.flatten(), started, takes, fault, tokens };
        self.jobs.add(&record.job.id, record.clone())?;
        Ok(record.object(started))
    }

    /// All jobs, in no particular order.
    pub(super) fn jobs(&self) -> Vec<models::FineTuningJob> {
        let now = self.milliseconds();
        self.jobs.all().iter().map(|record| record.object(now)).collect()
    }

    pub(in super::super) fn job(&self, id: &str) -> Result<models::FineTuningJob, StoreError> {
        Ok(self.jobs.get(id).ok_or(StoreError::NotFound)?.object(self.milliseconds()))
    }

    /// The events of a job, oldest first.
    pub(in super::super) fn job_events(
        &self,
        id: &str,
    ) -> Result<Vec<models::FineTuningJobEvent>, StoreError> {
        Ok(self.jobs.get(id).ok_or(StoreError::NotFound)?.events(self.milliseconds()))
    }

    fn examples(&self, param: &'static str, file_id: &str) -> Result<Examples, StoreError> {
        let file = self.file(file_id).map_err(|error| match error {
            StoreError::NotFound => StoreError::NoTrainingFile(param),
            other => other,
        })?;
        if file.purpose != models::open_ai_file::Purpose::FineTune {
            return Err(StoreError::TrainingPurpose(param, file.purpose.to_string()));
        }
        let content = self.content(file_id)?;
        let bytes = content.length();
        let (count, problem) = count_examples(BufReader::new(content.reader()))?;
        Ok(Examples { bytes, count, problem })
    }
}

struct Examples {
    bytes: u64,
    count: u64,
    problem: Option<String>,
}

/// Counts the examples up to the first line that is not one, and says which line that is.
fn count_examples(lines: impl BufRead) -> io::Result<(u64, Option<String>)> {
    let mut count = 0;
    for (number, line) in (1..).zip(lines.split(b'\n')) {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        let example: Option<serde_json::Map<String, Value>> = serde_json::from_slice(&line).ok();
        let has_all = |names: &&[&str]| {
            example.as_ref().is_some_and(|example| names.iter().all(|name| example.contains_key(*name)))
        };
        if !FORMATS.iter().any(has_all) {
            return Ok((count, Some(format!("line {number} is not an example"))));
        }
        count += 1;
    }
    Ok((count, None))
}

impl JobRecord {
    fn object(&self, now: u64) -> models::FineTuningJob {
        let mut job = self.job.clone();
        job.status = self.status(now);
        match job.status {
            Status::Failed => {
                job.error.clone_from(&self.fault);
                job.finished_at = Some(self.time_at(QUEUED_AFTER) / 1000);
            }
            Status::Succeeded => {
                job.fine_tuned_model = Some(self.trained_model());
                job.finished_at = Some(self.time_at(100) / 1000);
                job.trained_tokens = Some(self.tokens);
            }
            _ => job.estimated_finish = Some(self.time_at(100) / 1000),
        }
        job
    }

    fn trained_model(&self) -> String {
        let suffix = self.suffix.as_deref().unwrap_or_default();
        let number = self.job.id.chars().rev().take(8).collect::<String>();
        format!("ft:{}:local:{suffix}:{number}", self.job.model)
    }

    fn status(&self, now: u64) -> Status {
        if now < self.time_at(QUEUED_AFTER) {
            Status::ValidatingFiles
        } else if self.fault.is_some() {
            Status::Failed
        } else if now < self.time_at(RUNS_AFTER) {
            Status::Queued
        } else if now < self.time_at(100) {
            Status::Running
        } else {
            Status::Succeeded
        }
    }

    /// When this percentage of the job's time is over, in milliseconds since 1970.
    fn time_at(&self, percent: u64) -> u64 {
        self.started.saturating_add(self.takes.saturating_mul(percent) / 100)
    }

    fn events(&self, now: u64) -> Vec<models::FineTuningJobEvent> {
        let mut events = vec![
            (0, Level::Info, format!("The job {} was created.", self.job.id), None),
            (0, Level::Info, format!("The file {} is being validated.", self.job.training_file), None),
        ];
        if let Some(fault) = &self.fault {
            events.push((QUEUED_AFTER, Level::Error, fault.message.clone(), None));
        } else {
            events.push((
                QUEUED_AFTER,
                Level::Info,
                "The files are valid, and the job is queued.".to_owned(),
                None,
            ));
            events.push((RUNS_AFTER, Level::Info, "The training has started.".to_owned(), None));
            let steps = LOSSES.len() as u64;
            for (step, loss) in (1..).zip(LOSSES) {
                let percent = RUNS_AFTER + (100 - RUNS_AFTER) * step / (steps + 1);
                let data = json!({"step": step, "total_steps": steps, "train_loss": loss});
                events.push((percent, Level::Info, format!("Step {step} of {steps} is done."), Some(data)));
            }
            events.push((100, Level::Info, format!("The model {} was created.", self.trained_model()), None));
            events.push((100, Level::Info, "The job has succeeded.".to_owned(), None));
        }
        let happened =
            events.into_iter().enumerate().filter(|(_, (percent, ..))| now >= self.time_at(*percent));
        let event =
            |(number, (percent, level, message, data)): (usize, (u64, Level, String, Option<Value>))| {
                let bits = self.job.id.strip_prefix(JOB).unwrap_or_default();
                let id = format!("{EVENT}{bits}-{number}");
                let mut event =
                    models::FineTuningJobEvent::new(id, self.time_at(percent) / 1000, level, message);
                event.r#type = Some(if data.is_some() { Type::Metrics } else { Type::Message });
                let data: Option<BTreeMap<String, Value>> =
                    data.and_then(|data| serde_json::from_value(data).ok());
                event.data = Some(data.unwrap_or_default());
                event
            };
        happened.map(event).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_counted_up_to_a_line_that_is_not_one() {
        let chat = "{\"messages\":[]}\n";
        assert_eq!(count_examples(chat.repeat(12).as_bytes()).unwrap(), (12, None));
        assert_eq!(
            count_examples("{\"prompt\":\"a\",\"completion\":\"b\"}\n\n".as_bytes()).unwrap(),
            (1, None)
        );
        for wrong in ["{\"prompt\":\"a\"}", "[]", "{", "hello"] {
            let (count, problem) = count_examples(format!("{chat}\n{wrong}\n{chat}").as_bytes()).unwrap();
            assert_eq!((count, problem.as_deref()), (1, Some("line 3 is not an example")), "{wrong}");
        }
    }
}
