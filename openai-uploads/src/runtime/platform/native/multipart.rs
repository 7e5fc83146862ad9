//! Forms whose files are streamed.

use reqwest::{Body, RequestBuilder};

pub(crate) use reqwest::multipart::{Form, Part};

/// An empty form. It keeps names as they are: otherwise non-ASCII names would be in `name*`, which no server reads (RFC
/// 7578 §5.1).
pub(crate) fn form() -> Form {
    Form::new().percent_encode_noop()
}

pub(crate) fn file_part(body: Body, length: u64) -> Part {
    Part::stream_with_length(body, length)
}

pub(crate) fn with_form(request: RequestBuilder, form: Form) -> RequestBuilder {
    request.multipart(form)
}
