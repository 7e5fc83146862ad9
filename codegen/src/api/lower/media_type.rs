//! Media types as they are written in a document.

/// A media type without its parameters, in lower case.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// Whether content of a media type is JSON.
pub(super) fn is_json(essence: &str) -> bool {
    essence == "application/json" || essence.ends_with("+json") || essence == "text/json"
}

/// Whether content of a media type is whatever its schema says: the media type is a range that has JSON in it.
pub(super) fn is_open(essence: &str) -> bool {
    matches!(essence, "*/*" | "application/*" | "*")
}

/// Whether content of a media type is text.
pub(super) fn is_text(essence: &str) -> bool {
    essence.starts_with("text/")
        || essence == "application/xml"
        || essence.ends_with("+xml")
        || essence == "application/sdp"
}
