//! Values of one of several types.

use std::collections::HashSet;

use crate::document::{Node, members};

use super::super::model::{EnumValue, Enumeration, Kind, Type, TypeId, Union, Variant};
use super::class::{inline_parts, is_null};
use super::constraint::append_constraints;
use super::{Lowering, Place, description};

/// A type that a value may be of: what to call it, the type, what it is for.
pub(super) type Member = (String, Type, String);

impl<'d> Lowering<'d> {
    pub(super) fn union(&mut self, place: &Place, node: &'d Node, members: Vec<(Place, &'d Node)>) -> Kind {
        let mut typed = Vec::new();
        for (member_place, member) in members {
            // A schema of its own that only `null` fits.
            let target = member.get("$ref").and_then(|_| self.follow(&member_place, member));
            if target.is_some_and(|(_, target)| is_null(target)) {
                self.nullable_unions.insert(place.clone());
                continue;
            }
            let place = member_place;
            let label = self.label(&place, member);
            let ty = self.schema(&place, member);
            let mut text = description(member);
            if member.get("$ref").is_none() {
                append_constraints(&mut text, &inline_parts(member), &[]);
            }
            typed.push((label, ty, text));
        }
        self.union_of(
            place,
            typed,
            node.get("discriminator").map(|node| (place.child("discriminator"), node)),
        )
    }

    pub(super) fn union_of(
        &mut self,
        place: &Place,
        members: Vec<Member>,
        discriminator: Option<(Place, &'d Node)>,
    ) -> Kind {
        let nullable = members.iter().any(|(_, ty, _)| matches!(ty, Type::Nullable(_)));
        if nullable {
            self.nullable_unions.insert(place.clone());
        }
        let mut members: Vec<Member> = members
            .into_iter()
            .map(|(label, ty, text)| match ty {
                Type::Nullable(inner) => (label, *inner, text),
                ty => (label, ty, text),
            })
            .collect();
        if members.iter().any(|(_, ty, _)| self.is_any(ty)) {
            return Kind::Alias(Type::Any);
        }
        if let Some(all_strings) = self.join_strings(place, &mut members) {
            return all_strings;
        }
        let mut variants: Vec<Variant> = Vec::new();
        for (name, ty, description) in members {
            if !variants.iter().any(|variant| variant.ty == ty) {
                variants.push(Variant {
                    name,
                    ty,
                    boxed: false,
                    tags: Vec::new(),
                    writes_tag: false,
                    also: None,
                    description,
                });
            }
        }
        match (variants.len(), variants.pop()) {
            (1, Some(only)) if nullable => Kind::Alias(only.ty.nullable()),
            (1, Some(only)) => Kind::Alias(only.ty),
            (_, None) => Kind::Alias(Type::Any),
            (_, Some(last)) => {
                variants.push(last);
                let mut union = Union { variants, tag: None };
                if let Some((place, node)) = discriminator {
                    self.discriminate(&place, node, &mut union, None);
                }
                Kind::Union(union)
            }
        }
    }

    /// Makes one of all members that are strings, since an enumeration takes any other string too. Gives it
    /// where there are no other members.
    fn join_strings(&mut self, place: &Place, members: &mut Vec<Member>) -> Option<Kind> {
        let strings: Vec<usize> =
            (0..members.len()).filter(|index| self.is_string(&members[*index].1)).collect();
        let (&first, others) = strings.split_first()?;
        if others.is_empty() {
            return None;
        }
        let mut enumerations: Vec<TypeId> = Vec::new();
        for index in &strings {
            if let Some(id) = self.enumeration(&members[*index].1)
                && !enumerations.contains(&id)
            {
                enumerations.push(id);
            }
        }
        let joined = match enumerations.as_slice() {
            [] => Type::String,
            [one] => Type::Named(*one),
            several => {
                let enumeration = self.joined(several);
                if strings.len() == members.len() {
                    return Some(Kind::Enumeration(enumeration));
                }
                let inner = place.child("\u{0}").child("string");
                let mut name = self.name_of(place);
                name.path.push("string".to_owned());
                self.names.insert(inner.clone(), name);
                let id = self.declare(&inner, &Node::Null);
                self.complete(id, Kind::Enumeration(enumeration));
                Type::Named(id)
            }
        };
        members[first].1 = joined;
        for index in others.iter().rev() {
            members.remove(*index);
        }
        None
    }

    fn joined(&self, enumerations: &[TypeId]) -> Enumeration {
        let mut values: Vec<EnumValue> = Vec::new();
        let mut seen = HashSet::new();
        for id in enumerations {
            if let Kind::Enumeration(enumeration) = &self.types[id.0].kind {
                for value in &enumeration.values {
                    if seen.insert(&value.value) {
                        values.push(value.clone());
                    }
                }
            }
        }
        Enumeration { values, default: None }
    }

    pub(super) fn is_string(&self, ty: &Type) -> bool {
        *self.settled(ty) == Type::String || self.enumeration(ty).is_some()
    }

    fn enumeration(&self, ty: &Type) -> Option<TypeId> {
        match self.settled(ty) {
            Type::Named(id) if matches!(self.types[id.0].kind, Kind::Enumeration(_)) => Some(*id),
            _ => None,
        }
    }

    fn is_any(&self, ty: &Type) -> bool {
        *self.settled(ty) == Type::Any
    }

    /// What an alias stands for, as far as that is known yet.
    pub(super) fn settled<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut settled = ty;
        // Aliases may lead back to themselves; that is told once all types are there.
        for _ in 0..=self.types.len() {
            match settled {
                Type::Named(id) if !self.pending.contains(id) => match &self.types[id.0].kind {
                    Kind::Alias(target) => settled = target,
                    _ => return settled,
                },
                other => return other,
            }
        }
        ty
    }

    /// Notes which values of which property tell the variants apart (OpenAPI 3.1 §4.8.25). The last variant is what the
    /// schema at `base` itself is.
    pub(super) fn discriminate(
        &mut self,
        place: &Place,
        node: &'d Node,
        union: &mut Union,
        base: Option<&Place>,
    ) {
        if node.as_object().is_some() {
            self.check_members(place, node, members::DISCRIMINATOR, "a discriminator");
        }
        let Some(property) = node.get("propertyName").and_then(Node::as_str) else {
            self.error(place, "missing-property-name", "a discriminator has a `propertyName`", None);
            return;
        };
        union.tag = Some(property.to_owned());
        let Some((place, mapping)) = self.object_at(place, node, "mapping") else { return };
        for (value, target) in mapping {
            let place = place.child(value);
            let Some(target) = target.as_str() else { continue };
            let Some((target, node)) = self.target(&place, &mapped_reference(target)) else { continue };
            if base == Some(&target) {
                union.variants.last_mut().into_iter().for_each(|base| base.tags.push(value.clone()));
                continue;
            }
            let ty = match base {
                Some(_) => self.heir(&target, node),
                None => self.component(&target, node),
            };
            match union.variants.iter_mut().find(|variant| variant.ty == ty) {
                Some(variant) => variant.tags.push(value.clone()),
                None => {
                    let message = format!("`{value}` maps to a schema that is not among the alternatives");
                    self.warning(&place, "foreign-mapping", message, None);
                }
            }
        }
    }

    /// What to call an alternative.
    pub(super) fn label(&mut self, place: &Place, node: &Node) -> String {
        if let Some(name) =
            node.get("$ref").and_then(Node::as_str).and_then(|reference| reference.rsplit('/').next())
        {
            return name.replace("~1", "/").replace("~0", "~");
        }
        if node.get("$recursiveRef").is_some() {
            return self.name_of(place).root;
        }
        self.name_of(place).path.pop().unwrap_or_else(|| "value".to_owned())
    }
}

/// What an entry of a discriminator's mapping refers to; a bare name is a component's.
pub(super) fn mapped_reference(target: &str) -> String {
    match target.contains(['#', '/', '.']) {
        true => target.to_owned(),
        false => format!("#/components/schemas/{target}"),
    }
}
