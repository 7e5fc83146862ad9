//! Subtypes: schemas made from another one with `allOf`, where a discriminator distinguishes them. A reference to the
//! supertype then means any of them (OpenAPI 3.1 §4.8.25).

use foldhash::{HashMap, HashSet};
use std::rc::Rc;

use crate::document::openapi::{Components, Discriminator, Root};
use crate::document::{Member, Schema, View as _};

use super::super::model::{Kind, Type, TypeId, Union, Variant};
use super::Lowering;
use super::all_of::Part;
use super::place::Place;

/// The schemas that others are made from with `allOf`.
#[derive(Default)]
pub(super) struct Subtypes<'d> {
    /// The schemas under `components` that have a schema in their `allOf`, by the place of that schema, in the order of
    /// the document.
    direct: HashMap<Place, Vec<Part<'d>>>,
    /// All subtypes of a schema, where they were looked up already.
    all: HashMap<Place, Rc<SubtypeSet<'d>>>,
    /// The struct of the own properties of each supertype.
    bases: HashMap<Place, TypeId>,
}

/// The subtypes of a schema.
#[derive(Default)]
pub(super) struct SubtypeSet<'d> {
    schemas: Vec<Part<'d>>,
    places: HashSet<Place>,
}

impl SubtypeSet<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.schemas.is_empty()
    }
}

/// The name of the variant for the supertype's own properties.
const BASE: &str = "base";

impl<'d> Lowering<'d> {
    /// Finds the schemas under `components` that are made from others.
    pub(super) fn find_subtypes(&mut self) {
        let root = Root::of(self.document.root());
        let Some(components) = root.components() else { return };
        let Some(schemas) = Components::of(components.value).schemas() else { return };
        let place = self.root().child(components.key).child(schemas.key);
        for (name, schema) in schemas.entries() {
            let (place, schema) = (place.child(name), Schema::of(schema));
            for member in schema.all_of().into_iter().flat_map(Member::schemas) {
                if let Some(reference) = member.reference()
                    && let Some((supertype, _)) = self.quietly(|lowering| lowering.target(&place, reference))
                {
                    self.subtypes.direct.entry(supertype).or_default().push((place.clone(), schema));
                }
            }
        }
    }

