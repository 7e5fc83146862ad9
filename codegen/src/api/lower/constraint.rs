//! Constraints that neither the type of a value nor a constant can express. They become sentences of its description.

use std::collections::HashSet;

use crate::document::schema::{CountLimit, Limit, common_values, lower_limit, strictest_count, upper_limit};
use crate::document::{Member, Node, Schema};

use super::super::model::Bound;

/// The maximum number of characters of a value that are shown.
const MAX_SHOWN: usize = 200;

/// How long the last line of a description may become when sentences are appended to it.
const WIDTH: usize = 100;

/// Formats that need no sentence, since readers know them: those of JSON Schema and of OpenAPI's registry.
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

/// Appends the constraints to a description that neither the type nor its constants, `bounds`, express. A value matches
/// all of `parts`.
pub(super) fn append_constraints(text: &mut String, parts: &[Schema<'_>], bounds: &[Bound]) {
    let mut sentences: Vec<String> = clauses(parts, bounds).iter().map(|clause| sentence(clause)).collect();
    sentences.extend(parts.iter().rev().find_map(|schema| default(text, *schema)));
    if sentences.is_empty() {
        return;
    }
    let added = sentences.join(" ");
    let last_line = text.lines().next_back().unwrap_or_default();
    let gap = match ends_plainly(text) {
        _ if text.is_empty() => "",
        true if last_line.len() + added.len() < WIDTH => " ",
        true => "\n",
        false => "\n\n",
    };
    text.push_str(gap);
    text.push_str(&added);
}

/// Whether a description ends with a paragraph of sentences, to which more can be appended.
fn ends_plainly(text: &str) -> bool {
    let paragraph = text.rsplit("\n\n").next().unwrap_or_default();
    let plain = |line: &str| line.starts_with(|first: char| first.is_alphabetic() || first == '`');
    text.ends_with('.') && !text.contains("```") && !text.contains("~~~") && paragraph.lines().all(plain)
}

fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// The constraints of schemas that a value matches together, each worded to stand in a list.
fn clauses(parts: &[Schema<'_>], bounds: &[Bound]) -> Vec<String> {
    let schemas: Vec<Schema<'_>> =
        parts.iter().copied().filter(|schema| schema.as_object().is_some()).collect();
    let mut found = Vec::new();
    if are_about(&schemas, "string") {
        found
            .extend(schemas.iter().filter_map(|schema| Some(format!("matches {}", code(schema.pattern()?)))));
        found.extend(schemas.iter().flat_map(|schema| of_strings(*schema)));
    }
    if schemas.iter().any(|schema| schema.unique_items() == Some(true)) && are_about(&schemas, "array") {
        found.push("the elements are unique".to_owned());
    }
    found.extend(limits(&schemas, bounds));
    found.extend(values(&schemas));
    let has_properties = schemas.iter().any(|schema| schema.properties().is_some());
    found.extend(schemas.iter().flat_map(|schema| of_members(*schema, has_properties)));
    found.extend(schemas.iter().filter_map(|schema| within("each element", schema.items()?.schema())));
    found.extend(
        schemas.iter().filter_map(|schema| within("each value", schema.additional_properties()?.schema())),
    );
    found.extend(schemas.iter().filter_map(|schema| of_names(schema.property_names()?.schema())));
    let mut seen = HashSet::new();
    found.retain(|clause| seen.insert(clause.clone()));
    found
}

/// Whether values of a type fit the schemas. Keywords for other types do not constrain such a value.
fn are_about(schemas: &[Schema<'_>], kind: &str) -> bool {
    let is = |stated: &str| stated == kind || kind == "number" && stated == "integer";
    schemas.iter().all(|schema| match schema.kind().map(|kind| kind.value) {
        Some(Node::String(stated)) => is(stated),
        Some(Node::Array(stated)) => stated.iter().filter_map(Node::as_str).any(is),
        _ => true,
    })
}

/// The constraints of a schema within another one, unless it has a name of its own and so its own description.
fn within(what: &str, inner: Schema<'_>) -> Option<String> {
    if inner.reference().is_some() {
        return None;
    }
    let found = clauses(&inner.inline_parts(), &[]);
    (!found.is_empty()).then(|| format!("{what}: {}", found.join(", ")))
}

/// The constraints of `propertyNames`. `None`: words cannot express them.
pub(super) fn of_names(names: Schema<'_>) -> Option<String> {
    if names.reference().is_some() {
        return None;
    }
    let mut found = clauses(&names.inline_parts(), &[]);
    let values: Vec<&Node> = names.listed_values().collect();
    found.extend((!values.is_empty()).then(|| format!("one of {}", listed(values, "or"))));
    (!found.is_empty()).then(|| format!("each name: {}", found.join(", ")))
}

fn of_strings(schema: Schema<'_>) -> Vec<String> {
    let format = schema.format().filter(|format| !WELL_KNOWN_FORMATS.contains(format));
    let encoding = schema.content_encoding().filter(|encoding| *encoding != "base64");
    let format = format.map(|format| format!("in the format {}", code(format)));
    let encoding = encoding.map(|encoding| format!("encoded as {}", code(encoding)));
    let media_type = schema.content_media_type().map(|media_type| format!("holds {}", code(media_type)));
    format.into_iter().chain(encoding).chain(media_type).collect()
}

/// The limits of numbers and counts, except those in `bounds`.
fn limits(schemas: &[Schema<'_>], bounds: &[Bound]) -> Vec<String> {
    let is_bound = |keyword: &str| bounds.iter().any(|bound| bound.keyword == keyword);
    let is_integer = schemas.iter().any(|schema| schema.single_type() == Some("integer"));
    let mut found = Vec::new();
    if are_about(schemas, "number") {
        if let Some(Limit { shown, exclusive, .. }) = lower_limit(schemas).filter(|_| !is_bound("minimum"))
            // The type says already that an integer is not negative.
            && !(is_integer && shown == "0" && !exclusive)
        {
            found.push(format!("{} `{shown}`", if exclusive { "more than" } else { "at least" }));
        }
        if let Some(Limit { shown, exclusive, .. }) = upper_limit(schemas).filter(|_| !is_bound("maximum")) {
            found.push(format!("{} `{shown}`", if exclusive { "less than" } else { "at most" }));
        }
        let factors = schemas.iter().filter_map(|schema| schema.multiple_of());
        let factors = factors.filter(|factor| factor.value.as_number().is_some());
        found.extend(factors.map(|factor| format!("a multiple of `{}`", factor.value.to_json())));
    }
    let counts = [
        (CountLimit::MIN_LENGTH, "character", "characters"),
        (CountLimit::MAX_LENGTH, "character", "characters"),
        (CountLimit::MIN_ITEMS, "element", "elements"),
        (CountLimit::MAX_ITEMS, "element", "elements"),
        (CountLimit::MIN_PROPERTIES, "property", "properties"),
        (CountLimit::MAX_PROPERTIES, "property", "properties"),
    ];
    let counts = counts.into_iter().filter(|(limit, ..)| !is_bound(limit.keyword));
    found.extend(counts.filter_map(|(limit, one, several)| {
        are_about(schemas, limit.kind).then_some(())?;
        let count = strictest_count(schemas, limit).filter(|count| *count != 0 || !limit.is_minimum)?;
        let words = if limit.is_minimum { "at least" } else { "at most" };
        Some(format!("{words} {count} {}", if count == 1 { one } else { several }))
    }));
    found
}

/// The values that every `enum` lists, where they are not strings.
fn values(schemas: &[Schema<'_>]) -> Option<String> {
    let listed = schemas.iter().filter_map(|schema| {
        let values: Vec<&Node> = schema.listed_values().filter(|value| **value != Node::Null).collect();
        (!values.is_empty()).then_some(values)
    });
    let Some(values) = listed.reduce(|one, other| common_values(&one, &other)) else {
        return schemas.iter().find_map(|schema| named_alternatives(*schema));
    };
    if values.iter().all(|value| value.as_str().is_some()) {
        return None;
    }
    let named = values.iter().map(|value| {
        let name = schemas.iter().find_map(|schema| schema.name_of_value(value));
        (value.to_json(), name.map(str::to_owned))
    });
    Some(format!("one of {}", shown(&named.collect::<Vec<_>>())))
}

/// The constants of a `oneOf` or `anyOf` that are not strings, each with its title and description.
fn named_alternatives(schema: Schema<'_>) -> Option<String> {
    let constants = schema.alternatives()?.iter().map(Schema::of).map(|alternative| {
        let value = alternative.constant().filter(|only| only.value.as_str().is_none())?.value;
        let first_line = |text: Option<&'_ str>| text.and_then(|text| text.lines().next()).map(str::to_owned);
        let name = match (first_line(alternative.title()), first_line(alternative.description())) {
            (Some(title), Some(description)) => Some(format!("{title}: {description}")),
            (title, description) => title.or(description),
        };
        Some((value.to_json(), name))
    });
    let constants: Vec<_> = constants.collect::<Option<_>>()?;
    (!constants.is_empty()).then(|| format!("one of {}", shown(&constants)))
}

/// The constraints of an object's properties together.
fn of_members(schema: Schema<'_>, has_properties: bool) -> Vec<String> {
    let mut found = Vec::new();
    if !has_properties
        && schema.single_type() == Some("object")
        && let Some(names) = names(schema.required())
    {
        found.push(format!("has {}", listed(names, "and")));
    }
    let patterns = schema.pattern_properties().into_iter().flat_map(Member::entries);
    let patterns: Vec<String> = patterns.map(|(pattern, _)| code(pattern)).collect();
    if !patterns.is_empty() {
        found.push(format!("names match {}", patterns.join(" or ")));
    }
    for (name, others) in schema.dependent_required().into_iter().flat_map(Member::entries) {
        if let Some(others) = names_of(others) {
            found.push(format!("with {} also {}", code(name), listed(others, "and")));
        }
    }
    for (union, words) in [(schema.one_of(), "exactly one of"), (schema.any_of(), "at least one of")] {
        let sets = union.into_iter().flat_map(Member::schemas).filter(|set| set.only_requires());
        let sets: Vec<String> = sets.filter_map(|set| Some(listed(names(set.required())?, "with"))).collect();
        if sets.len() > 1 {
            found.push(format!("{words} {} is required", sets.join(", ")));
        }
    }
    found.extend(schema.negation().and_then(|not| excluded(not.schema())));
    found
}

/// What a `not` forbids: some properties together, or some values. `None`: a few words cannot express it.
pub(super) fn excluded(not: Schema<'_>) -> Option<String> {
    if not.only_requires() {
        return Some(match names(not.required())?.as_slice() {
            [only] => format!("without {}", code(only.as_str()?)),
            several => format!("not {} together", listed(several.iter().copied(), "and")),
        });
    }
    not.as_object()?;
    let only = not.keys().all(|key| ["enum", "const", "type"].contains(&key));
    let values: Vec<&Node> = not.listed_values().collect();
    (only && !values.is_empty()).then(|| format!("not {}", listed(values, "or")))
}

/// The strings that a member lists, or `None`.
fn names(member: Option<Member<'_>>) -> Option<Vec<&Node>> {
    names_of(member?.value)
}

/// The strings of an array, or `None` if it has none.
fn names_of(array: &Node) -> Option<Vec<&Node>> {
    let names = array.as_array()?.iter().filter(|name| name.as_str().is_some());
    Some(names.collect()).filter(|names: &Vec<_>| !names.is_empty())
}

/// Joins values to a list, strings without their quotes.
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

/// Joins values to a list, each with its name. A long list is cut.
fn shown(values: &[(String, Option<String>)]) -> String {
    let mut shown: Vec<String> = Vec::new();
    let mut length = 0;
    for (value, name) in values {
        length += value.len() + name.as_ref().map_or(0, String::len);
        if length > MAX_SHOWN && !shown.is_empty() {
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

/// The sentence for a default, unless the description says it already.
fn default(text: &str, schema: Schema<'_>) -> Option<String> {
    let default = schema.default().map(|default| default.value).filter(|value| **value != Node::Null)?;
    // The only value needs no default.
    if schema.listed_values().eq([default]) {
        return None;
    }
    let written = default.as_str().map_or_else(|| default.to_json(), str::to_owned);
    let said = text.to_lowercase().contains("default") && text.contains(&written);
    (!said).then(|| format!("Default: {}.", code(&default.to_json())))
}

/// Formats a text as Markdown code. A long one is cut.
fn code(text: &str) -> String {
    let mut text: String = text.chars().flat_map(spelled).collect();
    if let Some((cut, _)) = text.char_indices().nth(MAX_SHOWN) {
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

/// A letter, escaped where a line cannot contain it.
fn spelled(letter: char) -> impl Iterator<Item = char> {
    let (plain, escaped) = match letter.is_control() {
        true => (None, Some(letter.escape_default())),
        false => (Some(letter), None),
    };
    plain.into_iter().chain(escaped.into_iter().flatten())
}
