//! Values that a schema lists and its type does not express: numbers, booleans, and strings that narrow an
//! enumeration. They distinguish the types of a union, and a single value is a constant.

use crate::document::{Node, Number, Schema};

use super::super::model::{Kind, Type};
use super::Lowering;
use super::all_of::Part;
use super::place::Place;

/// How deep schemas within schemas are searched.
const MAX_DEPTH: usize = 32;

impl<'d> Lowering<'d> {
    /// The values that all of `schemas` list by `const` or `enum`, directly or through references. Empty: the type
    /// `ty` expresses them, or other values are allowed too.
    pub(super) fn listed_values(&mut self, schemas: &[Part<'d>], ty: &Type) -> Vec<String> {
        let lists = self.quietly(|lowering| -> Vec<Vec<String>> {
            schemas.iter().filter_map(|(place, schema)| lowering.listed(place, *schema, MAX_DEPTH)).collect()
        });
        let values = common(lists).unwrap_or_default();
        let is_said = match self.types.settled(ty) {
            Type::Named(id) => match &self.types[*id].kind {
                Kind::Enumeration(enumeration) => enumeration.values.len() <= values.len(),
                _ => true,
            },
            Type::Integer(_) | Type::Double | Type::Boolean => false,
            _ => true,
        };
        if is_said { Vec::new() } else { values }
    }

    fn listed(&mut self, place: &Place, schema: Schema<'d>, depth: usize) -> Option<Vec<String>> {
        let depth = depth.checked_sub(1)?;
        let mut lists: Vec<Vec<String>> = Vec::new();
        if schema.listed_values().next().is_some() || schema.enumeration().is_some() {
            lists.push(schema.enum_values().map(scalar).collect::<Option<_>>()?);
        }
        if let Some(reference) = schema.reference()
            && let Some((target, schema)) = self.target_schema(place, reference)
        {
            lists.extend(self.listed(&target, schema, depth));
        }
        for (place, member) in self.schemas_at(place, schema.all_of()) {
            lists.extend(self.listed(&place, member, depth));
        }
        for union in schema.unions() {
            let members = self.schemas_at(place, Some(union));
            let mut all = Some(Vec::new());
            for (place, member) in members.iter().filter(|(_, member)| !member.is_null()) {
                let own = self.listed(place, *member, depth);
                all = all.zip(own).map(|(all, own)| [all, own].concat());
            }
            lists.extend(all.filter(|all| !all.is_empty()));
        }
        common(lists)
    }
}

/// The values that are in all lists.
fn common(lists: Vec<Vec<String>>) -> Option<Vec<String>> {
    lists.into_iter().reduce(|mut all, next| {
        all.retain(|value| next.contains(value));
        all
    })
}

/// A value as it is written in a tag. `1.0` is written `1`.
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
