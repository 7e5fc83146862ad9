//! One file of a document: its text, its values, and their positions.

use std::collections::HashMap;
use std::ops::Range;

use url::Url;

use super::fault::Fault;
use super::identifier::Identifiers;
use super::place::{Place, marks};
use super::{Node, Object, Pointer, json, json_layout, yaml};
use crate::diagnostic::Mark;

/// A file that was read.
#[derive(Debug)]
pub(crate) struct Source {
    text: String,
    root: Node,
    /// The values as they are written. In `root` some are replaced.
    written: Option<Node>,
    layout: Layout,
    identifiers: Identifiers,
}

#[derive(Debug)]
enum Layout {
    /// Kept from reading, in the order of the tree.
    Yaml { places: Vec<Place>, anchors: HashMap<usize, Node> },
    /// Computed from the text when asked for.
    Json,
}

/// Pointers without their first steps, each with its number in the query.
type Wanted<'a> = Vec<(usize, &'a [String])>;

impl Source {
    /// Reads the text of a file.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, layout) = match text.trim_start().starts_with(['{', '[']).then(|| json::read(text)) {
            Some(Ok(root)) => (root, Layout::Json),
            // Flow-style YAML begins like JSON. If the text is neither, it was meant as JSON.
            Some(Err(faults)) => match yaml::read(text) {
                Ok(yaml) => (yaml.root, Layout::Yaml { places: yaml.places, anchors: yaml.anchors }),
                Err(_) => return Err(faults),
            },
            None => {
                let yaml = yaml::read(text)?;
                (yaml.root, Layout::Yaml { places: yaml.places, anchors: yaml.anchors })
            }
        };
        let identifiers = Identifiers::of(file, &root, text);
        Ok(Self { text: text.to_owned(), root, written: None, layout, identifiers })
    }

    /// A file of plain text, which is one string.
    pub(super) fn of_text(file: &str, text: &str) -> Self {
        let root = Node::String(text.to_owned());
        let identifiers = Identifiers::of(file, &root, "");
        Self { text: text.to_owned(), root, written: None, layout: Layout::Json, identifiers }
    }

    /// Replaces the value that `pointer` leads to with a string.
    pub(super) fn replace(&mut self, pointer: &Pointer, text: String) {
        self.written.get_or_insert_with(|| self.root.clone());
        if let Some(node) = value_at(&mut self.root, pointer) {
            *node = Node::String(text);
        }
    }

    /// Adds a string below the value that `pointer` leads to.
    pub(super) fn insert(&mut self, pointer: &Pointer, keys: &[&str], text: String) {
        if matches!(self.layout, Layout::Yaml { .. }) {
            self.written.get_or_insert_with(|| self.root.clone());
        }
        let Some(mut node) = value_at(&mut self.root, pointer) else { return };
        for key in keys {
            let Node::Object(members) = node else { return };
            node = members.entry((*key).to_owned()).or_insert_with(|| Node::Object(Object::default()));
        }
        *node = Node::String(text);
    }

    /// Replaces the tree. Values keep their positions in the text.
    pub(super) fn replace_root(&mut self, root: Node) {
        let before = std::mem::replace(&mut self.root, root);
        if matches!(self.layout, Layout::Yaml { .. }) {
            self.written.get_or_insert(before);
        }
    }

    /// Replaces the tree by what overlays have made of it. `overlays` are their texts.
    pub(super) fn correct(&mut self, file: &str, root: Node, overlays: &[&str]) {
        let texts = [&*self.text].into_iter().chain(overlays.iter().copied()).collect::<Vec<_>>().join("\n");
        self.identifiers = Identifiers::of(file, &root, &texts);
        self.replace_root(root);
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_json(&self) -> bool {
        matches!(self.layout, Layout::Json)
    }

    /// The value of a YAML anchor, by the number that the parser gives the anchor.
    pub(crate) fn anchored(&self, anchor: usize) -> Option<&Node> {
        match &self.layout {
            Layout::Yaml { anchors, .. } => anchors.get(&anchor),
            Layout::Json => None,
        }
    }

    pub(super) fn root(&self) -> &Node {
        &self.root
    }

    /// The URIs and names of the file's schemas.
    pub(super) fn identifiers(&self) -> &Identifiers {
        &self.identifiers
    }

    /// Calls `visit` with each `$ref` and each mapping entry of a discriminator that is one, and with the URI that it
    /// is relative to.
    pub(super) fn each_reference(&self, visit: &mut impl FnMut(&str, &Url)) {
        each_reference(&self.root, &self.identifiers.resources()[0].uri, visit);
    }

    /// The positions of the values that pointers lead to: the value itself for a scalar, otherwise its key. A pointer
    /// that leads nowhere is followed as far as possible.
    pub(crate) fn marks(&self, pointers: &[&Pointer]) -> Vec<Mark> {
        let wanted =
            pointers.iter().enumerate().map(|(number, pointer)| (number, pointer.tokens())).collect();
        match &self.layout {
            Layout::Yaml { places, .. } => {
                let mut found = vec![Mark::default(); pointers.len()];
                let written = self.written.as_ref().unwrap_or(&self.root);
                mark_yaml(written, 0, places, wanted, &mut found);
                found
            }
            Layout::Json => json_marks(&self.text, wanted),
        }
    }
}

