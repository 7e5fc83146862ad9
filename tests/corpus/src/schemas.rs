//! The document's schemas, read by an independent validator.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};

use crate::pointer::{child, fragment, index, of_reference};

const URI: &str = "https://example.com/document";

/// The schemas of a document.
pub struct Schemas<'a> {
    document: &'a Value,
    registry: Registry<'a>,
    validators: RefCell<HashMap<String, Rc<Validator>>>,
}

impl<'a> Schemas<'a> {
    /// # Errors
    ///
    /// The document has a reference that leads nowhere, or an `$id` that is not a URI.
    pub fn new(document: &'a Value) -> Result<Self, String> {
        let added = Registry::new().add(URI, in_json_schema(document.clone()));
        let registry = added.and_then(|registry| registry.prepare()).map_err(|error| error.to_string())?;
        Ok(Self { document, registry, validators: RefCell::default() })
    }

    /// The schema at `pointer`.
    pub fn get(&self, pointer: &str) -> &'a Value {
        self.document.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// What is wrong with a value by the schema at `pointer`. `None`: nothing.
    pub fn fault(&self, pointer: &str, value: &Value) -> Option<String> {
        let validator = match self.validator(pointer) {
            Ok(validator) => validator,
            Err(error) => return Some(format!("no schema: {error}")),
        };
        let mut errors = validator.iter_errors(value);
        let error = errors.next()?;
        Some(format!(
            "{} ({})",
            error.to_string().chars().take(200).collect::<String>(),
            error.instance_path()
        ))
    }

    fn validator(&self, pointer: &str) -> Result<Rc<Validator>, String> {
        if let Some(validator) = self.validators.borrow().get(pointer) {
            return Ok(validator.clone());
        }
        let schema = json!({"$ref": format!("{URI}#{}", fragment(pointer))});
        let built =
            jsonschema::options().should_validate_formats(true).with_registry(&self.registry).build(&schema);
        let validator = Rc::new(built.map_err(|error| error.to_string())?);
        self.validators.borrow_mut().insert(pointer.to_owned(), validator.clone());
        Ok(validator)
    }

    /// The schemas that apply to a value: the one at `pointer`, its target, all of an `allOf`, and those of `anyOf`
    /// and `oneOf` that the value matches.
    pub fn that_apply(&self, pointer: &str, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.gather(pointer, value, &mut found);
        found
    }

    fn gather(&self, pointer: &str, value: &Value, found: &mut Vec<String>) {
        if found.iter().any(|own| own == pointer) {
            return;
        }
        found.push(pointer.to_owned());
        let schema = self.get(pointer);
        if let Some(target) = schema["$ref"].as_str().and_then(of_reference) {
            self.gather(target, value, found);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for number in 0..schema[keyword].as_array().map_or(0, Vec::len) {
                let member = index(&child(pointer, keyword), number);
                if keyword == "allOf" || self.validator(&member).is_ok_and(|own| own.is_valid(value)) {
                    self.gather(&member, value, found);
                }
            }
        }
    }
}

/// Replaces keywords of OpenAPI 3.0, which some documents of 3.1 still use: `nullable`, and exclusive bounds that are
/// booleans. States the type that `properties` implies.
fn in_json_schema(document: Value) -> Value {
    match document {
        Value::Object(mut members) => {
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(ty @ Value::String(_)) = members.get("type")
            {
                members.insert("type".to_owned(), json!([ty, "null"]));
            }
            // The type that is implied, as in docs/generator.md.
            if !members.contains_key("type") && members.get("properties").is_some_and(are_schemas) {
                members.insert("type".to_owned(), json!("object"));
            }
            for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
                if let Some(Value::Bool(is_exclusive)) = members.get(exclusive) {
                    let bound = is_exclusive.then(|| members.remove(bound)).flatten();
                    match bound {
                        Some(bound) => members.insert(exclusive.to_owned(), bound),
                        None => members.remove(exclusive),
                    };
                }
            }
            members.into_iter().map(|(name, member)| (name, in_json_schema(member))).collect()
        }
        Value::Array(elements) => elements.into_iter().map(in_json_schema).collect(),
        other => other,
    }
}

/// Whether this is the value of `properties`, and not a property with that name.
fn are_schemas(properties: &Value) -> bool {
    let schemas = properties.as_object();
    schemas.is_some_and(|schemas| schemas.values().all(|schema| schema.is_object() || schema.is_boolean()))
}
