//! The type of schemas that a value must match together.

use crate::document::Node;

use super::super::model::{Kind, Type, Union};
use super::all_of::{Allowed, Contradiction, Gathered, Null, Part, required};
use super::class::has_properties;
use super::union::mapped_reference;
use super::{Lowering, Place, description};

impl<'d> Lowering<'d> {
    /// The type of a value that matches all of `schemas`. Where it is a type of its own, it is named after `place`.
    pub(super) fn all(&mut self, place: &Place, schemas: &[Part<'d>]) -> Type {
        if let [(place, node)] = schemas {
            return self.schema(place, node);
        }
        let Some((last_place, last)) = schemas.last() else { return Type::Any };
        let each: Vec<Gathered<'d>> = schemas.iter().map(|(place, node)| self.gather(place, node)).collect();
        let mut together = Gathered::default();
        each.iter().for_each(|gathered| together.absorb(gathered));
        // Of several that say all, one with a name of its own is preferred.
        let says_all = |one: &usize| each.iter().all(|other| each[*one].implies(other));
        let one =
            (0..each.len()).rev().filter(says_all).max_by_key(|one| schemas[*one].1.get("$ref").is_some());
        let ty = match one {
            Some(one) => {
                self.warn_of_contradiction(&together);
                self.schema(&schemas[one].0, schemas[one].1)
            }
            None if !self.enter(last_place) => Type::Any,
            None => {
                let ty = self.together(place, &together, last);
                self.depth -= 1;
                ty
            }
        };
        match (together.null, ty) {
            (Null::Forbidden, Type::Nullable(inner)) => *inner,
            (Null::Allowed | Null::Added, ty) => ty.nullable(),
            (_, ty) => ty,
        }
    }

    /// The type of schemas that were followed, named after `place` and described as `node` is.
    fn together(&mut self, place: &Place, gathered: &Gathered<'d>, node: &'d Node) -> Type {
        let key = gathered.places();
        if let Some(known) = self.intersections.get(&key) {
            return known.clone();
        }
        if !self.needs_name(gathered) {
            return match self.intersection(place, gathered) {
                Kind::Alias(ty) => ty,
                _ => Type::Any,
            };
        }
        let id = self.declare(place, node);
        self.intersections.insert(key, Type::Named(id));
        let kind = self.intersection(place, gathered);
        self.complete(id, kind);
        if self.nullable_unions.contains(place) { Type::Named(id).nullable() } else { Type::Named(id) }
    }

    /// Whether schemas together are more than another name for a type.
    pub(super) fn needs_name(&self, gathered: &Gathered<'d>) -> bool {
        let allowed = self.allowed(gathered).unwrap_or_else(|contradiction| {
            self.allowed(&compatible(self, gathered, &contradiction)).unwrap_or_default()
        });
        !gathered.unions.is_empty()
            || allowed.types.len() > 1
            || allowed.types == ["object"] && is_struct(gathered)
            || allowed.types == ["string"] && has_known_strings(gathered)
    }

    /// What schemas are together.
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

    /// What an object is by its properties alone, without its subtypes.
    pub(super) fn own_object(&mut self, place: &Place, node: &'d Node) -> Kind {
        let gathered = self.gather(place, node);
        match self.intersection(place, &gathered) {
            Kind::Alias(Type::Any) => Kind::Alias(Type::Map(Box::new(Type::Any))),
            kind => kind,
        }
    }

    /// Reports properties that another schema with `additionalProperties: false` rules out.
    fn warn_of_unreachable_properties(&mut self, gathered: &Gathered<'d>) {
        for (place, node) in &gathered.parts {
            let is_closed = node.get("additionalProperties") == Some(&Node::Bool(false));
            if !is_closed || node.get("patternProperties").is_some() {
                continue;
            }
            let own = |name: &str| node.get("properties").is_some_and(|own| own.get(name).is_some());
            let ruled_out =
                gathered.parts.iter().flat_map(|(_, other)| required(other)).find(|name| !own(name));
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

    /// One of several alternatives, each together with `base`. Those that contradict it are left out.
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
            let label = self.label(member_place, member);
            // An alternative may be made of the whole, and have its properties already.
            let ty = if alone.implies(base) {
                self.schema(member_place, member)
            } else {
                // A place that no `$ref` can name, since this type is in no one place of the document.
                let variant_place = place.child("\u{0}").index(index);
                let mut variant_name = name.clone();
                variant_name.path.push(label.clone());
                self.names.insert(variant_place.clone(), variant_name);
                self.together(&variant_place, &together, member)
            };
            let target = self.quietly(|lowering| lowering.follow(member_place, member));
            targets.extend(target.map(|(target, _)| (target, label.clone(), ty.clone())));
            variants.push((label, ty, description(member)));
        }
        let mut kind = self.union_of(place, variants, None);
        if let Kind::Union(union) = &mut kind
            && let Some((place, discriminator)) = discriminator_of(base, alternatives)
        {
            self.tag_variants(&place, discriminator, union, &targets);
        }
        kind
    }

    /// Gives the variants the values that a discriminator has for the alternatives which they are made from.
    fn tag_variants(
        &mut self,
        place: &Place,
        discriminator: &'d Node,
        union: &mut Union,
        targets: &[(Place, String, Type)],
    ) {
        let Some(property) = discriminator.get("propertyName").and_then(Node::as_str) else { return };
        union.tag = Some(property.to_owned());
        let mapping = discriminator.get("mapping").and_then(Node::as_object);
        for (value, target) in mapping.into_iter().flatten() {
            let reference = target.as_str().map(mapped_reference);
            let target = reference.and_then(|to| self.quietly(|lowering| lowering.target(place, &to)));
            let Some((target, _)) = target else { continue };
            let ty = targets.iter().find(|(place, ..)| *place == target).map(|(_, _, ty)| ty);
            if let Some(variant) = union.variants.iter_mut().find(|variant| Some(&variant.ty) == ty) {
                variant.tags.push(value.clone());
            }
        }
        // Without a mapping the value is the name of the component (OpenAPI 3.1 §4.8.25.1).
        for variant in union.variants.iter_mut().filter(|variant| variant.tags.is_empty()) {
            let has_values = match &variant.ty {
                Type::Named(id) => match &self.types[id.0].kind {
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

/// The schema that contradicts others, and those of the others that it does not contradict.
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
    gathered
        .parts
        .iter()
        .any(|(_, node)| node.as_object().is_some_and(has_properties) || required(node).next().is_some())
}

/// Whether schemas name strings.
fn has_known_strings(gathered: &Gathered<'_>) -> bool {
    gathered.parts.iter().any(|(_, node)| super::schema::known_strings(node).next().is_some())
}

/// The discriminator beside a set of alternatives.
fn discriminator_of<'d>(base: &Gathered<'d>, alternatives: &[Part<'d>]) -> Option<Part<'d>> {
    let (first, _) = alternatives.first()?;
    base.parts.iter().find_map(|(place, node)| {
        let is_beside = ["oneOf", "anyOf"].iter().any(|key| place.child(key).index(0) == *first)
            || first
                .pointer
                .strip_prefix(&*place.pointer)
                .is_some_and(|rest| rest.starts_with("/oneOf/") || rest.starts_with("/anyOf/"));
        let discriminator = node.get("discriminator").filter(|_| is_beside)?;
        Some((place.child("discriminator"), discriminator))
    })
}
