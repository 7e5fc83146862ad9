//! The type of schemas that a value must match together.

use crate::document::openapi::Discriminator;
use crate::document::{Schema, View as _};

use super::super::model::{Kind, Type, Union};
use super::Lowering;
use super::all_of::{Gathered, Null, Part};
use super::allowed::{Allowed, Contradiction};
use super::describe::description;
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The type of a value that matches all of `schemas`. A new type is named after `place`.
    pub(super) fn all(&mut self, place: &Place, schemas: &[Part<'d>]) -> Type {
        if let [(place, schema)] = schemas {
            return self.schema(place, *schema);
        }
        // The data of an event is text, whatever its value is.
        let mut data = schemas.iter().filter_map(|(place, schema)| self.data_schema(place, *schema));
        if let Some((place, schema)) = data.next_back() {
            return self.schema(&place, schema);
        }
        let Some((last_place, last)) = schemas.last() else { return Type::Any };
        let each: Vec<Gathered<'d>> =
            schemas.iter().map(|(place, schema)| self.gather(place, *schema)).collect();
        let mut together = Gathered::default();
        each.iter().for_each(|gathered| together.absorb(gathered));
        // Of several schemas that imply all others, one with its own name is preferred.
        let says_all = |one: &usize| each.iter().all(|other| each[*one].implies(other));
        let one =
            (0..each.len()).rev().filter(says_all).max_by_key(|one| schemas[*one].1.reference().is_some());
        let ty = match one {
            Some(one) => {
                self.warn_of_contradiction(&together);
                self.schema(&schemas[one].0, schemas[one].1)
            }
            None if !self.enter(last_place) => Type::Any,
            None => {
                let ty = self.together(place, &together, *last);
                self.leave();
                ty
            }
        };
        match (together.null, ty) {
            (Null::Forbidden, Type::Nullable(inner)) => *inner,
            (Null::Allowed | Null::Added, ty) => ty.nullable(),
            (_, ty) => ty,
        }
    }

    /// The type of gathered schemas, named after `place` and described by `schema`.
    fn together(&mut self, place: &Place, gathered: &Gathered<'d>, schema: Schema<'d>) -> Type {
        let key = gathered.places();
        if let Some(known) = self.schemas.intersections.get(&key) {
            return known.clone();
        }
        if !self.needs_name(gathered) {
            return match self.intersection(place, gathered) {
                Kind::Alias(ty) => ty,
                _ => Type::Any,
            };
        }
        let id = self.declare(place, schema);
        self.schemas.intersections.insert(key, Type::Named(id));
        let kind = self.intersection(place, gathered);
        self.types.complete(id, kind);
        if self.schemas.nullable_unions.contains(place) {
            Type::Named(id).nullable()
        } else {
            Type::Named(id)
        }
    }

    /// Whether schemas together make a type of their own, and not only another name for one.
    pub(super) fn needs_name(&self, gathered: &Gathered<'d>) -> bool {
        let allowed = self.allowed(gathered).unwrap_or_else(|contradiction| {
            self.allowed(&compatible(self, gathered, &contradiction)).unwrap_or_default()
        });
        !gathered.unions.is_empty()
            || allowed.types.len() > 1
            || allowed.types == ["object"] && is_struct(gathered)
            || allowed.types == ["string"] && has_known_strings(gathered)
    }

    /// The kind of type that schemas make together.
    pub(super) fn intersection(&mut self, place: &Place, gathered: &Gathered<'d>) -> Kind {
        let without_contradiction;
        let (gathered, allowed) = match self.allowed(gathered) {
            Ok(allowed) => (gathered, allowed),
            Err(contradiction) => {
                self.warn_of(&contradiction);
                without_contradiction = compatible(self, gathered, &contradiction);
                let allowed = self.allowed(&without_contradiction).unwrap_or_default();
                (&without_contradiction, allowed)
            }
        };
        if let Some((alternatives, base)) = gathered.split_union() {
            return self.distribute(place, &alternatives, &base);
        }
        self.warn_of_unreachable_properties(gathered);
        let Allowed { types, values } = allowed;
        match types.as_slice() {
            [] => Kind::Alias(Type::Any),
            ["object"] if is_struct(gathered) => Kind::Struct(self.structure(place, &gathered.parts)),
            ["string"] if has_known_strings(gathered) => {
                Kind::Enumeration(self.strings(&gathered.parts, values.as_deref()))
            }
            [kind] => Kind::Alias(self.simple(place, &gathered.parts, kind)),
            types => self.types_union(place, &gathered.parts, types),
        }
    }

    /// Reports schemas that no value matches together.
    pub(super) fn warn_of_contradiction(&mut self, gathered: &Gathered<'d>) {
        if let Err(contradiction) = self.allowed(gathered) {
            self.warn_of(&contradiction);
        }
    }

    fn warn_of(&mut self, contradiction: &Contradiction) {
        let message = format!("no value fits all of these schemas: {}", contradiction.reason);
        self.warning(&contradiction.place, "contradiction", message, Some("the last one is expressed"));
    }

    /// The type of an object by its own properties, without its subtypes.
    pub(super) fn own_object(&mut self, place: &Place, schema: Schema<'d>) -> Kind {
        let gathered = self.gather(place, schema);
        match self.intersection(place, &gathered) {
            Kind::Alias(Type::Any) => Kind::Alias(Type::Map(Box::new(Type::Any))),
            kind => kind,
        }
    }

    /// Reports properties that another schema with `additionalProperties: false` rules out.
    fn warn_of_unreachable_properties(&mut self, gathered: &Gathered<'d>) {
        for (place, schema) in &gathered.parts {
            if !schema.forbids_additional() || schema.pattern_properties().is_some() {
                continue;
            }
            let required = gathered.parts.iter().flat_map(|(_, other)| other.required_names());
            let ruled_out = required.into_iter().find(|name| schema.property(name).is_none());
            if let Some(name) = ruled_out {
                let message = format!(
                    "no value fits all of these schemas: another requires `{name}`, which is not allowed here"
                );
                let help =
                    "`unevaluatedProperties: false` beside the `allOf` allows the properties of all members";
                self.warning(&place.child("additionalProperties"), "contradiction", message, Some(help));
            }
        }
    }

    /// A union of alternatives, each combined with `base`. Alternatives that contradict it are left out.
    fn distribute(&mut self, place: &Place, alternatives: &[Part<'d>], base: &Gathered<'d>) -> Kind {
        if !self.can_afford(place, alternatives.len() * (base.parts.len() + base.unions.len())) {
            return Kind::Alias(Type::Any);
        }
        let mut possible = Vec::new();
        for (index, part) in alternatives.iter().enumerate() {
            let alone = self.gather(&part.0, part.1);
            let mut together = base.clone();
            together.absorb(&alone);
            let is_impossible = self.is_impossible(&together);
            possible.push((index, part, alone, together, is_impossible));
        }
        if possible.iter().all(|(.., is_impossible)| *is_impossible) {
            let message = "no value fits all of these schemas: each alternative contradicts another schema";
            self.warning(&alternatives[0].0, "contradiction", message, None);
        } else {
            possible.retain(|(.., is_impossible)| !is_impossible);
        }
        let name = self.name_of(place);
        let (mut variants, mut targets) = (Vec::new(), Vec::new());
        for (index, (member_place, member), alone, together, _) in possible {
            let label = self.label(member_place, *member);
            // An alternative may refer to the whole, and have its properties already.
            let ty = if alone.implies(base) {
                self.schema(member_place, *member)
            } else {
                let variant_place = place.synthetic(&index.to_string());
                let mut variant_name = name.clone();
                variant_name.path.push(label.clone());
                self.names.set(&variant_place, variant_name);
                self.together(&variant_place, &together, *member)
            };
            let target = self.quietly(|lowering| lowering.follow_schema(member_place, *member));
            targets.extend(target.map(|(target, _)| (target, label.clone(), ty.clone())));
            variants.push((label, ty, description(member.node())));
        }
        let mut kind = self.union_of(place, variants, None);
        if let Kind::Union(union) = &mut kind
            && let Some((place, discriminator)) = discriminator_of(base, alternatives)
        {
            self.tag_variants(&place, discriminator, union, &targets);
        }
        kind
    }

    /// Sets the tags of the variants: the discriminator's values for the alternatives that they are made from.
    fn tag_variants(
        &mut self,
        place: &Place,
        discriminator: Discriminator<'d>,
        union: &mut Union,
        targets: &[(Place, String, Type)],
    ) {
        let property = discriminator.property_name().and_then(|name| name.value.as_str());
        let Some(property) = property else { return };
        union.tag = Some(property.to_owned());
        for (value, reference) in discriminator.mapped() {
            let target = self.quietly(|lowering| lowering.target(place, &reference));
            let Some((target, _)) = target else { continue };
            let ty = targets.iter().find(|(place, ..)| *place == target).map(|(_, _, ty)| ty);
            if let Some(variant) = union.variants.iter_mut().find(|variant| Some(&variant.ty) == ty) {
                variant.tags.push(value.to_owned());
            }
        }
        // Without a mapping the value is the name of the component (OpenAPI 3.1 §4.8.25.1).
        for variant in union.variants.iter_mut().filter(|variant| variant.tags.is_empty()) {
            let has_values = match &variant.ty {
                Type::Named(id) => match &self.types[*id].kind {
                    Kind::Struct(structure) => structure
                        .fields
                        .iter()
                        .any(|field| field.name == property && field.ty != Type::String),
                    _ => true,
                },
                _ => true,
            };
            if !has_values {
                variant.tags.extend(
                    targets.iter().find(|(.., ty)| *ty == variant.ty).map(|(_, label, _)| label.clone()),
                );
            }
        }
    }
}

impl<'d> Gathered<'d> {
    /// The first set of alternatives, and the rest.
    fn split_union(&self) -> Option<(Vec<Part<'d>>, Self)> {
        let mut base = self.clone();
        let alternatives = (!base.unions.is_empty()).then(|| base.unions.remove(0))?;
        Some((alternatives, base))
    }
}

/// The schema that contradicts others, and those of the others that it is compatible with.
fn compatible<'d>(
    lowering: &Lowering<'d>,
    gathered: &Gathered<'d>,
    contradiction: &Contradiction,
) -> Gathered<'d> {
    let mut kept = gathered.clone();
    kept.parts.clear();
    for part in gathered.parts.iter().rev() {
        let mut with = kept.clone();
        with.parts.insert(0, part.clone());
        let is_last = part.0 == contradiction.place;
        if is_last || lowering.allowed(&with).is_ok() {
            kept = with;
        }
    }
    kept
}

/// Whether an object of these schemas has fields, or may have none.
fn is_struct(gathered: &Gathered<'_>) -> bool {
    let parts = &gathered.parts;
    parts.iter().any(|(_, schema)| schema.has_properties() || schema.required_names().next().is_some())
}

/// Whether schemas name strings.
fn has_known_strings(gathered: &Gathered<'_>) -> bool {
    gathered.parts.iter().any(|(_, schema)| schema.known_strings().next().is_some())
}

/// The discriminator beside a set of alternatives.
fn discriminator_of<'d>(
    base: &Gathered<'d>,
    alternatives: &[Part<'d>],
) -> Option<(Place, Discriminator<'d>)> {
    let (first, _) = alternatives.first()?;
    base.parts.iter().find_map(|(place, schema)| {
        let is_beside = ["oneOf", "anyOf"].iter().any(|key| place.child(key).index(0) == *first)
            || first
                .pointer
                .strip_prefix(&*place.pointer)
                .is_some_and(|rest| rest.starts_with("/oneOf/") || rest.starts_with("/anyOf/"));
        let discriminator = schema.discriminator().filter(|_| is_beside)?;
        Some((place.child(discriminator.key), Discriminator::of(discriminator.value)))
    })
}
