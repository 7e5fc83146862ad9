//! What keywords ask of a value that neither its type nor a constant can say: told in words, in its description.

use crate::document::{Node, Object};

use super::super::model::Bound;
use super::number::is_exclusive;

/// The most characters of a value that are shown.
const MAXIMUM_SHOWN: usize = 200;

/// The longest that the last line of a description may become by what is told behind it.
const WIDTH: usize = 100;

/// Formats whose names say what the description of a value says anyway: those of JSON Schema and of OpenAPI's
/// registry.
const WELL_KNOWN_FORMATS: [&str; 45] = [
    "base64url",
    "binary",
    "byte",
    "char",
    "commonmark",
    "date",
    "date-time",
    "decimal",
    "decimal128",
    "double",
    "double-int",
    "duration",
    "email",
    "float",
    "hostname",
    "html",
    "http-date",
    "idn-email",
    "idn-hostname",
    "int8",
    "int16",
    "int32",
    "int64",
    "int-or-string",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "media-range",
    "password",
    "regex",
    "relative-json-pointer",
    "time",
    "time-local",
    "date-time-local",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "unixtime",
    "uri",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// Adds to a description what keywords say that neither the type nor `told`, the constants of it, do.
pub(super) fn append_constraints(text: &mut String, node: &Node, told: &[Bound]) {
    let mut said: Vec<String> = clauses(node, told).iter().map(|clause| sentence(clause)).collect();
    said.extend(default(text, node));
    if said.is_empty() {
        return;
    }
    let said = said.join(" ");
    let last_line = text.lines().next_back().unwrap_or_default();
    let gap = match ends_plainly(text) {
        _ if text.is_empty() => "",
        true if last_line.len() + said.len() < WIDTH => " ",
        true => "\n",
        false => "\n\n",
    };
    text.push_str(gap);
    text.push_str(&said);
}

/// Whether a description ends with a paragraph of sentences, which more of them can go on with.
fn ends_plainly(text: &str) -> bool {
    let paragraph = text.rsplit("\n\n").next().unwrap_or_default();
    let plain = |line: &str| line.starts_with(|first: char| first.is_alphabetic() || first == '`');
    text.ends_with('.') && !text.contains("```") && !text.contains("~~~") && paragraph.lines().all(plain)
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// What the keywords of a schema ask, each in words that can stand in a list.
fn clauses(node: &Node, told: &[Bound]) -> Vec<String> {
    let Node::Object(schema) = node else { return Vec::new() };
    let mut said = Vec::new();
    said.extend(text_of(schema, "pattern").map(|pattern| format!("matches {}", code(pattern))));
    said.extend(of_strings(schema));
    if flag(schema, "uniqueItems") {
        said.push("no element stands twice".to_owned());
    }
    said.extend(limits(node, told));
    said.extend(values(schema));
    said.extend(of_members(schema));
    said.extend(within(schema, "items", "each element"));
    said.extend(within(schema, "additionalProperties", "each value"));
    said.extend(within(schema, "propertyNames", "each name"));
    said
}

/// Whether `propertyNames` says what words can tell.
pub(super) fn is_told(node: &Node) -> bool {
    !clauses(node, &[]).is_empty()
}

fn text_of<'a>(schema: &'a Object, key: &str) -> Option<&'a str> {
    schema.get(key).and_then(Node::as_str)
}

fn flag(schema: &Object, key: &str) -> bool {
    schema.get(key).and_then(Node::as_bool).unwrap_or(false)
}

/// What a schema within this one asks, where it has no name of its own to tell it under.
fn within(schema: &Object, key: &str, what: &str) -> Option<String> {
    let inner = schema.get(key).filter(|inner| inner.get("$ref").is_none())?;
    let mut said = clauses(inner, &[]);
    if key == "propertyNames" {
        let names = inner.get("enum").and_then(Node::as_array).unwrap_or_default();
        let names: Vec<&Node> = names.iter().chain(inner.get("const")).collect();
        said.extend((!names.is_empty()).then(|| format!("one of {}", listed(names, "or"))));
    }
    (!said.is_empty()).then(|| format!("{what}: {}", said.join(", ")))
}

