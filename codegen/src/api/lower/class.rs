//! What a schema is when its keywords are looked at together.

use crate::document::{Node, Object};

use super::super::model::Type;
use super::constraint::only_requires;
use super::{Lowering, Place, keyword};

/// What a schema turns out to be when its keywords are looked at together.
pub(super) enum Class<'d> {
    /// Another schema, by `$ref`.
    Reference(&'d str),
    /// The component that the schema stands in, by `$recursiveRef` (JSON Schema 2019-09 §8.2.4.2).
    Whole,
    /// The only schema that counts in an `allOf`, `anyOf` or `oneOf`.
    Only(Place, &'d Node),
    /// Known properties, its own or those of the schemas it is all of.
    Object,
    /// One of several strings.
    Strings,
    /// One of several schemas.
    Union(Vec<(Place, &'d Node)>),
    /// One of several of JSON's types.
    Types(Vec<&'d str>),
    /// What its keywords say at once.
    Simple(&'d str),
    /// Anything.
    Any,
}

impl<'d> Lowering<'d> {
    pub(super) fn classify(&mut self, place: &Place, node: &'d Node) -> Class<'d> {
        let object = match node {
            Node::Object(object) => object,
            Node::Bool(true) => return Class::Any,
            Node::Bool(false) => {
                self.warning(place, "nothing-fits", "no value fits the schema `false`; any is taken", None);
                return Class::Any;
            }
            other => {
                let message = format!("a schema is an object, and this is {}", other.kind());
                self.error(place, "wrong-type", message, None);
                return Class::Any;
            }
        };
        self.check_keywords(place, object);
        self.check_discriminator(place, node);
        if let Some(reference) = object.get("$ref").and_then(Node::as_str) {
            let bare =
                !object.keys().any(|key| key != "$ref" && key != "type" && keyword::is_structural(key));
            return if bare { Class::Reference(reference) } else { Class::Object };
        }
        if object.get("$recursiveRef").and_then(Node::as_str) == Some("#") {
            return Class::Whole;
        }
        let own = has_properties(object);
        if let Some(members) = self.members(place, node, "allOf") {
            let mut members: Vec<_> = members.into_iter().filter(|(_, node)| counts(node)).collect();
            let alone = !own && !object.contains_key("anyOf") && !object.contains_key("oneOf");
            match members.len() {
                0 => {}
                1 if alone && !self.is_in_a_family(place, node, members[0].1) => {
                    let (place, node) = members.remove(0);
                    return Class::Only(place, node);
                }
                _ => return Class::Object,
            }
        }
        if object.contains_key("enum") || object.contains_key("const") {
            return enumerated(node);
        }
        let mut alternatives = self.alternatives(place, node);
        match alternatives.len() {
            0 => {}
            _ if own => return Class::Object,
            1 => {
                let (place, node) = alternatives.remove(0);
                return Class::Only(place, node);
            }
            _ if are_strings(&alternatives) => return Class::Strings,
            _ => return Class::Union(alternatives),
        }
        let types: Vec<&str> = match node.get("type") {
            Some(Node::String(kind)) => vec![kind],
            Some(Node::Array(kinds)) => {
                kinds.iter().filter_map(Node::as_str).filter(|kind| *kind != "null").collect()
            }
            _ => keyword::implied_type(object).into_iter().collect(),
        };
        match *types.as_slice() {
            [] => Class::Any,
            ["object"] if own => Class::Object,
            // Kubernetes' word for it.
            ["string"] if node.get("format").and_then(Node::as_str) == Some("int-or-string") => {
                Class::Types(vec!["integer", "string"])
            }
            [kind] => Class::Simple(kind),
            _ => Class::Types(types),
        }
    }

    /// The members of an `allOf`, `anyOf` or `oneOf`.
    pub(super) fn members(
        &mut self,
        place: &Place,
        node: &'d Node,
        key: &str,
    ) -> Option<Vec<(Place, &'d Node)>> {
        let (place, members) = self.array_at(place, node, key)?;
        Some(members.iter().enumerate().map(|(index, member)| (place.index(index), member)).collect())
    }

    /// The schemas that a value may fit one of, without `null` and without those that only require something.
    pub(super) fn alternatives(&mut self, place: &Place, node: &'d Node) -> Vec<(Place, &'d Node)> {
        let mut found = Vec::new();
        for key in ["oneOf", "anyOf"] {
            let members = self.members(place, node, key).unwrap_or_default();
            let (members, dropped): (Vec<_>, Vec<_>) = members
                .into_iter()
                .filter(|(_, member)| !is_null(member))
                .partition(|(_, member)| counts(member) || says_nothing(member));
            if let Some((place, _)) = dropped.iter().find(|(_, member)| !only_requires(member)) {
                let message =
                    format!("this alternative of `{key}` restricts the values, and the type does not");
                self.warning(place, "unexpressed-alternative", message, None);
            }
            if members.is_empty() {
                continue;
            }
            if !found.is_empty() {
                let message = "beside `oneOf`, `anyOf` is not expressed";
                self.warning(
                    &place.child(key),
                    "both-unions",
                    message,
                    Some("put one of them into an `allOf`"),
                );
            } else {
                found = members;
            }
        }
        found
    }
}

/// Whether `null` fits the schema too.
pub(super) fn is_nullable(node: &Node) -> bool {
    let nullable = node.get("nullable").and_then(Node::as_bool) == Some(true);
    let typed = node
        .get("type")
        .and_then(Node::as_array)
        .is_some_and(|kinds| kinds.len() > 1 && kinds.iter().any(|kind| kind.as_str() == Some("null")));
    let member = |key: &str, fits: fn(&Node) -> bool| {
        node.get(key).and_then(Node::as_array).is_some_and(|members| members.iter().any(fits))
    };
    nullable
        || typed
        || member("anyOf", is_null)
        || member("oneOf", is_null)
        || member("enum", |value| *value == Node::Null)
        || member("allOf", |member| member.get("nullable").and_then(Node::as_bool) == Some(true))
}

/// Whether a member of an `allOf`, `anyOf` or `oneOf` says anything about a value's type.
pub(super) fn counts(node: &Node) -> bool {
    match node {
        Node::Object(object) => object.is_empty() || object.keys().any(|key| keyword::is_structural(key)),
        _ => true,
    }
}

fn has_properties(object: &Object) -> bool {
    let some =
        |key: &str| object.get(key).and_then(Node::as_object).is_some_and(|members| !members.is_empty());
    let closed = object.get("additionalProperties") == Some(&Node::Bool(false))
        && !object.contains_key("patternProperties")
        && !["anyOf", "oneOf", "allOf", "$ref"].iter().any(|key| object.contains_key(*key));
    some("properties") || closed
}

/// Whether a schema only describes a value, and any will do.
fn says_nothing(node: &Node) -> bool {
    node.as_object().is_some_and(|schema| schema.keys().all(|key| keyword::is_annotation(key)))
}

/// Whether `null` alone fits the schema.
pub(super) fn is_null(node: &Node) -> bool {
    let Node::Object(schema) = node else { return false };
    let values = schema.get("enum").and_then(Node::as_array).unwrap_or_default();
    let mut values = values.iter().chain(schema.get("const")).peekable();
    let typed = schema.get("type").and_then(Node::as_str) == Some("null");
    // What 3.0 has for it, which knows no type `null`.
    let only_flag = || super::flag(node, "nullable") && says_nothing(node);
    typed || values.peek().is_some() && values.all(|value| *value == Node::Null) || only_flag()
}

/// What is left of a schema where another is all that counts in it.
pub(super) fn innermost(node: &Node) -> &Node {
    let mut inner = node;
    while let Some(only) = ["allOf", "oneOf", "anyOf"].into_iter().find_map(|key| {
        let mut members =
            inner.get(key)?.as_array()?.iter().filter(|member| counts(member) && !is_null(member));
        members.next().filter(|only| only.get("$ref").is_none() && members.next().is_none())
    }) {
        inner = only;
    }
    inner
}

/// The values of `enum` or `const`, without `null`.
pub(super) fn enum_values(node: &Node) -> impl Iterator<Item = &Node> {
    let several = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    let only = node.get("const").filter(|only| !several.contains(only));
    several.iter().chain(only).filter(|value| **value != Node::Null)
}

/// Whether alternatives are strings without a name of their own, some of them with values: one enumeration, since that
/// takes any other string too.
fn are_strings(alternatives: &[(Place, &Node)]) -> bool {
    let is_string = |node: &Node| {
        let others = ["$ref", "anyOf", "oneOf", "allOf"].iter().any(|key| node.get(key).is_some());
        let typed = node.get("type").and_then(Node::as_str).is_none_or(|kind| kind == "string");
        let valued = enum_values(node).next().is_some();
        let strings = enum_values(node).all(|value| value.as_str().is_some());
        typed
            && strings
            && !others
            && !is_nullable(node)
            && keyword::string(node) == Type::String
            && (valued || node.get("type").is_some())
    };
    alternatives.iter().all(|(_, node)| is_string(node))
        && alternatives.iter().any(|(_, node)| enum_values(node).next().is_some())
}

/// An `enum` of strings is an enumeration; of other values, their type.
fn enumerated<'d>(node: &'d Node) -> Class<'d> {
    let mut kinds: Vec<&'static str> = Vec::new();
    for value in enum_values(node) {
        let kind = match value {
            Node::String(_) => "string",
            Node::Bool(_) => "boolean",
            Node::Number(crate::document::Number::Integer(_)) => "integer",
            Node::Number(crate::document::Number::Float(_)) => "number",
            Node::Array(_) => "array",
            Node::Object(_) => "object",
            Node::Null => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let typed = node.get("type").and_then(Node::as_str);
    match (kinds.as_slice(), typed) {
        (["string"], None | Some("string")) => Class::Strings,
        (["string"], Some(other)) => Class::Simple(other),
        (["integer"], Some("number")) => Class::Simple("number"),
        ([], Some(typed)) => Class::Simple(typed),
        ([], None) => Class::Any,
        ([one], _) => Class::Simple(one),
        (_, _) => Class::Types(kinds),
    }
}
