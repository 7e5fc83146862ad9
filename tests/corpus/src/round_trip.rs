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
                (Ok(_), None) if is_only_in_forms(document, &example.schema) => {}
                // The generator warns about parameters of webhooks and callbacks.
                (Ok(_), None) if is_parameter_of_webhook(&example.schema) => {}
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
    media_type.is_none_or(is_json)
        && document.pointer(schema).is_some_and(|schema| !is_bytes(schema))
        && !schema.contains("/head/responses/")
}

/// Whether a schema is that of a parameter of a webhook or callback.
fn is_parameter_of_webhook(schema: &str) -> bool {
    let is_webhook = schema.starts_with("/webhooks/") || schema.contains("/callbacks/");
    is_webhook && schema.contains("/parameters/")
}

/// Whether a media type is one of JSON, or of events in JSON.
fn is_json(media_type: &str) -> bool {
    let bare = media_type.split(';').next().unwrap_or_default().trim_end();
    bare.ends_with("json") || bare.ends_with("event-stream")
}

/// Whether all references to a named schema are in content that is not JSON, such as a form.
fn is_only_in_forms(document: &Value, schema: &str) -> bool {
    let (all, in_forms) = references(document, &format!("#{schema}"));
    all > 0 && all == in_forms
}

/// The number of references to a schema, and of those that are the schema of content that is not JSON.
fn references(value: &Value, target: &str) -> (usize, usize) {
    let mut count = (usize::from(value["$ref"] == target), 0);
    for (media_type, entry) in value["content"].as_object().into_iter().flatten() {
        count.1 += usize::from(!is_json(media_type) && entry["schema"]["$ref"] == target);
    }
    let members = value.as_object().into_iter().flat_map(serde_json::Map::values);
    for part in members.chain(value.as_array().into_iter().flatten()) {
        let (all, in_forms) = references(part, target);
        count = (count.0 + all, count.1 + in_forms);
    }
    count
}
