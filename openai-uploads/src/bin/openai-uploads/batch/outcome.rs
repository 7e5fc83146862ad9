//! The end of a command, and what it says.

use std::path::PathBuf;

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::batch::{Error, Summary};
use serde::Serialize;

use super::place::Place;
use crate::exit::CommandError;
use crate::explain::{call_error, upload_error};
use crate::{message, quantity};

/// What a command has done.
pub(super) enum Done {
    /// A step that has no summary.
    Step,
    Run(Summary),
    /// The results of an earlier run were sent to a store; whether some requests have no answer.
    Sent(bool),
}

impl Done {
    /// The end of a run, whose results are sent if they go to a store.
    pub(super) async fn of(mut summary: Summary, place: &Place) -> Result<Self, Stopped> {
        place.finish(Some(&mut summary)).await?;
        Ok(Self::Run(summary))
    }
}

/// Why a command stops.
pub(super) enum Stopped {
    Run(Error),
    Command(CommandError),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Run(error)
    }
}

impl From<CommandError> for Stopped {
    fn from(problem: CommandError) -> Self {
        Self::Command(problem)
    }
}

/// What went wrong, and what to do about it.
pub(super) fn explain(error: &Error, configuration: &Configuration) -> CommandError {
    let kept = "the run is kept; the same command continues it";
    let problem = match error {
        Error::Request { step, source } => {
            return call_error(source, step, configuration).with_more_help(kept);
        }
        Error::Upload { shard, source } => {
            let name = PathBuf::from(format!("shard {shard}"));
            return upload_error(source, &name, Some(configuration)).with_more_help(kept);
        }
        Error::Work { .. }
        | Error::Locked { .. }
        | Error::RunsElsewhere { .. }
        | Error::Store { .. }
        | Error::NoBatches { .. } => CommandError::failed(text_of(error)),
        _ => CommandError::bad_input(text_of(error)),
    };
    let help = match error {
        Error::FailedPreflight { .. } | Error::RepeatedId { .. } => "correct the lines; nothing was sent",
        Error::ResultsExist { .. } => "name another file with -o, or pass --overwrite",
        Error::OtherRun { .. } => "finish that run, or remove the folder",
        Error::NoRun { .. } => "begin one with `batch run` or `batch split`",
        Error::NoBatches { .. } => "check the base URL; most end in /v1",
        Error::Locked { .. } => "wait for it to end, or stop it",
        Error::RunsElsewhere { .. } => {
            "wait for it to end, or stop it; `batch run` with the same files then continues the run"
        }
        Error::Work { .. } | Error::Store { .. } => kept,
        _ => return problem,
    };
    problem.with_help(help)
}

/// The error and its causes in one line.
fn text_of(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    message::text(&text)
}

/// The last line of `--json`.
#[derive(Serialize)]
pub(super) struct Ended<'a> {
    pub(super) event: &'static str,
    #[serde(flatten)]
    pub(super) summary: &'a Summary,
}

pub(super) fn describe(summary: &Summary) -> String {
    let mut lines = vec![format!(
        "{} of {} requests have an answer, in {}",
        quantity::count(summary.answered),
        quantity::count(summary.lines),
        message::path(&summary.results)
    )];
    if let Some(failures) = &summary.failures {
        let failed = quantity::count(summary.failed);
        lines.push(format!("{failed} have none, for the reasons in {}", message::path(failures)));
    }
    let usage = summary.usage;
    if usage.total_tokens > 0 {
        lines.push(format!(
            "{} used {} input and {} output tokens",
            message::count(summary.batches as usize, "batch"),
            quantity::count(usage.input_tokens),
            quantity::count(usage.output_tokens)
        ));
    }
    lines.join("\n")
}
