//! The responses to requests that the store refuses.

use axum::http::StatusCode;

use super::super::http::{Refusal, excerpt, field_name};
use super::super::store::Refused;
use crate::models;
use crate::models::upload::Status;

/// The response to a refusal by the store, about the upload `upload_id` in the parameter `param`.
pub(in super::super) fn from_store(refused: Refused, param: &str, upload_id: &str) -> Refusal {
    let part_ids = || field_name!(models::CompleteUploadRequest, part_ids);
    match refused {
        Refused::NotFound => Refusal::not_found("upload", param, upload_id),
        Refused::NotPending(status) => {
            let code = match status {
                Status::Completed => "upload_completed",
                Status::Cancelled => "upload_cancelled",
                _ => "upload_expired",
            };
            let message = format!("Upload '{upload_id}' is {status} and accepts no more requests.");
            Refusal::invalid(code, message).param(param)
        }
        Refused::UnknownPart(id) => {
            let message = format!("Upload '{upload_id}' has no part '{}'.", excerpt(&id));
            Refusal::invalid("invalid_value", message).param(part_ids())
        }
        Refused::RepeatedPart(id) => {
            let message = format!("Part '{}' is listed more than once.", excerpt(&id));
            Refusal::invalid("invalid_value", message).param(part_ids())
        }
        Refused::Bytes { announced, listed } => {
            let message =
                format!("The listed parts have {listed} bytes, but the upload was created with {announced}.");
            Refusal::invalid("bytes_mismatch", message).param(part_ids())
        }
        Refused::Md5 { announced, found } => {
            let message = format!("The file's MD5 is {found}, not {}.", excerpt(&announced));
            let param = field_name!(models::CompleteUploadRequest, md5);
            Refusal::invalid("md5_mismatch", message).param(param)
        }
        Refused::PartTooLarge => part_too_large(),
        Refused::UploadTooLarge => {
            let most = models::CreateUploadRequest::BYTES_MAXIMUM;
            let message = format!("The parts of an upload may have at most {most} bytes in total.");
            Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
                .code("upload_too_large")
                .param(field_name!(models::AddUploadPartRequest, data))
        }
        Refused::FileTooLarge => file_too_large(),
        Refused::NoInputFile => {
            let param = field_name!(models::CreateBatchRequest, input_file_id);
            Refusal::invalid("invalid_value", "The input file does not exist.").param(param)
        }
        Refused::InputPurpose(purpose) => {
            let param = field_name!(models::CreateBatchRequest, input_file_id);
            let message = format!("The input file has the purpose '{purpose}', but it must be 'batch'.");
            Refusal::invalid("invalid_purpose", message).param(param)
        }
        Refused::BatchEnded(status) => {
            let message = format!("The batch is {status}, so it cannot be cancelled.");
            Refusal::new(StatusCode::CONFLICT, message).code("batch_ended").param(param)
        }
        Refused::Disk(error) => Refusal::disk(&error),
        // The handlers of their operations describe these.
        Refused::VectorStoreExpired
        | Refused::NoFileBatch
        | Refused::NoFileToIndex(_)
        | Refused::NoTrainingFile(_)
        | Refused::TrainingPurpose(..) => {
            Refusal::invalid("invalid_value", "The request cannot be performed.")
        }
    }
}

pub(super) fn part_too_large() -> Refusal {
    let most = models::AddUploadPartRequest::DATA_MAX_LENGTH;
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, format!("A part may have at most {most} bytes."))
        .code("part_too_large")
        .param(field_name!(models::AddUploadPartRequest, data))
}

pub(super) fn file_too_large() -> Refusal {
    let most = models::CreateFileRequest::FILE_MAX_LENGTH;
    let message = format!("A file may have at most {most} bytes. Use an upload for larger files.");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message)
        .code("file_too_large")
        .param(field_name!(models::CreateFileRequest, file))
}
