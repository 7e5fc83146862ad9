//! Single keywords: formats, bounds, and which keywords there are.

use crate::document::{Node, Number, Object};

use super::super::model::{Bound, Integer, Type};
use super::{Lowering, Place};

/// Keywords that say something of a value's type.
const STRUCTURAL: [&str; 14] = [
    "$ref",
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

/// Keywords that are expressed, or that say nothing that a type could.
const KNOWN: [&str; 39] = [
    "title",
    "description",
    "default",
    "example",
    "examples",
    "nullable",
    "deprecated",
    "readOnly",
    "writeOnly",
    "required",
    "discriminator",
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
    "propertyNames",
    "externalDocs",
    "xml",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "$comment",
    "$id",
    "$schema",
    "$anchor",
    "$defs",
    "definitions",
    "$vocabulary",
    // The union of its alternatives is what a type can say of it.
    "summary",
    "name",
];

/// Keywords of JSON Schema that restrict values in ways no type here does.
const RESTRICTING: [&str; 12] = [
    "not",
    "if",
    "then",
    "else",
    "contains",
    "minContains",
    "maxContains",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
    "$dynamicRef",
];

pub(super) fn is_structural(key: &str) -> bool {
    STRUCTURAL.contains(&key)
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

/// The number of a keyword that counts.
pub(super) fn count(node: &Node, key: &str) -> Option<i128> {
    match node.get(key)?.as_number()? {
        Number::Integer(count) => Some(count),
        // `1.0` and `1e3` count too (JSON Schema 2020-12 §6.3).
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it has no fraction, and a cast holds at the ends"
        )]
        Number::Float(count) if count.fract() == 0.0 => Some(count as i128),
        Number::Float(_) => None,
    }
}

impl Lowering<'_> {
    pub(super) fn check_keywords(&mut self, place: &Place, object: &Object) {
        self.check_shapes(place, object);
        if object.contains_key("discriminator")
            && !object.contains_key("oneOf")
            && !object.contains_key("anyOf")
        {
            let message = "a discriminator without `oneOf` or `anyOf` does not say what it tells apart";
            let help =
                "make a schema that is `oneOf` those that have this one in their `allOf`, and refer to it";
            self.warning(&place.child("discriminator"), "lone-discriminator", message, Some(help));
        }
        for key in object.keys() {
            if KNOWN.contains(&key.as_str()) || is_structural(key) && key != "not" || key.starts_with("x-") {
                continue;
            }
            let place = place.child(key);
            if RESTRICTING.contains(&key.as_str()) {
                let message = format!("`{key}` restricts the values, and the type does not");
                self.warning(&place, "unexpressed-keyword", message, None);
            } else {
                let message = format!("`{key}` is not a keyword of schemas; it is not looked at");
                self.warning(&place, "unknown-keyword", message, None);
            }
        }
    }

    /// The smallest of Rust's types that takes every value the schema allows.
    pub(super) fn integer(&mut self, place: &Place, node: &Node) -> Integer {
        let (least, most) = (count(node, "minimum"), count(node, "maximum"));
        let exclusive = count(node, "exclusiveMinimum").map(|least| least.saturating_add(1));
        let least = least.max(exclusive);
        let named = match node.get("format").and_then(Node::as_str) {
            Some("int8") => Some(Integer::I8),
            Some("int16") => Some(Integer::I16),
            Some("int32") => Some(Integer::I32),
            Some("uint8") => Some(Integer::U8),
            Some("uint16") => Some(Integer::U16),
            Some("uint32") => Some(Integer::U32),
            Some("uint64") => Some(Integer::U64),
            _ => None,
        };
        let holds = |integer: Integer| {
            let range = range(integer);
            least.is_none_or(|least| range.contains(&least)) && most.is_none_or(|most| range.contains(&most))
        };
        if let Some(named) = named.filter(|named| holds(*named)) {
            return named;
        }
        let chosen = match least {
            Some(0..) => Integer::U64,
            _ => Integer::I64,
        };
        if !holds(chosen) {
            let message =
                format!("the bounds of this integer go beyond 64 bits; it is read as {}", name(chosen));
            self.warning(place, "beyond-64-bits", message, None);
        }
        chosen
    }
}

/// The type of a string, by its format.
pub(super) fn string(node: &Node) -> Type {
    let encoding = node.get("contentEncoding").and_then(Node::as_str);
    match (node.get("format").and_then(Node::as_str), encoding) {
        (Some("date-time"), _) => Type::DateTime,
        (Some("date"), _) => Type::Date,
        (Some("uuid"), _) => Type::Uuid,
        (Some("byte"), _) | (None, Some("base64")) => Type::Base64,
        _ => Type::String,
    }
}

