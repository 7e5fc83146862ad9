//! The operations of a document, by the names that a selection gives them.

use std::collections::{HashMap, HashSet};

use crate::document::{Document, Node, Pointer};

/// The members of a path that are operations.
pub(super) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The members of the document that hold paths.
pub(super) const PATHS: [&str; 2] = ["paths", "webhooks"];

/// The operations of a document, in its order.
pub(super) struct Operations<'a> {
    list: Vec<Operation<'a>>,
    /// The numbers of the operations that a name means: an id, or a method and path.
    names: HashMap<String, Vec<usize>>,
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
            [holder, path, _] if holder == "paths" => Some(path),
            _ => None,
        }
    }

    /// Its method and path.
    pub(super) fn place(&self) -> Option<String> {
        match self.pointer.tokens() {
            [_, path, method] => Some(format!("{method} {path}")),
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
        Self { list, names }
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
            }
        }
    }
    operations
}
