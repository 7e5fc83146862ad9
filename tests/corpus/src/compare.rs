//! The differences between a value and what is written back.

use serde_json::Value;

use crate::pointer::{child, index};
use crate::schemas::Schemas;

/// What was lost, added or changed from `before`, which the schema at `schema` accepts, to `after`. By design two
/// losses do not count: a property that no schema names, and a `null` that may be missing.
pub fn differences(schemas: &Schemas<'_>, schema: &str, before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if before != after {
        compare(schemas, &[schema.to_owned()], (before, after), "", &mut found);
    }
    found
}

fn compare(
    schemas: &Schemas<'_>,
    held_against: &[String],
    (before, after): (&Value, &Value),
    at: &str,
    found: &mut Vec<String>,
) {
    let mut apply: Vec<String> = Vec::new();
    for schema in held_against {
        apply.extend(schemas.that_apply(schema, before));
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            for (name, value) in before {
                let inner = of_property(schemas, &apply, name);
                let at = child(at, name);
                match after.get(name) {
                    Some(after) => compare(schemas, &inner, (value, after), &at, found),
                    None if is_ignored(schemas, &apply, name) => {}
                    None if value.is_null() && may_be_missing(schemas, &apply, name) => {}
                    None => found.push(format!("{at} is lost")),
                }
            }
            let added = after.keys().filter(|name| !before.contains_key(*name));
            found.extend(added.map(|name| format!("{} is added", child(at, name))));
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            for (number, pair) in before.iter().zip(after).enumerate() {
                let inner = of_element(schemas, &apply, number);
                compare(schemas, &inner, pair, &index(at, number), found);
            }
        }
        (Value::Number(before), Value::Number(after)) if before.as_f64() == after.as_f64() => {}
        (before, after) if before == after || is_same_time(before, after) => {}
        (before, after) => found.push(format!("{at} was {before} and is {after}")),
    }
}

/// Whether both are the same date and time (RFC 3339), which may be written with and without a fraction of zero.
fn is_same_time(before: &Value, after: &Value) -> bool {
    let time = |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok();
    time(before).is_some_and(|before| time(after) == Some(before))
}

/// The schemas of a property.
fn of_property(schemas: &Schemas<'_>, apply: &[String], name: &str) -> Vec<String> {
    let places = apply.iter().filter_map(|schema| {
        let own = schemas.get(schema);
        if own["properties"].get(name).is_some() {
            return Some(child(&child(schema, "properties"), name));
        }
        own["additionalProperties"].is_object().then(|| child(schema, "additionalProperties"))
    });
    places.collect()
}

/// The schemas of an element.
fn of_element(schemas: &Schemas<'_>, apply: &[String], number: usize) -> Vec<String> {
    let places = apply.iter().filter_map(|schema| {
        let own = schemas.get(schema);
        if own["prefixItems"].get(number).is_some() {
            return Some(index(&child(schema, "prefixItems"), number));
        }
        own["items"].is_object().then(|| child(schema, "items"))
    });
    places.collect()
}

/// Whether properties are named and this is not one of them, nor one that needs no name.
fn is_ignored(schemas: &Schemas<'_>, apply: &[String], name: &str) -> bool {
    let any = |fits: &dyn Fn(&Value) -> bool| apply.iter().any(|schema| fits(schemas.get(schema)));
    let names_some = any(&|own| own["properties"].as_object().is_some_and(|members| !members.is_empty()));
    let names_it = any(&|own| own["properties"].get(name).is_some());
    let keeps = any(&|own| {
        own["additionalProperties"].is_object()
            || own["additionalProperties"] == true
            || own["patternProperties"].is_object()
    });
    names_some && !names_it && !keeps
}

/// Whether a reader accepts an object without this property. A deprecated one may be missing even if it is required.
fn may_be_missing(schemas: &Schemas<'_>, apply: &[String], name: &str) -> bool {
    let requires =
        |own: &Value| own["required"].as_array().is_some_and(|names| names.iter().any(|own| own == name));
    let any = |fits: &dyn Fn(&Value) -> bool| apply.iter().any(|schema| fits(schemas.get(schema)));
    !any(&requires) || any(&|own| own["properties"][name]["deprecated"] == true)
}
