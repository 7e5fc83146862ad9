//! Objects with known properties: their own, and those of the schemas that they are all of.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::document::Node;
use crate::sentence;

use super::super::model::{Constant, Field, FieldDefault, Kind, Struct, Type};
use super::class::{counts, innermost};
use super::constraint::append_constraints;
use super::number::{bounds, count};
use super::{Lowering, Place, description, flag};

/// What an object is made of when every `$ref` and `allOf` is followed.
#[derive(Clone, Default)]
pub(super) struct Gathered<'d> {
    /// The schemas that name properties.
    pub(super) parts: Vec<(Place, &'d Node)>,
    /// Alternatives that the properties of one of come on top.
    pub(super) unions: Vec<Vec<(Place, &'d Node)>>,
    /// Schemas that are no objects.
    others: Vec<(Place, &'d Node)>,
    seen: HashSet<Place>,
}

impl<'d> Gathered<'d> {
    /// The schema of a property, where it stands last.
    pub(super) fn property(&self, name: &str) -> Option<(Place, &'d Node)> {
        self.parts.iter().rev().find_map(|(place, node)| {
            let schema = node.get("properties")?.get(name)?;
            Some((place.child("properties").child(name), schema))
        })
    }
}

impl<'d> Lowering<'d> {
    pub(super) fn object(&mut self, place: &Place, node: &'d Node) -> Kind {
        let mut gathered = Gathered::default();
        self.gather(place, node, &mut gathered);
        let Gathered { parts, mut unions, others, .. } = gathered.clone();
        match (parts.is_empty(), unions.len()) {
            (true, 0) => match others.as_slice() {
                [] => Kind::Alias(Type::Map(Box::new(Type::Any))),
                [(place, node)] => Kind::Alias(self.schema(place, node)),
                [(first, node), ..] => {
                    let ty = self.schema(first, node);
                    let others: Vec<_> =
                        others[1..].iter().map(|(place, node)| self.schema(place, node)).collect();
                    if others.iter().any(|other| *other != ty) {
                        let message =
                            "a value is to fit several schemas that are no objects; the first is taken";
                        self.warning(place, "unexpressed-all-of", message, None);
                    }
                    Kind::Alias(ty)
                }
            },
            (true, 1) if !others.is_empty() || unions[0].len() > 1 => {
                let members = unions.remove(0);
                self.union(place, node, members)
            }
            (_, 0) => Kind::Struct(self.structure(&parts)),
            (_, _) => self.distribute(place, node, &gathered),
        }
    }

    /// Finds what a schema is made of.
    pub(super) fn gather(&mut self, place: &Place, node: &'d Node, into: &mut Gathered<'d>) {
        if !self.can_afford(place, 1) || !into.seen.insert(place.clone()) {
            return;
        }
        if let Some(reference) = node.get("$ref").and_then(Node::as_str)
            && let Some((target, node)) = self.target(place, reference)
        {
            self.gather(&target, node, into);
        }
        for (place, member) in self.members(place, node, "allOf").unwrap_or_default() {
            if counts(member) || member.get("required").is_some() {
                self.gather(&place, member, into);
            }
        }
        let keys = ["properties", "required", "additionalProperties", "patternProperties"];
        if keys.iter().any(|key| node.get(key).is_some()) {
            into.parts.push((place.clone(), node));
        }
        let mut alternatives = self.alternatives(place, node);
        match alternatives.len() {
            0 => {
                let scalar = node.get("type").and_then(Node::as_str).is_some_and(|kind| kind != "object");
                if scalar || node.get("enum").is_some() || node.get("const").is_some() {
                    into.others.push((place.clone(), node));
                }
            }
            1 => {
                let (place, member) = alternatives.remove(0);
                self.gather(&place, member, into);
            }
            // Of alternatives that have it in them the schema is one.
            _ if alternatives.iter().any(|(place, member)| self.is_seen(place, member, into)) => {}
            _ => into.unions.push(alternatives),
        }
    }

    fn is_seen(&mut self, place: &Place, node: &'d Node, gathered: &Gathered<'d>) -> bool {
        let target = node.get("$ref").and_then(|_| self.quietly(|lowering| lowering.follow(place, node)));
        target.is_some_and(|(target, _)| gathered.seen.contains(&target))
    }

    /// Properties, and one of several sets of more: a union of structs that each have all.
    fn distribute(&mut self, place: &Place, node: &'d Node, base: &Gathered<'d>) -> Kind {
        let mut unions = base.unions.iter();
        let Some(members) = unions.next() else { return Kind::Struct(self.structure(&base.parts)) };
        if unions.next().is_some() {
            let message = "of several sets of alternatives only the first is expressed";
            self.warning(place, "several-unions", message, None);
        }
        let name = self.name_of(place);
        let mut variants = Vec::new();
        for (index, (member_place, member)) in members.iter().enumerate() {
            // One that is made of the whole has its properties already.
            if let Some((target, node)) = member.get("$ref").and_then(|_| self.follow(member_place, member)) {
                let mut alone = Gathered::default();
                self.gather(&target, node, &mut alone);
                if base.parts.iter().all(|(part, _)| alone.seen.contains(part)) {
                    let ty = self.component(&target, node);
                    variants.push((self.label(member_place, member), ty, description(member)));
                    continue;
                }
            }
            let mut gathered =
                Gathered { parts: base.parts.clone(), seen: base.seen.clone(), ..Gathered::default() };
            self.gather(member_place, member, &mut gathered);
            if !gathered.unions.is_empty() {
                let message = "alternatives within alternatives are not expressed here";
                self.warning(member_place, "several-unions", message, None);
            }
            let label = self.label(member_place, member);
            // A place that no `$ref` can name, since this type is in no one place of the document.
            let variant_place = place.child("\u{0}").index(index);
            let mut variant_name = name.clone();
            variant_name.path.push(label.clone());
            self.names.insert(variant_place.clone(), variant_name);
            let id = self.declare(&variant_place, member);
            let structure = self.structure(&gathered.parts);
            self.complete(id, Kind::Struct(structure));
            variants.push((label, Type::Named(id), description(member)));
        }
        self.union_of(
            place,
            variants,
            node.get("discriminator").map(|node| (place.child("discriminator"), node)),
        )
    }

    /// The struct of all properties of `parts`. What stands later replaces what stands earlier.
    pub(super) fn structure(&mut self, parts: &[(Place, &'d Node)]) -> Struct {
        let mut properties: IndexMap<&'d str, (Place, &'d Node)> = IndexMap::new();
        let mut required: HashSet<&'d str> = HashSet::new();
        let mut structure = Struct::default();
        for (place, node) in parts {
            if let Some((place, members)) = self.object_at(place, node, "properties") {
                for (name, schema) in members {
                    properties.insert(name, (place.child(name), schema));
                }
            }
            if let Some(Node::Array(names)) = node.get("required") {
                required.extend(names.iter().filter_map(Node::as_str));
            }
            structure.closed |= ["additionalProperties", "unevaluatedProperties"]
                .iter()
                .any(|key| node.get(key) == Some(&Node::Bool(false)));
            if let Some(additional) = self.additional(place, node) {
                structure.additional = Some(additional);
            }
            structure.constants.extend(constants(node));
        }
        if parts.first().is_some_and(|(place, _)| !self.can_afford(place, properties.len())) {
            return structure;
        }
        structure.fields = properties
            .into_iter()
            .map(|(name, (place, node))| self.field(name, &place, node, required.contains(name)))
            .collect();
        for name in parts.iter().filter_map(|(_, node)| node.get("required")?.as_array()).flatten() {
            if let Some(name) = name.as_str()
                && !structure.fields.iter().any(|field| field.name == name)
            {
                let ty = structure.additional.clone().unwrap_or(Type::Any);
                structure.fields.push(undescribed(name, ty));
            }
        }
        structure
    }

    fn field(&mut self, name: &str, place: &Place, node: &'d Node, required: bool) -> Field {
        let (ty, nullable) = match self.schema(place, node) {
            Type::Nullable(inner) => (*inner, true),
            ty => (ty, false),
        };
        let mut text = description(node);
        if text.is_empty()
            && let Type::Named(id) = &ty
        {
            text = sentence::first(&self.types[id.0].description);
        }
        let inner = innermost(node);
        let mut limits = bounds(node, &ty);
        if !std::ptr::eq(inner, node) {
            limits.extend(bounds(inner, &ty));
            append_constraints(&mut text, inner, &limits);
        }
        append_constraints(&mut text, node, &limits);
        let values = self.listed_values(place, node, &ty);
        Field {
            name: name.to_owned(),
            required,
            nullable,
            boxed: false,
            description: text,
            deprecated: flag(node, "deprecated"),
            default: match self.only_value(&ty) || values.len() == 1 {
                true => FieldDefault::OnlyValue,
                false => FieldDefault::None,
            },
            values,
            keeps_null: false,
            read_only: flag(node, "readOnly"),
            write_only: flag(node, "writeOnly"),
            bounds: limits,
            content_type: None,
            style: None,
            ty,
        }
    }

    /// Whether a type has one value that the document names.
    fn only_value(&self, ty: &Type) -> bool {
        let Type::Named(id) = ty else { return false };
        matches!(&self.types[id.0].kind, Kind::Enumeration(enumeration) if enumeration.values.len() == 1)
    }
}

/// A property that is required and that the schema says nothing else of.
fn undescribed(name: &str, ty: Type) -> Field {
    Field {
        name: name.to_owned(),
        ty,
        required: true,
        nullable: false,
        boxed: false,
        description: String::new(),
        deprecated: false,
        values: Vec::new(),
        keeps_null: false,
        default: FieldDefault::Undescribed,
        read_only: false,
        write_only: false,
        bounds: Vec::new(),
        content_type: None,
        style: None,
    }
}

/// The numbers of `x-constants`, an extension that names what no keyword can.
fn constants(node: &Node) -> impl Iterator<Item = Constant> {
    let list = node.get("x-constants").and_then(Node::as_array).unwrap_or_default();
    list.iter().filter_map(|constant| {
        Some(Constant {
            name: constant.get("name")?.as_str()?.to_owned(),
            value: u64::try_from(count(constant, "value")?).ok()?,
            description: description(constant),
        })
    })
}