fn of_strings(schema: &Object) -> Vec<String> {
    let format = text_of(schema, "format").filter(|format| !WELL_KNOWN_FORMATS.contains(format));
    let encoding = text_of(schema, "contentEncoding").filter(|encoding| *encoding != "base64");
    let media_type = text_of(schema, "contentMediaType");
    let format = format.map(|format| format!("in the format {}", code(format)));
    let encoding = encoding.map(|encoding| format!("encoded as {}", code(encoding)));
    let media_type = media_type.map(|media_type| format!("holds {}", code(media_type)));
    format.into_iter().chain(encoding).chain(media_type).collect()
}

/// What numbers and counts are bound to, but for what `told` has.
fn limits(node: &Node, told: &[Bound]) -> Vec<String> {
    let number = |key: &str| {
        let value = node.get(key).filter(|value| value.as_number().is_some())?;
        (!told.iter().any(|bound| bound.keyword == key)).then(|| value.to_json())
    };
    let integer = matches!(node.get("type").and_then(Node::as_str), Some("integer"));
    let bounds = [
        ("minimum", if is_exclusive(node, "minimum") { "more than" } else { "at least" }),
        ("maximum", if is_exclusive(node, "maximum") { "less than" } else { "at most" }),
        ("exclusiveMinimum", "more than"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
    ];
    let bounds = bounds.into_iter().filter_map(|(key, words)| Some((key, words, number(key)?)));
    // That an integer is not negative its type says.
    let bounds = bounds
        .filter(|(key, words, value)| !(integer && *key == "minimum" && value == "0" && *words == "at least"))
        .map(|(_, words, value)| format!("{words} `{value}`"));
    let counts = [
        ("minLength", "at least", "character", "characters"),
        ("maxLength", "at most", "character", "characters"),
        ("minItems", "at least", "element", "elements"),
        ("maxItems", "at most", "element", "elements"),
        ("minProperties", "at least", "property", "properties"),
        ("maxProperties", "at most", "property", "properties"),
    ];
    let counts = counts.into_iter().filter_map(|(key, words, one, several)| {
        let count = number(key).filter(|count| count != "0" || words == "at most")?;
        Some(format!("{words} {count} {}", if count == "1" { one } else { several }))
    });
    bounds.chain(counts).collect()
}

/// The values of an `enum` that is not one of strings.
fn values(schema: &Object) -> Option<String> {
    let several = schema.get("enum").and_then(Node::as_array).unwrap_or_default();
    let values: Vec<&Node> =
        several.iter().chain(schema.get("const")).filter(|value| **value != Node::Null).collect();
    let typed = values.is_empty() || values.iter().all(|value| value.as_str().is_some());
    (!typed)
        .then(|| format!("one of {}", shown(&values.iter().map(|value| value.to_json()).collect::<Vec<_>>())))
}

/// What is asked of an object's members together.
fn of_members(schema: &Object) -> Vec<String> {
    let mut said = Vec::new();
    if !schema.contains_key("properties")
        && text_of(schema, "type") == Some("object")
        && let Some(names) = names(schema.get("required"))
    {
        said.push(format!("has {}", listed(names, "and")));
    }
    if let Some(patterns) = schema.get("patternProperties").and_then(Node::as_object)
        && !patterns.is_empty()
    {
        let patterns: Vec<String> = patterns.keys().map(|pattern| code(pattern)).collect();
        said.push(format!("names match {}", patterns.join(" or ")));
    }
    for (name, others) in schema.get("dependentRequired").and_then(Node::as_object).into_iter().flatten() {
        if let Some(others) = names(Some(others)) {
            said.push(format!("with {} also {}", code(name), listed(others, "and")));
        }
    }
    for (key, words) in [("oneOf", "exactly one of"), ("anyOf", "at least one of")] {
        let sets = schema.get(key).and_then(Node::as_array).unwrap_or_default();
        let sets: Vec<String> = sets
            .iter()
            .filter(|set| only_requires(set))
            .filter_map(|set| Some(listed(names(set.get("required"))?, "with")))
            .collect();
        if sets.len() > 1 {
            said.push(format!("{words} {} is required", sets.join(", ")));
        }
    }
    said.extend(schema.get("not").and_then(excluded));
    said
}

/// Whether a schema says nothing but which properties there must be.
pub(super) fn only_requires(node: &Node) -> bool {
    let said = ["title", "description", "required", "type"];
    names(node.get("required")).is_some()
        && node.as_object().is_some_and(|members| members.keys().all(|key| said.contains(&key.as_str())))
        && node.get("type").is_none_or(|kind| kind.as_str() == Some("object"))
}

/// What a `not` forbids, where that is in few words: some properties together, or some values.
pub(super) fn excluded(not: &Node) -> Option<String> {
    if only_requires(not) {
        return Some(match names(not.get("required"))?.as_slice() {
            [only] => format!("without {}", code(only.as_str()?)),
            several => format!("not {} together", listed(several.iter().copied(), "and")),
        });
    }
    let members = not.as_object()?;
    let only = members.keys().all(|key| ["enum", "const", "type"].contains(&key.as_str()));
    let values = members.get("enum").and_then(Node::as_array).unwrap_or_default();
    let values: Vec<&Node> = values.iter().chain(members.get("const")).collect();
    (only && !values.is_empty()).then(|| format!("not {}", listed(values, "or")))
}

/// The strings of an array that has some.
fn names(node: Option<&Node>) -> Option<Vec<&Node>> {
    let names = node?.as_array()?.iter().filter(|name| name.as_str().is_some());
    Some(names.collect()).filter(|names: &Vec<_>| !names.is_empty())
}

/// Values one after another, strings without their quotes.
fn listed<'a>(values: impl IntoIterator<Item = &'a Node>, last: &str) -> String {
    let values = values.into_iter().map(|value| match value.as_str() {
        Some(text) if !text.is_empty() => code(text),
        _ => code(&value.to_json()),
    });
    let values: Vec<String> = values.collect();
    match values.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., end] => format!("{} {last} {end}", others.join(", ")),
    }
}