/// The value at a pointer, to change.
pub(super) fn value_at<'a>(root: &'a mut Node, pointer: &Pointer) -> Option<&'a mut Node> {
    pointer.tokens().iter().try_fold(root, |node, token| match node {
        Node::Object(members) => members.get_mut(token),
        Node::Array(elements) => elements.get_mut(token.parse::<usize>().ok()?),
        _ => None,
    })
}

/// As [`Source::marks`], for a text that is JSON but not a document.
pub(crate) fn json_marks(text: &str, wanted: Wanted<'_>) -> Vec<Mark> {
    let mut ranges = vec![0..0; wanted.len()];
    let start = text.len() - text.trim_start().len();
    // In a text of white space only, the end comes before the start.
    let end = text.trim_end().len().max(start);
    range_json(text, start..end, None, wanted, &mut ranges);
    marks(text, &ranges)
}

fn mark_yaml(node: &Node, index: usize, places: &[Place], wanted: Wanted<'_>, found: &mut [Mark]) {
    let place = places[index];
    let mark = match node {
        Node::Object(_) | Node::Array(_) => place.key.unwrap_or(place.value),
        _ => place.value,
    };
    let mut below = split(wanted, |number| found[number] = mark);
    let mut index = index + 1;
    let mut visit = |token: &str, child: &Node| {
        if let Some(wanted) = below.remove(token) {
            mark_yaml(child, index, places, wanted, found);
        }
        if !below.is_empty() {
            index += yaml::size(child);
        }
        !below.is_empty()
    };
    match node {
        Node::Object(members) => {
            let _ = members.iter().all(|(key, child)| visit(key, child));
        }
        Node::Array(elements) => {
            let _ = elements.iter().enumerate().all(|(at, child)| visit(&at.to_string(), child));
        }
        _ => {}
    }
}

fn range_json(
    text: &str,
    range: Range<usize>,
    key: Option<Range<usize>>,
    wanted: Wanted<'_>,
    found: &mut [Range<usize>],
) {
    let is_scalar = !text[range.clone()].starts_with(['{', '[']);
    let shown = if is_scalar { range.clone() } else { key.unwrap_or(range.start..range.start + 1) };
    let mut below = split(wanted, |number| found[number] = shown.clone());
    if is_scalar || below.is_empty() {
        return;
    }
    for (at, entry) in json_layout::entries(text, range).into_iter().enumerate() {
        let wanted = match &entry.key {
            // A duplicate key is found at its last place, which is the one to complain about.
            Some(key) => below.get(&**key).cloned(),
            None => below.remove(&*at.to_string()),
        };
        if let Some(wanted) = wanted {
            range_json(text, entry.value_range, entry.key_range, wanted, found);
        }
    }
}

/// Calls `here` for each pointer that ends here, and groups the others by their next step.
fn split(wanted: Wanted<'_>, mut here: impl FnMut(usize)) -> HashMap<&str, Wanted<'_>> {
    let mut below: HashMap<&str, Wanted<'_>> = HashMap::new();
    for (number, tokens) in wanted {
        here(number);
        if let Some((first, rest)) = tokens.split_first() {
            below.entry(first).or_default().push((number, rest));
        }
    }
    below
}

/// Visits every `$ref` with the URI that it is relative to.
fn each_reference(node: &Node, base: &Url, visit: &mut impl FnMut(&str, &Url)) {
    match node {
        Node::Object(members) => {
            let own = members.get("$id").and_then(Node::as_str).and_then(|id| base.join(id).ok());
            let base = own.as_ref().unwrap_or(base);
            for (key, child) in members {
                match (key.as_str(), child) {
                    ("$ref", Node::String(reference)) => visit(reference, base),
                    ("discriminator", Node::Object(discriminator)) => {
                        let mapping = discriminator.get("mapping").and_then(Node::as_object);
                        for target in mapping.into_iter().flatten().filter_map(|(_, target)| target.as_str())
                        {
                            // A mapping names a schema or refers to one.
                            if target.contains(['#', '/'])
                                || target.ends_with("yaml")
                                || target.ends_with("json")
                            {
                                visit(target, base);
                            }
                        }
                    }
                    _ => each_reference(child, base, visit),
                }
            }
        }
        Node::Array(elements) => elements.iter().for_each(|child| each_reference(child, base, visit)),
        _ => {}
    }
}
