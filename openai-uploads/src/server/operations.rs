//! The operations that the server answers, as the spec names them.

use axum::extract::MatchedPath;
use axum::http::Method;

use crate::apis::batch_api::{CANCEL_BATCH, CREATE_BATCH, LIST_BATCHES, RETRIEVE_BATCH};
use crate::apis::configuration::BASE_PATH;
use crate::apis::files_api::{CREATE_FILE, DELETE_FILE, DOWNLOAD_FILE, LIST_FILES, RETRIEVE_FILE};
use crate::apis::fine_tuning_api::{
    CREATE_FINE_TUNING_JOB, LIST_FINE_TUNING_EVENTS, RETRIEVE_FINE_TUNING_JOB,
};
use crate::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use crate::apis::vector_stores_api::{
    CREATE_VECTOR_STORE, CREATE_VECTOR_STORE_FILE_BATCH, GET_VECTOR_STORE, GET_VECTOR_STORE_FILE_BATCH,
    LIST_FILES_IN_VECTOR_STORE_BATCH,
};
use crate::runtime::Operation;

pub(super) static OPERATIONS: [&Operation; 21] = [
    &CREATE_FILE,
    &LIST_FILES,
    &RETRIEVE_FILE,
    &DELETE_FILE,
    &DOWNLOAD_FILE,
    &CREATE_UPLOAD,
    &ADD_UPLOAD_PART,
    &COMPLETE_UPLOAD,
    &CANCEL_UPLOAD,
    &CREATE_BATCH,
    &LIST_BATCHES,
    &RETRIEVE_BATCH,
    &CANCEL_BATCH,
    &CREATE_VECTOR_STORE,
    &GET_VECTOR_STORE,
    &CREATE_VECTOR_STORE_FILE_BATCH,
    &GET_VECTOR_STORE_FILE_BATCH,
    &LIST_FILES_IN_VECTOR_STORE_BATCH,
    &CREATE_FINE_TUNING_JOB,
    &RETRIEVE_FINE_TUNING_JOB,
    &LIST_FINE_TUNING_EVENTS,
];

/// The operations whose requests have a body.
static WITH_BODY: [&Operation; 8] = [
    &CREATE_FILE,
    &CREATE_UPLOAD,
    &ADD_UPLOAD_PART,
    &COMPLETE_UPLOAD,
    &CREATE_BATCH,
    &CREATE_VECTOR_STORE,
    &CREATE_VECTOR_STORE_FILE_BATCH,
    &CREATE_FINE_TUNING_JOB,
];

/// The path of the base URL, without a slash at its end.
pub(super) fn base_path() -> &'static str {
    let after_scheme = BASE_PATH.split_once("://").map_or(BASE_PATH, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |slash| &after_scheme[slash..]);
    path.trim_end_matches('/')
}

/// The operation of a request, if it has one.
pub(super) fn matching(method: &Method, path: Option<&MatchedPath>) -> Option<&'static Operation> {
    let path = path?.as_str().strip_prefix(base_path())?;
    OPERATIONS.into_iter().find(|operation| operation.path == path && operation.method == *method)
}

/// The operation with this `operationId`.
pub(super) fn by_id(id: &str) -> Option<&'static Operation> {
    OPERATIONS.into_iter().find(|operation| operation.id == id)
}

/// Whether requests for an operation have a body.
pub(super) fn has_body(operation: &Operation) -> bool {
    WITH_BODY.iter().any(|with_body| with_body.id == operation.id)
}

/// Whether the path of an operation names an object, such as an upload.
pub(super) fn names_an_object(operation: &Operation) -> bool {
    operation.path.contains('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_path_is_the_path_of_the_base_url() {
        assert!(base_path().starts_with('/'));
        assert!(BASE_PATH.ends_with(base_path()));
    }
}
