//! The type of each schema.

use foldhash::{HashMap, HashSet};
use indexmap::IndexMap;

use crate::document::{Node, Schema};

use super::super::model::{EnumValue, Enumeration, Kind, Type};
use super::all_of::{Part, schemas_of};
use super::class::Class;
use super::describe::description;
use super::given_name::given_value_name;
use super::place::Place;
use super::{LoweredSchema, Lowering, string_type};

/// The schemas whose types are known.
#[derive(Default)]
pub(super) struct Known {
    types: HashMap<(Place, Purpose), Type>,
    /// The unions with an alternative that may be `null`.
    pub(super) nullable_unions: HashSet<Place>,
    /// The types of schemas that a value must match together, by their places.
    pub(super) intersections: HashMap<Vec<Place>, Type>,
}

/// What a schema is lowered for. The same schema may need a type for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    Json,
    Form,
}

impl Known {
    /// The type of a schema.
    pub(super) fn get(&self, place: &Place, purpose: Purpose) -> Option<Type> {
        self.types.get(&(place.clone(), purpose)).cloned()
    }

    /// Sets the type of a schema.
    pub(super) fn set(&mut self, place: &Place, purpose: Purpose, ty: Type) {
        self.types.insert((place.clone(), purpose), ty);
    }

    /// The types of the JSON schemas whose meaning depends on no other schema, in no particular order.
    pub(super) fn json_types(&self) -> Vec<LoweredSchema> {
        let types = self.types.iter();
        let json = types.filter(|((place, purpose), _)| *purpose == Purpose::Json && place.scope.is_none());
        json.map(|((place, _), ty)| LoweredSchema { place: place.clone(), ty: ty.clone() }).collect()
    }
}

impl<'d> Lowering<'d> {
    /// The type of the schema at `place`.
    pub(super) fn schema(&mut self, place: &Place, schema: Schema<'d>) -> Type {
        if let Some((place, schema)) = self.data_schema(place, schema) {
            return self.schema(&place, schema);
        }
        if let Some(ty) = self.schemas.get(place, Purpose::Json) {
            return ty;
        }
        if !self.enter(place) {
            return Type::Any;
        }
        let class = self.classify(place, schema);
        let is_named = match &class {
            Class::Object | Class::Strings | Class::Union(_) => true,
            Class::AllOf(gathered) => self.needs_name(gathered),
            _ => false,
        };
        let ty = if is_named {
            self.named(place, schema, class)
        } else {
            let ty = self.alias(place, schema, class);
            self.schemas.set(place, Purpose::Json, ty.clone());
            ty
        };
        self.leave();
        ty
    }

    /// The type of a schema that always has a name: a component, or the target of a `$ref`.
    pub(super) fn component(&mut self, place: &Place, schema: Schema<'d>) -> Type {
        if let Some(ty) = self.schemas.get(place, Purpose::Json) {
            return ty;
        }
        if let Some(ty) = self.form_as_json(place, schema) {
            return ty;
        }
        if !self.enter(place) {
            return Type::Any;
        }
        let class = self.classify(place, schema);
        let ty = self.named(place, schema, class);
        self.leave();
        ty
    }

    fn named(&mut self, place: &Place, schema: Schema<'d>, class: Class<'d>) -> Type {
        let id = self.declare(place, schema);
        let nullable = class.is_nullable(schema);
        let of = |nullable: bool| if nullable { Type::Named(id).nullable() } else { Type::Named(id) };
        self.schemas.set(place, Purpose::Json, of(nullable));
        let (mut inner, mut class, mut nullable) = ((place.clone(), schema), class, nullable);
        // A schema that is all there is in this one shares its name.
        while let Class::Only(place, only) = &class
            && only.reference().is_none()
        {
            inner = (place.clone(), *only);
            self.schemas.set(place, Purpose::Json, of(nullable));
            class = self.classify(&inner.0, inner.1);
            nullable |= class.is_nullable(inner.1);
        }
        if let Class::AllOf(gathered) = &class {
            self.schemas.intersections.entry(gathered.places()).or_insert(Type::Named(id));
        }
        let kind = match self.kind(&inner.0, inner.1, class) {
            Kind::Alias(Type::Nullable(inner)) => {
                nullable = true;
                Kind::Alias(*inner)
            }
            kind => kind,
        };
        nullable |= self.schemas.nullable_unions.contains(&inner.0);
        if self.types[id].description.is_empty() {
            self.types[id].description = description(inner.1.node());
        }
        self.types.complete(id, kind);
        self.schemas.set(place, Purpose::Json, of(nullable));
        of(nullable)
    }

