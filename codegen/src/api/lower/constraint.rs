//! What keywords ask of a value that neither its type nor a constant can say: told in words, in its description.

use std::collections::HashSet;

use crate::document::{Node, Object};

use super::super::model::Bound;
use super::all_of::common_values;
use super::class::inline_parts;
use super::number::{Limit, count_limit, lower_limit, upper_limit};

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

/// Adds to a description what keywords say that neither the type nor its constants, `bounds`, do. A value matches all
/// of `parts`.
pub(super) fn append_constraints(text: &mut String, parts: &[&Node], bounds: &[Bound]) {
    let mut said: Vec<String> = clauses(parts, bounds).iter().map(|clause| sentence(clause)).collect();
    said.extend(parts.iter().rev().find_map(|node| default(text, node)));
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

/// What the keywords of schemas ask together, each in words that can stand in a list.
fn clauses(parts: &[&Node], bounds: &[Bound]) -> Vec<String> {
    let schemas: Vec<&Object> = parts.iter().filter_map(|node| node.as_object()).collect();
    let of_each = |said: &dyn Fn(&Object) -> Vec<String>| -> Vec<String> {
        schemas.iter().flat_map(|schema| said(schema)).collect()
    };
    let pattern = |schema: &Object| {
        text_of(schema, "pattern").map(|pattern| format!("matches {}", code(pattern))).into_iter().collect()
    };
    let mut said = Vec::new();
    if are_about(&schemas, "string") {
        said.extend(of_each(&pattern));
        said.extend(of_each(&of_strings));
    }
    if schemas.iter().any(|schema| flag(schema, "uniqueItems")) && are_about(&schemas, "array") {
        said.push("no element stands twice".to_owned());
    }
    said.extend(limits(parts, &schemas, bounds));
    said.extend(values(&schemas));
    let has_properties = schemas.iter().any(|schema| schema.contains_key("properties"));
    said.extend(of_each(&|schema| of_members(schema, has_properties)));
    for (key, what) in
        [("items", "each element"), ("additionalProperties", "each value"), ("propertyNames", "each name")]
    {
        said.extend(of_each(&|schema| within(schema, key, what).into_iter().collect()));
    }
    let mut seen = HashSet::new();
    said.retain(|clause| seen.insert(clause.clone()));
    said
}

/// Whether `propertyNames` says what words can tell.
pub(super) fn is_told(node: &Node) -> bool {
    !clauses(&[node], &[]).is_empty()
}

/// Whether values of a type fit the schemas. Keywords that are about other types ask nothing of a value.
fn are_about(schemas: &[&Object], kind: &str) -> bool {
    let is = |stated: &str| stated == kind || kind == "number" && stated == "integer";
    schemas.iter().all(|schema| match schema.get("type") {
        Some(Node::String(stated)) => is(stated),
        Some(Node::Array(stated)) => stated.iter().filter_map(Node::as_str).any(is),
        _ => true,
    })
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
    let mut said = clauses(&inline_parts(inner), &[]);
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

/// The limits of numbers and counts, except those in `bounds`.
fn limits(parts: &[&Node], schemas: &[&Object], bounds: &[Bound]) -> Vec<String> {
    let is_said = |key: &str| bounds.iter().any(|bound| bound.keyword == key);
    let is_integer = parts.iter().any(|node| node.get("type").and_then(Node::as_str) == Some("integer"));
    let mut said = Vec::new();
    if are_about(schemas, "number") {
        if let Some(Limit { shown, exclusive, .. }) = lower_limit(parts).filter(|_| !is_said("minimum"))
            // A type says already that an integer is not negative.
            && !(is_integer && shown == "0" && !exclusive)
        {
            said.push(format!("{} `{shown}`", if exclusive { "more than" } else { "at least" }));
        }
        if let Some(Limit { shown, exclusive, .. }) = upper_limit(parts).filter(|_| !is_said("maximum")) {
            said.push(format!("{} `{shown}`", if exclusive { "less than" } else { "at most" }));
        }
        let factors = parts
            .iter()
            .filter_map(|node| node.get("multipleOf").filter(|value| value.as_number().is_some()));
        said.extend(factors.map(|factor| format!("a multiple of `{}`", factor.to_json())));
    }
    let counts = [
        ("minLength", "string", "at least", "character", "characters"),
        ("maxLength", "string", "at most", "character", "characters"),
        ("minItems", "array", "at least", "element", "elements"),
        ("maxItems", "array", "at most", "element", "elements"),
        ("minProperties", "object", "at least", "property", "properties"),
        ("maxProperties", "object", "at most", "property", "properties"),
    ];
    said.extend(counts.into_iter().filter(|(key, ..)| !is_said(key)).filter_map(
        |(key, kind, words, one, several)| {
            are_about(schemas, kind).then_some(())?;
            let count = count_limit(parts, key).filter(|count| *count != 0 || words == "at most")?;
            Some(format!("{words} {count} {}", if count == 1 { one } else { several }))
        },
    ));
    said
}

/// The values that every `enum` has, where they are not strings.
fn values(schemas: &[&Object]) -> Option<String> {
    let listed = schemas.iter().filter_map(|schema| {
        let several = schema.get("enum").and_then(Node::as_array).unwrap_or_default();
        let values: Vec<&Node> =
            several.iter().chain(schema.get("const")).filter(|value| **value != Node::Null).collect();
        (!values.is_empty()).then_some(values)
    });
    let Some(values) = listed.reduce(|one, other| common_values(&one, &other)) else {
        return schemas.iter().find_map(|schema| named_alternatives(schema));
    };
    if values.iter().all(|value| value.as_str().is_some()) {
        return None;
    }
    let named = values.iter().map(|value| {
        let name = schemas.iter().find_map(|schema| name_of_value(schema, value));
        (value.to_json(), name.map(str::to_owned))
    });
    Some(format!("one of {}", shown(&named.collect::<Vec<_>>())))
}

/// The name that a schema's extensions give to a value of its `enum`.
fn name_of_value<'a>(schema: &'a Object, value: &Node) -> Option<&'a str> {
    let names = ["x-enum-varnames", "x-enumNames", "x-enum-names"];
    let names = names.into_iter().find_map(|key| schema.get(key)?.as_array())?;
    let index = schema.get("enum")?.as_array()?.iter().position(|other| other == value)?;
    names.get(index).and_then(Node::as_str)
}

