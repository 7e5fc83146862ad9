//! Schemas that a value must match together: the members of an `allOf`, a `$ref` and the keywords beside it, and
//! several schemas for one property.

use std::collections::HashSet;

use crate::document::schema::{
    CountLimit, are_equal, common_types, common_values, is_of_type, lower_limit, strictest_count,
    types_of_values, upper_limit,
};
use crate::document::{Node, Number, Schema, keyword};

use super::Lowering;
use super::place::Place;
use super::string_type::{are_strings, decides_type};

/// A schema and its place.
pub(super) type Part<'d> = (Place, Schema<'d>);

/// How deep required properties are searched for a contradiction.
const MAX_DEPTH: usize = 8;

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

/// Why no value matches all schemas.
pub(super) struct Contradiction {
    /// The schema that contradicts those before it.
    pub(super) place: Place,
    /// What it contradicts, as the end of a message.
    pub(super) reason: String,
}

/// What several schemas allow together.
#[derive(Default)]
pub(super) struct Allowed<'d> {
    /// JSON's types without `null`. Empty: any.
    pub(super) types: Vec<&'d str>,
    /// The values of `enum` and `const` without `null`, where there are any.
    pub(super) values: Option<Vec<&'d Node>>,
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

    /// What schemas allow together.
    pub(super) fn allowed(&self, gathered: &Gathered<'d>) -> Result<Allowed<'d>, Contradiction> {
        let contradiction = |place: &Place, reason: String| Contradiction { place: place.clone(), reason };
        let mut types: Option<Vec<&'d str>> = None;
        let mut values: Option<Vec<&'d Node>> = None;
        for (place, schema) in &gathered.parts {
            if let Some(own) = schema.stated_types() {
                let both = types.as_ref().map_or(own.clone(), |types| common_types(types, &own));
                if both.is_empty() {
                    let others = types.unwrap_or_default().join("` or `");
                    let own = own.join("` or `");
                    return Err(contradiction(
                        place,
                        format!("one asks for `{others}`, another for `{own}`"),
                    ));
                }
                types = Some(both);
            }
            if let Some(own) = own_values(*schema) {
                let both = match &values {
                    Some(values) => common_values(values, &own),
                    None => own,
                };
                if both.is_empty() {
                    return Err(contradiction(place, "their values have none in common".to_owned()));
                }
                values = Some(both);
            }
        }
        let schemas = gathered.schemas();
        if let Some(last) = gathered.parts.last()
            && let Some(reason) = crossed_limits(&schemas)
        {
            return Err(contradiction(&last.0, reason));
        }
        if let Some(all) = &mut values {
            let fits = |value: &Node| {
                types.as_ref().is_none_or(|types| types.iter().any(|kind| is_of_type(value, kind)))
                    && is_within_limits(value, &schemas)
            };
            let had = !all.is_empty();
            all.retain(|value| fits(value));
            if had && all.iter().all(|value| **value == Node::Null) && gathered.parts.len() > 1 {
                let place = gathered.parts.last().map(|(place, _)| place.clone()).unwrap_or(self.root());
                return Err(contradiction(&place, "none of their values fits".to_owned()));
            }
            all.retain(|value| **value != Node::Null);
            let kinds = types_of_values(all);
            types = Some(match types {
                None => kinds,
                Some(types) if kinds.is_empty() => types,
                // `enum: [1, 2]` of `type: number` are numbers.
                Some(types) => common_types(&types, &kinds)
                    .into_iter()
                    .map(|kind| if kind == "integer" && types.contains(&"number") { "number" } else { kind })
                    .collect(),
            });
        }
        let mut types = types.unwrap_or_default();
        types.retain(|kind| *kind != "null");
        if types.is_empty() {
            types.extend(gathered.parts.iter().find_map(|(_, schema)| schema.implied_type()));
        }
        Ok(Allowed { types, values: values.filter(|values| !values.is_empty()) })
    }

    /// Whether no value matches the schemas: they contradict each other, or those of a required property do.
    pub(super) fn is_impossible(&mut self, gathered: &Gathered<'d>) -> bool {
        self.is_impossible_within(gathered, MAX_DEPTH)
    }

    fn is_impossible_within(&mut self, gathered: &Gathered<'d>, depth: usize) -> bool {
        if self.allowed(gathered).is_err() {
            return true;
        }
        if depth == 0 {
            return false;
        }
        let required: HashSet<&str> =
            gathered.parts.iter().flat_map(|(_, schema)| schema.required_names()).collect();
        required.into_iter().any(|name| {
            let schemas: Vec<Part<'d>> =
                gathered.parts.iter().filter_map(|part| property(part, name)).collect();
            if schemas.len() < 2 {
                return false;
            }
            let mut together = Gathered::default();
            self.quietly(|lowering| {
                schemas
                    .iter()
                    .for_each(|(place, schema)| lowering.gather_into(place, *schema, &mut together));
            });
            !together.is_nullable() && self.is_impossible_within(&together, depth - 1)
        })
    }
}