    fn kind(&mut self, place: &Place, schema: Schema<'d>, class: Class<'d>) -> Kind {
        if let Class::Object | Class::AllOf(_) | Class::Simple("object") = class {
            let subtypes = self.subtypes_of(place, schema);
            if !subtypes.is_empty() {
                return self.supertype(place, schema, &subtypes);
            }
        }
        match class {
            Class::Object => Kind::Struct(self.structure(place, &[(place.clone(), schema)])),
            Class::AllOf(gathered) => self.intersection(place, &gathered),
            Class::Strings => Kind::Enumeration(self.strings(&[(place.clone(), schema)], None)),
            Class::Union(members) => self.union(place, schema, members),
            Class::Types(types) => self.types_union(place, &[(place.clone(), schema)], &types),
            class => Kind::Alias(self.alias(place, schema, class)),
        }
    }

    /// The type of a schema that needs no name.
    fn alias(&mut self, place: &Place, schema: Schema<'d>, class: Class<'d>) -> Type {
        let nullable = class.is_nullable(schema);
        let ty = match class {
            Class::Reference => self.reference(place, schema),
            Class::Whole => self.whole(place),
            Class::Only(place, only) => self.schema(&place, only),
            Class::Types(types) => {
                let id = self.declare(place, schema);
                let kind = self.types_union(place, &[(place.clone(), schema)], &types);
                self.types.complete(id, kind);
                Type::Named(id)
            }
            Class::AllOf(gathered) => match self.intersection(place, &gathered) {
                Kind::Alias(ty) => ty,
                _ => Type::Any,
            },
            Class::Simple(kind) => self.simple(place, &[(place.clone(), schema)], kind),
            Class::Any | Class::Object | Class::Strings | Class::Union(_) => Type::Any,
        };
        if nullable { ty.nullable() } else { ty }
    }

    /// The component that `place` is in.
    fn whole(&mut self, place: &Place) -> Type {
        let tokens = place.tokens();
        if let [components, schemas, name, ..] = tokens.as_slice()
            && components == "components"
            && schemas == "schemas"
        {
            let root = Place { pointer: "".into(), ..place.clone() };
            let whole = root.child(components).child(schemas).child(name);
            if let Ok(target) = self.document.resolve(&place.file, &format!("#{}", whole.pointer)) {
                return self.component(&whole, Schema::of(target.node));
            }
        }
        let message =
            "`$recursiveRef` is only supported in a schema under `components`; any value is accepted";
        self.warning(&place.child("$recursiveRef"), "unexpressed-keyword", message, None);
        Type::Any
    }

    fn reference(&mut self, place: &Place, schema: Schema<'d>) -> Type {
        match self.referred(place, schema) {
            Some((target, _)) if target == *place => {
                self.error(place, "ref-cycle", "this `$ref` refers to itself", None);
                Type::Any
            }
            Some((target, schema)) => self.component(&target, schema),
            None => Type::Any,
        }
    }

