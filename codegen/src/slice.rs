//! Cuts a document down to some operations and all that they reach.
//!
//! What stays keeps its order and its text, comments and all: only whole members of `paths`, of a path, of the
//! sections of `components` and of `tags` are taken out.

mod cut;
mod outline;
mod reach;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;

use crate::document::Document;
use crate::near::nearest;
use reach::Reach;

/// Which operations to keep: those that have one of the tags, and those that are named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Tags of operations.
    pub tags: Vec<String>,
    /// Operations by their `operationId`, or by method and path: `post /uploads`.
    pub operations: Vec<String>,
}

/// Cuts a document down to the selected operations and all that they reach: by `$ref`, by a discriminator, by a
/// link to another operation, by a security requirement.
///
/// The result is a document of its own, in the format of the given one. Of the members of the document itself,
/// those that are about the whole of it stay (`openapi`, `info`, `servers`, `security` and so on), extensions and
/// unknown members only where they are referred to. What has been cut to some operations before is not changed.
///
/// # Errors
///
/// A tag or operation that the document does not have, and nothing selected at all.
pub fn slice(document: &Document, selection: &Selection) -> Result<String, SliceError> {
    let mut reach = Reach::new(document);
    let mut faults = Vec::new();
    for tag in &selection.tags {
        if !reach.keep_tag(tag) {
            faults.push(unknown("tag", tag, &reach.tags()));
        }
    }
    for operation in &selection.operations {
        if !reach.keep_operation(operation) {
            faults.push(unknown("operation", operation, &reach.operation_names()));
        }
    }
    if selection.tags.is_empty() && selection.operations.is_empty() {
        faults.push("no operation is selected: name a tag or an operation".to_owned());
    }
    if !faults.is_empty() {
        return Err(SliceError { faults });
    }
    let text = cut::cut(document, &reach.finish());
    // What was cut out must not have changed the meaning of what stays.
    match Document::parse(document.file(), &text) {
        Ok(_) => Ok(text),
        Err(diagnostics) => {
            let fault = format!("this document is written in a way that cannot be cut: {diagnostics}");
            Err(SliceError { faults: vec![fault] })
        }
    }
}

/// The operations of a document in its order, each as a [`Selection`] names it: by its method and path.
pub fn operations(document: &Document) -> Vec<String> {
    Reach::new(document).operations()
}

fn unknown(thing: &str, name: &str, names: &[&str]) -> String {
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("the document has no {thing} `{name}`, but there is `{near}`"),
        None if names.is_empty() => format!("the document has no {thing} `{name}`, nor any other"),
        None => {
            let shown: Vec<String> = names.iter().take(10).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > shown.len() { ", …" } else { "" };
            format!("the document has no {thing} `{name}`; there are {}{more}", shown.join(", "))
        }
    }
}

/// Why a document could not be cut; one line for each tag and operation that it does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceError {
    faults: Vec<String>,
}

impl fmt::Display for SliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("\n"))
    }
}

impl Error for SliceError {}
