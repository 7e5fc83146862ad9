//! The name of an alternative of a union that has none. It says what distinguishes the alternative from the others,
//! so that adding one does not change it.

use crate::document::{Node, Schema};

/// The maximum length of a title or value that becomes a name.
const MAX_LENGTH: usize = 60;

/// The name of the element at `index` of a `oneOf` or `anyOf`.
pub(super) fn name(elements: &[Node], index: usize) -> String {
    let Some(schema) = elements.get(index).map(Schema::of) else { return "value".to_owned() };
    let others = || {
        let others = elements.iter().enumerate().filter(|(other, _)| *other != index);
        others.map(|(_, other)| Schema::of(other))
    };
    let alone = |name: Option<String>, name_of: fn(Schema<'_>) -> Option<String>| {
        name.filter(|name| others().all(|other| name_of(other).as_ref() != Some(name)))
    };
    let title = || alone(title(schema), title);
    let value =
        || constants(schema).find(|(key, value)| others().all(|other| constant(other, key) != Some(value)));
    // A union has one string for all of its strings.
    let string = || {
        let values = |schema: Schema<'_>| is_string(schema) && schema.enum_values().next().is_some();
        (is_string(schema) && !(values(schema) && others().any(values))).then(|| "string".to_owned())
    };
    let kind = || alone(kind(schema), kind);
    let elements_kind = || alone(array(schema), array);
    let property = || {
        let distinct = |name: &&str| others().all(|other| !properties(other).any(|known| known == *name));
        properties(schema).find(distinct).map(|name| format!("with {name}"))
    };
    let reference = || alone(reference(schema), reference);
    title()
        .or_else(|| value().map(|(_, value)| value.to_owned()))
        .or_else(string)
        .or_else(kind)
        .or_else(elements_kind)
        .or_else(reference)
        .or_else(property)
        .unwrap_or_else(|| format!("{} {}", self::kind(schema).as_deref().unwrap_or("option"), index + 1))
}

fn title(schema: Schema<'_>) -> Option<String> {
    schema.title().filter(|title| fits(title)).map(str::to_owned)
}

fn is_string(schema: Schema<'_>) -> bool {
    kind(schema).as_deref() == Some("string")
}

fn fits(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_LENGTH
}

/// The properties of an object that have a single value, each with that value.
fn constants<'d>(schema: Schema<'d>) -> impl Iterator<Item = (&'d str, &'d str)> {
    schema.property_schemas().filter_map(move |(name, _)| Some((name, constant(schema, name)?)))
}

fn constant<'d>(schema: Schema<'d>, property: &str) -> Option<&'d str> {
    let schema = schema.property(property)?;
    let only = match schema.enumeration().and_then(|values| values.value.as_array()) {
        Some([only]) => only,
        Some(_) => return None,
        None => schema.constant()?.value,
    };
    only.as_str().filter(|value| fits(value))
}

/// The type of a schema, or the format that makes a string something else. Other strings are alike, as in the union.
fn kind(schema: Schema<'_>) -> Option<String> {
    let kind = match schema.kind().map(|kind| kind.value) {
        Some(Node::String(kind)) => kind,
        Some(_) => return None,
        None => schema.implied_type()?,
    };
    match (kind, schema.format()) {
        ("string", Some(format @ ("date-time" | "date" | "uuid" | "byte" | "binary"))) => {
            Some(format.to_owned())
        }
        (kind, _) => Some(kind.to_owned()),
    }
}

/// The name for the elements of an array.
fn array(schema: Schema<'_>) -> Option<String> {
    if kind(schema)? != "array" {
        return None;
    }
    let items = schema.items()?.schema();
    if let Some(name) = items.referenced_name() {
        return Some(format!("{name} array"));
    }
    Some(match kind(items).as_deref() {
        Some("array") => format!("{} arrays", array(items)?.trim_end_matches('s')),
        Some(kind) => format!("{kind}s"),
        None => "array".to_owned(),
    })
}

/// The name of the schema that this one refers to, or has in its `allOf`.
fn reference(schema: Schema<'_>) -> Option<String> {
    let mut parts = schema.all_of().into_iter().flat_map(|members| members.schemas());
    schema.referenced_name().or_else(|| parts.find_map(Schema::referenced_name))
}

/// The names of an object's properties, the required ones first.
fn properties<'d>(schema: Schema<'d>) -> impl Iterator<Item = &'d str> {
    let required = schema.required_names().filter(move |name| schema.property(name).is_some());
    required.chain(schema.property_schemas().map(|(name, _)| name))
}
