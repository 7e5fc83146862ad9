//! Objects with known properties: their own, and those of the schemas that they are all of.

use indexmap::{IndexMap, IndexSet};

use crate::document::Node;
use crate::sentence;

use super::super::model::{Constant, Field, FieldDefault, Kind, Struct, Type};
use super::all_of::{Part, required};
use super::class::inline_parts;
use super::constraint::append_constraints;
use super::number::{bounds, count};
use super::{Lowering, Place, description};

impl<'d> Lowering<'d> {
    /// The struct of all properties of `parts`, which a value matches together.
    pub(super) fn structure(&mut self, place: &Place, parts: &[Part<'d>]) -> Struct {
        let mut properties: IndexMap<&'d str, Vec<Part<'d>>> = IndexMap::new();
        let mut structure = Struct::default();
        for (place, node) in parts {
            if let Some((place, members)) = self.object_at(place, node, "properties") {
                for (name, schema) in members {
                    properties.entry(name).or_default().push((place.child(name), schema));
                }
            }
            structure.closed |= ["additionalProperties", "unevaluatedProperties"]
                .iter()
                .any(|key| node.get(key) == Some(&Node::Bool(false)));
            structure.constants.extend(constants(node));
        }
        structure.additional = self.additional(place, parts);
        // What one part forbids another allows.
        structure.closed &= structure.additional.is_none();
        if parts.first().is_some_and(|(place, _)| !self.can_afford(place, properties.len())) {
            return structure;
        }
        let required: IndexSet<&'d str> = parts.iter().flat_map(|(_, node)| required(node)).collect();
        structure.fields = properties
            .into_iter()
            .map(|(name, schemas)| self.field(place, name, &schemas, required.contains(name)))
            .collect();
        for name in required {
            if !structure.fields.iter().any(|field| field.name == name) {
                let ty = structure.additional.clone().unwrap_or(Type::Any);
                structure.fields.push(undescribed(name, ty));
            }
        }
        structure
    }

    /// The field of a property of the object at `owner`, which has several schemas where several parts describe it.
    fn field(&mut self, owner: &Place, name: &str, schemas: &[Part<'d>], required: bool) -> Field {
        let ty = match schemas {
            [(place, node)] => self.schema(place, node),
            schemas => {
                let place = self.made_place(owner, name);
                self.all(&place, schemas)
            }
        };
        let (ty, nullable) = match ty {
            Type::Nullable(inner) => (*inner, true),
            ty => (ty, false),
        };
        let mut text = schemas.iter().rev().map(|(_, node)| description(node)).find(|text| !text.is_empty());
        if text.is_none()
            && let Type::Named(id) = &ty
        {
            text = Some(sentence::first(&self.types[id.0].description));
        }
        let mut text = text.unwrap_or_default();
        let parts: Vec<&Node> = schemas.iter().flat_map(|(_, node)| inline_parts(node)).collect();
        let limits = bounds(&parts, &ty);
        append_constraints(&mut text, &parts, &limits);
        let flag = |key: &str| schemas.iter().any(|(_, node)| super::flag(node, key));
        let values = self.listed_values(schemas, &ty);
        Field {
            name: name.to_owned(),
            required,
            nullable,
            boxed: false,
            description: text,
            deprecated: flag("deprecated"),
            default: match self.only_value(&ty) || values.len() == 1 {
                true => FieldDefault::OnlyValue,
                false => FieldDefault::None,
            },
            values,
            keeps_null: false,
            read_only: flag("readOnly"),
            write_only: flag("writeOnly"),
            bounds: limits,
            content_type: None,
            style: None,
            ty,
        }
    }

    /// A place for a type that is in no one place of the document, so that no `$ref` can name it. It is called `name`
    /// within the schema at `owner`.
    pub(super) fn made_place(&mut self, owner: &Place, name: &str) -> Place {
        let place = owner.child("\u{0}").child(name);
        let mut made = self.name_of(owner);
        made.path.push(name.to_owned());
        self.names.insert(place.clone(), made);
        place
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
