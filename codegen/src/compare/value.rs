//! A value of a document with its place.

use crate::document::{Document, Node, Target};

/// How many `$ref`s may follow each other.
const MAX_HOPS: usize = 64;

pub(super) type Value<'a> = Target<'a>;

/// The whole document.
pub(super) fn root(document: &Document) -> Value<'_> {
    Target { node: document.root(), file: document.file(), pointer: crate::document::Pointer::root() }
}

/// The member of an object, as it is written.
pub(super) fn member<'a>(value: &Value<'a>, key: &str) -> Option<Value<'a>> {
    let node = value.node.get(key)?;
    Some(Value { node, file: value.file, pointer: value.pointer.child(key) })
}

/// The members of an object, as they are written. None if the value is not an object.
pub(super) fn members<'a>(value: &Value<'a>) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
    let (file, pointer) = (value.file, value.pointer.clone());
    value
        .node
        .as_object()
        .into_iter()
        .flatten()
        .map(move |(key, node)| (&**key, Value { node, file, pointer: pointer.child(key) }))
}

/// The elements of an array, as they are written. None if the value is not an array.
pub(super) fn elements<'a>(value: &Value<'a>) -> impl Iterator<Item = Value<'a>> + use<'a> {
    let (file, pointer) = (value.file, value.pointer.clone());
    let elements = value.node.as_array().into_iter().flatten().enumerate();
    elements.map(move |(at, node)| Value { node, file, pointer: pointer.child(at) })
}

/// Follows `$ref`s to a value that is not a `$ref`. A `$ref` that leads nowhere is returned as it is.
pub(super) fn settled<'a>(document: &'a Document, value: Value<'a>) -> Value<'a> {
    let mut settled = value;
    for _ in 0..MAX_HOPS {
        let Some(reference) = settled.node.get("$ref").and_then(Node::as_str) else { break };
        let Ok(target) = document.resolve(settled.file, reference) else { break };
        settled = target;
    }
    settled
}
