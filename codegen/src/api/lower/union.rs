//! Unions: values of one of several types.

use std::collections::HashSet;

use crate::document::openapi::Discriminator;
use crate::document::{Node, Schema, View as _};

use super::super::model::{EnumValue, Enumeration, Kind, Type, TypeId, Union, Variant};
use super::Lowering;
use super::all_of::Part;
use super::constraint::append_constraints;
use super::describe::description;
use super::given_name::given_name;
use super::place::Place;

/// An alternative of a union: its name, type and description.
pub(super) type Alternative = (String, Type, String);

impl<'d> Lowering<'d> {
    /// A union of the alternatives of a schema.
    pub(super) fn union(&mut self, place: &Place, schema: Schema<'d>, members: Vec<Part<'d>>) -> Kind {
        let mut typed = Vec::new();
        let mut given = Vec::new();
        for (member_place, member) in members {
            // A component that only `null` fits.
            let target = member.reference().and_then(|_| self.follow_schema(&member_place, member));
            if target.is_some_and(|(_, target)| target.is_null()) {
                self.schemas.nullable_unions.insert(place.clone());
                continue;
            }
            let place = member_place;
            let label = self.label(&place, member);
            let ty = self.schema(&place, member);
            given.extend(given_name(&place, member.node()).map(|name| (ty.clone(), name)));
            let mut text = description(member.node());
            if member.reference().is_none() {
                append_constraints(&mut text, &member.inline_parts(), &[]);
            }
            typed.push((label, ty, text));
        }
        let discriminator = schema.discriminator();
        let discriminator =
            discriminator.map(|member| (place.child(member.key), Discriminator::of(member.value)));
        let mut kind = self.union_of(place, typed, discriminator);
        if let Kind::Union(union) = &mut kind {
            for (ty, name) in given {
                let variant = union.variants.iter_mut().find(|variant| ty == variant.ty);
                variant.into_iter().for_each(|variant| variant.given = Some(name.clone()));
            }
        }
        kind
    }

    /// A union of alternatives whose types are known. Alternatives of one type become one.
    pub(super) fn union_of(
        &mut self,
        place: &Place,
        members: Vec<Alternative>,
        discriminator: Option<(Place, Discriminator<'d>)>,
    ) -> Kind {
        let nullable = members.iter().any(|(_, ty, _)| matches!(ty, Type::Nullable(_)));
        if nullable {
            self.schemas.nullable_unions.insert(place.clone());
        }
        let mut members: Vec<Alternative> = members
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
                    given: None,
                    ty,
                    boxed: false,
                    tags: Vec::new(),
                    is_default: false,
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
                if let Some((place, discriminator)) = discriminator {
                    self.discriminate(&place, discriminator, &mut union, None);
                }
                Kind::Union(union)
            }
        }
    }

    /// Joins all members that are strings, since an enumeration accepts any other string too. Returns the enumeration if
    /// there are no other members.
    fn join_strings(&mut self, place: &Place, members: &mut Vec<Alternative>) -> Option<Kind> {
        let strings: Vec<usize> =
            (0..members.len()).filter(|index| self.types.is_string(&members[*index].1)).collect();
        let (&first, others) = strings.split_first()?;
        if others.is_empty() {
            return None;
        }
        let mut enumerations: Vec<TypeId> = Vec::new();
        for index in &strings {
            if let Some(id) = self.types.enumeration(&members[*index].1)
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
                let inner = self.made_place(place, "string");
                let id = self.declare(&inner, Schema::of(&Node::Null));
                self.types.complete(id, Kind::Enumeration(enumeration));
                Type::Named(id)
            }
        };
        members[first].1 = joined;
        for index in others.iter().rev() {
            members.remove(*index);
        }
        None
    }

    /// The values of several enumerations, each once.
    fn joined(&self, enumerations: &[TypeId]) -> Enumeration {
        let mut values: Vec<EnumValue> = Vec::new();
        let mut seen = HashSet::new();
        for id in enumerations {
            if let Kind::Enumeration(enumeration) = &self.types[*id].kind {
                for value in &enumeration.values {
                    if seen.insert(&value.value) {
                        values.push(value.clone());
                    }
                }
            }
        }
        Enumeration { values, default: None }
    }

    fn is_any(&self, ty: &Type) -> bool {
        *self.types.settled(ty) == Type::Any
    }

    /// Notes which values of which property distinguish the variants (OpenAPI 3.1 §4.8.25). If `base` is given, the last
    /// variant stands for the schema there.
    pub(super) fn discriminate(
        &mut self,
        place: &Place,
        discriminator: Discriminator<'d>,
        union: &mut Union,
        base: Option<&Place>,
    ) {
        if discriminator.node().as_object().is_some() {
            self.check_members(place, discriminator);
        }
        let Some(property) = discriminator.property_name().and_then(|name| name.value.as_str()) else {
            self.error(
                place,
                "missing-property-name",
                "this discriminator has no `propertyName`",
                Some("add the name of the property that distinguishes the alternatives"),
            );
            return;
        };
        union.tag = Some(property.to_owned());
        self.default_variant(place, discriminator, union, base);
        let Some((place, mapping)) = self.object_at(place, discriminator.mapping()) else { return };
        for (value, target) in mapping {
            let place = place.child(value);
            let Some(target) = target.as_str() else { continue };
            let target = self.target_schema(&place, &Discriminator::target_of(target));
            let Some((target, schema)) = target else { continue };
            if base == Some(&target) {
                union.variants.last_mut().into_iter().for_each(|base| base.tags.push(value.clone()));
                continue;
            }
            let ty = self.mapped_type(&target, schema, base, discriminator);
            match union.variants.iter_mut().find(|variant| variant.ty == ty) {
                Some(variant) => variant.tags.push(value.clone()),
                None => {
                    let message = format!("`{value}` maps to a schema that is not among the alternatives");
                    self.warning(&place, "foreign-mapping", message, None);
                }
            }
        }
    }

    /// Notes the variant of values whose tag is missing or in no mapping (OpenAPI 3.2 §4.25).
    fn default_variant(
        &mut self,
        place: &Place,
        discriminator: Discriminator<'d>,
        union: &mut Union,
        base: Option<&Place>,
    ) {
        let Some(entry) = discriminator.default_mapping() else { return };
        let place = place.child("defaultMapping");
        let Some((target, schema)) = self.target_schema(&place, &Discriminator::target_of(entry)) else {
            return;
        };
        let ty = match base == Some(&target) {
            true => union.variants.last().map_or(Type::Any, |base| base.ty.clone()),
            false => self.mapped_type(&target, schema, base, discriminator),
        };
        match union.variants.iter_mut().find(|variant| variant.ty == ty) {
            Some(variant) => variant.is_default = true,
            None => {
                let message = format!("`{entry}` is a schema that is not among the alternatives");
                self.warning(&place, "foreign-mapping", message, None);
            }
        }
    }

    fn mapped_type(
        &mut self,
        target: &Place,
        schema: Schema<'d>,
        base: Option<&Place>,
        discriminator: Discriminator<'d>,
    ) -> Type {
        match base {
            Some(_) => self.subtype(target, schema, Some(discriminator)),
            None => self.component(target, schema),
        }
    }

    /// The name of an alternative.
    pub(super) fn label(&mut self, place: &Place, schema: Schema<'_>) -> String {
        if let Some(name) = schema.referenced_name() {
            return name;
        }
        if schema.recursive_reference().is_some() {
            return self.name_of(place).root;
        }
        self.name_of(place).path.pop().unwrap_or_else(|| "value".to_owned())
    }
}
