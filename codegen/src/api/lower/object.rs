//! Objects with known properties: their own, and those of the schemas in their `allOf`.

use indexmap::{IndexMap, IndexSet};

use crate::document::openapi::NamedNumber;
use crate::document::schema::whole;
use crate::document::{Member, Schema, View as _};
use crate::sentence;

use super::super::model::{Constant, Field, FieldDefault, Kind, Struct, Type};
use super::Lowering;
use super::all_of::Part;
use super::constraint::append_constraints;
use super::describe::{description, examples};
use super::given_name::given_name;
use super::number::bounds;
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The struct of all properties of `parts`, which a value matches together.
    pub(super) fn structure(&mut self, place: &Place, parts: &[Part<'d>]) -> Struct {
        let mut properties: IndexMap<&'d str, Vec<Part<'d>>> = IndexMap::new();
        let mut structure = Struct::default();
        for (place, schema) in parts {
            if let Some((place, members)) = self.object_at(place, schema.properties()) {
                for (name, property) in members {
                    properties.entry(name).or_default().push((place.child(name), Schema::of(property)));
                }
            }
            let others = [schema.additional_properties(), schema.unevaluated_properties()];
            structure.closed |= others.into_iter().flatten().any(|member| member.is(false));
            structure.constants.extend(constants(*schema));
        }
        structure.additional = self.additional(place, parts);
        // One part may allow what another forbids.
        structure.closed &= structure.additional.is_none();
        if parts.first().is_some_and(|(place, _)| !self.can_afford(place, properties.len())) {
            return structure;
        }
        let required: IndexSet<&'d str> =
            parts.iter().flat_map(|(_, schema)| schema.required_names()).collect();
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

    /// The field of a property of the object at `owner`. Several parts may each have a schema for it.
    pub(super) fn field(&mut self, owner: &Place, name: &str, schemas: &[Part<'d>], required: bool) -> Field {
        let ty = match schemas {
            [(place, schema)] => self.schema(place, *schema),
            schemas => {
                let place = self.made_place(owner, name);
                self.all(&place, schemas)
            }
        };
        let (ty, nullable) = match ty {
            Type::Nullable(inner) => (*inner, true),
            ty => (ty, false),
        };
        let mut text =
            schemas.iter().rev().map(|(_, schema)| description(schema.node())).find(|text| !text.is_empty());
        if text.is_none()
            && let Type::Named(id) = &ty
        {
            text = Some(sentence::first(&self.types[*id].description));
        }
        let mut text = text.unwrap_or_default();
        let parts: Vec<Schema<'d>> = schemas.iter().flat_map(|(_, schema)| schema.inline_parts()).collect();
        let limits = bounds(&parts, &ty);
        append_constraints(&mut text, &parts, &limits);
        let flag = |flag: fn(Schema<'d>) -> Option<bool>| {
            schemas.iter().any(|(_, schema)| flag(*schema) == Some(true))
        };
        let values = self.listed_values(schemas, &ty);
        Field {
            name: name.to_owned(),
            given: schemas.iter().rev().find_map(|(place, schema)| given_name(place, schema.node())),
            required,
            nullable,
            boxed: false,
            description: text,
            deprecated: flag(Schema::deprecated),
            default: match self.only_value(&ty) || values.len() == 1 {
                true => FieldDefault::OnlyValue,
                false => FieldDefault::None,
            },
            values,
            keeps_null: false,
            read_only: flag(Schema::read_only),
            write_only: flag(Schema::write_only),
            bounds: limits,
            content_type: None,
            style: None,
            is_part: false,
            example: schemas.iter().rev().find_map(|(_, schema)| examples(*schema).into_iter().next()),
            ty,
        }
    }

    /// A place for a type that combines several schemas, so that no `$ref` can name it. Its name is `name` within the
    /// schema at `owner`.
    pub(super) fn made_place(&mut self, owner: &Place, name: &str) -> Place {
        let place = owner.synthetic(name);
        let mut made = self.name_of(owner);
        made.path.push(name.to_owned());
        self.names.set(&place, made);
        place
    }

    /// Whether the document names exactly one value of a type.
    fn only_value(&self, ty: &Type) -> bool {
        let Type::Named(id) = ty else { return false };
        matches!(&self.types[*id].kind, Kind::Enumeration(enumeration) if enumeration.values.len() == 1)
    }
}

/// A property that is required and has no schema.
fn undescribed(name: &str, ty: Type) -> Field {
    Field { default: FieldDefault::Undescribed, ..Field::new(name, ty) }
}

/// The numbers of `x-constants`, an extension for constants that no keyword can name.
fn constants(schema: Schema<'_>) -> impl Iterator<Item = Constant> {
    let list = schema.constants().map(Member::elements).unwrap_or_default();
    list.iter().filter_map(|constant| {
        let number = NamedNumber::of(constant);
        Some(Constant {
            name: number.name()?.to_owned(),
            value: u64::try_from(whole(number.value()?.value)?).ok()?,
            description: description(constant),
        })
    })
}
