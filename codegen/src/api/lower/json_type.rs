//! JSON's types: those that schemas state and those of values.

use crate::document::{Node, Number};

use super::super::model::Type;

/// The type of a string, by its format. Of several schemas the last that gives one counts.
pub(super) fn string(nodes: &[&Node]) -> Type {
    let own = |node: &&Node| {
        let encoding = node.get("contentEncoding").and_then(Node::as_str);
        match (node.get("format").and_then(Node::as_str), encoding) {
            (Some("date-time"), _) => Some(Type::DateTime),
            (Some("date"), _) => Some(Type::Date),
            (Some("uuid"), _) => Some(Type::Uuid),
            (Some("password"), _) => Some(Type::Secret),
            (Some("byte"), _) | (None, Some("base64")) => Some(Type::Base64),
            _ => None,
        }
    };
    nodes.iter().rev().find_map(own).unwrap_or(Type::String)
}

/// Whether a `format` or `contentEncoding` gives a value a type of its own.
pub(super) fn decides_type(key: &str, value: &Node) -> bool {
    let known = [
        "date-time",
        "date",
        "uuid",
        "byte",
        "password",
        "binary",
        "float",
        "int8",
        "int16",
        "int32",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "int-or-string",
    ];
    value
        .as_str()
        .is_some_and(|value| if key == "format" { known.contains(&value) } else { value == "base64" })
}

/// The types that `type` names, and `null` where the schema is `nullable`.
pub(super) fn stated_types(node: &Node) -> Option<Vec<&str>> {
    let mut types = match node.get("type")? {
        // How Kubernetes says it.
        Node::String(kind)
            if kind == "string" && node.get("format").and_then(Node::as_str) == Some("int-or-string") =>
        {
            vec!["integer", "string"]
        }
        Node::String(kind) => vec![kind.as_str()],
        Node::Array(kinds) => kinds.iter().filter_map(Node::as_str).collect(),
        _ => return None,
    };
    if super::flag(node, "nullable") && !types.contains(&"null") {
        types.push("null");
    }
    (!types.is_empty()).then_some(types)
}

/// JSON's types of some values, each once. `null` is none of them.
pub(super) fn types_of_values(values: &[&Node]) -> Vec<&'static str> {
    let mut types = Vec::new();
    for value in values {
        let kind = match value {
            Node::String(_) => "string",
            Node::Bool(_) => "boolean",
            Node::Number(Number::Integer(_)) => "integer",
            Node::Number(Number::Float(_)) => "number",
            Node::Array(_) => "array",
            Node::Object(_) => "object",
            Node::Null => continue,
        };
        if !types.contains(&kind) {
            types.push(kind);
        }
    }
    types
}

/// Whether a value is of one of JSON's types.
pub(super) fn is_of_type(value: &Node, kind: &str) -> bool {
    match (value, kind) {
        (Node::Null, "null")
        | (Node::Bool(_), "boolean")
        | (Node::String(_), "string")
        | (Node::Number(_), "number")
        | (Node::Number(Number::Integer(_)), "integer")
        | (Node::Array(_), "array")
        | (Node::Object(_), "object") => true,
        (Node::Number(Number::Float(value)), "integer") => value.fract() == 0.0,
        _ => false,
    }
}
