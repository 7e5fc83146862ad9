//! Descriptions as Markdown that stays where it is put.

/// A description in a cell of a table: one line, its bars no borders.
pub(super) fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A description in a page of its own.
pub(super) fn block(text: &str) -> String {
    crate::description::for_rustdoc(text)
}
