//! Reduces a document to some of its parts.

use std::collections::HashSet;

use super::{Document, Node, Object, Pointer};

/// Whether one member of the document stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays as it is.
    Whole,
    /// Some of its members stay.
    Partly,
    /// It is removed.
    Gone,
}

impl Document {
    /// Reduces the document to the operations at these pointers and the members that `fate` keeps. Diagnostics
    /// still find the place of each value in the text.
    pub(crate) fn select(
        &mut self,
        operations: HashSet<Pointer>,
        fate: impl Fn(&Pointer, Option<&Node>) -> Fate,
    ) {
        self.selected = Some(operations);
        if let Some(source) = self.sources.get_mut(&self.file) {
            let kept = part(source.root(), &Pointer::root(), &fate);
            source.replace_root(kept);
        }
    }

    /// Whether an operation is selected. Without a selection, all are. The pointer is that of its path
    /// and method, wherever it is written.
    pub(crate) fn is_selected(&self, operation: &Pointer) -> bool {
        self.selected.as_ref().is_none_or(|selected| selected.contains(operation))
    }
}

fn part(node: &Node, pointer: &Pointer, fate: &impl Fn(&Pointer, Option<&Node>) -> Fate) -> Node {
    // Lists stay whole: the place of an element is its number.
    let Node::Object(members) = node else { return node.clone() };
    let mut kept = Object::default();
    for (key, member) in members {
        let pointer = pointer.child(key);
        match fate(&pointer, Some(member)) {
            Fate::Whole => kept.insert(key.clone(), member.clone()),
            Fate::Partly => kept.insert(key.clone(), part(member, &pointer, fate)),
            Fate::Gone => None,
        };
    }
    Node::Object(kept)
}
