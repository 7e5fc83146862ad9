//! Schemas combined with everything that applies to them.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::value::{Value, elements, member, members, settled};
use crate::document::keyword::{Comparison, compared_by};
use crate::document::{Document, Node, Number, Version};

/// How deep `allOf` and `$ref` are followed to combine a schema.
const MAX_DEPTH: usize = 64;

/// A schema combined with everything that applies to it: the target of its `$ref`, `allOf`, a union of one member.
pub(super) struct Shape<'a> {
    /// The place of a keyword that it lacks.
    pub base: Value<'a>,
    pub types: BTreeSet<&'a str>,
    pub is_nullable: bool,
    pub type_place: Option<Value<'a>>,
    pub values: Option<(Vec<&'a Node>, Value<'a>)>,
    pub keywords: BTreeMap<&'static str, (Node, Value<'a>)>,
    pub properties: IndexMap<&'a str, Value<'a>>,
    pub required: BTreeMap<&'a str, Value<'a>>,
    pub additional: Option<Value<'a>>,
    pub inner: BTreeMap<&'static str, Value<'a>>,
    pub prefix: Vec<Value<'a>>,
    pub variants: Vec<Value<'a>>,
}

impl<'a> Shape<'a> {
    pub(super) fn of(document: &'a Document, schema: &Value<'a>) -> Self {
        let mut shape = Self {
            base: schema.clone(),
            types: BTreeSet::new(),
            is_nullable: false,
            type_place: None,
            values: None,
            keywords: BTreeMap::new(),
            properties: IndexMap::new(),
            required: BTreeMap::new(),
            additional: None,
            inner: BTreeMap::new(),
            prefix: Vec::new(),
            variants: Vec::new(),
        };
        shape.add(document, schema, true, MAX_DEPTH);
        shape.imply_types();
        shape
    }

    /// Adds a schema. `is_all`: the schemas so far only refer to this one, so the shape is found at its place.
    fn add(&mut self, document: &'a Document, schema: &Value<'a>, is_all: bool, depth: usize) {
        if depth == 0 {
            return;
        }
        if is_all {
            self.base = schema.clone();
        }
        if schema.node.get("$ref").is_some() {
            let target = settled(document, schema.clone());
            if target.pointer != schema.pointer || target.file != schema.file {
                self.add(document, &target, is_all, depth - 1);
            }
            if document.version() == Version::V3_0 {
                return;
            }
        }
        self.add_types(schema);
        self.add_limits(schema);
        for (name, property) in member(schema, "properties").iter().flat_map(members) {
            self.properties.entry(name).or_insert(property);
        }
        for name in member(schema, "required").iter().flat_map(elements) {
            if let Some(key) = name.node.as_str() {
                self.required.entry(key).or_insert(name);
            }
        }
        if let Some(additional) = member(schema, "additionalProperties") {
            self.additional.get_or_insert(additional);
        }
        for keyword in compared_by(Comparison::Schema) {
            if let Some(inner) = member(schema, keyword) {
                self.inner.entry(keyword).or_insert(inner);
            }
        }
        if self.prefix.is_empty() {
            self.prefix = member(schema, "prefixItems").iter().flat_map(elements).collect();
        }
        let parts: Vec<Value<'a>> = member(schema, "allOf").iter().flat_map(elements).collect();
        let has_own_type = schema
            .node
            .as_object()
            .into_iter()
            .flatten()
            .any(|(key, _)| key == "properties" || key == "type");
        let is_alone = is_all && parts.len() == 1 && !has_own_type;
        for part in parts {
            self.add(document, &part, is_alone, depth - 1);
        }
        self.add_union(document, schema, is_all && !has_own_type, depth);
    }

