//! The rule on values that are refused on purpose: a value must have the type or format that its schema implies.
//!
//! `{properties: {a: {}}}` has no `type`, so JSON Schema accepts any value that is not an object. Its author means an
//! object, and the generator makes a struct of it, so a value of another type is refused on purpose. The same applies
//! to `items` and `prefixItems`, which imply an array, and to `pattern`, `minLength`, `maxLength` and the formats of
//! strings, which imply a string. `type: [object, string]` overrides this.
//!
//! `format` restricts no value in JSON Schema, but `date`, `date-time` and `uuid` have their own types, so a string
//! of another form is refused.

use serde_json::{Map, Value};

/// Whether a value matches a schema only because the schema does not state a type or format that it implies.
pub(crate) fn is_refused_on_purpose(schema: &Value, instance: &Value) -> bool {
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&stated(schema)).is_ok_and(|validator| !validator.is_valid(instance))
}

/// The schema with every implied type stated.
fn stated(schema: &Value) -> Value {
    let Value::Object(members) = schema else { return schema.clone() };
    let mut stated: Map<String, Value> = Map::new();
    for (key, member) in members {
        let member = match (key.as_str(), member) {
            ("items" | "additionalProperties" | "unevaluatedItems" | "unevaluatedProperties", member) => {
                self::stated(member)
            }
            ("properties" | "patternProperties" | "$defs", Value::Object(schemas)) => {
                schemas.iter().map(|(name, schema)| (name.clone(), self::stated(schema))).collect()
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                schemas.iter().map(self::stated).collect()
            }
            (_, member) => member.clone(),
        };
        stated.insert(key.clone(), member);
    }
    if !["type", "enum", "const"].iter().any(|key| stated.contains_key(*key))
        && let Some(implied) = implied(members)
    {
        stated.insert("type".to_owned(), implied.into());
    }
    Value::Object(stated)
}

fn implied(schema: &Map<String, Value>) -> Option<&'static str> {
    let has = |keys: &[&str]| keys.iter().any(|key| schema.contains_key(*key));
    let formats = ["binary", "byte", "date", "date-time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid"];
    let is_format = |format: &Value| format.as_str().is_some_and(|format| formats.contains(&format));
    if has(&["properties", "additionalProperties", "patternProperties"]) {
        Some("object")
    } else if has(&["items", "prefixItems"]) {
        Some("array")
    } else if has(&["maxLength", "minLength", "pattern"]) || schema.get("format").is_some_and(is_format) {
        Some("string")
    } else {
        None
    }
}
