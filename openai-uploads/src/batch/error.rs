//! Why a batch run stops.

use std::io;
use std::path::PathBuf;

use crate::models::ErrorResponse;
use crate::preflight::Report;
use crate::runtime;
use crate::uploader::UploadError;

/// Why a batch run stops.
///
/// Unless the variant says otherwise, the work folder keeps everything, and the same call continues the run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input file cannot be opened or read.
    #[error("cannot read {}", .path.display())]
    Input {
        /// The file.
        path: PathBuf,
        /// What the operating system reports.
        source: io::Error,
    },
    /// Input files have lines that the server would refuse. Nothing was sent.
    #[error("{}", invalid(.inputs))]
    FailedPreflight {
        /// The files with faults.
        inputs: Vec<InvalidInput>,
    },
    /// Two lines of the input have the same `custom_id`. Nothing was sent.
    #[error("`custom_id` {custom_id:?} is used twice: in {first} and in {second}")]
    RepeatedId {
        /// The id.
        custom_id: String,
        /// The first line that has it: file and line number.
        first: String,
        /// The second.
        second: String,
    },
    /// An input file changed while it was read. Nothing was sent.
    #[error("{} changed while it was read; run again when it no longer changes", .path.display())]
    InputChanged {
        /// The file.
        path: PathBuf,
    },
    /// The lines have more endpoints and models than can be grouped. Nothing was sent.
    #[error("the input has more than {limit} combinations of endpoint and model; split it into several runs")]
    TooManyGroups {
        /// The maximum.
        limit: usize,
    },
    /// The results file exists already. Nothing was sent.
    #[error("{} exists already", .path.display())]
    ResultsExist {
        /// The file.
        path: PathBuf,
    },
    /// The work folder belongs to a run with another input or server.
    #[error("{} holds an unfinished run of {what}", .folder.display())]
    OtherRun {
        /// The work folder.
        folder: PathBuf,
        /// What differs.
        what: String,
    },
    /// There is no run to continue.
    #[error("there is no unfinished run in {}", .folder.display())]
    NoRun {
        /// The work folder.
        folder: PathBuf,
    },
    /// Another process works on the same run.
    #[error("another process works on {}", .folder.display())]
    Locked {
        /// The work folder.
        folder: PathBuf,
    },
    /// Another machine works on the same run, or did last. The results go to a store, which has the state.
    #[error("another machine works on this run, whose state is {state}")]
    RunsElsewhere {
        /// The URL of the state.
        state: String,
    },
    /// Another machine has finished the run, so what this one has of it is of no use any more.
    #[error("another machine has finished this run, whose state was {state}")]
    FinishedElsewhere {
        /// The URL of the state.
        state: String,
    },
    /// The state in the store cannot be read or written.
    #[error("cannot use the state {state}")]
    Store {
        /// The URL of the state.
        state: String,
        /// What the store reports.
        source: io::Error,
    },
    /// A file of the work folder, or the results file, cannot be read or written.
    #[error("cannot use {}", .path.display())]
    Work {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system reports.
        source: io::Error,
    },
    /// An invalid option. Nothing was sent.
    #[error("{message}")]
    Options {
        /// The option, and what is valid.
        message: String,
    },
    /// The requests of a shard could not be uploaded.
    #[error("cannot upload shard {shard}")]
    Upload {
        /// The shard's number.
        shard: u32,
        /// Why.
        source: Box<UploadError>,
    },
    /// A request failed, and sending it again did not help or would not.
    #[error("{step} failed")]
    Request {
        /// What the request was for.
        step: String,
        /// Why it failed the last time.
        source: Box<runtime::Error<ErrorResponse>>,
    },
    /// The server has no Batch API. Nothing was sent.
    #[error("the server at {base_url} has no Batch API: it answers 404 to GET /batches")]
    NoBatches {
        /// The base URL.
        base_url: String,
    },
}

/// An input file with faults.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct InvalidInput {
    /// The file.
    pub path: PathBuf,
    /// Its faults.
    pub report: Report,
}

fn invalid(inputs: &[InvalidInput]) -> String {
    let lines = inputs.iter().map(|input| format!("{} has faults:\n{}", input.path.display(), input.report));
    lines.collect::<Vec<_>>().join("\n")
}

impl Error {
    /// An error of the work folder or the results file at `path`.
    pub(super) fn work(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Work { path, source }
    }
}

/// The result of blocking work.
pub(super) fn joined<T>(result: Result<Result<T, Error>, tokio::task::JoinError>) -> Result<T, Error> {
    result.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(error) => Err(Error::Work { path: PathBuf::new(), source: io::Error::other(error) }),
    })
}
