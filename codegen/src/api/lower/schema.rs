//! Schemas: what each one is, and which type that makes it.

use std::collections::HashSet;

use crate::document::Node;

use super::super::model::{EnumValue, Enumeration, Kind, Type};
use super::class::{Class, enum_values, is_nullable};
use super::{Lowering, MAXIMUM_DEPTH, Place, Purpose, description, keyword, number};

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
        let ty = if matches!(class, Class::Object | Class::Strings | Class::Union(_)) {
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
    fn enter(&mut self, place: &Place) -> bool {
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
        let nullable = is_nullable(node);
        let of = |nullable: bool| if nullable { Type::Named(id).nullable() } else { Type::Named(id) };
        self.lowered.insert(key.clone(), of(nullable));
        let (mut inner, mut class, mut nullable) = ((place.clone(), node), class, nullable);
        // What is all that counts in the schema has no other name than the schema's.
        while let Class::Only(place, node) = &class
            && node.get("$ref").is_none()
        {
            inner = (place.clone(), node);
            nullable |= is_nullable(node);
            self.lowered.insert((place.clone(), Purpose::Json), of(nullable));
            class = self.classify(&inner.0, inner.1);
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
        if let Class::Object | Class::Simple("object") = class {
            let heirs = self.heirs(place, node);
            if !heirs.is_empty() {
                return self.ancestor(place, node, &heirs);
            }
        }
        match class {
            Class::Object => self.object(place, node),
            Class::Strings => Kind::Enumeration(self.strings(place, node)),
            Class::Union(members) => self.union(place, node, members),
            Class::Types(types) => self.types_union(place, node, &types),
            class => Kind::Alias(self.alias(place, node, class)),
        }
    }

    /// The type of a schema that needs no name.
    fn alias(&mut self, place: &Place, node: &'d Node, class: Class<'d>) -> Type {
        let ty = match class {
            Class::Reference(reference) => self.reference(place, reference),
            Class::Whole => self.whole(place),
            Class::Only(place, node) => self.schema(&place, node),
            Class::Types(types) => {
                let id = self.declare(place, node);
                let kind = self.types_union(place, node, &types);
                self.complete(id, kind);
                Type::Named(id)
            }
            Class::Simple(kind) => self.simple(place, node, kind),
            Class::Any | Class::Object | Class::Strings | Class::Union(_) => Type::Any,
        };
        if is_nullable(node) { ty.nullable() } else { ty }
    }

    /// The component that `place` is in.
    fn whole(&mut self, place: &Place) -> Type {
        let tokens = place.tokens();
        if let [components, schemas, name, ..] = tokens.as_slice()
            && components == "components"
            && schemas == "schemas"
        {
            let root = Place { file: place.file.clone(), pointer: "".into() };
            let whole = root.child(components).child(schemas).child(name);
            if let Ok(target) = self.document.resolve(&place.file, &format!("#{}", whole.pointer)) {
                return self.component(&whole, target.node);
            }
        }
        let message = "`$recursiveRef` is only looked at in a schema under `components`; any value is taken";
        self.warning(&place.child("$recursiveRef"), "unexpressed-keyword", message, None);
        Type::Any
    }

    fn reference(&mut self, place: &Place, reference: &'d str) -> Type {
        match self.target(place, reference) {
            Some((target, _)) if target == *place => {
                self.error(place, "ref-cycle", "this `$ref` refers to itself", None);
                Type::Any
            }
            Some((target, node)) => self.component(&target, node),
            None => Type::Any,
        }
    }

    fn simple(&mut self, place: &Place, node: &'d Node, kind: &'d str) -> Type {
        match kind {
            "string" => keyword::string(node),
            "integer" => Type::Integer(self.integer(place, node)),
            "number" if node.get("format").and_then(Node::as_str) == Some("float") => Type::Float,
            "number" => Type::Double,
            "boolean" => Type::Boolean,
            "array" => self.array(place, node),
            "object" => self.map(place, node),
            "null" => Type::Any,
            other => {
                let message = format!("`{other}` is not one of JSON's types");
                let help = "`string`, `number`, `integer`, `boolean`, `array`, `object` and `null` are";
                self.error(&place.child("type"), "unknown-type", message, Some(help));
                Type::Any
            }
        }
    }

    fn array(&mut self, place: &Place, node: &'d Node) -> Type {
        if let Some(elements) = self.members(place, node, "prefixItems") {
            let length = elements.len() as i128;
            let closed = ["items", "unevaluatedItems"]
                .iter()
                .any(|key| node.get(key).and_then(Node::as_bool) == Some(false))
                || number::count(node, "maxItems") == Some(length);
            if closed && number::count(node, "minItems").is_none_or(|least| least == length) && length > 0 {
                return Type::Tuple(elements.iter().map(|(place, node)| self.schema(place, node)).collect());
            }
            let message = "an array with `prefixItems` and more is read as one of anything";
            self.warning(place, "open-tuple", message, Some("`items: false` closes it"));
            return Type::Array(Box::new(Type::Any));
        }
        match node.get("items") {
            Some(items) => Type::Array(Box::new(self.schema(&place.child("items"), items))),
            None => Type::Array(Box::new(Type::Any)),
        }
    }

    fn map(&mut self, place: &Place, node: &'d Node) -> Type {
        Type::Map(Box::new(self.additional(place, node).unwrap_or(Type::Any)))
    }

    /// The type of the properties that are not named.
    pub(super) fn additional(&mut self, place: &Place, node: &'d Node) -> Option<Type> {
        let patterns = node.get("patternProperties").and_then(Node::as_object);
        match (node.get("additionalProperties"), patterns) {
            (None | Some(Node::Bool(false)), Some(patterns)) if patterns.len() == 1 => {
                let (pattern, schema) = patterns.first()?;
                Some(self.schema(&place.child("patternProperties").child(pattern), schema))
            }
            (_, Some(patterns)) => {
                if !patterns.is_empty() {
                    let message =
                        "of several kinds of properties, told apart by their names, none is expressed";
                    let place = place.child("patternProperties");
                    self.warning(&place, "unexpressed-keyword", message, None);
                }
                Some(Type::Any)
            }
            (None | Some(Node::Bool(false)), None) => None,
            (Some(Node::Bool(true)), None) => Some(Type::Any),
            (Some(schema), None) => Some(self.schema(&place.child("additionalProperties"), schema)),
        }
    }

    fn strings(&mut self, place: &Place, node: &'d Node) -> Enumeration {
        let mut values: Vec<EnumValue> = Vec::new();
        let mut seen = HashSet::new();
        for (place, part) in std::iter::once((place.clone(), node)).chain(self.alternatives(place, node)) {
            for value in enum_values(part).filter_map(Node::as_str) {
                if !seen.insert(value) {
                    let message = format!("`{value}` stands twice in this `enum`");
                    self.warning(&place.child("enum"), "repeated-value", message, None);
                    continue;
                }
                let only = part.get("const").is_some();
                let description = if only { description(part) } else { String::new() };
                values.push(EnumValue { value: value.to_owned(), description });
            }
        }
        let default = node.get("default").and_then(Node::as_str);
        let default = default.and_then(|default| values.iter().position(|value| value.value == default));
        Enumeration { values, default }
    }

    /// `type: [string, number]`: a union of what the schema is for each type.
    fn types_union(&mut self, place: &Place, node: &'d Node, types: &[&'d str]) -> Kind {
        let members = types.iter().map(|kind| {
            let ty = self.simple(place, node, kind);
            (kind.to_string(), ty, String::new())
        });
        let members = members.collect();
        self.union_of(place, members, None)
    }
}
