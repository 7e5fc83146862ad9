//! The documents in `tests/documents`, read independently of the generator: as one value that includes the files
//! beside it, with schemas of JSON Schema 2020-12.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::rc::Rc;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::agreement_spec::{elements, members};
use super::agreement_values::types;
use super::program::workspace;

/// The member that contains the files beside a document.
const BESIDE: &str = "x-beside";

/// A document.
pub(crate) struct Everything {
    pub(crate) root: Value,
    /// The validators of the document's schemas, by their addresses in memory.
    validators: RefCell<HashMap<(*const Value, Direction), Rc<Validator>>>,
}

/// An operation, with the members of its path and of the document.
#[derive(Clone)]
pub(crate) struct DeclaredOperation<'a> {
    pub(crate) id: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) node: &'a Value,
    /// The parameters, resolved. The operation's own override those of the path.
    pub(crate) parameters: Vec<&'a Value>,
    /// The URLs of the servers, each variable replaced by its default.
    pub(crate) servers: Vec<String>,
}

/// The direction of a value, for `readOnly` and `writeOnly`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Direction {
    Sent,
    Received,
}

impl Everything {
    /// The document with a name, and the files beside it.
    pub(crate) fn read(file: &str, beside: &[&str]) -> Self {
        let folder = workspace().join("tests/documents");
        let read = |file: &str| -> Value {
            serde_yaml::from_str(&fs::read_to_string(folder.join(file)).unwrap()).unwrap()
        };
        let mut root = read(file);
        for other in beside {
            let mut value = read(other);
            rewrite(&mut value, &|reference| match reference.strip_prefix(file) {
                Some(pointer) => pointer.to_owned(),
                None => format!("#/{BESIDE}/{other}{}", &reference[1..]),
            });
            root[BESIDE][other] = value;
        }
        for other in beside {
            rewrite(&mut root, &|reference| match reference.strip_prefix(other) {
                Some(pointer) => format!("#/{BESIDE}/{other}{}", &pointer[1..]),
                None => reference.to_owned(),
            });
        }
        if root["openapi"].as_str().unwrap().starts_with("3.0") {
            modernise(&mut root);
        }
        Self::of(root)
    }

    pub(crate) fn of(root: Value) -> Self {
        Self { root, validators: RefCell::default() }
    }

    /// The value with its `$ref` followed.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("all is in one value");
                self.resolve(self.root.pointer(pointer).expect("a reference leads somewhere"))
            }
            None => value,
        }
    }

    /// The first type of a schema other than null. A string if it states none.
    pub(crate) fn kind<'a>(&'a self, schema: &'a Value) -> &'a str {
        let schema = self.resolve(schema);
        let own = types(schema).into_iter().find(|kind| *kind != "null");
        let inner = elements(&schema["anyOf"]).chain(elements(&schema["allOf"])).next();
        own.or_else(|| inner.map(|inner| self.kind(inner))).unwrap_or("string")
    }

    pub(crate) fn operations(&self) -> Vec<DeclaredOperation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in members(&self.root["paths"]) {
            let item = self.resolve(item);
            for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
                let Some(node) = item.get(method) else { continue };
                let id = node["operationId"].as_str().unwrap();
                let own = elements(&node["parameters"]).map(|parameter| self.resolve(parameter));
                let mut parameters: Vec<&Value> = own.collect();
                for shared in elements(&item["parameters"]).map(|parameter| self.resolve(parameter)) {
                    let same = |own: &&Value| own["name"] == shared["name"] && own["in"] == shared["in"];
                    if !parameters.iter().any(same) {
                        parameters.push(shared);
                    }
                }
                let servers = [node, item, &self.root].into_iter().find_map(|holder| holder.get("servers"));
                let servers = elements(servers.unwrap_or(&Value::Null)).map(server_url).collect();
                operations.push(DeclaredOperation { id, method, path, node, parameters, servers });
            }
        }
        operations
    }

    /// The alternatives of security schemes, each scheme with its name.
    pub(crate) fn security<'a>(
        &'a self,
        operation: &DeclaredOperation<'a>,
    ) -> Vec<Vec<(&'a str, &'a Value)>> {
        let alternatives = operation.node.get("security").unwrap_or(&self.root["security"]);
        let schemes = &self.root["components"]["securitySchemes"];
        let of = |alternative| members(alternative).map(|(name, _)| (name, self.resolve(&schemes[name])));
        elements(alternatives).map(|alternative| of(alternative).collect()).collect()
    }

    /// A validator for values in this direction and for `schema`, which is part of the document.
    pub(crate) fn validator(&self, schema: &Value, way: Direction) -> Rc<Validator> {
        let key = (std::ptr::from_ref(schema), way);
        let known = self.validators.borrow().get(&key).cloned();
        known.unwrap_or_else(|| {
            let validator = Rc::new(self.new_validator(schema, way));
            self.validators.borrow_mut().insert(key, validator.clone());
            validator
        })
    }

    fn new_validator(&self, schema: &Value, way: Direction) -> Validator {
        // All that schemas refer to.
        let (components, beside) = (&self.root["components"], &self.root[BESIDE]);
        let mut whole = json!({"allOf": [schema], "components": components, BESIDE: beside});
        hide(&mut whole, way);
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        options.should_validate_formats(true).build(&whole).expect("the document's schemas are schemas")
    }
}

fn server_url(server: &Value) -> String {
    let url = server["url"].as_str().unwrap().to_owned();
    members(&server["variables"]).fold(url, |url, (name, variable)| {
        url.replace(&format!("{{{name}}}"), variable["default"].as_str().unwrap())
    })
}

/// Gives every reference another text.
fn rewrite(value: &mut Value, text: &dyn Fn(&str) -> String) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref") {
                *reference = text(reference);
            }
            members.values_mut().for_each(|value| rewrite(value, text));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|value| rewrite(value, text)),
        _ => {}
    }
}

/// Forbids properties of the other direction, and makes them optional.
fn hide(value: &mut Value, way: Direction) {
    let hidden = if way == Direction::Sent { "readOnly" } else { "writeOnly" };
    if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
        let names: Vec<String> = properties
            .iter()
            .filter(|(_, schema)| schema.get(hidden) == Some(&Value::Bool(true)))
            .map(|(name, _)| name.clone())
            .collect();
        for name in &names {
            properties[name] = Value::Bool(false);
        }
        if let Some(required) = value.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !names.iter().any(|hidden| name == hidden));
        }
    }
    each(value, &mut |value| hide(value, way));
}

/// Replaces the keywords of OpenAPI 3.0 with those of 3.1.
fn modernise(value: &mut Value) {
    if let Value::Object(schema) = value {
        if schema.remove("nullable") == Some(Value::Bool(true)) {
            let own = Value::Object(std::mem::take(schema));
            *schema = Map::from_iter([("anyOf".to_owned(), json!([own, {"type": "null"}]))]);
        }
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            match schema.get(exclusive) {
                Some(Value::Bool(true)) => {
                    let bound = schema.remove(bound).unwrap();
                    schema.insert(exclusive.to_owned(), bound);
                }
                Some(Value::Bool(false)) => drop(schema.remove(exclusive)),
                _ => {}
            }
        }
    }
    each(value, &mut modernise);
}

fn each(value: &mut Value, change: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(members) => members.values_mut().for_each(change),
        Value::Array(elements) => elements.iter_mut().for_each(change),
        _ => {}
    }
}
