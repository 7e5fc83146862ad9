//! The values that a schema lists and its type does not: numbers, booleans, and strings that narrow an enumeration. They
//! tell the types of a union apart, and a single one is a constant.

use crate::document::{Node, Number};

use super::super::model::{Kind, Type};
use super::all_of::Part;
use super::class::{enum_values, is_null};
use super::{Lowering, Place};

/// How many schemas within schemas are looked through.
const MAX_DEPTH: usize = 32;

impl<'d> Lowering<'d> {
    /// The values that all of `schemas`, whose type is `ty`, list by `const` or `enum`, in them or in what they are made
    /// of. Empty: the type says them, or there are other values too.
    pub(super) fn listed_values(&mut self, schemas: &[Part<'d>], ty: &Type) -> Vec<String> {
        let lists = self.quietly(|lowering| -> Vec<Vec<String>> {
            schemas.iter().filter_map(|(place, node)| lowering.listed(place, node, MAX_DEPTH)).collect()
        });
        let values = common(lists).unwrap_or_default();
        let is_said = match self.settled(ty) {
            Type::Named(id) => match &self.types[id.0].kind {
                Kind::Enumeration(enumeration) => enumeration.values.len() <= values.len(),
                _ => true,
            },
            Type::Integer(_) | Type::Double | Type::Float | Type::Boolean => false,
            _ => true,
        };
        if is_said { Vec::new() } else { values }
    }

    fn listed(&mut self, place: &Place, node: &'d Node, depth: usize) -> Option<Vec<String>> {
        let depth = depth.checked_sub(1)?;
        let mut lists: Vec<Vec<String>> = Vec::new();
        if node.get("enum").is_some() || node.get("const").is_some() {
            lists.push(enum_values(node).map(scalar).collect::<Option<_>>()?);
        }
        if let Some(reference) = node.get("$ref").and_then(Node::as_str)
            && let Some((target, node)) = self.target(place, reference)
        {
            lists.extend(self.listed(&target, node, depth));
        }
        for (place, member) in self.members(place, node, "allOf").unwrap_or_default() {
            lists.extend(self.listed(&place, member, depth));
        }
        for key in ["oneOf", "anyOf"] {
            let members = self.members(place, node, key).unwrap_or_default();
            let mut all = Some(Vec::new());
            for (place, member) in members.iter().filter(|(_, member)| !is_null(member)) {
                let own = self.listed(place, member, depth);
                all = all.zip(own).map(|(all, own)| [all, own].concat());
            }
            lists.extend(all.filter(|all| !all.is_empty()));
        }
        common(lists)
    }
}

/// The values that are in each of the lists.
fn common(lists: Vec<Vec<String>>) -> Option<Vec<String>> {
    lists.into_iter().reduce(|mut all, next| {
        all.retain(|value| next.contains(value));
        all
    })
}

/// A value as a tag writes it; `1.0` is `1`.
fn scalar(value: &Node) -> Option<String> {
    match value {
        Node::String(value) => Some(value.clone()),
        Node::Bool(value) => Some(value.to_string()),
        Node::Number(Number::Integer(value)) => Some(value.to_string()),
        Node::Number(Number::Float(value)) if value.fract() == 0.0 => Some(format!("{value:.0}")),
        Node::Number(Number::Float(value)) => Some(value.to_string()),
        _ => None,
    }
}
