//! What an alternative of a union is called, where it has no name of its own: by what tells it from the others, so
//! that another alternative does not change it.

use crate::document::{Node, keyword};

use super::class::enum_values;

/// The longest title or value that makes a name.
const MAXIMUM_LENGTH: usize = 60;

/// What the element at `index` of a `oneOf` or `anyOf` is called.
pub(super) fn name(elements: &[Node], index: usize) -> String {
    let Some(node) = elements.get(index) else { return "value".to_owned() };
    let others = || elements.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, other)| other);
    let alone = |name: Option<String>, name_of: fn(&Node) -> Option<String>| {
        name.filter(|name| others().all(|other| name_of(other).as_ref() != Some(name)))
    };
    let title = || alone(title(node), title);
    let value =
        || constants(node).find(|(key, value)| others().all(|other| constant(other, key) != Some(value)));
    // A union has one string for all of its strings.
    let string = || {
        let values = |node: &Node| is_string(node) && enum_values(node).next().is_some();
        (is_string(node) && !(values(node) && others().any(values))).then(|| "string".to_owned())
    };
    let kind = || alone(kind(node), kind);
    let elements_kind = || alone(array(node), array);
    let property = || {
        let distinct = |name: &&str| others().all(|other| !properties(other).any(|known| known == *name));
        properties(node).find(distinct).map(|name| format!("with {name}"))
    };
    let reference = || alone(reference(node), reference);
    title()
        .or_else(|| value().map(|(_, value)| value.to_owned()))
        .or_else(string)
        .or_else(kind)
        .or_else(elements_kind)
        .or_else(reference)
        .or_else(property)
        .unwrap_or_else(|| format!("{} {}", self::kind(node).as_deref().unwrap_or("option"), index + 1))
}

fn title(node: &Node) -> Option<String> {
    node.get("title").and_then(Node::as_str).filter(|title| fits(title)).map(str::to_owned)
}

fn is_string(node: &Node) -> bool {
    kind(node).as_deref() == Some("string")
}

fn fits(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAXIMUM_LENGTH
}

/// The properties of an object that have one value alone.
fn constants(node: &Node) -> impl Iterator<Item = (&str, &str)> {
    let properties = node.get("properties").and_then(Node::as_object).into_iter().flatten();
    properties.filter_map(|(name, _)| Some((name.as_str(), constant(node, name)?)))
}

fn constant<'a>(node: &'a Node, property: &str) -> Option<&'a str> {
    let schema = node.get("properties")?.get(property)?;
    let only = match schema.get("enum").and_then(Node::as_array) {
        Some([only]) => Some(only),
        Some(_) => None,
        None => schema.get("const"),
    };
    only?.as_str().filter(|value| fits(value))
}

/// What is JSON's type, or the format that makes a string something else. Strings are all one, as the union has it.
fn kind(node: &Node) -> Option<String> {
    let text = |key: &str| node.get(key).and_then(Node::as_str);
    let kind = match node.get("type") {
        Some(Node::String(kind)) => kind,
        Some(_) => return None,
        None => node.as_object().and_then(keyword::implied_type)?,
    };
    match (kind, text("format")) {
        ("string", Some(format @ ("date-time" | "date" | "uuid" | "byte" | "binary"))) => {
            Some(format.to_owned())
        }
        (kind, _) => Some(kind.to_owned()),
    }
}

/// What an array is one of.
fn array(node: &Node) -> Option<String> {
    if kind(node)? != "array" {
        return None;
    }
    let items = node.get("items")?;
    if let Some(name) = referred(items) {
        return Some(format!("{name} array"));
    }
    Some(match kind(items).as_deref() {
        Some("array") => format!("{} arrays", array(items)?.trim_end_matches('s')),
        Some(kind) => format!("{kind}s"),
        None => "array".to_owned(),
    })
}

/// The name of a schema that this one refers to, or has in its `allOf`.
fn reference(node: &Node) -> Option<String> {
    let parts = node.get("allOf").and_then(Node::as_array).unwrap_or_default();
    referred(node).or_else(|| parts.iter().find_map(referred))
}

fn referred(node: &Node) -> Option<String> {
    let name = node.get("$ref")?.as_str()?.rsplit('/').next()?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// The names of an object's properties, those that it must have first.
fn properties(node: &Node) -> impl Iterator<Item = &str> {
    let named = node.get("properties").and_then(Node::as_object);
    let required = node.get("required").and_then(Node::as_array).unwrap_or_default();
    let required = required.iter().filter_map(Node::as_str);
    let required = required.filter(move |name| named.is_some_and(|named| named.contains_key(*name)));
    required.chain(named.into_iter().flatten().map(|(name, _)| name.as_str()))
}
