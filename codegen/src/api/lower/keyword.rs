//! Which keywords schemas have, and what each is to the types made of them.

use crate::document::{Node, Number, Object};

use super::super::model::Type;
use super::constraint::{excluded, is_told};
use super::{Lowering, Place};

/// Keywords that say something of a value's type.
const STRUCTURAL: [&str; 16] = [
    "$ref",
    "$dynamicRef",
    "$recursiveRef",
    "type",
    "properties",
    "items",
    "prefixItems",
    "additionalProperties",
    "patternProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "enum",
    "const",
    "format",
    "not",
];

/// Keywords that say how a value is to be understood or where a schema stands.
const ANNOTATIONS: [&str; 25] = [
    "title",
    "description",
    "default",
    "example",
    "examples",
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "discriminator",
    "externalDocs",
    // How a value is written in XML, which is text here.
    "xml",
    "contentEncoding",
    "contentMediaType",
    "$comment",
    "$id",
    "$schema",
    "$anchor",
    "$dynamicAnchor",
    "$recursiveAnchor",
    "$defs",
    "definitions",
    "$vocabulary",
    // Beside a `$ref` it stands for that of the target (OpenAPI 3.1 §4.8.23).
    "summary",
    // Without `contains` they say nothing, and with it that is told.
    "minContains",
];

/// Keywords that restrict values, and are told in a constant or a description.
const TOLD: [&str; 15] = [
    "required",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "dependentRequired",
];

/// Keywords of JSON Schema that restrict values in ways that are neither expressed nor told.
const RESTRICTING: [&str; 6] =
    ["contains", "dependentSchemas", "dependencies", "unevaluatedItems", "additionalItems", "contentSchema"];

pub(super) fn is_structural(key: &str) -> bool {
    STRUCTURAL.contains(&key)
}

pub(super) fn is_annotation(key: &str) -> bool {
    ANNOTATIONS.contains(&key) || key.starts_with("x-")
}

/// The type that a schema without `type` must mean, by the keywords that only that type has.
pub(super) fn implied_type(object: &Object) -> Option<&'static str> {
    let has = |keys: &[&str]| keys.iter().any(|key| object.contains_key(*key));
    if has(&["properties", "additionalProperties", "patternProperties"]) {
        Some("object")
    } else if has(&["items", "prefixItems"]) {
        Some("array")
    } else if has(&["maxLength", "minLength", "pattern"])
        || object.get("format").is_some_and(is_string_format)
    {
        Some("string")
    } else {
        None
    }
}

fn is_string_format(format: &Node) -> bool {
    let known = ["binary", "byte", "date", "date-time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"];
    format.as_str().is_some_and(|format| known.contains(&format))
}

impl Lowering<'_> {
    /// Reports the keywords of a schema that are unknown or not expressed, once.
    pub(super) fn check_keywords(&mut self, place: &Place, object: &Object) {
        if self.quiet > 0 || !self.checked.insert(place.clone()) {
            return;
        }
        self.check_shapes(place, object);
        for (key, value) in object {
            let place = place.child(key);
            match significance(object, key, value) {
                Significance::Heeded => {}
                Significance::Unexpressed => {
                    let keyword = if key == "if" { "`then` and `else`" } else { &format!("`{key}`") };
                    let message = match lost_properties(object, key, value).as_slice() {
                        [] => format!("`{key}` restricts the values, and the type does not"),
                        lost => format!(
                            "the properties `{}` are named by {keyword} alone, and the type does not have them",
                            lost.join("`, `")
                        ),
                    };
                    self.warning(&place, "unexpressed-keyword", message, None);
                }
                Significance::Unknown => {
                    let message = format!("`{key}` is not a keyword of schemas; it is not looked at");
                    self.warning(&place, "unknown-keyword", message, None);
                }
            }
        }
    }
}

/// The properties that only the schemas of a keyword name, so that the type does not have them.
fn lost_properties<'a>(schema: &'a Object, key: &str, value: &'a Node) -> Vec<&'a str> {
    let schemas: Vec<&Node> = match key {
        "if" => ["then", "else"].into_iter().filter_map(|key| schema.get(key)).collect(),
        "dependentSchemas" | "dependencies" => {
            value.as_object().into_iter().flat_map(Object::values).collect()
        }
        _ => Vec::new(),
    };
    let known = schema.get("properties").and_then(Node::as_object);
    let names = schemas.into_iter().filter_map(|schema| schema.get("properties")?.as_object()).flatten();
    let mut lost: Vec<&str> = Vec::new();
    for (name, _) in names {
        if !known.is_some_and(|known| known.contains_key(name)) && !lost.contains(&name.as_str()) {
            lost.push(name);
        }
    }
    lost
}

/// What becomes of a keyword.
enum Significance {
    /// It is expressed or told, or it asks nothing of a value.
    Heeded,
    /// It restricts values in a way that is lost.
    Unexpressed,
    /// It is no keyword.
    Unknown,
}

fn significance(schema: &Object, key: &str, value: &Node) -> Significance {
    let heeded = match key {
        "not" => excluded(value).is_some(),
        "propertyNames" => *value == Node::Bool(true) || is_told_of_names(value),
        // Alone it asks nothing; `then` and `else` ask nothing without it.
        "if" => !schema.contains_key("then") && !schema.contains_key("else"),
        "then" | "else" | "maxContains" => true,
        "unevaluatedProperties" => true,
        "unevaluatedItems" if schema.contains_key("prefixItems") => value.as_bool().is_some(),
        "unevaluatedItems" | "additionalItems" => *value == Node::Bool(true),
        _ => is_structural(key) || ANNOTATIONS.contains(&key) || TOLD.contains(&key) || key.starts_with("x-"),
    };
    let restricts = ["not", "propertyNames", "if"];
    match heeded {
        true => Significance::Heeded,
        false if restricts.contains(&key) || RESTRICTING.contains(&key) => Significance::Unexpressed,
        false => Significance::Unknown,
    }
}

fn is_told_of_names(value: &Node) -> bool {
    is_told(&Node::Object([("propertyNames".to_owned(), value.clone())].into_iter().collect()))
}

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

/// Whether a keyword says something of a value's type, where it stands beside a `$ref` or in an `allOf`.
pub(super) fn may_decide_type(key: &str) -> bool {
    let others =
        ["required", "unevaluatedProperties", "minItems", "maxItems", "contentEncoding", "x-constants"];
    let referring = ["$ref", "$dynamicRef", "$recursiveRef", "allOf", "not"];
    is_structural(key) && !referring.contains(&key) || others.contains(&key)
}

/// Whether a keyword sets a limit that another schema may cross.
pub(super) fn is_limit(key: &str) -> bool {
    key.starts_with("min") || key.starts_with("max") || key.starts_with("exclusive")
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
