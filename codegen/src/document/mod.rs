//! An OpenAPI 3.0, 3.1 or 3.2 document as written, with its overlays, and the files that its `$ref`s reach.

mod fault;
mod identifier;
mod json;
mod json_layout;
pub mod keyword;
mod limits;
mod node;
pub mod openapi;
mod overlay;
mod place;
mod reference;
pub mod schema;
mod selected;
mod source;
mod target;
mod text_reference;
mod version;
mod view;
mod yaml;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::atomic::AtomicUsize;

pub use crate::pointer::Pointer;
pub use keyword::Schema;
pub use node::{Node, Number, Object};
pub use overlay::Overlay;
pub use reference::{ReferenceError, mentions_other_files};
pub use target::Target;
pub use version::Version;
pub use view::{Member, Shape, View};

use crate::diagnostic::{Diagnostic, Diagnostics, Mark, Position};
use fault::Fault;

pub(crate) use json_layout::entries as json_entries;
pub(crate) use selected::Fate;
pub(crate) use source::Source;
use source::json_marks;

/// A document and the files beside it. Every `$ref` is still a `$ref`.
#[derive(Debug)]
pub struct Document {
    file: String,
    version: Version,
    sources: BTreeMap<String, Source>,
    suggestions: AtomicUsize,
    text_references: Vec<(String, Pointer)>,
    /// The schemas that have a URI of their own, each by its file and pointer.
    resources: HashMap<String, (String, Pointer)>,
    /// The operations that were selected, by path and method; `None`: all.
    selected: Option<HashSet<Pointer>>,
    /// The overlays that were applied.
    overlays: Option<overlay::Applied>,
    /// Warnings about overlay actions and new names that changed nothing.
    warnings: Vec<Diagnostic>,
}