    /// The type of a value that has one of JSON's types and matches all of `parts`.
    pub(super) fn simple(&mut self, place: &Place, parts: &[Part<'d>], kind: &str) -> Type {
        let schemas = schemas_of(parts);
        match kind {
            "string" => string_type::string(&schemas, self.formats),
            "integer" => Type::Integer(self.integer(place, &schemas)),
            "number" => Type::Double,
            "boolean" => Type::Boolean,
            "array" => self.array(place, parts),
            "object" => Type::Map(Box::new(self.additional(place, parts).unwrap_or(Type::Any))),
            "null" => Type::Any,
            other => {
                let place = parts.last().map_or(place, |(place, _)| place);
                let message = format!("`{other}` is not one of JSON's types");
                let help = "`string`, `number`, `integer`, `boolean`, `array`, `object` and `null` are";
                self.error(&place.child("type"), "unknown-type", message, Some(help));
                Type::Any
            }
        }
    }

    /// The type of the properties that are not named. `None`: they are not kept.
    pub(super) fn additional(&mut self, owner: &Place, parts: &[Part<'d>]) -> Option<Type> {
        let (schemas, any) = self.other_properties(parts);
        match schemas.as_slice() {
            [] => any.then_some(Type::Any),
            [(place, schema)] => Some(self.schema(place, *schema)),
            schemas => {
                let place = self.made_place(owner, "value");
                Some(self.all(&place, schemas))
            }
        }
    }

    /// The schemas of the properties that are not named, and whether there may be others of any type.
    pub(super) fn other_properties(&mut self, parts: &[Part<'d>]) -> (Vec<Part<'d>>, bool) {
        let mut schemas: Vec<Part<'d>> = Vec::new();
        let mut any = false;
        for (place, schema) in parts {
            let patterns = schema.pattern_properties().filter(|patterns| patterns.as_object().is_some());
            let others = schema.additional_properties().or(schema.unevaluated_properties());
            match (others.filter(|others| !others.is(false)), patterns) {
                (None, Some(patterns)) if patterns.entries().count() == 1 => {
                    let place = place.child(patterns.key);
                    let entries = patterns.entries();
                    schemas.extend(entries.map(|(pattern, own)| (place.child(pattern), Schema::of(own))));
                }
                (_, Some(patterns)) => {
                    if patterns.entries().next().is_some() {
                        let message = "several `patternProperties`, or some beside `additionalProperties`, are not expressed; any value is accepted";
                        let place = place.child(patterns.key);
                        self.warning(&place, "unexpressed-keyword", message, None);
                    }
                    any = true;
                }
                (None, None) => {
                    any |= others.is_none()
                        && schema.preserves_unknown_fields().is_some_and(|member| member.is(true));
                }
                (Some(others), None) if others.is(true) => any = true,
                (Some(others), None) => schemas.push((place.child(others.key), others.schema())),
            }
        }
        (schemas, any)
    }

    /// The strings that `parts` list and that are among `allowed`.
    pub(super) fn strings(&mut self, parts: &[Part<'d>], allowed: Option<&[&'d Node]>) -> Enumeration {
        let mut values: IndexMap<&'d str, EnumValue> = IndexMap::new();
        for (place, part) in parts {
            self.check_value_names(place, *part);
            let mut seen = HashSet::default();
            for (value, described) in part.known_strings() {
                if !seen.insert(value) {
                    let message = format!("this `enum` lists `{value}` twice");
                    self.warning(&place.child("enum"), "repeated-value", message, None);
                    continue;
                }
                let text = if described.constant().is_some() {
                    description(described.node())
                } else {
                    description_of_value(described, value).unwrap_or_default()
                };
                let known = values.entry(value);
                let known = known.or_insert_with(|| EnumValue {
                    value: value.to_owned(),
                    given: None,
                    description: String::new(),
                });
                if known.given.is_none() {
                    known.given = given_value_name(place, described, value);
                }
                if known.description.is_empty() {
                    known.description = text;
                }
            }
        }
        if let Some(allowed) = allowed {
            values.retain(|value, _| allowed.iter().any(|allowed| allowed.as_str() == Some(value)));
        }
        let default = parts.iter().rev().find_map(|(_, node)| node.default()?.value.as_str());
        let default = default.and_then(|default| values.get_index_of(default));
        Enumeration { values: values.into_values().collect(), default }
    }

    /// `type: [string, number]`: a union of what the schemas are for each type.
    pub(super) fn types_union(&mut self, place: &Place, parts: &[Part<'d>], types: &[&str]) -> Kind {
        let members = types.iter().map(|kind| {
            let ty = self.simple(place, parts, kind);
            (kind.to_string(), ty, String::new())
        });
        let members = members.collect();
        self.union_of(place, members, None)
    }
}

/// The description of a value of `enum` in `x-enum-descriptions`: a list in the order of `enum`, or an object by value.
fn description_of_value(schema: Schema<'_>, value: &str) -> Option<String> {
    let descriptions = schema.enum_descriptions()?.value;
    let text = match descriptions.as_array() {
        Some(list) => {
            let values = schema.enumeration()?.elements();
            list.get(values.iter().position(|other| other.as_str() == Some(value))?)?
        }
        None => descriptions.get(value)?,
    };
    Some(text.as_str()?.trim().to_owned())
}
