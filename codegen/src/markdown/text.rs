//! Descriptions as Markdown that cannot change the page around them.

/// A description for a table cell: on one line, with its bars escaped.
pub(super) fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A description for the body of a page.
pub(super) fn block(text: &str) -> String {
    crate::description::for_rustdoc(text)
}
