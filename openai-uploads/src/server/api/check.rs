//! Checks that serde does not make: known enum values and bounds.

use super::super::http::{ErrorResponse, excerpt, field_name};
use crate::models::file_expiration_after::Anchor;
use crate::models::{CreateBatchRequest, FileExpirationAfter, Metadata};

/// Refuses a value that is not in its enum.
pub(super) fn enum_value(param: &str, value: &str, known: &[&str]) -> Result<(), ErrorResponse> {
    if known.contains(&value) {
        return Ok(());
    }
    let known = known.join("', '");
    let message =
        format!("Invalid value for '{param}': '{}'. Supported values are: '{known}'.", excerpt(value));
    Err(ErrorResponse::invalid("invalid_value", message).param(param))
}

/// Refuses an integer outside its bounds.
pub(super) fn bounds(param: &str, value: u64, minimum: u64, maximum: u64) -> Result<(), ErrorResponse> {
    let (code, bound) = if value < minimum {
        ("integer_below_min_value", format!("at least {minimum}"))
    } else if value > maximum {
        ("integer_above_max_value", format!("at most {maximum}"))
    } else {
        return Ok(());
    };
    let message = format!("Invalid '{param}': expected {bound}, but got {value} instead.");
    Err(ErrorResponse::invalid(code, message).param(param))
}

/// Refuses an expiry with an unknown anchor or outside the bounds of `seconds`.
pub(super) fn expiry(param: &str, anchor: &str, seconds: u64) -> Result<(), ErrorResponse> {
    let member = |name: &str| format!("{param}.{name}");
    enum_value(&member(field_name!(FileExpirationAfter, anchor)), anchor, Anchor::KNOWN)?;
    let (minimum, maximum) = (FileExpirationAfter::SECONDS_MINIMUM, FileExpirationAfter::SECONDS_MAXIMUM);
    bounds(&member(field_name!(FileExpirationAfter, seconds)), seconds, minimum, maximum)
}

/// Refuses metadata with too many or too long pairs. The bounds are the same for all objects.
pub(super) fn metadata(metadata: &Metadata) -> Result<(), ErrorResponse> {
    let param = field_name!(CreateBatchRequest, metadata);
    let above = |count: usize, maximum: u64| count as u64 > maximum;
    let problem = if above(metadata.len(), CreateBatchRequest::MAX_METADATA_PAIRS) {
        format!("at most {} pairs", CreateBatchRequest::MAX_METADATA_PAIRS)
    } else if metadata
        .keys()
        .any(|key| above(key.chars().count(), CreateBatchRequest::MAX_METADATA_KEY_LENGTH))
    {
        format!("keys of at most {} characters", CreateBatchRequest::MAX_METADATA_KEY_LENGTH)
    } else if metadata
        .values()
        .any(|value| above(value.chars().count(), CreateBatchRequest::MAX_METADATA_VALUE_LENGTH))
    {
        format!("values of at most {} characters", CreateBatchRequest::MAX_METADATA_VALUE_LENGTH)
    } else {
        return Ok(());
    };
    Err(ErrorResponse::invalid("invalid_value", format!("Invalid '{param}': expected {problem}."))
        .param(param))
}
