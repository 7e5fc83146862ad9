//! An OpenAPI 3.0 or 3.1 document as written, and the files that its `$ref`s reach.

mod fault;
mod json;
mod json_layout;
mod limits;
mod node;
mod place;
mod pointer;
mod reference;
mod source;
mod text_reference;
mod version;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

pub use node::{Node, Number, Object};
pub use pointer::Pointer;
pub use reference::{ReferenceError, mentions_other_files};
pub use version::Version;

use crate::diagnostic::{Diagnostics, Position};
use fault::Fault;
use reference::{Fragment, Reference};

pub(crate) use json_layout::entries as json_entries;
pub(crate) use place::Mark;
pub(crate) use source::{Source, json_marks};

/// How many `$ref`s a JSON pointer may pass through on its way.
const MAXIMUM_HOPS: usize = 64;

/// How often the name that was probably meant is looked for, which takes as long as there are names.
const MAXIMUM_SUGGESTIONS: usize = 100;

/// A document and the files beside it, every `$ref` still a `$ref`.
#[derive(Debug)]
pub struct Document {
    file: String,
    version: Version,
    sources: BTreeMap<String, Source>,
    suggestions: AtomicUsize,
    text_references: Vec<(String, Pointer)>,
}

/// What a `$ref` refers to. The value may itself be a `$ref`.
#[derive(Clone, Debug, PartialEq)]
pub struct Target<'a> {
    /// The value.
    pub node: &'a Node,
    /// The file it stands in.
    pub file: &'a str,
    /// Where it stands there.
    pub pointer: Pointer,
}

impl Document {
    /// Reads a document that is one file. `file` is its name as its reader would write it.
    ///
    /// Text that begins as JSON is read as JSON, other text as YAML 1.2.
    ///
    /// # Errors
    ///
    /// All that is wrong with the text itself: its syntax, keys given twice, nesting or size beyond all reason,
    /// a version of OpenAPI other than 3.0 and 3.1. What the document means is not looked at.
    pub fn parse(file: &str, text: &str) -> Result<Self, Diagnostics> {
        Self::parse_many(file, text, &BTreeMap::new())
    }

    /// Reads a document whose `$ref`s reach other files: `files` has their texts by the names that
    /// [`external_files`](Self::external_files) gives them.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), for all files together.
    pub fn parse_many(file: &str, text: &str, files: &BTreeMap<String, String>) -> Result<Self, Diagnostics> {
        let file = reference::normal(file);
        let mut sources = BTreeMap::new();
        let mut faults = Diagnostics::default();
        let main = Source::read(text).and_then(|source| match Version::of(source.root()) {
            Ok(version) => Ok((version, source)),
            Err(fault) => {
                let mark = source.marks(&[&fault.pointer])[0];
                Err(vec![fault.at(mark)])
            }
        });
        let version = match main {
            Ok((version, source)) => {
                sources.insert(file.clone(), source);
                Some(version)
            }
            Err(found) => {
                faults.extend(told(found, &file, text));
                None
            }
        };
        for (name, text) in files {
            let name = reference::normal(name);
            if name == file {
                continue;
            }
            if text_reference::is_plain_text(&name) {
                sources.insert(name, Source::of_text(text));
                continue;
            }
            match Source::read(text) {
                Ok(source) => {
                    sources.insert(name, source);
                }
                Err(found) => faults.extend(told(found, &name, text)),
            }
        }
        match version {
            Some(version) if faults.is_empty() => {
                let mut document = Self::new(file, version, sources);
                document.inline_texts();
                Ok(document)
            }
            _ => Err(faults),
        }
    }

    /// Reads a file that is no OpenAPI document but is written like one. Its version counts as 3.1.
    ///
    /// # Errors
    ///
    /// All that is wrong with the text itself.
    pub(crate) fn fragment(file: &str, text: &str) -> Result<Self, Diagnostics> {
        let file = reference::normal(file);
        let source = Source::read(text).map_err(|faults| told(faults, &file, text))?;
        let sources = BTreeMap::from([(file.clone(), source)]);
        Ok(Self::new(file, Version::V3_1, sources))
    }

