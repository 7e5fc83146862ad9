//! The handlers of the API's operations, a module for each tag of the spec.

pub(super) mod batches;
mod check;
pub(super) mod files;
pub(super) mod fine_tuning;
mod form;
mod list;
pub(super) mod refusal;
mod target;
pub(super) mod uploads;
pub(super) mod vector_stores;
