//! What schemas allow together, and whether they contradict each other.

use std::collections::HashSet;

use crate::document::schema::{
    CountLimit, common_types, common_values, is_of_type, lower_limit, strictest_count, types_of_values,
    upper_limit,
};
use crate::document::{Node, Number, Schema};

use super::Lowering;
use super::all_of::{Gathered, Part, property};
use super::place::Place;
use super::string_type::are_strings;

/// How deep required properties are searched for a contradiction.
const MAX_DEPTH: usize = 8;

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
    /// The types without `null`. Empty: any type.
    pub(super) types: Vec<&'d str>,
    /// The values of `enum` and `const` without `null`, where there are any.
    pub(super) values: Option<Vec<&'d Node>>,
}

impl<'d> Lowering<'d> {
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

/// The limits that exclude every value, as the reason of a contradiction.
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
    pairs.into_iter().find_map(|(min, max)| {
        let (lower, upper) = (strictest_count(schemas, min)?, strictest_count(schemas, max)?);
        (lower > upper).then(|| format!("`{}` is {lower} and `{}` is {upper}", min.keyword, max.keyword))
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
