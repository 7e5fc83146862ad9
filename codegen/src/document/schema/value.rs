//! The values that schemas list by `enum` and `const`.

use super::super::{Member, Node, Number};
use super::Schema;

impl<'d> Schema<'d> {
    /// The values of `enum` and of `const`, as they are written.
    pub fn listed_values(self) -> impl Iterator<Item = &'d Node> + Clone {
        let several = self.enumeration().map(Member::elements).unwrap_or_default();
        several.iter().chain(self.constant().map(|only| only.value))
    }

    /// The values of `enum` or `const`, each once and without `null`.
    pub fn enum_values(self) -> impl Iterator<Item = &'d Node> + Clone {
        let several = self.enumeration().map(Member::elements).unwrap_or_default();
        let only = self.constant().map(|only| only.value).filter(|only| !several.contains(only));
        several.iter().chain(only).filter(|value| **value != Node::Null)
    }

    /// The values that fit both `enum` and `const`. `None`: the schema has neither.
    pub fn allowed_values(self) -> Option<Vec<&'d Node>> {
        self.listed_values().next()?;
        Some(match (self.constant(), self.enumeration()) {
            (Some(only), Some(_)) => {
                self.listed_values().filter(|value| are_equal(value, only.value)).take(1).collect()
            }
            _ => self.listed_values().collect(),
        })
    }

    /// The strings that the schema lists, in itself or in alternatives, each with the schema that lists it.
    pub fn known_strings(self) -> impl Iterator<Item = (&'d str, Schema<'d>)> {
        let alternatives = self.alternatives().unwrap_or_default().iter().map(Schema::of);
        let schemas = std::iter::once(self).chain(alternatives);
        schemas.flat_map(|schema| {
            schema.enum_values().filter_map(Node::as_str).map(move |value| (value, schema))
        })
    }

    /// The name that an extension gives to a value of `enum`.
    pub fn name_of_value(self, value: &Node) -> Option<&'d str> {
        let names = [self.enum_varnames(), self.enum_names(), self.enum_names_kebab()];
        let names = names.into_iter().find_map(|names| names?.value.as_array())?;
        let index = self.enumeration()?.elements().iter().position(|other| other == value)?;
        names.get(index).and_then(Node::as_str)
    }
}

/// The values that are in both lists.
pub fn common_values<'d>(one: &[&'d Node], other: &[&'d Node]) -> Vec<&'d Node> {
    one.iter().copied().filter(|value| other.iter().any(|other| are_equal(value, other))).collect()
}

/// Whether two values are equal as JSON Schema compares them: `1` and `1.0` are.
#[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "as JSON's numbers are compared")]
pub fn are_equal(one: &Node, other: &Node) -> bool {
    match (one, other) {
        (Node::Number(Number::Integer(integer)), Node::Number(Number::Float(float)))
        | (Node::Number(Number::Float(float)), Node::Number(Number::Integer(integer))) => {
            *integer as f64 == *float
        }
        (one, other) => one == other,
    }
}
