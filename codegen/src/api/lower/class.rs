//! What a schema is when its keywords are looked at together.

use crate::document::{Node, Object, keyword};

use super::super::model::Type;
use super::all_of::Gathered;
use super::constraint::only_requires;
use super::{Lowering, Place, json_type};

/// What a schema turns out to be when its keywords are looked at together.
pub(super) enum Class<'d> {
    /// Another schema, by `$ref` or `$dynamicRef`.
    Reference,
    /// The component that the schema stands in, by `$recursiveRef` (JSON Schema 2019-09 §8.2.4.2).
    Whole,
    /// The only schema that counts in an `allOf`, `anyOf` or `oneOf`.
    Only(Place, &'d Node),
    /// Known properties of its own.
    Object,
    /// Several schemas together, by `allOf` or beside a `$ref` or alternatives.
    AllOf(Box<Gathered<'d>>),
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

impl<'d> Class<'d> {
    /// Whether `null` fits the schema of this class, too.
    pub(super) fn is_nullable(&self, node: &Node) -> bool {
        match self {
            Self::AllOf(gathered) => gathered.is_nullable(),
            _ => is_nullable(node),
        }
    }
}

impl<'d> Lowering<'d> {
    pub(super) fn classify(&mut self, place: &Place, node: &'d Node) -> Class<'d> {
        self.check(place, node);
        let Node::Object(object) = node else { return Class::Any };
        self.check_discriminator(place, node);
        if let Some(class) = self.composition(place, node, object) {
            return class;
        }
        let own = has_properties(object);
        if object.contains_key("enum") || object.contains_key("const") {
            return enumerated(node);
        }
        let mut alternatives = self.alternatives(place, node);
        match alternatives.len() {
            0 => {}
            _ if own => return Class::AllOf(Box::new(self.gather(place, node))),
            1 => {
                let (place, node) = alternatives.remove(0);
                return Class::Only(place, node);
            }
            _ if are_strings(&alternatives) => return Class::Strings,
            _ => return Class::Union(alternatives),
        }
        let mut types = json_type::stated_types(node).unwrap_or_default();
        types.retain(|kind| *kind != "null");
        if types.is_empty() && node.get("type").and_then(Node::as_str) == Some("null") {
            return Class::Any;
        }
        if types.is_empty() {
            types.extend(keyword::implied_type(object));
        }
        match *types.as_slice() {
            [] => Class::Any,
            ["object"] if own => Class::Object,
            [kind] => Class::Simple(kind),
            _ => Class::Types(types),
        }
    }

    /// Reports what is wrong with a schema itself.
    pub(super) fn check(&mut self, place: &Place, node: &Node) {
        match node {
            Node::Object(object) => self.check_keywords(place, object),
            Node::Bool(true) => {}
            Node::Bool(false) => {
                let message = "no value fits the schema `false`; any is taken";
                self.warning(place, "nothing-fits", message, None);
            }
            other => {
                let message = format!("a schema is an object, and this is {}", other.kind());
                self.error(place, "wrong-type", message, None);
            }
        }
    }

    /// What a schema with a `$ref` or an `allOf` is. `None`: what its other keywords say.
    fn composition(&mut self, place: &Place, node: &'d Node, object: &'d Object) -> Option<Class<'d>> {
        let reference = reference_class(object);
        let mut members = self.members(place, node, "allOf").unwrap_or_default();
        members.retain(|(_, member)| !says_nothing(member));
        let has_own = object.keys().any(|key| keyword::may_change_type(key));
        match (reference, members.as_slice()) {
            (None, []) => return None,
            (Some(reference), []) if !has_own => {
                // A schema that gives names a meaning is another one than that which it refers to.
                let is_dynamic = self.document.has_dynamic_anchors();
                let target =
                    is_dynamic.then(|| self.quietly(|lowering| lowering.referred(place, node))).flatten();
                return match target {
                    Some((target, _)) if target.scope.is_some() && target.scope != place.scope => {
                        Some(Class::AllOf(Box::new(self.gather(place, node))))
                    }
                    _ => Some(reference),
                };
            }
            (None, [(member_place, member)]) if !has_own && !self.is_in_a_family(place, node, member) => {
                return Some(Class::Only(member_place.clone(), member));
            }
            _ => {}
        }
        // One of the schemas may say all that the others do.
        let mut elements: Vec<(Option<Class<'d>>, Gathered<'d>)> = Vec::new();
        if let Some(reference) = reference_class(object)
            && let Some((target, node)) = self.referred(place, node)
        {
            elements.push((Some(reference), self.gather(&target, node)));
        }
        let mut in_a_family = false;
        for (member_place, member) in members {
            in_a_family |= self.is_in_a_family(place, node, member);
            let gathered = self.gather(&member_place, member);
            elements.push((Some(Class::Only(member_place, member)), gathered));
        }
        if has_own {
            elements.push((None, self.gather_own(place, node)));
        }
        if !in_a_family {
            let implies_all = |one: &Gathered<'d>| {
                !one.passes(place) && elements.iter().all(|(_, other)| one.implies(other))
            };
            if let Some(index) = elements.iter().position(|(_, one)| implies_all(one)) {
                let mut together = Gathered::default();
                elements.iter().for_each(|(_, gathered)| together.absorb(gathered));
                self.warn_of_contradiction(&together);
                return elements.swap_remove(index).0;
            }
            if let Some(class) = self.parent_of_subtypes(place, node, &mut elements) {
                return Some(class);
            }
        }
        Some(Class::AllOf(Box::new(self.gather(place, node))))
    }

    /// The schema with subtypes that is restricted without properties being added. Its subtypes are kept, and the
    /// restriction is reported.
    fn parent_of_subtypes(
        &mut self,
        place: &Place,
        node: &'d Node,
        elements: &mut Vec<(Option<Class<'d>>, Gathered<'d>)>,
    ) -> Option<Class<'d>> {
        let mut parent = None;
        for (index, (class, _)) in elements.iter().enumerate() {
            let target = match class {
                Some(Class::Reference) => self.referred(place, node),
                Some(Class::Only(place, node)) => self.quietly(|lowering| lowering.referred(place, node)),
                _ => None,
            };
            if let Some((target, node)) = target
                && !self.heirs(&target, node).is_empty()
            {
                parent = Some(index);
            }
        }
        let parent = parent?;
        let adds_properties = elements.iter().enumerate().any(|(index, (_, gathered))| {
            index != parent && gathered.parts.iter().any(|(_, node)| node.get("properties").is_some())
        });
        if adds_properties {
            return None;
        }
        let message = "this restricts a schema that has subtypes, and the type does not";
        self.warning(place, "unexpressed-all-of", message, None);
        elements.swap_remove(parent).0
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
        let is_typed =
            ["type", "properties", "$ref", "allOf", "items"].iter().any(|key| node.get(key).is_some());
        for key in ["oneOf", "anyOf"] {
            let members = self.members(place, node, key).unwrap_or_default();
            let (members, dropped): (Vec<_>, Vec<_>) =
                members.into_iter().filter(|(_, member)| !is_null(member)).partition(|(_, member)| {
                    // Beside no type, an alternative that only restricts allows any type.
                    counts(member) || says_nothing(member) || !is_typed && !only_requires(member)
                });
            if let Some((place, _)) = dropped.iter().find(|(_, member)| !only_requires(member)) {
                let message =
                    format!("this alternative of `{key}` restricts the values, and the type does not");
                self.warning(place, "unexpressed-alternative", message, None);
            }
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
}

/// Whether `null` fits the schema too, itself or by a member of its `allOf` that says nothing else.
fn is_nullable(node: &Node) -> bool {
    let members = node.get("allOf").and_then(Node::as_array).unwrap_or_default();
    allows_null(node) || members.iter().any(|member| super::flag(member, "nullable") && says_nothing(member))
}

/// Whether `null` fits the schema too, without its `$ref` and `allOf`.
pub(super) fn allows_null(node: &Node) -> bool {
    let typed = node
        .get("type")
        .and_then(Node::as_array)
        .is_some_and(|kinds| kinds.len() > 1 && kinds.iter().any(|kind| kind.as_str() == Some("null")));
    let member = |key: &str, fits: fn(&Node) -> bool| {
        node.get(key).and_then(Node::as_array).is_some_and(|members| members.iter().any(fits))
    };
    super::flag(node, "nullable")
        || typed
        || member("anyOf", is_null)
        || member("oneOf", is_null)
        || member("enum", |value| *value == Node::Null)
}

/// Whether a member of an `allOf`, `anyOf` or `oneOf` says anything about a value's type.
pub(super) fn counts(node: &Node) -> bool {
    match node {
        Node::Object(object) => object.is_empty() || object.keys().any(|key| keyword::is_structural(key)),
        _ => true,
    }
}

fn reference_class(object: &Object) -> Option<Class<'_>> {
    if ["$ref", "$dynamicRef"].iter().any(|key| object.get(*key).is_some_and(|to| to.as_str().is_some())) {
        return Some(Class::Reference);
    }
    (object.get("$recursiveRef").and_then(Node::as_str) == Some("#")).then_some(Class::Whole)
}

/// Whether a schema has properties of its own, or allows none.
pub(super) fn has_properties(object: &Object) -> bool {
    let some =
        |key: &str| object.get(key).and_then(Node::as_object).is_some_and(|members| !members.is_empty());
    let closed = object.get("additionalProperties") == Some(&Node::Bool(false))
        && !object.contains_key("patternProperties")
        && !["anyOf", "oneOf", "allOf", "$ref"].iter().any(|key| object.contains_key(*key));
    some("properties") || closed
}

/// Whether a schema only describes a value, and any will do.
pub(super) fn says_nothing(node: &Node) -> bool {
    match node {
        Node::Object(schema) => schema.keys().all(|key| keyword::is_annotation(key)),
        node => *node == Node::Bool(true),
    }
}

/// Whether `null` alone fits the schema.
pub(super) fn is_null(node: &Node) -> bool {
    let Node::Object(schema) = node else { return false };
    let values = schema.get("enum").and_then(Node::as_array).unwrap_or_default();
    let mut values = values.iter().chain(schema.get("const")).peekable();
    let typed = schema.get("type").and_then(Node::as_str) == Some("null");
    // What 3.0 has for it, which knows no type `null`.
    let only_flag = || super::flag(node, "nullable") && says_nothing(node);
    typed || values.peek().is_some() && values.all(|value| *value == Node::Null) || only_flag()
}

/// A schema and those within it that restrict the same value without a name of their own: the members of its `allOf`
/// and its only alternative. The schema itself comes last.
pub(super) fn inline_parts(node: &Node) -> Vec<&Node> {
    let mut parts = Vec::new();
    add_inline_parts(node, &mut parts);
    parts
}

fn add_inline_parts<'a>(node: &'a Node, parts: &mut Vec<&'a Node>) {
    let array = |key: &str| node.get(key).and_then(Node::as_array).unwrap_or_default();
    let is_inline = |member: &&Node| member.get("$ref").is_none();
    array("allOf").iter().filter(is_inline).for_each(|member| add_inline_parts(member, parts));
    for key in ["oneOf", "anyOf"] {
        let mut members = array(key).iter().filter(|member| counts(member) && !is_null(member));
        if let (Some(only), None) = (members.next().filter(is_inline), members.next()) {
            add_inline_parts(only, parts);
        }
    }
    parts.push(node);
}

