//! A document changed at random as a tree. The result is mostly still a document, with a meaning that nobody
//! intended.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Names, values and descriptions with a meaning in Rust, Markdown, paths, URLs or the generator.
const WORDS: [&str; 58] = [
    "",
    " ",
    "_",
    "self",
    "Self",
    "fn",
    "gen",
    "mod",
    "new",
    "Other",
    "String",
    "Option",
    "Vec",
    "models",
    "form",
    "configuration",
    "value",
    "additional_properties",
    "r#type",
    "a b",
    "aB",
    "AB",
    "a/b",
    "a~b",
    "{a}",
    "{",
    "1",
    "-1",
    "1.5",
    "é",
    "日本",
    "ﬁ",
    "🦀",
    "\u{202e}",
    "\u{0}",
    "\n",
    "a\r\n\r\n    b",
    "`",
    "```\nfn main() {}\n```",
    "*/ fn main() {} /*",
    "\"; panic!(); \"",
    "#![x]\n#[y]",
    "//! x",
    "\\",
    "<script>",
    "[a](b.md)",
    "| a |\n|---|",
    "../../x",
    "con",
    "application/json",
    "text/event-stream",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "https://example.com/{a}/{b}",
    "200",
    "2XX",
    "default",
    "file",
];

/// Values of `type`, `format`, `in` and `style`, and methods.
const TERMS: [&str; 34] = [
    "string",
    "number",
    "integer",
    "boolean",
    "array",
    "object",
    "null",
    "int32",
    "int64",
    "uint8",
    "float",
    "double",
    "byte",
    "binary",
    "date",
    "date-time",
    "uuid",
    "path",
    "query",
    "header",
    "cookie",
    "simple",
    "label",
    "matrix",
    "form",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
    "http",
    "bearer",
    "basic",
    "apiKey",
    "oauth2",
    "get",
];

/// Changes a document in a few places. Most changes keep the kind of each value, others are arbitrary.
pub(crate) fn mutate(document: &mut Value, rng: &mut Rng) {
    let is_gentle = rng.u8(..3) > 0;
    for _ in 0..rng.usize(1..10) {
        match is_gentle {
            true => change_gently(document, rng),
            false => change(document, rng),
        }
    }
}

/// Replaces a schema with a schema, or a text with a text.
fn change_gently(document: &mut Value, rng: &mut Rng) {
    let places = places(document);
    let is_text = rng.u8(..4) == 0;
    let fitting = places.iter().filter(|at| if is_text { is_text_at(at) } else { is_schema_at(at) });
    let fitting: Vec<&String> = fitting.collect();
    let (Some(at), Some(other)) = (rng.choice(&fitting), rng.choice(&fitting)) else { return };
    let copy = document.pointer(other).cloned().unwrap_or_default();
    let Some(node) = document.pointer_mut(at) else { return };
    if is_text {
        *node = Value::String(word(rng));
        return;
    }
    match rng.u8(..7) {
        0 => *node = copy,
        1 => *node = json!({"$ref": format!("#{}", fragment(other))}),
        2 => *node = wrapped(node.take(), rng),
        3 => keywords(node, copy, rng),
        4 => {
            let schemas = ["properties", "allOf", "anyOf", "oneOf", "required", "enum"];
            let name = rng.choice(schemas).unwrap_or_default();
            match node.get_mut(name) {
                Some(members) if rng.bool() => rename(members, rng),
                Some(members) if rng.bool() => repeat(members, rng),
                Some(members) => remove(members, rng),
                None => {}
            }
        }
        5 => add(node, "default", json!(word(rng)), rng),
        _ => {
            let flag =
                rng.choice(["nullable", "readOnly", "writeOnly", "deprecated", "additionalProperties"]);
            add(node, flag.unwrap_or_default(), json!(rng.bool()), rng);
        }
    }
}

/// Puts some of another schema's keywords into one.
fn keywords(node: &mut Value, other: Value, rng: &mut Rng) {
    if let (Value::Object(members), Value::Object(others)) = (node, other) {
        members.extend(others.into_iter().filter(|_| rng.bool()));
    }
}

fn is_schema_at(pointer: &str) -> bool {
    let mut tokens = pointer.rsplit('/');
    let (last, before) = (tokens.next().unwrap_or_default(), tokens.next().unwrap_or_default());
    let is_holder =
        ["properties", "schemas", "allOf", "anyOf", "oneOf", "prefixItems", "$defs"].contains(&before);
    is_holder || before != "properties" && ["schema", "items", "additionalProperties"].contains(&last)
}

fn is_text_at(pointer: &str) -> bool {
    let mut tokens = pointer.rsplit('/');
    let (last, before) = (tokens.next().unwrap_or_default(), tokens.next().unwrap_or_default());
    let texts = [
        "description",
        "title",
        "summary",
        "operationId",
        "const",
        "example",
        "format",
        "url",
        "propertyName",
    ];
    ["enum", "tags", "required"].contains(&before) || before != "properties" && texts.contains(&last)
}

