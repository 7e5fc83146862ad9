//! Schemas: what each one is, and which type that makes it.

use std::collections::HashSet;

use crate::document::{Node, Object};

use super::super::model::{EnumValue, Enumeration, Kind, Type};
use super::name::is_null;
use super::{Lowering, MAXIMUM_DEPTH, Place, Purpose, description, keyword};

/// What a schema turns out to be when its keywords are looked at together.
pub(super) enum Class<'d> {
    /// Another schema, by `$ref`.
    Reference(&'d str),
    /// The only schema that counts in an `allOf`, `anyOf` or `oneOf`.
    Only(Place, &'d Node),
    /// Known properties, its own or those of the schemas it is all of.
    Object,
    /// One of several strings.
    Strings,
    /// One of several schemas.
    Union(Vec<(Place, &'d Node)>),
    /// One of several of JSON's types.
    Types(Vec<&'d str>),
    /// What its keywords say at once.
    Simple(&'d str),
    /// Anything.
    Any,
}

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
        if self.types[id.0].description.is_empty() {
            self.types[id.0].description = description(inner.1);
        }
        self.complete(id, kind);
        self.lowered.insert(key, of(nullable));
        of(nullable)
    }

    fn kind(&mut self, place: &Place, node: &'d Node, class: Class<'d>) -> Kind {
        match class {
            Class::Object => self.object(place, node),
            Class::Strings => Kind::Enumeration(self.strings(place, node)),
            Class::Union(members) => self.union(place, node, members),
            class => Kind::Alias(self.alias(place, node, class)),
        }
    }

    /// The type of a schema that needs no name.
    fn alias(&mut self, place: &Place, node: &'d Node, class: Class<'d>) -> Type {
        let ty = match class {
            Class::Reference(reference) => self.reference(place, reference),
            Class::Only(place, node) => self.schema(&place, node),
            Class::Types(types) => self.types_union(place, node, &types),
            Class::Simple(kind) => self.simple(place, node, kind),
            Class::Any | Class::Object | Class::Strings | Class::Union(_) => Type::Any,
        };
        if is_nullable(node) { ty.nullable() } else { ty }
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

    pub(super) fn classify(&mut self, place: &Place, node: &'d Node) -> Class<'d> {
        let object = match node {
            Node::Object(object) => object,
            Node::Bool(true) => return Class::Any,
            Node::Bool(false) => {
                self.warning(place, "nothing-fits", "no value fits the schema `false`; any is taken", None);
                return Class::Any;
            }
            other => {
                let message = format!("a schema is an object, and this is {}", other.kind());
                self.error(place, "wrong-type", message, None);
                return Class::Any;
            }
        };
        self.check_keywords(place, object);
        if let Some(reference) = object.get("$ref").and_then(Node::as_str) {
            let bare =
                !object.keys().any(|key| key != "$ref" && key != "type" && keyword::is_structural(key));
            return if bare { Class::Reference(reference) } else { Class::Object };
        }
        let own = has_properties(object);
        if let Some(members) = self.members(place, node, "allOf") {
            let mut members: Vec<_> = members.into_iter().filter(|(_, node)| counts(node)).collect();
            let alone = !own && !object.contains_key("anyOf") && !object.contains_key("oneOf");
            match members.len() {
                0 => {}
                1 if alone => {
                    let (place, node) = members.remove(0);
                    return Class::Only(place, node);
                }
                _ => return Class::Object,
            }
        }
        if object.contains_key("enum") || object.contains_key("const") {
            return enumerated(node);
        }
        let mut alternatives = self.alternatives(place, node);
        match alternatives.len() {
            0 => {}
            _ if own => return Class::Object,
            1 => {
                let (place, node) = alternatives.remove(0);
                return Class::Only(place, node);
            }
            _ => return Class::Union(alternatives),
        }
        let types: Vec<&str> = match node.get("type") {
            Some(Node::String(kind)) => vec![kind],
            Some(Node::Array(kinds)) => {
                kinds.iter().filter_map(Node::as_str).filter(|kind| *kind != "null").collect()
            }
            _ => keyword::implied_type(object).into_iter().collect(),
        };
        match *types.as_slice() {
            [] => Class::Any,
            ["object"] if own => Class::Object,
            [kind] => Class::Simple(kind),
            _ => Class::Types(types),
        }
    }

    /// The members of an `allOf`, `anyOf` or `oneOf`.
    pub(super) fn members(
        &mut self,
        place: &Place,
        node: &'d Node,
        key: &str,
    ) -> Option<Vec<(Place, &'d Node)>> {
        let (place, members) = self.array_at(place, node, key)?;
        Some(members.iter().enumerate().map(|(index, member)| (place.index(index), member)).collect())
    }

    /// The schemas that a value may fit one of, without `null` and without those that only require something.
    pub(super) fn alternatives(&mut self, place: &Place, node: &'d Node) -> Vec<(Place, &'d Node)> {
        let mut found = Vec::new();
        for key in ["oneOf", "anyOf"] {
            let members = self.members(place, node, key).unwrap_or_default();
            let members: Vec<_> =
                members.into_iter().filter(|(_, member)| !is_null(member) && counts(member)).collect();
            if members.is_empty() {
                continue;
            }
            if !found.is_empty() {
                let message = "beside `oneOf`, `anyOf` is not expressed";
                self.warning(
                    &place.child(key),
                    "both-unions",
                    message,
                    Some("put one of them into an `allOf`"),
                );
            } else {
                found = members;
            }
        }
        found
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
            let closed = node.get("items").and_then(Node::as_bool) == Some(false)
                || keyword::count(node, "maxItems") == Some(length);
            if closed && keyword::count(node, "minItems").is_none_or(|least| least == length) && length > 0 {
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
            (_, Some(_)) => Some(Type::Any),
            (None | Some(Node::Bool(false)), None) => None,
            (Some(Node::Bool(true)), None) => Some(Type::Any),
            (Some(schema), None) => Some(self.schema(&place.child("additionalProperties"), schema)),
        }
    }

    fn strings(&mut self, place: &Place, node: &'d Node) -> Enumeration {
        let mut values: Vec<EnumValue> = Vec::new();
        let mut seen = HashSet::new();
        for value in enum_values(node).filter_map(Node::as_str) {
            if !seen.insert(value) {
                let message = format!("`{value}` stands twice in this `enum`");
                self.warning(&place.child("enum"), "repeated-value", message, None);
            } else {
                values.push(EnumValue { value: value.to_owned(), description: String::new() });
            }
        }
        let default = node.get("default").and_then(Node::as_str);
        let default = default.and_then(|default| values.iter().position(|value| value.value == default));
        if let [only] = values.as_mut_slice()
            && node.get("const").is_some()
        {
            only.description = description(node);
        }
        Enumeration { values, default }
    }

    /// `type: [string, number]`: a union of what the schema is for each type.
    fn types_union(&mut self, place: &Place, node: &'d Node, types: &[&'d str]) -> Type {
        let members = types.iter().map(|kind| {
            let ty = self.simple(place, node, kind);
            (kind.to_string(), ty, String::new())
        });
        let members = members.collect();
        let id = self.declare(place, node);
        let kind = self.union_of(place, members, None);
        self.complete(id, kind);
        Type::Named(id)
    }
}

/// Whether `null` fits the schema too.
pub(super) fn is_nullable(node: &Node) -> bool {
    let nullable = node.get("nullable").and_then(Node::as_bool) == Some(true);
    let typed = node
        .get("type")
        .and_then(Node::as_array)
        .is_some_and(|kinds| kinds.len() > 1 && kinds.iter().any(|kind| kind.as_str() == Some("null")));
    let member = |key: &str, fits: fn(&Node) -> bool| {
        node.get(key).and_then(Node::as_array).is_some_and(|members| members.iter().any(fits))
    };
    nullable
        || typed
        || member("anyOf", is_null)
        || member("oneOf", is_null)
        || member("enum", |value| *value == Node::Null)
        || member("allOf", |member| member.get("nullable").and_then(Node::as_bool) == Some(true))
}

/// Whether a member of an `allOf`, `anyOf` or `oneOf` says anything about a value's type.
pub(super) fn counts(node: &Node) -> bool {
    match node {
        Node::Object(object) => object.is_empty() || object.keys().any(|key| keyword::is_structural(key)),
        _ => true,
    }
}

fn has_properties(object: &Object) -> bool {
    let some =
        |key: &str| object.get(key).and_then(Node::as_object).is_some_and(|members| !members.is_empty());
    let closed = object.get("additionalProperties") == Some(&Node::Bool(false))
        && !object.contains_key("patternProperties")
        && !["anyOf", "oneOf", "allOf", "$ref"].iter().any(|key| object.contains_key(*key));
    some("properties") || closed
}

/// The values of `enum` or `const`, without `null`.
fn enum_values(node: &Node) -> impl Iterator<Item = &Node> {
    let several = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    let only = node.get("const").filter(|only| !several.contains(only));
    several.iter().chain(only).filter(|value| **value != Node::Null)
}

/// An `enum` of strings is an enumeration; of other values, their type.
fn enumerated<'d>(node: &'d Node) -> Class<'d> {
    let mut kinds: Vec<&'static str> = Vec::new();
    for value in enum_values(node) {
        let kind = match value {
            Node::String(_) => "string",
            Node::Bool(_) => "boolean",
            Node::Number(crate::document::Number::Integer(_)) => "integer",
            Node::Number(crate::document::Number::Float(_)) => "number",
            Node::Array(_) => "array",
            Node::Object(_) => "object",
            Node::Null => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let typed = node.get("type").and_then(Node::as_str);
    match (kinds.as_slice(), typed) {
        (["string"], None | Some("string")) => Class::Strings,
        (["string"], Some(other)) => Class::Simple(other),
        (["integer"], Some("number")) => Class::Simple("number"),
        ([], Some(typed)) => Class::Simple(typed),
        ([], None) => Class::Any,
        ([one], _) => Class::Simple(one),
        (_, _) => Class::Types(kinds),
    }
}
