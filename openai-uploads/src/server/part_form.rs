//! The form that a part comes in: `multipart/form-data` with the part's bytes and nothing else.

use std::mem;

use axum::http::{HeaderMap, header};

use super::body::{Arrival, expect_content_type};
use super::multipart::{Malformed, Multipart, boundary};
use super::refusal::{Refusal, excerpt};
use super::store::{Arriving, Refused};
use crate::models::AddUploadPartRequest;

/// What a form may have besides the part's bytes: boundaries and the headers of its fields.
const FORM_MOST: u64 = 64 * 1024;

/// Reads the form and hands the part's bytes to `arriving` as they come. Nothing is kept yet afterwards.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Arrival,
    arriving: &mut Arriving,
    refused: impl Fn(Refused) -> Refusal,
) -> Result<(), Refusal> {
    let data = field_name!(AddUploadPartRequest, data);
    expect_content_type(headers, "multipart/form-data")?;
    let boundary = headers.get(header::CONTENT_TYPE).and_then(|value| boundary(value.to_str().ok()?));
    let Some(boundary) = boundary else {
        let message = "The request's Content-Type names no boundary of 1 to 70 characters.";
        return Err(Refusal::invalid("invalid_multipart", message));
    };
    if announced(headers).is_some_and(|bytes| bytes > AddUploadPartRequest::DATA_MAX_LENGTH + FORM_MOST) {
        return Err(Refusal::part_too_large());
    }
    let mut form = Multipart::new(body, &boundary);
    let mut read = false;
    while let Some(name) = form.next_field().await? {
        if name != data {
            let name = excerpt(&name);
            let message = format!("Unknown parameter: '{name}'.");
            return Err(Refusal::invalid("unknown_parameter", message).param(name));
        }
        if mem::replace(&mut read, true) {
            let message = format!("The form has more than one '{data}'.");
            return Err(Refusal::invalid("duplicate_parameter", message).param(data));
        }
        while let Some(bytes) = form.chunk().await? {
            arriving.write(bytes).await.map_err(&refused)?;
        }
    }
    if read {
        Ok(())
    } else {
        let message = format!("Missing required parameter: '{data}'.");
        Err(Refusal::invalid("missing_required_parameter", message).param(data))
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Broken(broken) => broken.into(),
            Malformed::Form(problem) => {
                Self::invalid("invalid_multipart", format!("The form cannot be read: {problem}."))
            }
        }
    }
}
