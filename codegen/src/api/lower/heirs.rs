//! Schemas that others are made from with `allOf`, told apart by a discriminator: where one is asked for, any of
//! those is meant (OpenAPI 3.1 §4.8.25).

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::document::Node;

use super::super::model::{Kind, Type, Union, Variant};
use super::{Lowering, Place};

/// The schemas under `components` that have a schema in their `allOf`, by where that one stands, in the document's order.
pub(super) type Children<'d> = HashMap<Place, Vec<(Place, &'d Node)>>;

/// The schemas that a value of one may be of besides.
#[derive(Default)]
pub(super) struct Heirs<'d> {
    schemas: Vec<(Place, &'d Node)>,
    places: HashSet<Place>,
}

impl Heirs<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.schemas.is_empty()
    }
}

/// What the struct of the schema's own properties is called beside the types that are made from it.
const BASE: &str = "base";

impl<'d> Lowering<'d> {
    pub(super) fn find_children(&mut self) -> Children<'d> {
        let mut children: Children<'d> = HashMap::new();
        let place = ["components", "schemas"].iter().fold(self.root(), |place, key| place.child(key));
        let schemas = self.document.root().get("components").and_then(|components| components.get("schemas"));
        for (name, schema) in schemas.and_then(Node::as_object).into_iter().flatten() {
            let place = place.child(name);
            for member in schema.get("allOf").and_then(Node::as_array).unwrap_or_default() {
                if let Some(reference) = member.get("$ref").and_then(Node::as_str)
                    && let Some((parent, _)) = self.quietly(|lowering| lowering.target(&place, reference))
                {
                    children.entry(parent).or_default().push((place.clone(), schema));
                }
            }
        }
        children
    }

    /// The schemas that a value of this one may be of besides: those made from it, those made from them, and those that
    /// its discriminator maps to. None where it has no discriminator, or lists what it may be.
    pub(super) fn heirs(&mut self, place: &Place, node: &'d Node) -> Rc<Heirs<'d>> {
        let Some(discriminator) = node.get("discriminator") else { return Rc::default() };
        if lists_alternatives(node) || !may_be_object(node) {
            return Rc::default();
        }
        if let Some(known) = self.heirs.get(place) {
            return known.clone();
        }
        let mut heirs = self.children.get(place).cloned().unwrap_or_default();
        for target in discriminator.get("mapping").and_then(Node::as_object).into_iter().flatten() {
            let reference = target.1.as_str().map(super::union::mapped_reference);
            heirs.extend(reference.and_then(|to| self.quietly(|lowering| lowering.target(place, &to))));
        }
        let mut found = Heirs::default();
        let mut at = 0;
        while let Some((heir, node)) = heirs.get(at).cloned() {
            at += 1;
            if heir != *place && found.places.insert(heir.clone()) {
                heirs.extend(self.children.get(&heir).cloned().unwrap_or_default());
                found.schemas.push((heir, node));
            }
        }
        let found = Rc::new(found);
        self.heirs.insert(place.clone(), found.clone());
        found
    }

    /// Whether a schema whose `allOf` has nothing but `member` is one that others are made from, or is made from such a
    /// one, so that it is no other name for it.
    pub(super) fn is_in_a_family(&mut self, place: &Place, node: &'d Node, member: &'d Node) -> bool {
        if !self.heirs(place, node).is_empty() {
            return true;
        }
        let Some(reference) = member.get("$ref").and_then(Node::as_str) else { return false };
        let parent = self.quietly(|lowering| lowering.target(place, reference));
        parent.is_some_and(|(parent, node)| self.heirs(&parent, node).places.contains(place))
    }

    /// Tells of a discriminator that there is nothing to tell apart for.
    pub(super) fn check_discriminator(&mut self, place: &Place, node: &'d Node) {
        if node.get("discriminator").is_some()
            && !lists_alternatives(node)
            && self.heirs(place, node).is_empty()
        {
            let message = "this discriminator has nothing to tell apart: there is no `oneOf` or `anyOf` beside it, \
                           and no schema under `components` has this one in its `allOf`";
            let help = "move it to where the alternatives are";
            self.warning(&place.child("discriminator"), "lone-discriminator", message, Some(help));
        }
    }

    /// A union of the schemas made from one, and of a struct of its own properties.
    pub(super) fn ancestor(&mut self, place: &Place, node: &'d Node, heirs: &Heirs<'d>) -> Kind {
        let mut variants: Vec<Variant> = Vec::new();
        if !self.can_afford(place, heirs.schemas.len()) {
            return Kind::Alias(Type::Any);
        }
        for (place, node) in &heirs.schemas {
            let ty = self.heir(place, node);
            variants.push(variant(self.name_of(place).root, ty));
        }
        let mut name = self.name_of(place);
        let own_name = name.root.clone();
        name.path.push(BASE.to_owned());
        // A place that no `$ref` can name, since the properties are not all that the schema is.
        let base = place.child("\u{0}").child(BASE);
        self.names.insert(base.clone(), name);
        let id = self.declare(&base, node);
        let kind = self.own_object(place, node);
        let required: Vec<String> = match &kind {
            Kind::Struct(structure) => structure
                .fields
                .iter()
                .filter(|field| field.required)
                .map(|field| field.name.clone())
                .collect(),
            _ => Vec::new(),
        };
        self.complete(id, kind);
        self.bases.insert(place.clone(), id);
        variants.push(variant(own_name, Type::Named(id)));

        let mut union = Union { variants, tag: None };
        if let Some(discriminator) = node.get("discriminator") {
            self.discriminate(&place.child("discriminator"), discriminator, &mut union, Some(place));
        }
        // What no entry of the mapping is about goes by its name.
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

    /// The type of a schema beside those made from it: of its own properties alone.
    pub(super) fn heir(&mut self, place: &Place, node: &'d Node) -> Type {
        let ty = match self.component(place, node) {
            Type::Nullable(inner) => *inner,
            ty => ty,
        };
        self.bases.get(place).map_or(ty, |base| Type::Named(*base))
    }

    /// Looks something up whose faults are told elsewhere.
    pub(super) fn quietly<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.diagnostics.len();
        self.quiet += 1;
        let found = look(self);
        self.quiet -= 1;
        self.diagnostics.truncate(before);
        found
    }
}

fn may_be_object(node: &Node) -> bool {
    match node.get("type") {
        Some(Node::Array(kinds)) => kinds.iter().any(|kind| kind.as_str() == Some("object")),
        kind => kind.is_none_or(|kind| kind.as_str() == Some("object")),
    }
}

fn lists_alternatives(node: &Node) -> bool {
    node.get("oneOf").is_some() || node.get("anyOf").is_some()
}

fn variant(name: String, ty: Type) -> Variant {
    Variant {
        name,
        ty,
        boxed: false,
        tags: Vec::new(),
        writes_tag: false,
        also: None,
        description: String::new(),
    }
}