/// A pointer as the fragment of a `$ref`, where `%` would begin an escape.
fn fragment(pointer: &str) -> String {
    pointer.replace('%', "%25")
}

fn change(document: &mut Value, rng: &mut Rng) {
    let places = places(document);
    let any = |rng: &mut Rng| rng.choice(&places).cloned().unwrap_or_default();
    let (at, other) = (any(rng), any(rng));
    let copy = document.pointer(&other).cloned().unwrap_or_default();
    let Some(node) = document.pointer_mut(&at) else { return };
    match rng.u8(..12) {
        0 => remove(node, rng),
        1 => rename(node, rng),
        2 => repeat(node, rng),
        3 => *node = copy,
        4 => *node = json!({"$ref": format!("#{}", fragment(&other))}),
        5 => add(node, last(&other), copy, rng),
        6 => *node = wrapped(node.take(), rng),
        7 => {
            let taken = node.take();
            // If one contains the other, there is nothing left to swap.
            if let Some(other) = document.pointer_mut(&other) {
                *other = taken;
            }
            if let Some(node) = document.pointer_mut(&at) {
                *node = copy;
            }
        }
        8 => *node = number(rng),
        9 => *node = other_type(node.take(), rng),
        10 => add(node, "$ref", Value::String(format!("#{}", fragment(&other))), rng),
        _ => *node = Value::String(word(rng)),
    }
}

/// The JSON pointer of every value.
fn places(document: &Value) -> Vec<String> {
    fn walk(value: &Value, at: String, into: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    walk(member, format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), into);
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    walk(element, format!("{at}/{index}"), into);
                }
            }
            _ => {}
        }
        into.push(at);
    }
    let mut found = Vec::new();
    walk(document, String::new(), &mut found);
    found
}

fn last(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

fn word(rng: &mut Rng) -> String {
    let words: &[&str] = if rng.bool() { &WORDS } else { &TERMS };
    rng.choice(words).copied().unwrap_or_default().to_owned()
}

fn name_of_one(members: &Map<String, Value>, rng: &mut Rng) -> Option<String> {
    rng.choice(members.keys()).cloned()
}

fn remove(node: &mut Value, rng: &mut Rng) {
    match node {
        Value::Object(members) => {
            if let Some(name) = name_of_one(members, rng) {
                members.remove(&name);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            elements.remove(rng.usize(..elements.len()));
        }
        other => *other = Value::Null,
    }
}

fn rename(node: &mut Value, rng: &mut Rng) {
    if let Value::Object(members) = node
        && let Some(value) = name_of_one(members, rng).and_then(|name| members.remove(&name))
    {
        members.insert(word(rng), value);
    }
}

fn repeat(node: &mut Value, rng: &mut Rng) {
    match node {
        Value::Object(members) => {
            if let Some(name) = name_of_one(members, rng) {
                let copy = members[&name].clone();
                let name = match rng.u8(..3) {
                    0 => word(rng),
                    1 => name.to_uppercase(),
                    _ => format!("{name}_"),
                };
                members.insert(name, copy);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let copy = elements[rng.usize(..elements.len())].clone();
            elements.push(copy);
        }
        Value::String(text) => *text = text.repeat(rng.usize(2..40)),
        _ => {}
    }
}

fn add(node: &mut Value, name: &str, value: Value, rng: &mut Rng) {
    match node {
        Value::Object(members) => drop(members.insert(name.to_owned(), value)),
        Value::Array(elements) => elements.insert(rng.usize(..=elements.len()), value),
        _ => {}
    }
}

/// Replaces a value with a schema that contains it.
fn wrapped(inner: Value, rng: &mut Rng) -> Value {
    match rng.u8(..9) {
        0 => json!({"allOf": [inner]}),
        1 => json!({"allOf": [inner, {"type": "object", "properties": {(word(rng)): {"type": "string"}}}]}),
        2 => json!({"anyOf": [inner, {"type": "null"}]}),
        3 => json!({"oneOf": [inner, {"type": "string"}, {"enum": [word(rng), word(rng)]}]}),
        4 => json!({"type": "array", "items": inner}),
        5 => json!({"type": "object", "additionalProperties": inner, "properties": {(word(rng)): inner}}),
        6 => json!({"type": "array", "prefixItems": [inner, inner], "items": false}),
        7 => json!({"not": inner}),
        _ => json!([inner]),
    }
}

fn number(rng: &mut Rng) -> Value {
    match rng.u8(..8) {
        0 => json!(i64::MIN),
        1 => json!(u64::MAX),
        2 => json!(-1),
        3 => json!(1e300),
        4 => json!(-0.5),
        5 => json!(1e-300),
        6 => json!(9_223_372_036_854_775_808_u64),
        _ => json!(rng.i64(..)),
    }
}

fn other_type(value: Value, rng: &mut Rng) -> Value {
    match rng.u8(..8) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!([]),
        4 => json!({}),
        5 => json!(value.to_string()),
        6 => json!({(word(rng)): value}),
        _ => json!([value, word(rng)]),
    }
}