/// The constants of a `oneOf` or `anyOf` that are not strings, each with its title and description.
fn named_alternatives(schema: &Object) -> Option<String> {
    let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array())?;
    let constants = alternatives.iter().map(|alternative| {
        let value = alternative.get("const").filter(|value| value.as_str().is_none())?;
        let text =
            |key: &str| alternative.get(key).and_then(Node::as_str).and_then(|text| text.lines().next());
        let name = match (text("title"), text("description")) {
            (Some(title), Some(description)) => Some(format!("{title}: {description}")),
            (title, description) => title.or(description).map(str::to_owned),
        };
        Some((value.to_json(), name))
    });
    let constants: Vec<_> = constants.collect::<Option<_>>()?;
    (!constants.is_empty()).then(|| format!("one of {}", shown(&constants)))
}

/// What is asked of an object's members together.
fn of_members(schema: &Object, has_properties: bool) -> Vec<String> {
    let mut said = Vec::new();
    if !has_properties
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

/// Values as one list of bearable length, each with its name.
fn shown(values: &[(String, Option<String>)]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut length = 0;
    for (value, name) in values {
        length += value.len() + name.as_ref().map_or(0, String::len);
        if length > MAXIMUM_SHOWN && !shown.is_empty() {
            shown.push("…".to_owned());
            break;
        }
        match name {
            Some(name) => shown.push(format!("{} ({})", code(value), name.trim())),
            None => shown.push(code(value)),
        }
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
