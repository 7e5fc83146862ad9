//! Schemas: what each one is, and which type that makes it.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::document::Node;

use super::super::model::{EnumValue, Enumeration, Kind, Type};
use super::all_of::Part;
use super::class::{Class, enum_values};
use super::{Lowering, MAXIMUM_DEPTH, Place, Purpose, description, json_type, number};

impl<'d> Lowering<'d> {
    /// The type of the schema at `place`.
    pub(super) fn schema(&mut self, place: &Place, node: &'d Node) -> Type {
        let key = (place.clone(), Purpose::Json);
        if let Some(ty) = self.lowered.get(&key) {
            return ty.clone();
        }
        if !self.enter(place) {
            return Type::Any;
        }
        let class = self.classify(place, node);
        let is_named = match &class {
            Class::Object | Class::Strings | Class::Union(_) => true,
            Class::AllOf(gathered) => self.needs_name(gathered),
            _ => false,
        };
        let ty = if is_named {
            self.named(place, node, class)
        } else {
            let ty = self.alias(place, node, class);
            self.lowered.insert(key, ty.clone());
            ty
        };
        self.depth -= 1;
        ty
    }

    /// The type of a schema that has a name whatever it is: a component, or what a `$ref` refers to.
    pub(super) fn component(&mut self, place: &Place, node: &'d Node) -> Type {
        if let Some(ty) = self.lowered.get(&(place.clone(), Purpose::Json)) {
            return ty.clone();
        }
        if let Some(ty) = self.form_as_json(place, node) {
            return ty;
        }
        if !self.enter(place) {
            return Type::Any;
        }
        let class = self.classify(place, node);
        let ty = self.named(place, node, class);
        self.depth -= 1;
        ty
    }

    /// Notes that a schema is gone into; whether that is not too deep.
    pub(super) fn enter(&mut self, place: &Place) -> bool {
        if self.depth >= MAXIMUM_DEPTH {
            let message = format!("schemas are nested in each other more than {MAXIMUM_DEPTH} deep");
            self.error(place, "too-deep", message, Some("give the inner schemas names under `components`"));
            return false;
        }
        self.depth += 1;
        true
    }

    fn named(&mut self, place: &Place, node: &'d Node, class: Class<'d>) -> Type {
        let key = (place.clone(), Purpose::Json);
        let id = self.declare(place, node);
        let nullable = class.is_nullable(node);
        let of = |nullable: bool| if nullable { Type::Named(id).nullable() } else { Type::Named(id) };
        self.lowered.insert(key.clone(), of(nullable));
        let (mut inner, mut class, mut nullable) = ((place.clone(), node), class, nullable);
        // What is all that counts in the schema has no other name than the schema's.
        while let Class::Only(place, node) = &class
            && node.get("$ref").is_none()
        {
            inner = (place.clone(), node);
            self.lowered.insert((place.clone(), Purpose::Json), of(nullable));
            class = self.classify(&inner.0, inner.1);
            nullable |= class.is_nullable(inner.1);
        }
        if let Class::AllOf(gathered) = &class {
            self.intersections.entry(gathered.places()).or_insert(Type::Named(id));
        }
        let kind = match self.kind(&inner.0, inner.1, class) {
            Kind::Alias(Type::Nullable(inner)) => {
                nullable = true;
                Kind::Alias(*inner)
            }
            kind => kind,
        };
        nullable |= self.nullable_unions.contains(&inner.0);
        if self.types[id.0].description.is_empty() {
            self.types[id.0].description = description(inner.1);
        }
        self.complete(id, kind);
        self.lowered.insert(key, of(nullable));
        of(nullable)
    }

    fn kind(&mut self, place: &Place, node: &'d Node, class: Class<'d>) -> Kind {
        if let Class::Object | Class::AllOf(_) | Class::Simple("object") = class {
            let heirs = self.heirs(place, node);
            if !heirs.is_empty() {
                return self.ancestor(place, node, &heirs);
            }
        }
        match class {
            Class::Object => Kind::Struct(self.structure(place, &[(place.clone(), node)])),
            Class::AllOf(gathered) => self.intersection(place, &gathered),
            Class::Strings => Kind::Enumeration(self.strings(&[(place.clone(), node)], None)),
            Class::Union(members) => self.union(place, node, members),
            Class::Types(types) => self.types_union(place, &[(place.clone(), node)], &types),
            class => Kind::Alias(self.alias(place, node, class)),
        }
    }