    fn add_union(&mut self, document: &'a Document, schema: &Value<'a>, is_all: bool, depth: usize) {
        for keyword in ["oneOf", "anyOf"] {
            let mut union: Vec<Value<'a>> = member(schema, keyword).iter().flat_map(elements).collect();
            let before = union.len();
            union.retain(|variant| !is_null(variant.node));
            self.is_nullable |= union.len() < before;
            if let ([_], Some(only)) = (&*union, union.first().cloned()) {
                self.add(document, &only, is_all, depth - 1);
            } else if self.variants.is_empty() {
                self.variants = union;
            }
        }
    }

    fn add_types(&mut self, schema: &Value<'a>) {
        if let Some(place) = member(schema, "type") {
            let names =
                place.node.as_str().into_iter().chain(elements(&place).filter_map(|name| name.node.as_str()));
            for name in names {
                if name == "null" {
                    self.is_nullable = true;
                } else {
                    self.types.insert(name);
                }
            }
            self.type_place.get_or_insert(place);
        }
        self.is_nullable |= schema.node.get("nullable").and_then(Node::as_bool) == Some(true);
        let constant = member(schema, "const").map(|place| (vec![place.node], place));
        let list = member(schema, "enum")
            .map(|place| (place.node.as_array().into_iter().flatten().collect(), place));
        if let Some((mut values, place)) = constant.or(list) {
            let before = values.len();
            values.retain(|value| **value != Node::Null);
            self.is_nullable |= values.len() < before;
            self.values.get_or_insert((values, place));
        }
    }

    fn add_limits(&mut self, schema: &Value<'a>) {
        for keyword in compared_by(Comparison::Limit).chain(compared_by(Comparison::Note)) {
            let Some(place) = member(schema, keyword) else { continue };
            let (keyword, node) = match (keyword, place.node) {
                // In 3.0 these flags make the limit beside them exclusive.
                ("exclusiveMinimum", Node::Bool(true)) => (keyword, schema.node.get("minimum").cloned()),
                ("exclusiveMaximum", Node::Bool(true)) => (keyword, schema.node.get("maximum").cloned()),
                ("minimum", _) if schema.node.get("exclusiveMinimum") == Some(&Node::Bool(true)) => continue,
                ("maximum", _) if schema.node.get("exclusiveMaximum") == Some(&Node::Bool(true)) => continue,
                (_, Node::Bool(false)) if keyword != "default" => continue,
                (_, node) => (keyword, Some(node.clone())),
            };
            if let Some(node) = node {
                self.keywords.entry(keyword).or_insert((node, place));
            }
        }
    }

    /// Keywords without a type imply one.
    fn imply_types(&mut self) {
        if !self.types.is_empty() {
            return;
        }
        if let Some((values, place)) = &self.values {
            self.types = values
                .iter()
                .map(|value| match value {
                    Node::Bool(_) => "boolean",
                    Node::Number(Number::Integer(_)) => "integer",
                    Node::Number(Number::Float(_)) => "number",
                    Node::Array(_) => "array",
                    Node::Object(_) => "object",
                    Node::String(_) | Node::Null => "string",
                })
                .collect();
            self.type_place.get_or_insert(place.clone());
        } else if !self.properties.is_empty() {
            self.types.insert("object");
        } else if self.inner.contains_key("items") {
            self.types.insert("array");
        }
    }

    /// The types, `null` among them.
    pub(super) fn all_types(&self) -> BTreeSet<&'a str> {
        let null = (self.is_nullable && !self.types.is_empty()).then_some("null");
        self.types.iter().copied().chain(null).collect()
    }

    pub(super) fn has_property(&self, name: &str) -> bool {
        self.properties.contains_key(name)
    }
}

/// Whether a schema allows `null` and nothing else.
fn is_null(schema: &Node) -> bool {
    let only = |key: &str| match schema.get(key) {
        Some(Node::Array(values)) => matches!(&values[..], [Node::Null]),
        _ => false,
    };
    schema.get("type").and_then(Node::as_str) == Some("null")
        || schema.get("const") == Some(&Node::Null)
        || only("enum")
}
