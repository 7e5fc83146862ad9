//! Cuts a document down to some operations and all that they reach.
//!
//! What stays keeps its order and its text, comments and all: only whole members of `paths`, of a path, of the
//! sections of `components` and of `tags` are taken out.

mod choice;
mod cut;
mod operation;
mod outline;
mod reach;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::document::{Document, Pointer};
use operation::Operations;
use reach::{Links, Reach};

/// Which operations to keep.
///
/// Those that have one of the tags, those that are named, and those whose path is like one of the patterns; all, where
/// nothing of this is given. Then, without those that the other three lists mean in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Tags of operations.
    pub tags: Vec<String>,
    /// Operations by their `operationId`, or by method and path: `post /uploads`.
    pub operations: Vec<String>,
    /// Patterns of paths. `*` stands for anything within a step, `**` for any number of steps: `/files/**`.
    pub paths: Vec<String>,
    /// Tags of operations to leave out.
    pub not_tags: Vec<String>,
    /// Operations to leave out.
    pub not_operations: Vec<String>,
    /// Patterns of paths to leave out.
    pub not_paths: Vec<String>,
}

impl Selection {
    /// Whether it keeps all operations.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }
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
/// A tag, operation or pattern that the document has nothing for, and a selection that selects nothing.
pub fn slice(document: &Document, selection: &Selection) -> Result<String, SliceError> {
    let operations = Operations::of(document);
    let chosen = choice::chosen(&operations, selection)?;
    let kept = Reach::new(document, &operations, Links::Followed).keep_all(&chosen);
    let text = cut::cut(document, &kept);
    // What was cut out must not have changed the meaning of what stays.
    match Document::parse(document.file(), &text) {
        Ok(_) => Ok(text),
        Err(diagnostics) => {
            let fault = format!("this document is written in a way that cannot be cut: {diagnostics}");
            Err(SliceError { faults: vec![fault] })
        }
    }
}

/// Takes out of a document what the selected operations do not reach, before it is lowered. Values keep their places.
pub(crate) fn select(document: &mut Document, selection: &Selection) -> Result<(), Diagnostics> {
    if selection.is_all() {
        return Ok(());
    }
    let operations = Operations::of(document);
    let chosen = match choice::chosen(&operations, selection) {
        Ok(chosen) => chosen,
        Err(error) => return Err(document.locate(diagnostics(document, &error))),
    };
    let pointers = chosen.iter().map(|number| operations.get(*number).pointer.clone()).collect();
    // What a link leads to was not chosen.
    let kept = Reach::new(document, &operations, Links::Ignored).keep_all(&chosen);
    document.select(pointers, |pointer, node| kept.fate(pointer, node));
    Ok(())
}

fn diagnostics(document: &Document, error: &SliceError) -> Vec<Diagnostic> {
    let faults = error.faults.iter().map(|message| Diagnostic {
        severity: Severity::Error,
        code: "no-such-operation",
        message: message.clone(),
        file: document.file().to_owned(),
        pointer: Pointer::root().child("paths"),
        position: None,
        help: Some("upper and lower case count".to_owned()),
    });
    faults.collect()
}

/// The operations of a document in its order, each as a [`Selection`] names it: by its method and path.
pub fn operations(document: &Document) -> Vec<String> {
    let operations = Operations::of(document);
    let paths = operations.iter().filter(|operation| operation.path().is_some());
    paths.filter_map(operation::Operation::place).collect()
}

/// Why a document could not be cut; one line for each tag, operation and path that it does not have.
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
