//! The diagnostics of the lowering, and what is gathered to be reported once at the end.

use foldhash::HashSet;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Pointer;

use super::super::model::Type;
use super::Lowering;
use super::place::Place;

/// The diagnostics so far.
#[derive(Default)]
pub(super) struct Report {
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Greater than 0 while nothing is reported, because it is reported elsewhere.
    quiet: usize,
    /// The schemas whose keywords were checked.
    checked: HashSet<Place>,
    /// The types that are sent as deep objects, and where.
    pub(super) deep_objects: Vec<(Place, Type)>,
    /// The `$ref`s that are where OpenAPI does not allow one.
    pub(super) misplaced_references: Vec<Place>,
    /// The `$ref`s that are followed from the schema around them.
    pub(super) nearby_references: Vec<Place>,
    /// The parameters of webhooks and callbacks.
    pub(super) received_parameters: Vec<Place>,
}

impl Report {
    /// Whether the keywords of a schema are to be checked now: once, and not while nothing is reported.
    pub(super) fn starts_check(&mut self, place: &Place) -> bool {
        self.quiet == 0 && self.checked.insert(place.clone())
    }
}

impl Lowering<'_> {
    pub(super) fn error(
        &mut self,
        place: &Place,
        code: &'static str,
        message: impl Into<String>,
        help: Option<&str>,
    ) {
        self.report.diagnostics.push(diagnostic(Severity::Error, place, code, message.into(), help));
    }

    pub(super) fn warning(
        &mut self,
        place: &Place,
        code: &'static str,
        message: impl Into<String>,
        help: Option<&str>,
    ) {
        self.report.diagnostics.push(diagnostic(Severity::Warning, place, code, message.into(), help));
    }

    /// Runs a look-up whose faults are reported elsewhere.
    pub(super) fn quietly<T>(&mut self, look_up: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.report.diagnostics.len();
        self.report.quiet += 1;
        let found = look_up(self);
        self.report.quiet -= 1;
        self.report.diagnostics.truncate(before);
        found
    }
}

/// A diagnostic about the value at a place.
pub(super) fn diagnostic(
    severity: Severity,
    place: &Place,
    code: &'static str,
    message: String,
    help: Option<&str>,
) -> Diagnostic {
    Diagnostic {
        severity,
        code,
        message,
        file: place.file.to_string(),
        pointer: Pointer::parse(&place.pointer).unwrap_or_default(),
        position: None,
        help: help.map(str::to_owned),
    }
}