fn name(integer: Integer) -> &'static str {
    match integer {
        Integer::U64 => "an unsigned integer of 64 bits",
        _ => "a signed integer of 64 bits",
    }
}

fn range(integer: Integer) -> std::ops::RangeInclusive<i128> {
    match integer {
        Integer::I8 => i8::MIN.into()..=i8::MAX.into(),
        Integer::I16 => i16::MIN.into()..=i16::MAX.into(),
        Integer::I32 => i32::MIN.into()..=i32::MAX.into(),
        Integer::I64 => i64::MIN.into()..=i64::MAX.into(),
        Integer::U8 => 0..=u8::MAX.into(),
        Integer::U16 => 0..=u16::MAX.into(),
        Integer::U32 => 0..=u32::MAX.into(),
        Integer::U64 => 0..=u64::MAX.into(),
    }
}

/// The limits that a property's keywords set, as far as a constant can hold them.
pub(super) fn bounds(node: &Node, ty: &Type) -> Vec<Bound> {
    let of_value = [("minimum", true), ("maximum", true)];
    let counts = [("minLength", false), ("maxLength", false), ("minItems", false), ("maxItems", false)];
    let held = |value: i128| match ty {
        Type::Integer(integer) => range(*integer).contains(&value),
        _ => false,
    };
    of_value
        .into_iter()
        .chain(counts)
        .filter_map(|(keyword, of_value)| Some(Bound { keyword, value: count(node, keyword)?, of_value }))
        .filter(|bound| if bound.of_value { held(bound.value) } else { u64::try_from(bound.value).is_ok() })
        // That a number is not negative, or a string may be empty, its type says.
        .filter(|bound| bound.value != 0 || !bound.keyword.starts_with("min"))
        .collect()
}

/// What numbers say that are no constants.
fn numbers(node: &Node) -> Vec<String> {
    let number = |key: &str| node.get(key).filter(|value| value.as_number().is_some()).map(Node::to_json);
    let is_integer = node.get("type").and_then(Node::as_str) == Some("integer");
    let limits = [
        ("minimum", "At least"),
        ("maximum", "At most"),
        ("exclusiveMinimum", "More than"),
        ("exclusiveMaximum", "Less than"),
        ("multipleOf", "A multiple of"),
    ];
    // The least and the most of integers are constants.
    let limits = limits.into_iter().filter(|(key, _)| !(is_integer && matches!(*key, "minimum" | "maximum")));
    let limits = limits.filter_map(|(key, words)| Some(format!("{words} `{}`.", number(key)?)));
    let counts = [("minProperties", "At least"), ("maxProperties", "At most")];
    let counts =
        counts.into_iter().filter_map(|(key, words)| Some(format!("{words} {} properties.", number(key)?)));
    limits.chain(counts).collect()
}

/// The values of an `enum` that is not one of strings, where they are few.
fn values(node: &Node) -> Option<String> {
    let several = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    let values: Vec<&Node> =
        several.iter().chain(node.get("const")).filter(|value| **value != Node::Null).collect();
    if values.is_empty() || values.iter().all(|value| value.as_str().is_some()) {
        return None;
    }
    let shown = values.iter().map(|value| value.to_json()).collect::<Vec<_>>().join("`, `");
    let plain = shown.len() <= 200 && !shown.replace("`, `", "").contains(['`', '\\']);
    plain.then(|| format!("One of `{shown}`."))
}

/// Adds to a description what keywords say that neither a type nor a constant can.
pub(super) fn append_constraints(text: &mut String, node: &Node) {
    let mut said = Vec::new();
    if let Some(pattern) = node.get("pattern").and_then(Node::as_str)
        && !pattern.contains('`')
    {
        said.push(format!("Matches `{pattern}`."));
    }
    if node.get("uniqueItems").and_then(Node::as_bool) == Some(true) {
        said.push("No element stands twice.".to_owned());
    }
    said.extend(numbers(node));
    said.extend(values(node));
    if let Some(default) = node.get("default")
        && !matches!(default, Node::Null | Node::Array(_) | Node::Object(_))
    {
        let default = default.to_json();
        let plain = default.len() <= 60 && !default.contains(['`', '\\']);
        if plain && !text.to_lowercase().contains("default") {
            said.push(format!("Default: `{default}`."));
        }
    }
    if !said.is_empty() {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&said.join(" "));
    }
}
