//! Schemas that a value must match together: the members of an `allOf`, a `$ref` and the keywords beside it, and
//! several schemas for one property.

use foldhash::HashSet;

use crate::document::schema::{are_equal, common_types};
use crate::document::{Node, Schema, keyword};

use super::Lowering;
use super::place::Place;
use super::string_type::{are_strings, decides_type};

/// A schema and its place.
pub(super) type Part<'d> = (Place, Schema<'d>);

/// The schemas that remain when every `$ref` and `allOf` is followed.
#[derive(Clone, Default)]
pub(super) struct Gathered<'d> {
    /// The schemas with keywords of their own. A schema comes after those that it refers to.
    pub(super) parts: Vec<Part<'d>>,
    /// Sets of alternatives. A value also matches one of each set.
    pub(super) unions: Vec<Vec<Part<'d>>>,
    /// Whether `null` is allowed.
    pub(super) null: Null,
    seen: HashSet<Place>,
}

/// What schemas say about `null`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Null {
    #[default]
    Unsaid,
    Allowed,
    Forbidden,
    /// A schema that says only this: `null` is allowed whatever the schemas beside it say.
    Added,
}

impl Null {
    fn and(self, other: Self) -> Self {
        [Self::Added, Self::Forbidden, Self::Allowed]
            .into_iter()
            .find(|null| [self, other].contains(null))
            .unwrap_or_default()
    }
}

impl<'d> Gathered<'d> {
    /// The schema of a property. The last one wins.
    pub(super) fn property(&self, name: &str) -> Option<Part<'d>> {
        self.parts.iter().rev().find_map(|part| property(part, name))
    }

    /// Whether there are schemas that name properties or restrict the names.
    pub(super) fn names_properties(&self) -> bool {
        self.parts.iter().any(|(_, schema)| {
            schema.properties().is_some()
                || schema.required().is_some()
                || schema.additional_properties().is_some()
                || schema.pattern_properties().is_some()
        })
    }

    pub(super) fn is_nullable(&self) -> bool {
        matches!(self.null, Null::Allowed | Null::Added)
    }

    pub(super) fn schemas(&self) -> Vec<Schema<'d>> {
        schemas_of(&self.parts)
    }

    /// The places of all parts and alternatives, sorted, so that they are equal for equal meanings.
    pub(super) fn places(&self) -> Vec<Place> {
        let unions = self.unions.iter().flatten();
        let mut places: Vec<Place> =
            self.parts.iter().chain(unions).map(|(place, _)| place.clone()).collect();
        places.sort();
        places.dedup();
        places
    }

    /// Adds other schemas.
    pub(super) fn absorb(&mut self, other: &Self) {
        for part in &other.parts {
            if !self.has(&part.0) {
                self.parts.push(part.clone());
            }
        }
        for union in &other.unions {
            if !self.unions.contains(union) {
                self.unions.push(union.clone());
            }
        }
        self.null = self.null.and(other.null);
        self.seen.extend(other.seen.iter().cloned());
    }

    /// Whether these schemas already say all that `other` says about the type of a value.
    pub(super) fn implies(&self, other: &Self) -> bool {
        other.unions.iter().all(|union| self.unions.contains(union))
            && other.parts.iter().all(|part| self.has(&part.0) || !adds(part.1, &self.parts))
    }

    /// Whether the schema at `place` was followed.
    pub(super) fn passes(&self, place: &Place) -> bool {
        self.seen.contains(place)
    }

    fn has(&self, place: &Place) -> bool {
        self.parts.iter().any(|(own, _)| own == place)
    }
}

