//! Media types as they are written in a document.

/// The media types of forms.
pub(super) const MULTIPART: &str = "multipart/form-data";
pub(super) const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// A media type without its parameters, in lower case.
pub(super) fn bare(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_lowercase()
}

/// Whether content of a bare media type is JSON.
pub(super) fn is_json(bare: &str) -> bool {
    bare == "application/json" || bare.ends_with("+json") || bare == "text/json"
}

/// Whether a bare media type is a range that includes JSON, so that the schema decides what the content is.
pub(super) fn is_open(bare: &str) -> bool {
    matches!(bare, "*/*" | "application/*" | "*")
}

/// Whether content of a bare media type is a sequence of JSON values.
pub(super) fn is_json_sequence(bare: &str) -> bool {
    let lines = [
        "application/jsonl",
        "application/x-jsonl",
        "application/json-lines",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/ndjson",
        "application/x-ndjson",
        "application/json-seq",
    ];
    lines.contains(&bare) || bare.ends_with("+json-seq") || bare.ends_with("+jsonl")
}

/// Whether content of a bare media type is text.
pub(super) fn is_text(bare: &str) -> bool {
    bare.starts_with("text/")
        || bare == "application/xml"
        || bare.ends_with("+xml")
        || bare == "application/sdp"
}
