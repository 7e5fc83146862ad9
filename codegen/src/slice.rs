//! Cuts a document down to some operations and everything that they use.
//!
//! The rest keeps its order and its text, including comments. Only whole members of `paths`, of a path, of the
//! sections of `components` and of `tags` are removed.

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

/// The operations to keep.
///
/// Operations with one of the tags, with one of the names, or with a path that matches one of the patterns. If these
/// lists are empty, all operations. The other three lists then remove operations in the same way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Tags of operations.
    pub tags: Vec<String>,
    /// Operations by their `operationId`, or by method and path: `post /uploads`.
    pub operations: Vec<String>,
    /// Patterns of paths. `*` matches anything within a step, `**` any number of steps: `/files/**`.
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

/// Cuts a document down to the selected operations and everything that they use: through `$ref`, a discriminator, a
/// link to another operation, or a security requirement.
///
/// Returns a complete document in the format of the given one. Members about the whole document stay (`openapi`,
/// `info`, `servers`, `security` and so on). Extensions and unknown members stay only if something refers to them.
/// Cutting the result again changes nothing. A document that overlays have changed is written as JSON.
///
/// # Errors
///
/// A tag, operation or pattern without a match in the document, or an empty selection.
pub fn slice(document: &Document, selection: &Selection) -> Result<String, SliceError> {
    if document.is_overlaid() {
        return slice(&document.rewritten().map_err(cannot_cut)?, selection);
    }
    let operations = Operations::of(document);
    let chosen = choice::chosen(&operations, selection)?;
    let kept = Reach::new(document, &operations, Links::Followed).keep_all(&chosen);
    let text = cut::cut(document, &kept);
    // Removing parts must not have changed the meaning of the rest.
    match Document::parse(document.file(), &text) {
        Ok(_) => Ok(text),
        Err(diagnostics) => Err(cannot_cut(diagnostics)),
    }
}

fn cannot_cut(diagnostics: Diagnostics) -> SliceError {
    let fault = format!("this document is written in a way that cannot be cut: {diagnostics}");
    SliceError { faults: vec![fault] }
}

/// Removes what the selected operations do not use from a document before it is lowered. Values keep their positions.
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
    // The target of a link was not selected.
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
        help: message.contains("has no").then(|| "upper and lower case count".to_owned()),
    });
    faults.collect()
}

/// The operations that a name means: an id, or a method and path.
pub(crate) fn operations_named(document: &Document, name: &str) -> Vec<Pointer> {
    let operations = Operations::of(document);
    operations.named(name).iter().map(|number| operations.get(*number).pointer.clone()).collect()
}

/// The operations of a document in its order, by method and path, as in a [`Selection`].
pub fn operations(document: &Document) -> Vec<String> {
    let operations = Operations::of(document);
    let paths = operations.iter().filter(|operation| operation.path().is_some());
    paths.filter_map(operation::Operation::place).collect()
}

/// Why a document could not be cut. One line for each tag, operation and path that it does not have.
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