impl<'d> Lowering<'d> {
    /// Follows the `$ref` and the `allOf` of a schema.
    pub(super) fn gather(&mut self, place: &Place, schema: Schema<'d>) -> Gathered<'d> {
        let mut gathered = Gathered::default();
        self.gather_into(place, schema, &mut gathered);
        gathered
    }

    pub(super) fn gather_into(&mut self, place: &Place, schema: Schema<'d>, into: &mut Gathered<'d>) {
        let null = self.add(place, schema, into);
        into.null = into.null.and(null);
    }

    fn add(&mut self, place: &Place, schema: Schema<'d>, into: &mut Gathered<'d>) -> Null {
        if !self.can_afford(place, 1) || !into.seen.insert(place.clone()) {
            return Null::Unsaid;
        }
        self.check(place, schema);
        let mut members = Null::Unsaid;
        if let Some((target, schema)) = self.referred(place, schema) {
            members = self.add(&target, schema, into);
        }
        for (place, member) in self.schemas_at(place, schema.all_of()) {
            let null = self.add(&place, member, into);
            members = members.and(null);
        }
        members = members.and(self.add_own(place, schema, into));
        match own_null(schema) {
            Null::Unsaid => members,
            Null::Forbidden if members == Null::Added => Null::Allowed,
            own => own,
        }
    }

    /// Adds a schema without its `$ref` and `allOf`.
    pub(super) fn gather_own(&mut self, place: &Place, schema: Schema<'d>) -> Gathered<'d> {
        let mut gathered = Gathered::default();
        let null = self.add_own(place, schema, &mut gathered);
        gathered.null = own_null(schema).and(null);
        gathered
    }

    fn add_own(&mut self, place: &Place, schema: Schema<'d>, into: &mut Gathered<'d>) -> Null {
        let mut alternatives = self.alternatives(place, schema);
        let mut null = Null::Unsaid;
        match alternatives.len() {
            0 => {}
            1 => {
                let (place, member) = alternatives.remove(0);
                null = self.add(&place, member, into);
            }
            _ if are_strings(&schemas_of(&alternatives)) => {}
            // A schema may be among its own alternatives.
            _ if alternatives.iter().any(|(place, member)| self.is_seen(place, *member, into)) => {}
            _ => into.unions.push(alternatives),
        }
        // These keywords lead to other schemas, which are gathered themselves.
        let leads_on = ["$ref", "$dynamicRef", "allOf"];
        let has_own = schema.keys().any(|key| !keyword::is_annotation(key) && !leads_on.contains(&key));
        if has_own || schema.constants().is_some() {
            into.parts.push((place.clone(), schema));
        }
        null
    }

    fn is_seen(&mut self, place: &Place, schema: Schema<'d>, gathered: &Gathered<'d>) -> bool {
        let target =
            schema.reference().and_then(|_| self.quietly(|lowering| lowering.follow_schema(place, schema)));
        target.is_some_and(|(target, _)| gathered.seen.contains(&target))
    }
}

/// The schemas of parts.
pub(super) fn schemas_of<'d>(parts: &[Part<'d>]) -> Vec<Schema<'d>> {
    parts.iter().map(|(_, schema)| *schema).collect()
}

/// The schema that a part has for a property.
pub(super) fn property<'d>((place, schema): &Part<'d>, name: &str) -> Option<Part<'d>> {
    let found = schema.property(name)?;
    Some((place.child("properties").child(name), found))
}

/// What a schema itself says about `null`, without its `$ref` and `allOf`.
fn own_null(schema: Schema<'_>) -> Null {
    if schema.nullable() == Some(true) && schema.only_annotates() {
        Null::Added
    } else if schema.allows_null() {
        Null::Allowed
    } else if schema.kind().is_some() || schema.enumeration().is_some() || schema.constant().is_some() {
        Null::Forbidden
    } else {
        Null::Unsaid
    }
}

/// Whether a schema says anything about the type of a value that `others` do not say.
fn adds(schema: Schema<'_>, others: &[Part<'_>]) -> bool {
    let Some(members) = schema.as_object() else { return false };
    let others = || {
        let others = others.iter().map(|(_, other)| *other);
        others.filter(|other| !std::ptr::eq(other.node(), schema.node()))
    };
    let is_said = |key: &str, value: &Node| others().any(|other| other.node().get(key) == Some(value));
    let is_any = |value: &Node| match value {
        Node::Bool(any) => *any,
        value => value.as_object().is_some_and(|schema| schema.is_empty()),
    };
    members.iter().any(|(key, value)| match key.as_str() {
        "type" => {
            let own = schema.stated_types().unwrap_or_default();
            let stated =
                others().filter_map(Schema::stated_types).reduce(|one, other| common_types(&one, &other));
            let known = stated.or_else(|| Some(vec![others().find_map(Schema::implied_type)?]));
            known.is_none_or(|known| common_types(&known, &own) != known)
        }
        "properties" => schema
            .property_schemas()
            .any(|(name, property)| !others().any(|other| other.property(name) == Some(property))),
        "required" => {
            let known: HashSet<&str> = others().flat_map(Schema::required_names).collect();
            schema.required_names().any(|name| !known.contains(name))
        }
        "enum" | "const" => !others().any(|other| {
            let mut values = other.enum_values().peekable();
            values.peek().is_some()
                && values.all(|value| schema.enum_values().any(|own| are_equal(own, value)))
        }),
        "additionalProperties"
        | "unevaluatedProperties"
        | "items"
        | "prefixItems"
        | "patternProperties"
        | "x-constants" => !(is_said(key, value) || key == "items" && is_any(value)),
        "format" | "contentEncoding" => decides_type(key, value) && !is_said(key, value),
        "minItems" | "maxItems" => {
            others().any(|other| other.prefix_items().is_some()) && !is_said(key, value)
        }
        // Other sets of alternatives are compared as such.
        "oneOf" | "anyOf" => value.as_array().is_some_and(|members| {
            let members = || members.iter().map(Schema::of);
            members().any(|member| member.enum_values().next().is_some())
                && !is_said(key, value)
                && !members().any(Schema::only_requires)
        }),
        _ => false,
    })
}