impl Document {
    /// Reads a document that is one file. `file` is its name, as messages show it.
    ///
    /// Text that begins as JSON is read as JSON, other text as YAML 1.2.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text itself: its syntax, duplicate keys, excessive nesting or size, or a
    /// version of OpenAPI other than 3.0, 3.1 and 3.2. The meaning of the document is not checked.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        Self::parse_many(file, text, &BTreeMap::new(), &[])
    }

    /// Reads a document whose `$ref`s reach other files: `files` has their texts by the names that
    /// [`external_files`](Self::external_files) gives them, or by their URLs. `overlays` change the document itself, in
    /// their order, before anything in it is looked at.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), for all files together. Also faults of an overlay, or a change that does not fit.
    pub fn parse_many(
        file: &str,
        text: &str,
        files: &BTreeMap<String, String>,
        overlays: &[Overlay],
    ) -> Result<Self, Diagnostics> {
        let file = reference::normal(file);
        let mut sources = BTreeMap::new();
        let mut faults = Diagnostics::default();
        let mut version = None;
        let mut applied = None;
        match Source::read(&file, text) {
            Ok(mut source) => {
                if !overlays.is_empty() {
                    applied = Some(overlay::apply(&file, &mut source, overlays)?);
                }
                match Version::of(source.root()) {
                    Ok(found) => version = Some(found),
                    Err(fault) => {
                        let mark = source.marks(&[&fault.pointer])[0];
                        faults.extend(diagnostics(vec![fault.at(mark)], &file, text));
                    }
                }
                sources.insert(file.clone(), source);
            }
            Err(found) => faults.extend(diagnostics(found, &file, text)),
        }
        for (name, text) in files {
            let name = reference::normal(name);
            if name == file {
                continue;
            }
            if text_reference::is_plain_text(&name) {
                let source = Source::of_text(&name, text);
                sources.insert(name, source);
                continue;
            }
            match Source::read(&name, text) {
                Ok(source) => {
                    sources.insert(name, source);
                }
                Err(found) => faults.extend(diagnostics(found, &name, text)),
            }
        }
        match version {
            Some(version) if faults.is_empty() => {
                let mut document = Self::new(file, version, sources);
                document.warnings =
                    applied.as_mut().map(|applied| std::mem::take(&mut applied.warnings)).unwrap_or_default();
                document.overlays = applied;
                document.inline_texts();
                Ok(document)
            }
            _ => Err(faults),
        }
    }

    /// Reads a file that has the syntax of an OpenAPI document but is not one. Its version counts as 3.1.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the text itself.
    pub(crate) fn fragment(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let file = reference::normal(file);
        let source = Source::read(&file, text).map_err(|faults| diagnostics(faults, &file, text))?;
        let sources = BTreeMap::from([(file.clone(), source)]);
        Ok(Self::new(file, Version::V3_1, sources))
    }

    fn new(file: String, version: Version, sources: BTreeMap<String, Source>) -> Self {
        let mut resources = HashMap::new();
        for (name, source) in &sources {
            // A file that is not a URL is found by its name.
            let has_uri = reference::is_url(name) || source.root().get("$self").is_some();
            let skipped = usize::from(!has_uri);
            for resource in source.identifiers().resources().iter().skip(skipped) {
                let place = (name.clone(), resource.pointer.clone());
                resources.entry(resource.uri.to_string()).or_insert(place);
            }
        }
        Self {
            file,
            version,
            sources,
            suggestions: AtomicUsize::new(0),
            text_references: Vec::new(),
            resources,
            selected: None,
            overlays: None,
            warnings: Vec::new(),
        }
    }

    /// The places of the `$ref`s that were replaced with a text, each as a file and a pointer.
    pub fn text_references(&self) -> &[(String, Pointer)] {
        &self.text_references
    }

    /// The positions of values, each given by its file and pointer. A scalar has the position of its start, any other
    /// value that of its key. `None`: the file is not one of the document's.
    pub fn positions(&self, places: &[(&str, &Pointer)]) -> Vec<Option<Position>> {
        self.marks(places).into_iter().map(|mark| mark.map(Position::from)).collect()
    }

    /// As [`positions`](Self::positions), with lengths. Each file is read through once.
    pub(crate) fn marks(&self, places: &[(&str, &Pointer)]) -> Vec<Option<Mark>> {
        let mut marks = vec![None; places.len()];
        let sources = self.sources.iter().map(|(file, source)| (file.as_str(), source));
        let overlays = self.overlays.iter().flat_map(overlay::Applied::sources);
        for (file, source) in sources.chain(overlays) {
            let (numbers, pointers): (Vec<usize>, Vec<&Pointer>) = places
                .iter()
                .enumerate()
                .filter(|(_, place)| place.0 == file)
                .map(|(number, place)| (number, place.1))
                .unzip();
            if !numbers.is_empty() {
                for (number, mark) in numbers.into_iter().zip(source.marks(&pointers)) {
                    marks[number] = Some(mark);
                }
            }
        }
        marks
    }

    /// Finds the positions of diagnostics, in one pass over each file. Sorts errors before warnings, each in the
    /// order of the text.
    ///
    /// A value from an overlay is found there.
    pub fn locate(&self, mut list: Vec<Diagnostic>) -> Diagnostics {
        let origins: Vec<(String, Pointer)> = list
            .iter()
            .map(|one| {
                let (file, pointer) = self.origin(&one.file, &one.pointer);
                (file.to_owned(), pointer.into_owned())
            })
            .collect();
        let places: Vec<(&str, &Pointer)> =
            origins.iter().map(|(file, pointer)| (&**file, pointer)).collect();
        let marks = self.marks(&places);
        for (diagnostic, (file, _)) in list.iter_mut().zip(origins) {
            diagnostic.file = file;
        }
        let text_of = |file: &str| {
            let overlay = || self.overlays.as_ref()?.source(file);
            self.source(file).or_else(overlay).map(Source::text)
        };
        Diagnostics::marked(list, marks, text_of)
    }

    /// Warnings about overlay actions and new names that changed nothing in the document.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    pub(crate) fn warn(&mut self, warnings: Vec<Diagnostic>) {
        self.warnings.extend(warnings);
    }

    /// The name of the document's own file, without redundant `.` and `..`.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The version of OpenAPI that it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The whole document.
    pub fn root(&self) -> &Node {
        self.sources[&self.file].root()
    }

    /// Adds a text below a value of a file, in the members that `keys` name. They are objects, or are added as such.
    pub(crate) fn insert(&mut self, file: &str, pointer: &Pointer, keys: &[&str], text: String) {
        if let Some(source) = self.sources.get_mut(file) {
            source.insert(pointer, keys, text);
        }
    }

    /// The schemas within the schema at `pointer` that have a `$dynamicAnchor`, each with its name. Those within an
    /// inner schema with an `$id` belong to that one.
    pub(crate) fn dynamic_anchors(&self, file: &str, pointer: &Pointer) -> Vec<(&str, &Pointer)> {
        let Some(source) = self.sources.get(file) else { return Vec::new() };
        let identifiers = source.identifiers();
        let resource = &identifiers.enclosing(pointer).pointer;
        let within = identifiers.anchors().iter().filter(|anchor| {
            anchor.is_dynamic
                && anchor.pointer.tokens().starts_with(pointer.tokens())
                && identifiers.enclosing(&anchor.pointer).pointer == *resource
        });
        within.map(|anchor| (anchor.name.as_str(), &anchor.pointer)).collect()
    }

    /// Whether any schema has a URI of its own.
    pub(crate) fn has_resources(&self) -> bool {
        !self.resources.is_empty()
    }

    /// Whether any schema has a `$dynamicAnchor`.
    pub(crate) fn has_dynamic_anchors(&self) -> bool {
        self.sources
            .values()
            .any(|source| source.identifiers().anchors().iter().any(|anchor| anchor.is_dynamic))
    }

    /// The innermost schema with an `$id` that contains a value. If there is none, the whole file.
    pub(crate) fn resource_at(&self, file: &str, pointer: &Pointer) -> Pointer {
        let source = self.sources.get(file);
        source.map(|source| source.identifiers().enclosing(pointer).pointer.clone()).unwrap_or_default()
    }

    /// The text of one of the document's files.
    pub(crate) fn source(&self, file: &str) -> Option<&Source> {
        self.sources.get(file)
    }
}

/// The diagnostics of a text that could not be read. Missing positions are looked up as in JSON.
fn diagnostics(faults: Vec<Fault>, file: &str, text: &str) -> Diagnostics {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (list, mut marks): (Vec<_>, Vec<_>) =
        faults.into_iter().map(|fault| fault.into_diagnostic(file)).unzip();
    let unknown: Vec<usize> = (0..marks.len()).filter(|number| marks[*number].is_none()).collect();
    let wanted = unknown.iter().enumerate().map(|(at, number)| (at, list[*number].pointer.tokens()));
    for (number, mark) in unknown.iter().zip(json_marks(text, wanted.collect())) {
        marks[*number] = Some(mark);
    }
    Diagnostics::marked(list, marks, |_| Some(text))
}

#[cfg(test)]
mod tests;
