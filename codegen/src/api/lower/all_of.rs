//! Schemas that a value must match together: the members of an `allOf`, a `$ref` and the keywords beside it, and the
//! schemas that several of them have for one property.

use std::collections::HashSet;

use crate::document::{Node, Number, keyword};

use super::class::{allows_null, are_strings, enum_values, says_nothing};
use super::constraint::only_requires;
use super::number::{count_limit, lower_limit, upper_limit};
use super::{Lowering, Place, json_type};

/// A schema and where it is.
pub(super) type Part<'d> = (Place, &'d Node);

/// How deep required properties are searched for a contradiction.
const MAX_DEPTH: usize = 8;

/// What a schema says when every `$ref` and `allOf` is followed.
#[derive(Clone, Default)]
pub(super) struct Gathered<'d> {
    /// The schemas with keywords of their own. A schema comes after those that it refers to.
    pub(super) parts: Vec<Part<'d>>,
    /// Sets of alternatives: a value matches one of each set, too.
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
    /// The schema of a property, where it is described last.
    pub(super) fn property(&self, name: &str) -> Option<Part<'d>> {
        self.parts.iter().rev().find_map(|part| property(part, name))
    }

    /// Whether there are schemas that name properties or restrict the names.
    pub(super) fn names_properties(&self) -> bool {
        let keys = ["properties", "required", "additionalProperties", "patternProperties"];
        self.parts.iter().any(|(_, node)| keys.iter().any(|key| node.get(key).is_some()))
    }

    pub(super) fn is_nullable(&self) -> bool {
        matches!(self.null, Null::Allowed | Null::Added)
    }

    pub(super) fn nodes(&self) -> Vec<&'d Node> {
        self.parts.iter().map(|(_, node)| *node).collect()
    }

    /// The places of all parts and alternatives, in an order of their own: equal for equal meanings.
    pub(super) fn places(&self) -> Vec<Place> {
        let unions = self.unions.iter().flatten();
        let mut places: Vec<Place> =
            self.parts.iter().chain(unions).map(|(place, _)| place.clone()).collect();
        places.sort();
        places.dedup();
        places
    }

    /// Adds what other schemas say.
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
    pub(super) fn gather(&mut self, place: &Place, node: &'d Node) -> Gathered<'d> {
        let mut gathered = Gathered::default();
        self.gather_into(place, node, &mut gathered);
        gathered
    }

    pub(super) fn gather_into(&mut self, place: &Place, node: &'d Node, into: &mut Gathered<'d>) {
        let null = self.add(place, node, into);
        into.null = into.null.and(null);
    }

    fn add(&mut self, place: &Place, node: &'d Node, into: &mut Gathered<'d>) -> Null {
        if !self.can_afford(place, 1) || !into.seen.insert(place.clone()) {
            return Null::Unsaid;
        }
        self.check(place, node);
        let mut members = Null::Unsaid;
        if let Some((target, node)) = self.referred(place, node) {
            members = self.add(&target, node, into);
        }
        for (place, member) in self.members(place, node, "allOf").unwrap_or_default() {
            let null = self.add(&place, member, into);
            members = members.and(null);
        }
        members = members.and(self.add_own(place, node, into));
        match own_null(node) {
            Null::Unsaid => members,
            Null::Forbidden if members == Null::Added => Null::Allowed,
            own => own,
        }
    }

    /// Adds a schema without its `$ref` and `allOf`.
    pub(super) fn gather_own(&mut self, place: &Place, node: &'d Node) -> Gathered<'d> {
        let mut gathered = Gathered::default();
        let null = self.add_own(place, node, &mut gathered);
        gathered.null = own_null(node).and(null);
        gathered
    }

    fn add_own(&mut self, place: &Place, node: &'d Node, into: &mut Gathered<'d>) -> Null {
        let mut alternatives = self.alternatives(place, node);
        let mut null = Null::Unsaid;
        match alternatives.len() {
            0 => {}
            1 => {
                let (place, member) = alternatives.remove(0);
                null = self.add(&place, member, into);
            }
            _ if are_strings(&alternatives) => {}
            // Of alternatives that are made of the schema it is one.
            _ if alternatives.iter().any(|(place, member)| self.is_seen(place, member, into)) => {}
            _ => into.unions.push(alternatives),
        }
        let speaks = |key: &String| {
            !keyword::is_annotation(key) && !["$ref", "$dynamicRef", "allOf"].contains(&key.as_str())
        };
        if node
            .as_object()
            .is_some_and(|schema| schema.keys().any(speaks) || schema.contains_key("x-constants"))
        {
            into.parts.push((place.clone(), node));
        }
        null
    }

    fn is_seen(&mut self, place: &Place, node: &'d Node, gathered: &Gathered<'d>) -> bool {
        let target = node.get("$ref").and_then(|_| self.quietly(|lowering| lowering.follow(place, node)));
        target.is_some_and(|(target, _)| gathered.seen.contains(&target))
    }

    /// What schemas allow together.
    pub(super) fn allowed(&self, gathered: &Gathered<'d>) -> Result<Allowed<'d>, Contradiction> {
        let contradiction = |place: &Place, reason: String| Contradiction { place: place.clone(), reason };
        let mut types: Option<Vec<&'d str>> = None;
        let mut values: Option<Vec<&'d Node>> = None;
        for (place, node) in &gathered.parts {
            if let Some(own) = json_type::stated_types(node) {
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
            if let Some(own) = self.own_values(node) {
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
        let nodes = gathered.nodes();
        if let Some(last) = gathered.parts.last()
            && let Some(reason) = crossed_limits(&nodes)
        {
            return Err(contradiction(&last.0, reason));
        }
        if let Some(all) = &mut values {
            let fits = |value: &Node| {
                types.as_ref().is_none_or(|types| types.iter().any(|kind| json_type::is_of_type(value, kind)))
                    && is_within_limits(value, &nodes)
            };
            let had = !all.is_empty();
            all.retain(|value| fits(value));
            if had && all.iter().all(|value| **value == Node::Null) && gathered.parts.len() > 1 {
                let place = gathered.parts.last().map(|(place, _)| place.clone()).unwrap_or(self.root());
                return Err(contradiction(&place, "none of their values fits".to_owned()));
            }
            all.retain(|value| **value != Node::Null);
            let kinds = json_type::types_of_values(all);
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
            types
                .extend(gathered.parts.iter().find_map(|(_, node)| keyword::implied_type(node.as_object()?)));
        }
        Ok(Allowed { types, values: values.filter(|values| !values.is_empty()) })
    }

    /// The values that a schema lists, itself or in alternatives that are all strings.
    fn own_values(&self, node: &'d Node) -> Option<Vec<&'d Node>> {
        let own = || {
            let several = node.get("enum").and_then(Node::as_array).unwrap_or_default();
            several.iter().chain(node.get("const"))
        };
        if own().next().is_some() {
            let only = node.get("const").filter(|_| node.get("enum").is_some());
            return Some(match only {
                Some(only) => own().filter(|value| are_equal(value, only)).take(1).collect(),
                None => own().collect(),
            });
        }
        let several = ["oneOf", "anyOf"].into_iter().find_map(|key| node.get(key)?.as_array())?;
        let strings: Vec<Part<'d>> = several.iter().map(|node| (self.root(), node)).collect();
        let is_closed = several.iter().all(|node| enum_values(node).next().is_some());
        (is_closed && are_strings(&strings)).then(|| several.iter().flat_map(enum_values).collect())
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
        let required: HashSet<&str> = gathered.parts.iter().flat_map(|(_, node)| required(node)).collect();
        required.into_iter().any(|name| {
            let schemas: Vec<Part<'d>> =
                gathered.parts.iter().filter_map(|part| property(part, name)).collect();
            if schemas.len() < 2 {
                return false;
            }
            let mut together = Gathered::default();
            self.quietly(|lowering| {
                schemas.iter().for_each(|(place, node)| lowering.gather_into(place, node, &mut together));
            });
            !together.is_nullable() && self.is_impossible_within(&together, depth - 1)
        })
    }
}

/// The schema that a part has for a property.
pub(super) fn property<'d>((place, node): &Part<'d>, name: &str) -> Option<Part<'d>> {
    let schema = node.get("properties")?.get(name)?;
    Some((place.child("properties").child(name), schema))
}

/// The names that `required` lists.
pub(super) fn required(node: &Node) -> impl Iterator<Item = &str> {
    let names = node.get("required").and_then(Node::as_array).unwrap_or_default();
    names.iter().filter_map(Node::as_str)
}

/// What a schema itself says about `null`, without its `$ref` and `allOf`.
fn own_null(node: &Node) -> Null {
    if super::flag(node, "nullable") && says_nothing(node) {
        Null::Added
    } else if allows_null(node) {
        Null::Allowed
    } else if ["type", "enum", "const"].iter().any(|key| node.get(key).is_some()) {
        Null::Forbidden
    } else {
        Null::Unsaid
    }
}

/// Whether a schema says anything about the type of a value that `others` do not say.
fn adds(node: &Node, others: &[Part<'_>]) -> bool {
    let Node::Object(schema) = node else { return false };
    let others = || others.iter().map(|(_, other)| *other).filter(|other| !std::ptr::eq(*other, node));
    let is_said = |key: &str, value: &Node| others().any(|other| other.get(key) == Some(value));
    let is_any = |value: &Node| match value {
        Node::Bool(any) => *any,
        value => value.as_object().is_some_and(|schema| schema.is_empty()),
    };
    schema.iter().any(|(key, value)| match key.as_str() {
        "type" => {
            let own = json_type::stated_types(node).unwrap_or_default();
            let stated =
                others().filter_map(json_type::stated_types).reduce(|one, other| common_types(&one, &other));
            let implied = || others().find_map(|other| keyword::implied_type(other.as_object()?));
            let known = stated.or_else(|| Some(vec![implied()?]));
            known.is_none_or(|known| common_types(&known, &own) != known)
        }
        "properties" => value.as_object().into_iter().flatten().any(|(name, schema)| {
            !others().any(|other| other.get("properties").and_then(|all| all.get(name)) == Some(schema))
        }),
        "required" => {
            let known: HashSet<&str> = others().flat_map(required).collect();
            required(node).any(|name| !known.contains(name))
        }
        "enum" | "const" => !others().any(|other| {
            let mut values = enum_values(other).peekable();
            values.peek().is_some() && values.all(|value| enum_values(node).any(|own| are_equal(own, value)))
        }),
        "additionalProperties"
        | "unevaluatedProperties"
        | "items"
        | "prefixItems"
        | "patternProperties"
        | "x-constants" => !(is_said(key, value) || key == "items" && is_any(value)),
        "format" | "contentEncoding" => json_type::decides_type(key, value) && !is_said(key, value),
        "minItems" | "maxItems" => {
            others().any(|other| other.get("prefixItems").is_some()) && !is_said(key, value)
        }
        // Other sets of alternatives are compared as such.
        "oneOf" | "anyOf" => value.as_array().is_some_and(|members| {
            members.iter().any(|member| enum_values(member).next().is_some())
                && !is_said(key, value)
                && !members.iter().any(only_requires)
        }),
        _ => false,
    })
}

fn common_types<'d>(one: &[&'d str], other: &[&'d str]) -> Vec<&'d str> {
    let common = |kind: &&'d str| match *kind {
        kind if other.contains(&kind) => Some(kind),
        "number" if other.contains(&"integer") => Some("integer"),
        "integer" if other.contains(&"number") => Some("integer"),
        _ => None,
    };
    one.iter().filter_map(common).collect()
}

pub(super) fn common_values<'d>(one: &[&'d Node], other: &[&'d Node]) -> Vec<&'d Node> {
    one.iter().copied().filter(|value| other.iter().any(|other| are_equal(value, other))).collect()
}

/// Whether two values are equal as JSON Schema compares them: `1` and `1.0` are.
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "as JSON's numbers are compared")]
fn are_equal(one: &Node, other: &Node) -> bool {
    match (one, other) {
        (Node::Number(Number::Integer(integer)), Node::Number(Number::Float(float)))
        | (Node::Number(Number::Float(float)), Node::Number(Number::Integer(integer))) => {
            *integer as f64 == *float
        }
        (one, other) => one == other,
    }
}

/// Which limits of the schemas no value is within.
#[expect(clippy::float_cmp, reason = "limits are compared as the document has them")]
fn crossed_limits(nodes: &[&Node]) -> Option<String> {
    if let (Some(lower), Some(upper)) = (lower_limit(nodes), upper_limit(nodes))
        && (lower.value > upper.value || lower.value == upper.value && (lower.exclusive || upper.exclusive))
    {
        return Some(format!("no number is above {} and below {}", lower.shown, upper.shown));
    }
    let pairs = [("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")];
    pairs.into_iter().find_map(|(least, most)| {
        let (lower, upper) = (count_limit(nodes, least)?, count_limit(nodes, most)?);
        (lower > upper).then(|| format!("`{least}` is {lower} and `{most}` is {upper}"))
    })
}

#[expect(clippy::cast_precision_loss, reason = "as JSON's numbers are compared")]
fn is_within_limits(value: &Node, nodes: &[&Node]) -> bool {
    match value {
        Node::Number(number) => {
            let value = match number {
                Number::Integer(value) => *value as f64,
                Number::Float(value) => *value,
            };
            lower_limit(nodes)
                .is_none_or(|lower| if lower.exclusive { value > lower.value } else { value >= lower.value })
                && upper_limit(nodes).is_none_or(|upper| {
                    if upper.exclusive { value < upper.value } else { value <= upper.value }
                })
        }
        Node::String(text) => {
            let length = text.chars().count() as i128;
            count_limit(nodes, "minLength").is_none_or(|least| length >= least)
                && count_limit(nodes, "maxLength").is_none_or(|most| length <= most)
        }
        _ => true,
    }
}