    /// All subtypes of a schema: those made from it, those made from them, and those that its discriminator maps to.
    /// None if it has no discriminator or lists its alternatives. A subtype with a discriminator of its own, by another
    /// property, stands for those made from it.
    pub(super) fn subtypes_of(&mut self, place: &Place, schema: Schema<'d>) -> Rc<SubtypeSet<'d>> {
        let Some(discriminator) = schema.discriminated() else { return Rc::default() };
        if schema.is_union() || !schema.allows_objects() {
            return Rc::default();
        }
        if let Some(known) = self.subtypes.all.get(place) {
            return known.clone();
        }
        let mut left = self.subtypes.direct.get(place).cloned().unwrap_or_default();
        for (_, reference) in discriminator.mapped() {
            left.extend(self.quietly(|lowering| lowering.target_schema(place, &reference)));
        }
        let mut found = SubtypeSet::default();
        let mut at = 0;
        while let Some((subtype, schema)) = left.get(at).cloned() {
            at += 1;
            if subtype != *place && found.places.insert(subtype.clone()) {
                if !has_other_discriminator(schema, discriminator) {
                    left.extend(self.subtypes.direct.get(&subtype).cloned().unwrap_or_default());
                }
                found.schemas.push((subtype, schema));
            }
        }
        let found = Rc::new(found);
        self.subtypes.all.insert(place.clone(), found.clone());
        found
    }

    /// Whether a schema whose `allOf` has only `member` is a supertype or a subtype. Then it is more than another name for
    /// that member.
    pub(super) fn is_in_hierarchy(&mut self, place: &Place, schema: Schema<'d>, member: Schema<'d>) -> bool {
        if !self.subtypes_of(place, schema).is_empty() {
            return true;
        }
        let Some(reference) = member.reference() else { return false };
        let supertype = self.quietly(|lowering| lowering.target_schema(place, reference));
        supertype
            .is_some_and(|(supertype, schema)| self.subtypes_of(&supertype, schema).places.contains(place))
    }

    /// Reports a discriminator that distinguishes nothing.
    pub(super) fn check_discriminator(&mut self, place: &Place, schema: Schema<'d>) {
        if let Some(discriminator) = schema.discriminator()
            && !schema.is_union()
            && self.subtypes_of(place, schema).is_empty()
        {
            let message = "this discriminator distinguishes nothing: there is no `oneOf` or `anyOf` beside it, \
                           and no schema under `components` has this one in its `allOf`";
            let help = "move it to where the alternatives are";
            self.warning(&place.child(discriminator.key), "lone-discriminator", message, Some(help));
        }
    }

    /// The union of a schema's subtypes and of a struct of its own properties.
    pub(super) fn supertype(&mut self, place: &Place, schema: Schema<'d>, subtypes: &SubtypeSet<'d>) -> Kind {
        let mut variants: Vec<Variant> = Vec::new();
        if !self.can_afford(place, subtypes.schemas.len()) {
            return Kind::Alias(Type::Any);
        }
        let discriminator = schema.discriminated();
        for (place, schema) in &subtypes.schemas {
            let ty = self.subtype(place, *schema, discriminator);
            variants.push(variant(self.name_of(place).root, ty));
        }
        let mut name = self.name_of(place);
        let own_name = name.root.clone();
        name.path.push(BASE.to_owned());
        let base = place.synthetic(BASE);
        self.names.set(&base, name);
        let id = self.declare(&base, schema);
        let kind = self.own_object(place, schema);
        let required: Vec<String> = match &kind {
            Kind::Struct(structure) => structure
                .fields
                .iter()
                .filter(|field| field.required)
                .map(|field| field.name.clone())
                .collect(),
            _ => Vec::new(),
        };
        self.types.complete(id, kind);
        self.subtypes.bases.insert(place.clone(), id);
        variants.push(variant(own_name, Type::Named(id)));

        let mut union = Union { variants, tag: None };
        if let Some(member) = schema.discriminator() {
            let discriminator = Discriminator::of(member.value);
            self.discriminate(&place.child(member.key), discriminator, &mut union, Some(place));
        }
        // A variant that the mapping does not mention has its name as value.
        for variant in union.variants.iter_mut().filter(|variant| variant.tags.is_empty()) {
            variant.tags.push(variant.name.clone());
        }
        if let Some(base) = union.variants.last_mut() {
            BASE.clone_into(&mut base.name);
            if union.tag.as_ref().is_none_or(|tag| !required.contains(tag)) {
                base.tags.push(String::new());
            }
        }
        Kind::Union(union)
    }

    /// The type of a schema as a variant. A supertype stands for its own properties only, since its subtypes are
    /// variants too; one with another discriminator stands for them.
    pub(super) fn subtype(
        &mut self,
        place: &Place,
        schema: Schema<'d>,
        discriminator: Option<Discriminator<'d>>,
    ) -> Type {
        let ty = match self.component(place, schema) {
            Type::Nullable(inner) => *inner,
            ty => ty,
        };
        match self.subtypes.bases.get(place) {
            Some(base) if !discriminator.is_some_and(|own| has_other_discriminator(schema, own)) => {
                Type::Named(*base)
            }
            _ => ty,
        }
    }
}

/// Whether a schema has a discriminator with another property.
fn has_other_discriminator(schema: Schema<'_>, discriminator: Discriminator<'_>) -> bool {
    let property = |discriminator: Discriminator<'_>| {
        discriminator.property_name().and_then(|name| name.value.as_str().map(str::to_owned))
    };
    schema.discriminated().is_some_and(|own| property(own) != property(discriminator))
}

fn variant(name: String, ty: Type) -> Variant {
    Variant {
        name,
        given: None,
        ty,
        boxed: false,
        tags: Vec::new(),
        is_default: false,
        writes_tag: false,
        also: None,
        description: String::new(),
    }
}
