//! A refusal: the API's error object and the status it comes with.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::store::Refused;
use crate::models;
use crate::models::upload::Status;

/// Why a request is not done, as the client is told.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    /// Boxed, since most refusals have none.
    headers: Box<HeaderMap>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, code: None, param: None, message: message.into(), headers: Box::default() }
    }

    /// A request that is wrong in a way that asking again does not mend.
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).code(code)
    }

    /// Something that is not there.
    pub(super) fn not_found(kind: &str, param: &str, id: &str) -> Self {
        let message = format!("No such {kind}: '{}'.", excerpt(id));
        Self::new(StatusCode::NOT_FOUND, message).code("not_found").param(param)
    }

    /// A disk that cannot be read or written.
    pub(super) fn disk(error: &std::io::Error) -> Self {
        tracing::error!(%error, "the folder cannot be read or written");
        match error.kind() {
            std::io::ErrorKind::StorageFull
            | std::io::ErrorKind::QuotaExceeded
            | std::io::ErrorKind::FileTooLarge => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "The server has no room left on its disk.")
                    .code("insufficient_storage")
            }
            _ => Self::new(StatusCode::INTERNAL_SERVER_ERROR, "The server cannot use its disk.")
                .code("disk_error"),
        }
    }

    pub(super) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(super) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(super) fn headers(mut self, headers: HeaderMap) -> Self {
        *self.headers = headers;
        self
    }

    pub(super) fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// What a store refused, about the upload `upload_id`, which the request has in `param`.
    pub(super) fn of_upload(refused: Refused, param: &str, upload_id: &str) -> Self {
        let part_ids = || field_name!(models::CompleteUploadRequest, part_ids);
        match refused {
            Refused::NotFound => Self::not_found("upload", param, upload_id),
            Refused::NotPending(status) => {
                let code = match status {
                    Status::Completed => "upload_completed",
                    Status::Cancelled => "upload_cancelled",
                    _ => "upload_expired",
                };
                let message =
                    format!("Upload '{upload_id}' is {status}, so nothing can be done with it any more.");
                Self::invalid(code, message).param(param)
            }
            Refused::UnknownPart(id) => {
                let message = format!("Upload '{upload_id}' has no part '{}'.", excerpt(&id));
                Self::invalid("invalid_value", message).param(part_ids())
            }
            Refused::RepeatedPart(id) => {
                let message = format!("Part '{}' is listed more than once.", excerpt(&id));
                Self::invalid("invalid_value", message).param(part_ids())
            }
            Refused::Bytes { announced, listed } => {
                let message = format!(
                    "The parts listed have {listed} bytes, but the upload was created for {announced}."
                );
                Self::invalid("bytes_mismatch", message).param(part_ids())
            }
            Refused::Md5 { announced, found } => {
                let message = format!("The file's MD5 is {found}, not {}.", excerpt(&announced));
                let param = field_name!(models::CompleteUploadRequest, md5);
                Self::invalid("md5_mismatch", message).param(param)
            }
            Refused::PartTooLarge => Self::part_too_large(),
            Refused::UploadTooLarge => {
                let most = models::CreateUploadRequest::BYTES_MAXIMUM;
                let message = format!("The parts of an upload may have at most {most} bytes together.");
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, message)
                    .code("upload_too_large")
                    .param(field_name!(models::AddUploadPartRequest, data))
            }
            Refused::Disk(error) => Self::disk(&error),
        }
    }

    pub(super) fn part_too_large() -> Self {
        let most = models::AddUploadPartRequest::DATA_MAX_LENGTH;
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, format!("A part may have at most {most} bytes."))
            .code("part_too_large")
            .param(field_name!(models::AddUploadPartRequest, data))
    }

    /// The name of the kind of error.
    fn kind(&self) -> &'static str {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// The error object.
    pub(super) fn body(&self) -> models::ErrorResponse {
        let kind = self.kind().to_owned();
        let code = self.code.map(str::to_owned);
        models::ErrorResponse::new(models::Error::new(code, self.message.clone(), self.param.clone(), kind))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = super::reply::json(self.status, &self.body());
        (*self.headers, body).into_response()
    }
}

/// Text from a request as it may be repeated in a message: not too much of it.
pub(super) fn excerpt(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
