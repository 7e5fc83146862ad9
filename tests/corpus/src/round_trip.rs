//! Values that are read as the type of their schema and written back.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::compare::differences;
use crate::examples::Example;
use crate::schemas::Schemas;

/// What became of the values of a document.
#[derive(Debug, Default)]
pub struct RoundTrip {
    /// How many values were read.
    pub read: usize,
    /// The values that do not match their own schema and did not survive, by place, each with the reason.
    pub invalid: BTreeMap<String, String>,
    /// The valid values that did not survive, each with its place and the reason.
    pub lost: Vec<String>,
}

/// The values that have a type, and the text of each.
pub struct Values<'a> {
    values: Vec<(&'a Example, &'a str, &'a str)>,
    outcome: RoundTrip,
}

impl<'a> Values<'a> {
    /// Finds the type of each value. `types` has the type of each schema, by its pointer.
    pub fn new(document: &Value, examples: &'a [Example], types: &'a BTreeMap<String, String>) -> Self {
        let mut outcome = RoundTrip::default();
        let mut values = Vec::new();
        for example in examples {
            match (&example.text, types.get(&example.schema)) {
                (Err(error), _) => {
                    outcome.invalid.insert(example.at.clone(), format!("no JSON: {error}"));
                }
                // A property of a member of an `allOf` may be merged with that of another member.
                (Ok(_), None) if example.schema.contains("/allOf/") => {}
                (Ok(_), None) if !has_json(document, &example.schema) => {}
                (Ok(_), None) => outcome.lost.push(format!("{}: {} has no type", example.at, example.schema)),
                (Ok(text), Some(ty)) => values.push((example, ty.as_str(), text.as_str())),
            }
        }
        outcome.read = values.len();
        Self { values, outcome }
    }

    /// The type and text of each value, in order.
    pub fn texts(&self) -> Vec<(&'a str, &'a str)> {
        self.values.iter().map(|(_, ty, text)| (*ty, *text)).collect()
    }

    /// Compares the values with what was written, in the order of [`texts`](Self::texts).
    pub fn compare(self, schemas: &Schemas<'_>, written: &[Result<String, String>]) -> RoundTrip {
        let mut outcome = self.outcome;
        for ((example, _, text), written) in self.values.into_iter().zip(written) {
            let before: Value = serde_json::from_str(text).unwrap_or_default();
            let found = match written {
                Err(error) => vec![format!("not read: {error}")],
                Ok(text) => {
                    let after = serde_json::from_str(text).unwrap_or_default();
                    differences(schemas, &example.schema, &before, &after)
                }
            };
            if found.is_empty() {
                continue;
            }
            let found = found.join("; ");
            match schemas.fault(&example.schema, &before) {
                Some(fault) => drop(outcome.invalid.insert(example.at.clone(), format!("{found}; {fault}"))),
                None => outcome.lost.push(format!("{}: {found}", example.at)),
            }
        }
        outcome
    }
}

/// Whether a schema is there and is one of JSON that is sent: not one of bytes or text, and not one of a reply to
/// `HEAD`.
fn has_json(document: &Value, schema: &str) -> bool {
    let is_bytes = |schema: &Value| schema["format"] == "binary";
    let media_type = schema.split_once("/content/").and_then(|(_, rest)| rest.split(['/', ';']).next());
    let is_text = media_type.is_some_and(|own| !own.ends_with("json") && !own.ends_with("event-stream"));
    !is_text
        && document.pointer(schema).is_some_and(|schema| !is_bytes(schema))
        && !schema.contains("/head/responses/")
}