/// The values of `enum` or `const`, without `null`.
pub(super) fn enum_values(node: &Node) -> impl Iterator<Item = &Node> {
    let several = node.get("enum").and_then(Node::as_array).unwrap_or_default();
    let only = node.get("const").filter(|only| !several.contains(only));
    several.iter().chain(only).filter(|value| **value != Node::Null)
}

/// Whether alternatives are strings without a name of their own, some of them with values: one enumeration, since that
/// takes any other string too.
pub(super) fn are_strings(alternatives: &[(Place, &Node)]) -> bool {
    let is_string = |node: &Node| {
        let others = ["$ref", "anyOf", "oneOf", "allOf"].iter().any(|key| node.get(key).is_some());
        let typed = node.get("type").and_then(Node::as_str).is_none_or(|kind| kind == "string");
        let valued = enum_values(node).next().is_some();
        let strings = enum_values(node).all(|value| value.as_str().is_some());
        typed
            && strings
            && !others
            && !is_nullable(node)
            && json_type::string(&[node]) == Type::String
            && (valued || node.get("type").is_some())
    };
    alternatives.iter().all(|(_, node)| is_string(node))
        && alternatives.iter().any(|(_, node)| enum_values(node).next().is_some())
}

/// An `enum` of strings is an enumeration; of other values, their type.
fn enumerated<'d>(node: &'d Node) -> Class<'d> {
    let kinds = json_type::types_of_values(&enum_values(node).collect::<Vec<_>>());
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
