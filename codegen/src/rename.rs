//! Rust names for parts of a document, from a configuration file or the library's options.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Document, Node, Pointer};
use crate::near::nearest;
use crate::slice::operations_named;

/// Rust names for parts of a document, instead of those that the document has. In a configuration file it is the table
/// `rename`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Rename {
    /// Functions, by `operationId`, or by method and path: `get /files`.
    pub operations: BTreeMap<String, String>,
    /// Types, by the name of the schema under `components`.
    pub schemas: BTreeMap<String, String>,
    /// Fields, by schema and property: `File.created_at`.
    pub properties: BTreeMap<String, String>,
    /// Arguments, by operation and parameter: `listFiles.limit`.
    pub parameters: BTreeMap<String, String>,
    /// Variants of enums, by schema or property and value: `File.purpose.fine-tune`.
    pub values: BTreeMap<String, String>,
}

/// The members that schemas have their parts in.
const PARTS: [&str; 3] = ["allOf", "oneOf", "anyOf"];

impl Rename {
    /// Writes the names into the document as `x-rust-name`. Returns a warning for each name that matches nothing.
    pub(crate) fn apply(&self, document: &mut Document) -> Vec<Diagnostic> {
        let mut missing = Vec::new();
        let kinds: [(&str, &BTreeMap<String, String>, Find); 5] = [
            ("operation", &self.operations, operation),
            ("schema", &self.schemas, schema),
            ("property", &self.properties, property),
            ("parameter", &self.parameters, parameter),
            ("value", &self.values, value),
        ];
        for (kind, names, find) in kinds {
            for (key, name) in names {
                let found = find(document, key);
                if found.is_empty() {
                    missing.push(no_match(document, kind, key));
                }
                for Found { place: (file, pointer), value } in found {
                    let name = name.clone();
                    match value {
                        None => document.insert(&file, &pointer, &["x-rust-name"], name),
                        Some(value) => document.insert(&file, &pointer, &["x-rust-names", &value], name),
                    }
                }
            }
        }
        missing
    }
}

/// What a name is for: a value of the document, or one of the values that an `enum` lists.
struct Found {
    place: (String, Pointer),
    value: Option<String>,
}

type Find = fn(&Document, &str) -> Vec<Found>;

fn no_match(document: &Document, kind: &str, key: &str) -> Diagnostic {
    let schemas = document.root().get("components").and_then(|components| components.get("schemas"));
    let schemas = schemas.and_then(Node::as_object).into_iter().flat_map(|schemas| schemas.keys());
    let near = match kind {
        "schema" => nearest(key, schemas.map(String::as_str)).map(|near| format!("did you mean `{near}`?")),
        _ => None,
    };
    Diagnostic {
        severity: Severity::Warning,
        code: "rename-no-match",
        message: format!("the document has no {kind} `{key}`, which is to be renamed"),
        file: document.file().to_owned(),
        pointer: Pointer::root(),
        position: None,
        help: Some(near.unwrap_or_else(|| "correct the table `rename`, or remove the entry".to_owned())),
    }
}

fn found(document: &Document, pointer: &Pointer) -> Option<Found> {
    let target = document.target_at(pointer)?;
    Some(Found { place: (target.file.to_owned(), target.pointer), value: None })
}

fn operation(document: &Document, key: &str) -> Vec<Found> {
    operations_named(document, key).iter().filter_map(|pointer| found(document, pointer)).collect()
}

fn schema(document: &Document, key: &str) -> Vec<Found> {
    found(document, &schema_pointer(key)).into_iter().collect()
}

fn schema_pointer(name: &str) -> Pointer {
    Pointer::root().child("components").child("schemas").child(name)
}

/// A key that is split at each of its dots.
fn splits(key: &str) -> impl Iterator<Item = (&str, &str)> {
    key.match_indices('.').map(|(at, _)| (&key[..at], &key[at + 1..]))
}

fn property(document: &Document, key: &str) -> Vec<Found> {
    splits(key)
        .flat_map(|(name, rest)| properties(document, &schema_pointer(name), rest, 0))
        .filter_map(|pointer| found(document, &pointer))
        .collect()
}

/// The properties at `path` of the schema at `pointer`, those of its parts too.
fn properties(document: &Document, pointer: &Pointer, path: &str, depth: usize) -> Vec<Pointer> {
    let Some(node) = document.target_at(pointer).map(|target| target.node).filter(|_| depth < 16) else {
        return Vec::new();
    };
    let mut list = Vec::new();
    let own = pointer.child("properties");
    let has = |name: &str| node.get("properties").is_some_and(|properties| properties.get(name).is_some());
    if has(path) {
        list.push(own.child(path));
    }
    for (name, rest) in splits(path).filter(|(name, _)| has(name)) {
        list.extend(properties(document, &own.child(name), rest, depth + 1));
    }
    if node.get("items").is_some() {
        list.extend(properties(document, &pointer.child("items"), path, depth + 1));
    }
    for key in PARTS {
        let parts = node.get(key).and_then(Node::as_array).unwrap_or_default();
        for (index, _) in parts.iter().enumerate().filter(|(_, part)| part.get("$ref").is_none()) {
            list.extend(properties(document, &pointer.child(key).child(index), path, depth + 1));
        }
    }
    list
}

fn parameter(document: &Document, key: &str) -> Vec<Found> {
    let mut list = Vec::new();
    for (name, parameter) in splits(key) {
        for operation in operations_named(document, name) {
            let path = operation.tokens().iter().take(2);
            let path = path.fold(Pointer::root(), |pointer, token| pointer.child(token));
            for owner in [path, operation] {
                let parameters = owner.child("parameters");
                let count =
                    document.target_at(&parameters).and_then(|found| Some(found.node.as_array()?.len()));
                for index in 0..count.unwrap_or_default() {
                    let Some(target) = document.final_target_at(&parameters.child(index)) else { continue };
                    if target.node.get("name").and_then(Node::as_str) == Some(parameter) {
                        list.push(Found { place: (target.file.to_owned(), target.pointer), value: None });
                    }
                }
            }
        }
    }
    list
}

fn value(document: &Document, key: &str) -> Vec<Found> {
    let mut list = Vec::new();
    for (owner, value) in splits(key) {
        let schemas =
            splits(owner).flat_map(|(name, rest)| properties(document, &schema_pointer(name), rest, 0));
        for pointer in std::iter::once(schema_pointer(owner)).chain(schemas) {
            for pointer in [pointer.child("items"), pointer] {
                let Some(target) = document.target_at(&pointer) else { continue };
                let values = target.node.get("enum").and_then(Node::as_array).unwrap_or_default();
                if values.iter().any(|one| one.as_str() == Some(value)) {
                    let place = (target.file.to_owned(), target.pointer);
                    list.push(Found { place, value: Some(value.to_owned()) });
                }
            }
        }
    }
    list
}

#[cfg(test)]
mod tests;