/// The schemas of parts.
pub(super) fn schemas_of<'d>(parts: &[Part<'d>]) -> Vec<Schema<'d>> {
    parts.iter().map(|(_, schema)| *schema).collect()
}

/// The schema that a part has for a property.
fn property<'d>((place, schema): &Part<'d>, name: &str) -> Option<Part<'d>> {
    let found = schema.property(name)?;
    Some((place.child("properties").child(name), found))
}

/// The values that a schema lists, itself or in alternatives that are all strings.
fn own_values<'d>(schema: Schema<'d>) -> Option<Vec<&'d Node>> {
    if let Some(values) = schema.allowed_values() {
        return Some(values);
    }
    let alternatives: Vec<Schema<'d>> = schema.alternatives()?.iter().map(Schema::of).collect();
    let is_closed = alternatives.iter().all(|one| one.enum_values().next().is_some());
    (is_closed && are_strings(&alternatives))
        .then(|| alternatives.iter().flat_map(|one| one.enum_values()).collect())
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

/// Which limits of the schemas no value is within.
#[expect(clippy::float_cmp, reason = "limits are compared as the document has them")]
fn crossed_limits(schemas: &[Schema<'_>]) -> Option<String> {
    if let (Some(lower), Some(upper)) = (lower_limit(schemas), upper_limit(schemas))
        && (lower.value > upper.value || lower.value == upper.value && (lower.exclusive || upper.exclusive))
    {
        return Some(format!("no number is above {} and below {}", lower.shown, upper.shown));
    }
    let pairs = [
        (CountLimit::MIN_LENGTH, CountLimit::MAX_LENGTH),
        (CountLimit::MIN_ITEMS, CountLimit::MAX_ITEMS),
        (CountLimit::MIN_PROPERTIES, CountLimit::MAX_PROPERTIES),
    ];
    pairs.into_iter().find_map(|(least, most)| {
        let (lower, upper) = (strictest_count(schemas, least)?, strictest_count(schemas, most)?);
        (lower > upper).then(|| format!("`{}` is {lower} and `{}` is {upper}", least.keyword, most.keyword))
    })
}

#[expect(clippy::cast_precision_loss, reason = "as JSON's numbers are compared")]
fn is_within_limits(value: &Node, schemas: &[Schema<'_>]) -> bool {
    match value {
        Node::Number(number) => {
            let value = match number {
                Number::Integer(value) => *value as f64,
                Number::Float(value) => *value,
            };
            lower_limit(schemas)
                .is_none_or(|lower| if lower.exclusive { value > lower.value } else { value >= lower.value })
                && upper_limit(schemas).is_none_or(|upper| {
                    if upper.exclusive { value < upper.value } else { value <= upper.value }
                })
        }
        Node::String(text) => {
            let length = text.chars().count() as i128;
            strictest_count(schemas, CountLimit::MIN_LENGTH).is_none_or(|least| length >= least)
                && strictest_count(schemas, CountLimit::MAX_LENGTH).is_none_or(|most| length <= most)
        }
        _ => true,
    }
}
