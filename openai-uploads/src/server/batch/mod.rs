//! Runs batches: validation, answers, result files.

mod answers;
mod context;
mod echo;
mod engine;
mod results;
mod run;
mod validation;
mod work;

pub(super) use answers::Answerer;
pub use answers::Answers;
pub(super) use context::BatchSettings;
pub(super) use engine::Engine;
