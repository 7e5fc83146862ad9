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
mod text_reference;
mod version;
mod view;
mod yaml;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};

pub use crate::pointer::Pointer;
pub use keyword::Schema;
pub use node::{Node, Number, Object};
pub use overlay::Overlay;
pub use reference::{ReferenceError, mentions_other_files};
pub use version::Version;
pub use view::{Member, Shape, View};

use url::Url;

use crate::diagnostic::{Diagnostic, Diagnostics, Mark, Position};
use fault::Fault;
use reference::{Fragment, Reference};

pub(crate) use json_layout::entries as json_entries;
pub(crate) use selected::Fate;
pub(crate) use source::Source;
use source::json_marks;

/// How many `$ref`s a JSON pointer may pass through.
const MAXIMUM_HOPS: usize = 64;

/// How often a similar name is searched for. A search takes as long as there are names.
const MAXIMUM_SUGGESTIONS: usize = 100;

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
    /// What changes to the document have not done.
    warnings: Vec<Diagnostic>,
}

/// The target of a `$ref`. The value may itself be a `$ref`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target<'a> {
    /// The value.
    pub node: &'a Node,
    /// The file that contains it.
    pub file: &'a str,
    /// The pointer to it in that file.
    pub pointer: Pointer,
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

    /// Reads a file that is written like an OpenAPI document but is none. Its version counts as 3.1.
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

    /// What overlays and new names should have changed in the document, and have not.
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

    /// The files that `$ref`s refer to and that were not given yet.
    ///
    /// Names are relative to the same folder as the document's own name. Something that only looks like a `$ref`, in
    /// an example say, counts too. A missing file is no fault until its `$ref` is followed.
    pub fn external_files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for (file, source) in &self.sources {
            source.each_reference(&mut |reference, base| {
                if self.resource(base, reference).is_none()
                    && let Ok(Reference { file: Some(file), .. }) = Reference::parse(reference, file)
                    && !self.sources.contains_key(&file)
                {
                    files.insert(file);
                }
            });
        }
        files
    }

    /// Follows a `$ref` of the file `base_file`, once. The target may be a `$ref` again.
    ///
    /// # Errors
    ///
    /// A `$ref` that is malformed, that refers to another machine, whose file was not given, or whose target does not
    /// exist.
    pub fn resolve(&self, base_file: &str, reference: &str) -> Result<Target<'_>, ReferenceError> {
        self.resolve_at(base_file, &Pointer::root(), reference)
    }

    /// Follows a `$ref` of the schema at `pointer`, once. It is relative to the innermost `$id` around it.
    ///
    /// # Errors
    ///
    /// As [`resolve`](Self::resolve).
    pub fn resolve_at(
        &self,
        base_file: &str,
        pointer: &Pointer,
        reference: &str,
    ) -> Result<Target<'_>, ReferenceError> {
        self.follow(base_file, pointer, reference, MAXIMUM_HOPS)
    }

    /// The value at a pointer of the document, through the `$ref`s on the way.
    pub(crate) fn target_at(&self, pointer: &Pointer) -> Option<Target<'_>> {
        let root = Target { node: self.root(), file: &self.file, pointer: Pointer::root() };
        self.walk(root, pointer, "", MAXIMUM_HOPS).ok()
    }

    /// As [`target_at`](Self::target_at), and behind the `$ref`s that are at the end.
    pub(crate) fn final_target_at(&self, pointer: &Pointer) -> Option<Target<'_>> {
        let mut target = self.target_at(pointer)?;
        for _ in 0..MAXIMUM_HOPS {
            let Some(reference) = target.node.get("$ref").and_then(Node::as_str) else { return Some(target) };
            target = self.resolve_at(target.file, &target.pointer, reference).ok()?;
        }
        None
    }

    /// Adds a text below a value of a file, in the members that `keys` name. They are objects, or are added as such.
    pub(crate) fn insert(&mut self, file: &str, pointer: &Pointer, keys: &[&str], text: String) {
        if let Some(source) = self.sources.get_mut(file) {
            source.insert(pointer, keys, text);
        }
    }

    fn follow(
        &self,
        base_file: &str,
        base_pointer: &Pointer,
        reference: &str,
        hops: usize,
    ) -> Result<Target<'_>, ReferenceError> {
        if hops == 0 {
            return Err(ReferenceError {
                code: "ref-cycle",
                message: format!("`$ref` to `{reference}` leads back to itself"),
                help: None,
            });
        }
        let base = self.sources.get(base_file).map(|source| source.identifiers().enclosing(base_pointer));
        if let Some((file, resource)) = base.and_then(|base| self.resource(&base.uri, reference)) {
            let (file, source) = self.source_of(reference, file)?;
            let fragment = Fragment::of(reference)?;
            let root = if *resource == Pointer::root() {
                Target { node: source.root(), file, pointer: Pointer::root() }
            } else {
                self.walk(
                    Target { node: source.root(), file, pointer: Pointer::root() },
                    resource,
                    reference,
                    hops,
                )?
            };
            return match fragment {
                Fragment::Pointer(pointer) => self.walk(root, &pointer, reference, hops).or_else(|error| {
                    // In OpenAPI documents a pointer beside an `$id` is often relative to the document's root all the
                    // same.
                    let file_root = Target { node: source.root(), file, pointer: Pointer::root() };
                    self.walk(file_root, &pointer, reference, hops).map_err(|_| error)
                }),
                Fragment::Anchor(name) => self.anchored(file, source, resource, &name, reference, hops),
            };
        }
        let Reference { file, fragment } = Reference::parse(reference, base_file)?;
        let (file, source) = self.source_of(reference, file.as_deref().unwrap_or(base_file))?;
        match fragment {
            Fragment::Pointer(pointer) => self.walk(
                Target { node: source.root(), file, pointer: Pointer::root() },
                &pointer,
                reference,
                hops,
            ),
            Fragment::Anchor(name) => self.anchored(file, source, &Pointer::root(), &name, reference, hops),
        }
    }

    /// The file and pointer of the schema that a `$ref` names by its URI, without the fragment.
    fn resource(&self, base: &Url, reference: &str) -> Option<(&str, &Pointer)> {
        if self.resources.is_empty() {
            return None;
        }
        let mut uri = base.join(reference).ok()?;
        uri.set_fragment(None);
        self.resources.get(uri.as_str()).map(|(file, pointer)| (file.as_str(), pointer))
    }

    fn source_of(&self, reference: &str, file: &str) -> Result<(&str, &Source), ReferenceError> {
        let found = self.sources.get_key_value(file).map(|(file, source)| (file.as_str(), source));
        found.ok_or_else(|| ReferenceError {
            code: "missing-file",
            message: format!("`$ref` to `{reference}`: there is no file `{file}`"),
            help: Some("the path of a `$ref` is relative to the file that contains it".to_owned()),
        })
    }

    fn anchored<'a>(
        &'a self,
        file: &'a str,
        source: &'a Source,
        resource: &Pointer,
        name: &str,
        reference: &str,
        hops: usize,
    ) -> Result<Target<'a>, ReferenceError> {
        let anchor = source.identifiers().anchor(resource, name);
        let pointer = anchor.ok_or_else(|| dangling(reference, file, None))?;
        self.walk(Target { node: source.root(), file, pointer: Pointer::root() }, pointer, reference, hops)
    }

    /// Follows a pointer from a value, through the `$ref`s on the way.
    fn walk<'a>(
        &'a self,
        mut target: Target<'a>,
        pointer: &Pointer,
        reference: &str,
        mut hops: usize,
    ) -> Result<Target<'a>, ReferenceError> {
        for token in pointer.tokens() {
            while child(target.node, token).is_none()
                && let Some(inner) = target.node.get("$ref").and_then(Node::as_str)
            {
                hops = hops.saturating_sub(1);
                target = self.follow(target.file, &target.pointer, inner, hops)?;
            }
            match child(target.node, token) {
                Some(node) => {
                    target = Target { node, file: target.file, pointer: target.pointer.child(token) };
                }
                None => return Err(dangling(reference, target.file, self.near(&target, token))),
            }
        }
        Ok(target)
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

    /// The pointer to the member of a value whose name is most similar to `token`.
    fn near(&self, value: &Target<'_>, token: &str) -> Option<String> {
        if self.suggestions.fetch_add(1, Ordering::Relaxed) >= MAXIMUM_SUGGESTIONS {
            return None;
        }
        let keys = value.node.as_object()?.keys().map(String::as_str);
        crate::near::nearest(token, keys).map(|key| value.pointer.child(key).to_string())
    }

    /// The text of one of the document's files.
    pub(crate) fn source(&self, file: &str) -> Option<&Source> {
        self.sources.get(file)
    }
}

fn child<'a>(node: &'a Node, token: &str) -> Option<&'a Node> {
    match node {
        Node::Object(members) => members.get(token),
        Node::Array(elements) => elements.get(token.parse::<usize>().ok()?),
        _ => None,
    }
}

fn dangling(reference: &str, file: &str, near: Option<String>) -> ReferenceError {
    ReferenceError {
        code: "dangling-ref",
        message: format!("`$ref` to `{reference}` leads nowhere in `{file}`"),
        help: near.map(|near| format!("there is `#{near}`")),
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