    /// The type of a schema that needs no name.
    fn alias(&mut self, place: &Place, node: &'d Node, class: Class<'d>) -> Type {
        let nullable = class.is_nullable(node);
        let ty = match class {
            Class::Reference => self.reference(place, node),
            Class::Whole => self.whole(place),
            Class::Only(place, node) => self.schema(&place, node),
            Class::Types(types) => {
                let id = self.declare(place, node);
                let kind = self.types_union(place, &[(place.clone(), node)], &types);
                self.complete(id, kind);
                Type::Named(id)
            }
            Class::AllOf(gathered) => match self.intersection(place, &gathered) {
                Kind::Alias(ty) => ty,
                _ => Type::Any,
            },
            Class::Simple(kind) => self.simple(place, &[(place.clone(), node)], kind),
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
                return self.component(&whole, target.node);
            }
        }
        let message = "`$recursiveRef` is only looked at in a schema under `components`; any value is taken";
        self.warning(&place.child("$recursiveRef"), "unexpressed-keyword", message, None);
        Type::Any
    }

    fn reference(&mut self, place: &Place, node: &'d Node) -> Type {
        match self.referred(place, node) {
            Some((target, _)) if target == *place => {
                self.error(place, "ref-cycle", "this `$ref` refers to itself", None);
                Type::Any
            }
            Some((target, node)) => self.component(&target, node),
            None => Type::Any,
        }
    }

    /// The type of a value that is of one of JSON's types and matches all of `parts`.
    pub(super) fn simple(&mut self, place: &Place, parts: &[Part<'d>], kind: &str) -> Type {
        let nodes: Vec<&Node> = parts.iter().map(|(_, node)| *node).collect();
        let is_float = |node: &&Node| node.get("format").and_then(Node::as_str) == Some("float");
        match kind {
            "string" => json_type::string(&nodes),
            "integer" => Type::Integer(self.integer(place, &nodes)),
            "number" if nodes.iter().any(is_float) => Type::Float,
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

    fn array(&mut self, place: &Place, parts: &[Part<'d>]) -> Type {
        let mut first: Vec<Vec<Part<'d>>> = Vec::new();
        let mut items: Vec<Part<'d>> = Vec::new();
        for (place, node) in parts {
            for (index, part) in
                self.members(place, node, "prefixItems").unwrap_or_default().into_iter().enumerate()
            {
                match first.get_mut(index) {
                    Some(schemas) => schemas.push(part),
                    None => first.push(vec![part]),
                }
            }
            items.extend(node.get("items").map(|schema| (place.child("items"), schema)));
            items.extend(unevaluated_items(node).map(|schema| (place.child("unevaluatedItems"), schema)));
        }
        if !first.is_empty() {
            return self.tuple(place, parts, first, &items);
        }
        let item = match items.as_slice() {
            [] => Type::Any,
            [(place, node)] => self.schema(place, node),
            schemas => {
                let place = self.made_place(place, "item");
                self.all(&place, schemas)
            }
        };
        Type::Array(Box::new(item))
    }

    /// An array whose first elements have schemas of their own. Where its length is not known it is a list.
    fn tuple(
        &mut self,
        place: &Place,
        parts: &[Part<'d>],
        first: Vec<Vec<Part<'d>>>,
        items: &[Part<'d>],
    ) -> Type {
        let nodes: Vec<&Node> = parts.iter().map(|(_, node)| *node).collect();
        let length = first.len() as i128;
        let is_closed = items.iter().any(|(_, node)| **node == Node::Bool(false));
        let at_most = number::count_limit(&nodes, "maxItems").filter(|most| *most <= length);
        let most = at_most.or(is_closed.then_some(length));
        let types = first.iter().enumerate().map(|(index, schemas)| match schemas.as_slice() {
            [(place, node)] => self.schema(place, node),
            schemas => {
                let place = self.made_place(place, &format!("item {}", index + 1));
                self.all(&place, schemas)
            }
        });
        let mut types: Vec<Type> = types.collect();
        if let Some(most) = most
            && most > 0
            && number::count_limit(&nodes, "minItems").is_some_and(|least| least >= most)
        {
            types.truncate(usize::try_from(most).unwrap_or(usize::MAX));
            return Type::Tuple(types);
        }
        if most.is_none() {
            let rest = match items {
                [] => Type::Any,
                [(place, node)] => self.schema(place, node),
                schemas => {
                    let place = self.made_place(place, "item");
                    self.all(&place, schemas)
                }
            };
            types.push(rest);
        }
        types.dedup();
        if let [only] = types.as_slice() {
            return Type::Array(Box::new(only.clone()));
        }
        let message = "the length of this array is not fixed; it is read as a list of anything";
        let help = "`items: false` with `minItems` makes it a tuple";
        let place = parts.last().map_or(place, |(place, _)| place);
        self.warning(place, "open-tuple", message, Some(help));
        Type::Array(Box::new(Type::Any))
    }

    /// The type of the properties that are not named. `None`: they are not kept.
    pub(super) fn additional(&mut self, owner: &Place, parts: &[Part<'d>]) -> Option<Type> {
        let mut schemas: Vec<Part<'d>> = Vec::new();
        let mut any = false;
        for (place, node) in parts {
            let patterns = node.get("patternProperties").and_then(Node::as_object);
            let unevaluated =
                node.get("unevaluatedProperties").map(|schema| ("unevaluatedProperties", schema));
            let others = node.get("additionalProperties").map(|schema| ("additionalProperties", schema));
            match (others.or(unevaluated), patterns) {
                (None | Some((_, Node::Bool(false))), Some(patterns)) if patterns.len() == 1 => {
                    let place = place.child("patternProperties");
                    schemas.extend(patterns.iter().map(|(pattern, schema)| (place.child(pattern), schema)));
                }
                (_, Some(patterns)) => {
                    if !patterns.is_empty() {
                        let message =
                            "of several kinds of properties, told apart by their names, none is expressed";
                        let place = place.child("patternProperties");
                        self.warning(&place, "unexpressed-keyword", message, None);
                    }
                    any = true;
                }
                (None, None) if super::flag(node, "x-kubernetes-preserve-unknown-fields") => any = true,
                (None | Some((_, Node::Bool(false))), None) => {}
                (Some((_, Node::Bool(true))), None) => any = true,
                (Some((key, schema)), None) => schemas.push((place.child(key), schema)),
            }
        }
        match schemas.as_slice() {
            [] => any.then_some(Type::Any),
            [(place, node)] => Some(self.schema(place, node)),
            schemas => {
                let place = self.made_place(owner, "value");
                Some(self.all(&place, schemas))
            }
        }
    }

    /// The strings that `parts` name, as far as they are among `allowed`.
    pub(super) fn strings(&mut self, parts: &[Part<'d>], allowed: Option<&[&'d Node]>) -> Enumeration {
        let mut values: IndexMap<&'d str, EnumValue> = IndexMap::new();
        for (place, part) in parts {
            let mut seen = HashSet::new();
            for (value, described) in known_strings(part) {
                if !seen.insert(value) {
                    let message = format!("`{value}` is twice in this `enum`");
                    self.warning(&place.child("enum"), "repeated-value", message, None);
                    continue;
                }
                let text =
                    if described.get("const").is_some() { description(described) } else { String::new() };
                let known = values.entry(value);
                let known = known
                    .or_insert_with(|| EnumValue { value: value.to_owned(), description: String::new() });
                if known.description.is_empty() {
                    known.description = text;
                }
            }
        }
        if let Some(allowed) = allowed {
            values.retain(|value, _| allowed.iter().any(|allowed| allowed.as_str() == Some(value)));
        }
        let default = parts.iter().rev().find_map(|(_, node)| node.get("default")?.as_str());
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

/// The schema of the elements after `prefixItems`, where nothing else in the schema can evaluate them.
fn unevaluated_items(node: &Node) -> Option<&Node> {
    let others =
        ["items", "contains", "if", "allOf", "anyOf", "oneOf", "$ref", "$dynamicRef", "dependentSchemas"];
    let is_alone = node.get("prefixItems").is_some() && !others.iter().any(|key| node.get(key).is_some());
    node.get("unevaluatedItems").filter(|_| is_alone)
}

/// The strings that a schema names, itself or in alternatives, each with the schema that describes it.
pub(super) fn known_strings(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    let alternatives = ["oneOf", "anyOf"].into_iter().find_map(|key| node.get(key)?.as_array());
    let schemas = std::iter::once(node).chain(alternatives.unwrap_or_default());
    schemas.flat_map(|schema| enum_values(schema).filter_map(Node::as_str).map(move |value| (value, schema)))
}
