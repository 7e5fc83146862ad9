//! The JSON Schema Test Suite, draft 2020-12: each valid instance is read as the type of its schema and written back.
//!
//! The suite is not part of this repository. `JSON_SCHEMA_TEST_SUITE` names its folder. Without it the suite is in
//! `target/json-schema-test-suite`, where `.ci/run` puts it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod implied;
mod suite;

use std::collections::BTreeMap;

use serde_json::Value;

use client::{Client, Outcome};

/// The known losses, besides the values that `implied` describes: the schema, and the reason.
const NOT_KEPT: &[(&str, &str)] = &[
    ("anyOf: anyOf complex types", ONE_ALTERNATIVE),
    ("unevaluatedProperties: unevaluatedProperties with anyOf", ONE_ALTERNATIVE),
    ("defs: validate definition against metaschema", NO_METASCHEMA),
    ("ref: remote ref, containing refs itself", NO_METASCHEMA),
    (
        "dynamicRef: A $dynamicRef that initially resolves to a schema without a matching $dynamicAnchor behaves like a \
         normal $ref to $anchor",
        "the schema that the reference leads to has no property `foo`, though another has",
    ),
];

const ONE_ALTERNATIVE: &str = "a value is of one alternative, and the properties of another are lost";
const NO_METASCHEMA: &str = "the metaschema of JSON Schema is not among the files that are given";

#[test]
fn valid_instances_are_read_and_written_back() {
    let Some(cases) = suite::cases() else { return };
    let client = Client::of(&cases);
    let outcomes = client.run(&cases);
    let (mut kept, mut implied, mut failures) = (0, 0, Vec::new());
    let mut unused: BTreeMap<&str, &str> = NOT_KEPT.iter().copied().collect();
    for (case, outcomes) in cases.iter().zip(outcomes) {
        for (instance, outcome) in case.instances.iter().zip(outcomes) {
            let problem = match outcome {
                Outcome::Refused(report) => format!("the schema is refused: {report}"),
                Outcome::Unread(error) => format!("{instance} is not read: {error}"),
                Outcome::Written(written) => match lost(instance, &written, &case.schema) {
                    None => {
                        kept += 1;
                        continue;
                    }
                    Some(lost) => format!("{instance} loses {lost}"),
                },
            };
            if implied::is_refused_on_purpose(&case.schema, instance) {
                implied += 1;
            } else if NOT_KEPT.iter().any(|(name, _)| *name == case.name) {
                unused.remove(case.name.as_str());
            } else {
                failures.push(format!("{}: {problem}", case.name));
            }
        }
    }
    let instances: usize = cases.iter().map(|case| case.instances.len()).sum();
    println!(
        "{kept} of {instances} valid instances are kept; {implied} are refused by the rule on implied types"
    );
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(unused.is_empty(), "these are kept now: {unused:?}");
}

/// What the written value lacks. Properties that the schema does not name may be lost.
fn lost(before: &Value, after: &Value, schema: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.iter().find_map(|(name, value)| match after.get(name) {
                Some(after) => lost(value, after, schema).map(|lost| format!("{name}/{lost}")),
                None if value.is_null() || !names_property(schema, name) => None,
                None => Some(name.clone()),
            })
        }
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            before.iter().zip(after).find_map(|(before, after)| lost(before, after, schema))
        }
        (Value::Number(before), Value::Number(after)) => {
            (before.as_f64() != after.as_f64()).then(|| before.to_string())
        }
        (before, after) => (before != after).then(|| before.to_string()),
    }
}

/// Whether a schema names a property anywhere, or keeps other properties.
fn names_property(schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, member)| match key.as_str() {
            "properties" => member.get(name).is_some() || names_property(member, name),
            "additionalProperties" | "unevaluatedProperties" if *member != Value::Bool(false) => true,
            // A property that only these keywords name is not a field, and the generator reports it.
            "dependentSchemas" | "if" | "then" | "else" => false,
            _ => names_property(member, name),
        }),
        Value::Array(elements) => elements.iter().any(|element| names_property(element, name)),
        _ => false,
    }
}
