//! Responses: JSON, and the API's error object.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use serde::Serialize;

use crate::models;

/// The name of a model's field. It does not compile if the model has no such field.
macro_rules! field_name {
    ($model:ty, $field:ident) => {{
        let _ = |model: &$model| {
            let _ = &model.$field;
        };
        stringify!($field)
    }};
}
pub(in super::super) use field_name;

/// A JSON response.
pub(in super::super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let body = serde_json::to_vec(body).expect("models have string keys and no fallible serialization");
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// An error response.
#[derive(Debug)]
pub(in super::super) struct ErrorResponse {
    status: StatusCode,
    code: Option<&'static str>,
    param: Option<String>,
    message: String,
    /// Boxed, since most responses have none.
    headers: Box<HeaderMap>,
}

impl ErrorResponse {
    pub(in super::super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, code: None, param: None, message: message.into(), headers: Box::default() }
    }

    /// An invalid request: status 400, which clients do not retry.
    pub(in super::super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message).code(code)
    }

    /// An object that does not exist.
    pub(in super::super) fn not_found(kind: &str, param: &str, id: &str) -> Self {
        let message = format!("No such {kind}: '{}'.", excerpt(id));
        Self::new(StatusCode::NOT_FOUND, message).code("not_found").param(param)
    }

    /// A disk error.
    pub(in super::super) fn disk(error: &std::io::Error) -> Self {
        tracing::error!(%error, "cannot read or write the folder");
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

    pub(in super::super) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    pub(in super::super) fn param(mut self, param: impl Into<String>) -> Self {
        self.param = Some(param.into());
        self
    }

    pub(in super::super) fn headers(mut self, headers: HeaderMap) -> Self {
        *self.headers = headers;
        self
    }

    pub(in super::super) fn header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The `type` of the error.
    fn kind(&self) -> &'static str {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
            status if status.is_server_error() => "server_error",
            _ => "invalid_request_error",
        }
    }

    /// The error object.
    pub(in super::super) fn body(&self) -> models::ErrorResponse {
        let kind = self.kind().to_owned();
        let code = self.code.map(str::to_owned);
        models::ErrorResponse::new(models::Error::new(code, self.message.clone(), self.param.clone(), kind))
    }
}

impl IntoResponse for ErrorResponse {
    fn into_response(self) -> Response {
        let body = json(self.status, &self.body());
        (*self.headers, body).into_response()
    }
}

/// The beginning of a text from a request, for use in a message.
pub(in super::super) fn excerpt(text: &str) -> String {
    const MOST: usize = 80;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
