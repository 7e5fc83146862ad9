//! The types of JSON: those that schemas state and those of values.

use super::super::{Node, Number, keyword};
use super::Schema;

impl<'d> Schema<'d> {
    /// The `type`, where it is one name.
    pub fn single_type(self) -> Option<&'d str> {
        self.kind()?.value.as_str()
    }

    /// The types that `type` names, and `null` where the schema is `nullable`.
    pub fn stated_types(self) -> Option<Vec<&'d str>> {
        let mut types = match self.kind()?.value {
            // Kubernetes writes "an integer or a string" like this.
            Node::String(kind) if kind == "string" && self.format() == Some("int-or-string") => {
                vec!["integer", "string"]
            }
            Node::String(kind) => vec![kind.as_str()],
            Node::Array(kinds) => kinds.iter().filter_map(Node::as_str).collect(),
            _ => return None,
        };
        if self.nullable() == Some(true) && !types.contains(&"null") {
            types.push("null");
        }
        (!types.is_empty()).then_some(types)
    }

    /// The type that the keywords imply where there is no `type`.
    pub fn implied_type(self) -> Option<&'static str> {
        keyword::implied_type(self.as_object()?)
    }

    /// Whether `null` alone fits the schema.
    pub fn is_null(self) -> bool {
        if self.as_object().is_none() {
            return false;
        }
        let mut values = self.listed_values().peekable();
        self.single_type() == Some("null")
            || values.peek().is_some() && values.all(|value| *value == Node::Null)
            // OpenAPI 3.0 has no type `null`.
            || self.nullable() == Some(true) && self.only_annotates()
    }

    /// Whether `null` fits the schema too, leaving out its `$ref` and `allOf`.
    pub fn allows_null(self) -> bool {
        let kinds = self.kind().and_then(|kind| kind.value.as_array()).unwrap_or_default();
        self.nullable() == Some(true)
            || kinds.len() > 1 && kinds.iter().any(|kind| kind.as_str() == Some("null"))
            || self.unions().any(|union| union.schemas().any(Schema::is_null))
            || self.enumeration().is_some_and(|values| values.elements().contains(&Node::Null))
    }

    /// Whether `null` fits the schema too, by itself or by a member of its `allOf` that says only that.
    pub fn is_nullable(self) -> bool {
        let says_so = |member: Schema<'d>| member.nullable() == Some(true) && member.only_annotates();
        self.allows_null() || self.all_of().is_some_and(|members| members.schemas().any(says_so))
    }
}

/// The types that are in both lists. An `integer` is a `number` too.
pub fn common_types<'d>(one: &[&'d str], other: &[&'d str]) -> Vec<&'d str> {
    let common = |kind: &&'d str| match *kind {
        kind if other.contains(&kind) => Some(kind),
        "number" if other.contains(&"integer") => Some("integer"),
        "integer" if other.contains(&"number") => Some("integer"),
        _ => None,
    };
    one.iter().filter_map(common).collect()
}

/// The types of some values, each once and without `null`.
pub fn types_of_values(values: &[&Node]) -> Vec<&'static str> {
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
pub fn is_of_type(value: &Node, kind: &str) -> bool {
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
