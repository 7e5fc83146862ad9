//! Forms in requests: `multipart/form-data`.

use axum::http::{HeaderMap, header};

use super::super::http::{
    ErrorResponse, FormError, IncomingBody, Multipart, boundary, content_length, excerpt, expect_content_type,
};

/// The maximum size of a form without the content of its file.
const MAX_OVERHEAD: u64 = 64 * 1024;
/// The maximum size of a field that is not a file.
const MAX_FIELD_BYTES: usize = 4 * 1024;

/// Begins to read a form whose file has at most `max_bytes`. `too_large` is the response to larger forms.
pub(super) fn open(
    headers: &HeaderMap,
    body: IncomingBody,
    max_bytes: u64,
    too_large: fn() -> ErrorResponse,
) -> Result<Multipart<IncomingBody>, ErrorResponse> {
    expect_content_type(headers, "multipart/form-data")?;
    let boundary = headers.get(header::CONTENT_TYPE).and_then(|value| boundary(value.to_str().ok()?));
    let Some(boundary) = boundary else {
        let message = "The request's Content-Type has no boundary of 1 to 70 characters.";
        return Err(ErrorResponse::invalid("invalid_multipart", message));
    };
    if content_length(headers).is_some_and(|bytes| bytes > max_bytes + MAX_OVERHEAD) {
        return Err(too_large());
    }
    Ok(Multipart::new(body, &boundary))
}

/// Reads a field that is text.
pub(super) async fn text(form: &mut Multipart<IncomingBody>, name: &str) -> Result<String, ErrorResponse> {
    let mut bytes = Vec::new();
    while let Some(more) = form.chunk().await? {
        bytes.extend_from_slice(&more);
        if bytes.len() > MAX_FIELD_BYTES {
            let message = format!("Invalid '{name}': expected at most {MAX_FIELD_BYTES} bytes.");
            return Err(ErrorResponse::invalid("string_above_max_length", message).param(name));
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        ErrorResponse::invalid("invalid_value", format!("Invalid '{name}': expected UTF-8 text.")).param(name)
    })
}

/// The `member` of a field that is named `object[member]`.
pub(super) fn member<'a>(name: &'a str, object: &str) -> Option<&'a str> {
    name.strip_prefix(object)?.strip_prefix('[')?.strip_suffix(']')
}

pub(super) fn unknown(name: &str) -> ErrorResponse {
    let name = excerpt(name);
    ErrorResponse::invalid("unknown_parameter", format!("Unknown parameter: '{name}'.")).param(name)
}

pub(super) fn duplicate(name: &str) -> ErrorResponse {
    ErrorResponse::invalid("duplicate_parameter", format!("The form has more than one '{name}'.")).param(name)
}

pub(super) fn missing(name: &str) -> ErrorResponse {
    ErrorResponse::invalid("missing_required_parameter", format!("Missing required parameter: '{name}'."))
        .param(name)
}

impl From<FormError> for ErrorResponse {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Body(error) => error.into(),
            FormError::Form(problem) => {
                Self::invalid("invalid_multipart", format!("The form cannot be read: {problem}."))
            }
        }
    }
}