    fn new(file: String, version: Version, sources: BTreeMap<String, Source>) -> Self {
        Self { file, version, sources, suggestions: AtomicUsize::new(0), text_references: Vec::new() }
    }

    /// Where a `$ref` stood that a text has taken the place of: a file and a pointer.
    pub fn text_references(&self) -> &[(String, Pointer)] {
        &self.text_references
    }

    /// Where values stand, each given by its file and pointer: a scalar where it begins, any other value at its
    /// key. `None`: a file that is not the document's.
    pub fn positions(&self, places: &[(&str, &Pointer)]) -> Vec<Option<Position>> {
        self.marks(places).into_iter().map(|mark| mark.map(Position::from)).collect()
    }

    /// As [`positions`](Self::positions), with how long each is. Each file is looked through once.
    pub(crate) fn marks(&self, places: &[(&str, &Pointer)]) -> Vec<Option<Mark>> {
        let mut marks = vec![None; places.len()];
        for (file, source) in &self.sources {
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

    /// The document's own file name, without needless `.` and `..`.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The version of OpenAPI it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The whole document.
    pub fn root(&self) -> &Node {
        self.sources[&self.file].root()
    }

    /// The files that `$ref`s reach, here and in the files already given, and that are not given yet.
    ///
    /// Names are relative to whatever the document's own name is relative to. Something that only looks like a
    /// `$ref`, in an example say, counts too: a file that is not there is no fault until the `$ref` is followed.
    pub fn external_files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        for (file, source) in &self.sources {
            source.each_reference(&mut |reference| {
                if let Ok(Reference { file: Some(file), .. }) = Reference::parse(reference, file)
                    && !self.sources.contains_key(&file)
                {
                    files.insert(file);
                }
            });
        }
        files
    }

    /// Follows a `$ref` that stands in `base_file`, once: what it refers to may be a `$ref` again.
    ///
    /// # Errors
    ///
    /// A `$ref` that is malformed, that leaves the machine, whose file was not given, or that leads nowhere.
    pub fn resolve(&self, base_file: &str, reference: &str) -> Result<Target<'_>, ReferenceError> {
        self.follow(base_file, reference, MAXIMUM_HOPS)
    }

    fn follow(
        &self,
        base_file: &str,
        reference: &str,
        mut hops: usize,
    ) -> Result<Target<'_>, ReferenceError> {
        if hops == 0 {
            return Err(ReferenceError {
                code: "ref-cycle",
                message: format!("`$ref` to `{reference}` leads back to itself"),
                help: None,
            });
        }
        let Reference { file, fragment } = Reference::parse(reference, base_file)?;
        let file = file.as_deref().unwrap_or(base_file);
        let Some((file, source)) = self.sources.get_key_value(file) else {
            return Err(ReferenceError {
                code: "missing-file",
                message: format!("`$ref` to `{reference}`: there is no file `{file}`"),
                help: Some("the path of a `$ref` is relative to the file it stands in".to_owned()),
            });
        };
        let pointer = match fragment {
            Fragment::Pointer(pointer) => pointer,
            Fragment::Anchor(name) => {
                source.anchor(&name).ok_or_else(|| dangling(reference, file, None))?.clone()
            }
        };
        let mut target = Target { node: source.root(), file, pointer: Pointer::root() };
        for token in pointer.tokens() {
            while child(target.node, token).is_none()
                && let Some(inner) = target.node.get("$ref").and_then(Node::as_str)
            {
                hops = hops.saturating_sub(1);
                target = self.follow(target.file, inner, hops)?;
            }
            match child(target.node, token) {
                Some(node) => {
                    target = Target { node, file: target.file, pointer: target.pointer.child(token) };
                }
                None => return Err(dangling(reference, file, self.near(&target, token))),
            }
        }
        Ok(target)
    }

    /// The pointer to the member of a value whose name is the most like `token`.
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

fn told(faults: Vec<Fault>, file: &str, text: &str) -> Diagnostics {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Diagnostics::of_text(faults.into_iter().map(|fault| fault.into_diagnostic(file)).collect(), text)
}

#[cfg(test)]
mod tests;
