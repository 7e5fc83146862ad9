//! The operations of a document, by the names that a selection gives them.

use std::collections::{HashMap, HashSet};

pub(super) use crate::document::openapi::METHODS;
use crate::document::{Document, Node, Pointer};

/// The member of a path that holds operations of other methods, by method.
pub(super) const MORE: &str = "additionalOperations";

/// The members of the document that hold paths.
pub(super) const PATHS: [&str; 2] = ["paths", "webhooks"];

/// The operations of a document, in its order.
pub(super) struct Operations<'a> {
    list: Vec<Operation<'a>>,
    /// The numbers of the operations that a name means: an id, or a method and path.
    names: HashMap<String, Vec<usize>>,
    /// The tags that are below another one, each with that.
    parents: HashMap<&'a str, &'a str>,
}

/// An operation and where it is.
pub(super) struct Operation<'a> {
    pub pointer: Pointer,
    pub node: &'a Node,
}

impl<'a> Operation<'a> {
    pub(super) fn id(&self) -> Option<&'a str> {
        self.node.get("operationId").and_then(Node::as_str)
    }

    pub(super) fn tags(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.node.get("tags").and_then(Node::as_array).into_iter().flatten().filter_map(Node::as_str)
    }

    /// Its path; `None` for one of a webhook.
    pub(super) fn path(&self) -> Option<&str> {
        match self.pointer.tokens() {
            [holder, path, ..] if holder == "paths" => Some(path),
            _ => None,
        }
    }

    /// Its method and path.
    pub(super) fn place(&self) -> Option<String> {
        match self.pointer.tokens() {
            [_, path, method] => Some(format!("{method} {path}")),
            [_, path, _, method] => Some(format!("{} {path}", method.to_lowercase())),
            _ => None,
        }
    }
}

impl<'a> Operations<'a> {
    /// Every operation of a document, those of paths that are written elsewhere too.
    pub(super) fn of(document: &'a Document) -> Self {
        let list = operations(document);
        let mut names: HashMap<String, Vec<usize>> = HashMap::new();
        for (number, operation) in list.iter().enumerate() {
            for name in operation.id().map(str::to_owned).into_iter().chain(operation.place()) {
                names.entry(name).or_default().push(number);
            }
        }
        let tags = document.root().get("tags").and_then(Node::as_array).unwrap_or_default();
        let text = |tag: &'a Node, key: &str| tag.get(key).and_then(Node::as_str);
        let parents = tags.iter().filter_map(|tag| Some((text(tag, "name")?, text(tag, "parent")?)));
        Self { list, names, parents: parents.collect() }
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Operation<'a>> {
        self.list.iter()
    }

    pub(super) fn get(&self, number: usize) -> &Operation<'a> {
        &self.list[number]
    }

    /// The numbers of the operations that a name means: an id, or a method and path.
    pub(super) fn named(&self, name: &str) -> &[usize] {
        let place = || name.split_once(' ').map(|(method, path)| format!("{} {path}", method.to_lowercase()));
        let found = self.names.get(name).or_else(|| self.names.get(&place()?));
        found.map(Vec::as_slice).unwrap_or_default()
    }

    /// Every tag that an operation has, in the order of the document.
    pub(super) fn tags(&self) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        self.list.iter().flat_map(Operation::tags).filter(|tag| seen.insert(*tag)).collect()
    }

    /// Whether a tag is another one, or below it (OpenAPI 3.2).
    pub(super) fn is_below(&self, tag: &str, other: &str) -> bool {
        let mut above = Some(tag);
        for _ in 0..=self.parents.len() {
            let Some(tag) = above else { return false };
            if tag == other {
                return true;
            }
            above = self.parents.get(tag).copied();
        }
        false
    }

    /// The ids of the operations.
    pub(super) fn ids(&self) -> Vec<&'a str> {
        self.list.iter().filter_map(Operation::id).collect()
    }
}

fn operations(document: &Document) -> Vec<Operation<'_>> {
    let mut operations = Vec::new();
    for holder in PATHS {
        let paths = document.root().get(holder).and_then(Node::as_object);
        for (path, mut item) in paths.into_iter().flatten() {
            let pointer = Pointer::root().child(holder).child(path);
            if let Some(reference) = item.get("$ref").and_then(Node::as_str)
                && let Ok(target) = document.resolve(document.file(), reference)
            {
                item = target.node;
            }
            for (method, node) in item.as_object().into_iter().flatten() {
                if METHODS.contains(&&**method) {
                    operations.push(Operation { pointer: pointer.child(method), node });
                }
                let more = node.as_object().filter(|_| method == MORE);
                for (own, node) in more.into_iter().flatten() {
                    operations.push(Operation { pointer: pointer.child(method).child(own), node });
                }
            }
        }
    }
    operations
}
