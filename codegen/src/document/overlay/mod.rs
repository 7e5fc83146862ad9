//! Overlays (OpenAPI Overlay 1.0 to 1.2): changes to a document that its user does not own.

mod action;
mod correction;
mod json_path;
mod merge;
#[cfg(test)]
mod tests;
mod trace;

use std::borrow::Cow;

use super::{Document, Pointer, Source, diagnostics};
use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use correction::Correction;
use trace::Trace;

/// An overlay that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overlay {
    /// Its file name, as messages show it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The overlays that a document was changed by.
#[derive(Debug)]
pub(super) struct Applied {
    /// The overlays, each with its name.
    sources: Vec<(String, Source)>,
    /// Where the values of the changed document are written.
    trace: Trace,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Applies overlays to the document `file`, in their order.
pub(super) fn apply(file: &str, source: &mut Source, overlays: &[Overlay]) -> Result<Applied, Diagnostics> {
    let mut applied = Applied { sources: Vec::new(), trace: Trace::default(), warnings: Vec::new() };
    let mut faults = Diagnostics::default();
    for Overlay { name, text } in overlays {
        match Source::read(name, text) {
            Ok(overlay) => applied.sources.push((name.clone(), overlay)),
            Err(found) => faults.extend(diagnostics(found, name, text)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let mut found = Vec::new();
    let mut actions = Vec::new();
    for (number, (name, overlay)) in applied.sources.iter().enumerate() {
        actions.extend(action::read(name, number, overlay.root(), &mut found));
    }
    let has_errors = |found: &[Diagnostic]| found.iter().any(|one| one.severity == Severity::Error);
    if !has_errors(&found) {
        let names: Vec<&str> = applied.sources.iter().map(|(name, _)| name.as_str()).collect();
        let mut correction = Correction::of(source.root().clone(), &names, &mut found);
        actions.into_iter().for_each(|action| correction.run(action));
        let (root, trace) = correction.end();
        applied.trace = trace;
        let texts: Vec<&str> = overlays.iter().map(|overlay| &*overlay.text).collect();
        source.correct(file, root, &texts);
    }
    if has_errors(&found) {
        let marks = found.iter().map(|one| {
            let overlay = applied.source(&one.file)?;
            Some(overlay.marks(&[&one.pointer])[0])
        });
        let marks = marks.collect();
        return Err(Diagnostics::marked(found, marks, |file| applied.source(file).map(Source::text)));
    }
    applied.warnings = found;
    Ok(applied)
}

impl Applied {
    pub(super) fn source(&self, file: &str) -> Option<&Source> {
        self.sources.iter().find(|(name, _)| name == file).map(|(_, source)| source)
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source))
    }
}

impl Document {
    /// Whether overlays were applied to it.
    pub(crate) fn is_overlaid(&self) -> bool {
        self.overlays.is_some()
    }

    /// The document as if its file contained what overlays have made of it.
    pub(crate) fn rewritten(&self) -> Result<Self, Diagnostics> {
        let text = serde_json::to_string_pretty(self.root()).unwrap_or_default();
        let others = self.sources.iter().filter(|(file, _)| **file != self.file);
        let files = others.map(|(file, source)| (file.clone(), source.text().to_owned())).collect();
        Self::parse_many(&self.file, &(text + "\n"), &files, &[])
    }

    /// Where a value is written: in a file of the document, or in an overlay.
    pub(crate) fn origin<'a>(&'a self, file: &'a str, pointer: &'a Pointer) -> (&'a str, Cow<'a, Pointer>) {
        let Some(applied) = self.overlays.as_ref().filter(|_| file == self.file) else {
            return (file, Cow::Borrowed(pointer));
        };
        let origin = applied.trace.origin(pointer);
        let file = origin.overlay.map_or(file, |number| &applied.sources[number].0);
        (file, Cow::Owned(origin.pointer))
    }
}
