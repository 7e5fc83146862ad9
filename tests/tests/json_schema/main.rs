//! The JSON Schema Test Suite, draft 2020-12: each valid instance is read as the type of its schema and written back.
//!
//! The suite is not part of this repository. `JSON_SCHEMA_TEST_SUITE` names its folder; without it the suite is taken
//! from `target/json-schema-test-suite`, where `.ci/run` puts it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod implied;
mod suite;

use std::collections::BTreeMap;

use serde_json::Value;

use client::{Client, Outcome};
use suite::Case;

/// What is refused, besides the values that `implied` describes: the schema, and why.
const REFUSED: &[(&str, &str)] = &[];

#[test]
fn valid_instances_are_read_and_written_back() {
    let Some(cases) = suite::cases() else { return };
    let client = Client::of(&cases);
    let outcomes = client.run(&cases);
    let (mut kept, mut implied, mut failures) = (0, 0, Vec::new());
    let mut unused: BTreeMap<&str, &str> = REFUSED.iter().copied().collect();
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
            } else if REFUSED.iter().any(|(name, _)| *name == case.name) {
                unused.remove(case.name.as_str());
            } else {
                failures.push(format!("{}: {problem}", case.name));
            }
        }
    }
    let instances: usize = cases.iter().map(|case| case.instances.len()).sum();
    println!("{kept} of {instances} valid instances are kept; {implied} are refused by the rule on implied types");
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
    assert!(unused.is_empty(), "these are not refused any more: {unused:?}");
}

/// What of a value is not in the value that was written. Properties that the schema does not name may be lost.
fn lost(before: &Value, after: &Value, schema: &Value) -> Option<String> {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => before.iter().find_map(|(name, value)| {
            match after.get(name) {
                Some(after) => lost(value, after, schema).map(|lost| format!("{name}/{lost}")),
                None if value.is_null() || !names_property(schema, name) => None,
                None => Some(name.clone()),
            }
        }),
        (Value::Array(before), Value::Array(after)) if before.len() == after.len() => {
            before.iter().zip(after).find_map(|(before, after)| lost(before, after, schema))
        }
        (Value::Number(before), Value::Number(after)) => {
            (before.as_f64() != after.as_f64()).then(|| before.to_string())
        }
        (before, after) => (before != after).then(|| before.to_string()),
    }
}

/// Whether a schema names a property anywhere, or keeps those that it does not name.
fn names_property(schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(members) => members.iter().any(|(key, member)| match key.as_str() {
            "properties" => member.get(name).is_some() || names_property(member, name),
            "additionalProperties" | "unevaluatedProperties" if *member != Value::Bool(false) => true,
            _ => names_property(member, name),
        }),
        Value::Array(elements) => elements.iter().any(|element| names_property(element, name)),
        _ => false,
    }
}