/// Values as one list of bearable length.
fn shown(values: &[String]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut length = 0;
    for value in values {
        length += value.len();
        if length > MAXIMUM_SHOWN && !shown.is_empty() {
            shown.push("…".to_owned());
            break;
        }
        shown.push(code(value));
    }
    shown.join(", ")
}

/// What stands for the value where none is given, unless the description says so already.
fn default(text: &str, node: &Node) -> Option<String> {
    let default = node.get("default").filter(|default| **default != Node::Null)?;
    // The only value is known without.
    let values = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    if values.iter().chain(node.get("const")).eq([default]) {
        return None;
    }
    let written = default.as_str().map_or_else(|| default.to_json(), str::to_owned);
    let said = text.to_lowercase().contains("default") && text.contains(&written);
    (!said).then(|| format!("Default: {}.", code(&default.to_json())))
}

/// A text as Markdown's code, cut where it is long.
fn code(text: &str) -> String {
    let mut text: String = text.chars().flat_map(spelled).collect();
    if let Some((cut, _)) = text.char_indices().nth(MAXIMUM_SHOWN) {
        text.truncate(cut);
        text.push('…');
    }
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    if longest == 0 && !text.trim().is_empty() {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// A letter as it can stand in a line.
fn spelled(letter: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = match letter.is_control() {
        true => (None, Some(letter.escape_default())),
        false => (Some(letter), None),
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}
