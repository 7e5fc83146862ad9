//! The result of a run.

use std::path::PathBuf;

use serde::Serialize;

use super::state::Usage;

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The number of requests.
    pub lines: u64,
    /// The requests with an answer, which is in the results file.
    pub answered: u64,
    /// The requests without an answer, which are in the file of failures.
    pub failed: u64,
    /// The results file: the answers, in the order of the input.
    pub results: PathBuf,
    /// The file of failures, if there are any: the requests without an answer, with the reasons.
    pub failures: Option<PathBuf>,
    /// The number of batches.
    pub batches: u32,
    /// The tokens that all batches used.
    pub usage: Usage,
}
