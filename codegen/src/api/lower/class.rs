//! Classification of a schema by all its keywords together.

use crate::document::schema::types_of_values;
use crate::document::{Node, Schema, keyword};

use super::Lowering;
use super::all_of::{Gathered, Part, schemas_of};
use super::place::Place;
use super::string_type::are_strings;

/// The class of a schema.
pub(super) enum Class<'d> {
    /// Another schema, by `$ref` or `$dynamicRef`.
    Reference,
    /// The component that the schema stands in, by `$recursiveRef` (JSON Schema 2019-09 §8.2.4.2).
    Whole,
    /// The only structural schema in an `allOf`, `anyOf` or `oneOf`.
    Only(Place, Schema<'d>),
    /// Known properties of its own.
    Object,
    /// Several schemas together, by `allOf` or beside a `$ref` or alternatives.
    AllOf(Box<Gathered<'d>>),
    /// One of several strings.
    Strings,
    /// One of several schemas.
    Union(Vec<Part<'d>>),
    /// One of several of JSON's types.
    Types(Vec<&'d str>),
    /// A value of one of JSON's types.
    Simple(&'d str),
    /// Anything.
    Any,
}

impl<'d> Class<'d> {
    /// Whether `null` fits the schema of this class, too.
    pub(super) fn is_nullable(&self, schema: Schema<'_>) -> bool {
        match self {
            Self::AllOf(gathered) => gathered.is_nullable(),
            _ => schema.is_nullable(),
        }
    }
}

impl<'d> Lowering<'d> {
    pub(super) fn classify(&mut self, place: &Place, schema: Schema<'d>) -> Class<'d> {
        self.check(place, schema);
        if schema.as_object().is_none() {
            return Class::Any;
        }
        self.check_discriminator(place, schema);
        if let Some(class) = self.composition(place, schema) {
            return class;
        }
        let own = schema.has_properties();
        if schema.enumeration().is_some() || schema.constant().is_some() {
            return enumerated(schema);
        }
        let mut alternatives = self.alternatives(place, schema);
        match alternatives.len() {
            0 => {}
            _ if own => return Class::AllOf(Box::new(self.gather(place, schema))),
            1 => {
                let (place, only) = alternatives.remove(0);
                return Class::Only(place, only);
            }
            _ if are_strings(&schemas_of(&alternatives)) => return Class::Strings,
            _ => return Class::Union(alternatives),
        }
        let mut types = schema.stated_types().unwrap_or_default();
        types.retain(|kind| *kind != "null");
        if types.is_empty() && schema.single_type() == Some("null") {
            return Class::Any;
        }
        if types.is_empty() {
            types.extend(schema.implied_type());
        }
        match *types.as_slice() {
            [] => Class::Any,
            ["object"] if own => Class::Object,
            [kind] => Class::Simple(kind),
            _ => Class::Types(types),
        }
    }

    /// Reports what is wrong with a schema itself.
    pub(super) fn check(&mut self, place: &Place, schema: Schema<'d>) {
        match schema.node() {
            Node::Object(_) => self.check_keywords(place, schema),
            Node::Bool(true) => {}
            Node::Bool(false) => {
                let message = "no value fits the schema `false`; any value is accepted";
                self.warning(place, "nothing-fits", message, None);
            }
            Node::Null => {
                self.warning(place, "null-schema", "a schema is empty; any value is accepted", None);
            }
            other => {
                let message = format!("a schema must be an object, this is {}", other.kind());
                self.error(place, "wrong-type", message, None);
            }
        }
    }

    /// The class of a schema with a `$ref` or an `allOf`. `None`: its other keywords decide.
    fn composition(&mut self, place: &Place, schema: Schema<'d>) -> Option<Class<'d>> {
        let reference = reference_class(schema);
        let mut members = self.schemas_at(place, schema.all_of());
        members.retain(|(_, member)| !member.only_annotates());
        let has_own = schema.keys().any(keyword::may_change_type);
        match (reference, members.as_slice()) {
            (None, []) => return None,
            (Some(reference), []) if !has_own => {
                // A schema that binds a `$dynamicAnchor` differs from the schema that it refers to.
                let is_dynamic = self.document.has_dynamic_anchors();
                let target =
                    is_dynamic.then(|| self.quietly(|lowering| lowering.referred(place, schema))).flatten();
                return match target {
                    Some((target, _)) if target.scope.is_some() && target.scope != place.scope => {
                        Some(Class::AllOf(Box::new(self.gather(place, schema))))
                    }
                    _ => Some(reference),
                };
            }
            (None, [(member_place, member)]) if !has_own && !self.is_in_hierarchy(place, schema, *member) => {
                return Some(Class::Only(member_place.clone(), *member));
            }
            _ => {}
        }
        // One of the schemas may imply all the others.
        let mut elements: Vec<(Option<Class<'d>>, Gathered<'d>)> = Vec::new();
        if let Some(reference) = reference_class(schema)
            && let Some((target, schema)) = self.referred(place, schema)
        {
            elements.push((Some(reference), self.gather(&target, schema)));
        }
        let mut in_hierarchy = false;
        for (member_place, member) in members {
            in_hierarchy |= self.is_in_hierarchy(place, schema, member);
            let gathered = self.gather(&member_place, member);
            elements.push((Some(Class::Only(member_place, member)), gathered));
        }
        if has_own {
            elements.push((None, self.gather_own(place, schema)));
        }
        if !in_hierarchy {
            let implies_all = |one: &Gathered<'d>| {
                !one.passes(place) && elements.iter().all(|(_, other)| one.implies(other))
            };
            if let Some(index) = elements.iter().position(|(_, one)| implies_all(one)) {
                let mut together = Gathered::default();
                elements.iter().for_each(|(_, gathered)| together.absorb(gathered));
                self.warn_of_contradiction(&together);
                return elements.swap_remove(index).0;
            }
            if let Some(class) = self.restricted_supertype(place, schema, &mut elements) {
                return Some(class);
            }
        }
        Some(Class::AllOf(Box::new(self.gather(place, schema))))
    }

    /// The supertype that a schema restricts without adding properties. The supertype is kept, and the restriction is
    /// reported.
    fn restricted_supertype(
        &mut self,
        place: &Place,
        schema: Schema<'d>,
        elements: &mut Vec<(Option<Class<'d>>, Gathered<'d>)>,
    ) -> Option<Class<'d>> {
        let mut supertype = None;
        for (index, (class, _)) in elements.iter().enumerate() {
            let target = match class {
                Some(Class::Reference) => self.referred(place, schema),
                Some(Class::Only(place, only)) => self.quietly(|lowering| lowering.referred(place, *only)),
                _ => None,
            };
            if let Some((target, schema)) = target
                && !self.subtypes_of(&target, schema).is_empty()
            {
                supertype = Some(index);
            }
        }
        let supertype = supertype?;
        let adds_properties = elements.iter().enumerate().any(|(index, (_, gathered))| {
            index != supertype && gathered.parts.iter().any(|(_, part)| part.properties().is_some())
        });
        if adds_properties {
            return None;
        }
        let message = "this restricts a schema that has subtypes, and the type does not";
        self.warning(place, "unexpressed-all-of", message, None);
        elements.swap_remove(supertype).0
    }

    /// The alternatives of a schema, without `null` and without those that only require properties.
    pub(super) fn alternatives(&mut self, place: &Place, schema: Schema<'d>) -> Vec<Part<'d>> {
        let mut found = Vec::new();
        let is_typed = schema.kind().is_some()
            || schema.properties().is_some()
            || schema.reference().is_some()
            || schema.all_of().is_some()
            || schema.items().is_some();
        for union in schema.unions() {
            let members = self.schemas_at(place, Some(union));
            let (members, dropped): (Vec<_>, Vec<_>) =
                members.into_iter().filter(|(_, member)| !member.is_null()).partition(|(_, member)| {
                    // Where no type is stated, an alternative that only restricts allows any type.
                    member.is_structural() || member.only_annotates() || !is_typed && !member.only_requires()
                });
            if let Some((place, _)) = dropped.iter().find(|(_, member)| !member.only_requires()) {
                let message = format!(
                    "this alternative of `{}` restricts the values, and the type does not",
                    union.key
                );
                self.warning(place, "unexpressed-alternative", message, None);
            }
            if members.is_empty() {
                continue;
            }
            if !found.is_empty() {
                let message = "beside `oneOf`, `anyOf` is not expressed";
                self.warning(
                    &place.child(union.key),
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

fn reference_class(schema: Schema<'_>) -> Option<Class<'_>> {
    if schema.refers() {
        return Some(Class::Reference);
    }
    let recursive = schema.recursive_reference().and_then(|reference| reference.value.as_str());
    (recursive == Some("#")).then_some(Class::Whole)
}

/// An `enum` of strings is an enumeration. Other values have their own type.
fn enumerated<'d>(schema: Schema<'d>) -> Class<'d> {
    let kinds = types_of_values(&schema.enum_values().collect::<Vec<_>>());
    match (kinds.as_slice(), schema.single_type()) {
        (["string"], None | Some("string")) => Class::Strings,
        (["string"], Some(other)) => Class::Simple(other),
        (["integer"], Some("number")) => Class::Simple("number"),
        ([], Some(typed)) => Class::Simple(typed),
        ([], None) => Class::Any,
        ([one], _) => Class::Simple(one),
        (_, _) => Class::Types(kinds),
    }
}
