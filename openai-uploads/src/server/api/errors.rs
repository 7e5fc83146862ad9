//! The responses to errors of the store.

use axum::http::StatusCode;

use super::super::http::{ErrorResponse, excerpt, field_name};
use super::super::store::StoreError;
use crate::models;
use crate::models::upload::Status;

/// The response to an error of the store. `upload_id` is the upload, `param` the parameter that names it.
pub(in super::super) fn from_store(error: StoreError, param: &str, upload_id: &str) -> ErrorResponse {
    let part_ids = || field_name!(models::CompleteUploadRequest, part_ids);
    match error {
        StoreError::NotFound => ErrorResponse::not_found("upload", param, upload_id),
        StoreError::NotPending(status) => {
            let code = match status {
                Status::Completed => "upload_completed",
                Status::Cancelled => "upload_cancelled",
                _ => "upload_expired",
            };
            let message = format!("Upload '{upload_id}' is {status} and accepts no more requests.");
            ErrorResponse::invalid(code, message).param(param)
        }
        StoreError::UnknownPart(id) => {
            let message = format!("Upload '{upload_id}' has no part '{}'.", excerpt(&id));
            ErrorResponse::invalid("invalid_value", message).param(part_ids())
        }
        StoreError::RepeatedPart(id) => {
            let message = format!("Part '{}' is listed more than once.", excerpt(&id));
            ErrorResponse::invalid("invalid_value", message).param(part_ids())
        }
        StoreError::Bytes { announced, listed } => {
            let message =
                format!("The listed parts have {listed} bytes, but the upload was created with {announced}.");
            ErrorResponse::invalid("bytes_mismatch", message).param(part_ids())
        }
        StoreError::Md5 { announced, found } => {
            let message = format!("The file's MD5 is {found}, not {}.", excerpt(&announced));
            let param = field_name!(models::CompleteUploadRequest, md5);
            ErrorResponse::invalid("md5_mismatch", message).param(param)
        }
        StoreError::PartTooLarge => part_too_large(),
        StoreError::UploadTooLarge => {
            let max = models::CreateUploadRequest::BYTES_MAXIMUM;
            let message = format!("The parts of an upload may have at most {max} bytes in total.");
            ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, message)
                .code("upload_too_large")
                .param(field_name!(models::AddUploadPartRequest, data))
        }
        StoreError::FileTooLarge => file_too_large(),
        StoreError::NoInputFile => {
            let param = field_name!(models::CreateBatchRequest, input_file_id);
            ErrorResponse::invalid("invalid_value", "The input file does not exist.").param(param)
        }
        StoreError::InputPurpose(purpose) => {
            let param = field_name!(models::CreateBatchRequest, input_file_id);
            let message = format!("The input file has the purpose '{purpose}', but it must be 'batch'.");
            ErrorResponse::invalid("invalid_purpose", message).param(param)
        }
        StoreError::BatchEnded(status) => {
            let message = format!("The batch is {status}, so it cannot be cancelled.");
            ErrorResponse::new(StatusCode::CONFLICT, message).code("batch_ended").param(param)
        }
        StoreError::Disk(error) => ErrorResponse::disk(&error),
        // The modules of vector stores and fine-tuning jobs have the responses to these.
        StoreError::VectorStoreExpired
        | StoreError::NoFileBatch
        | StoreError::NoFileToIndex(_)
        | StoreError::NoTrainingFile(_)
        | StoreError::TrainingPurpose(..) => {
            ErrorResponse::invalid("invalid_value", "The request cannot be performed.")
        }
    }
}

pub(super) fn part_too_large() -> ErrorResponse {
    let max = models::AddUploadPartRequest::DATA_MAX_LENGTH;
    ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, format!("A part may have at most {max} bytes."))
        .code("part_too_large")
        .param(field_name!(models::AddUploadPartRequest, data))
}

pub(super) fn file_too_large() -> ErrorResponse {
    let max = models::CreateFileRequest::FILE_MAX_LENGTH;
    let message = format!("A file may have at most {max} bytes. Use an upload for larger files.");
    ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, message)
        .code("file_too_large")
        .param(field_name!(models::CreateFileRequest, file))
}
