//! The limits that schemas set on numbers, lengths and counts.

use super::super::{Member, Node, Number};
use super::Schema;

/// A limit of a number's value.
pub struct Limit {
    /// The limit.
    pub value: f64,
    /// The limit as a whole number, where it is one.
    pub whole: Option<i128>,
    /// The limit as the document writes it.
    pub shown: String,
    /// Whether the limit itself is not allowed.
    pub exclusive: bool,
}

/// A keyword such as `minLength` or `maxItems`.
#[derive(Clone, Copy, Debug)]
pub struct CountLimit {
    /// The name of the keyword.
    pub keyword: &'static str,
    /// The type of the values that it is about.
    pub kind: &'static str,
    /// Whether it is a minimum.
    pub is_minimum: bool,
    get: for<'d> fn(Schema<'d>) -> Option<Member<'d>>,
}

macro_rules! count_limits {
    ($($NAME:ident: $keyword:literal, $kind:literal, $is_minimum:literal, $get:ident;)*) => {
        impl CountLimit {
            $(
                #[doc = concat!("The keyword `", $keyword, "`.")]
                pub const $NAME: Self = Self {
                    keyword: $keyword,
                    kind: $kind,
                    is_minimum: $is_minimum,
                    get: |schema| schema.$get(),
                };
            )*
        }
    };
}

count_limits! {
    MIN_LENGTH: "minLength", "string", true, min_length;
    MAX_LENGTH: "maxLength", "string", false, max_length;
    MIN_ITEMS: "minItems", "array", true, min_items;
    MAX_ITEMS: "maxItems", "array", false, max_items;
    MIN_PROPERTIES: "minProperties", "object", true, min_properties;
    MAX_PROPERTIES: "maxProperties", "object", false, max_properties;
}

/// The value as a whole number. `1.0` and `1e3` are whole too (JSON Schema 2020-12 §6.3).
pub fn whole(value: &Node) -> Option<i128> {
    match value.as_number()? {
        Number::Integer(count) => Some(count),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it has no fraction, and a cast holds at the ends"
        )]
        Number::Float(count) if count.fract() == 0.0 => Some(count as i128),
        Number::Float(_) => None,
    }
}

/// The highest of the lower limits that schemas set.
#[expect(clippy::float_cmp, reason = "limits are compared as the document has them")]
pub fn lower_limit(schemas: &[Schema<'_>]) -> Option<Limit> {
    let stricter =
        |one: &Limit, other: &Limit| one.value > other.value || one.value == other.value && one.exclusive;
    let limits = schemas.iter().flat_map(|schema| limits(schema.minimum(), schema.exclusive_minimum()));
    limits.reduce(|one, other| if stricter(&one, &other) { one } else { other })
}

/// The lowest of the upper limits that schemas set.
#[expect(clippy::float_cmp, reason = "limits are compared as the document has them")]
pub fn upper_limit(schemas: &[Schema<'_>]) -> Option<Limit> {
    let stricter =
        |one: &Limit, other: &Limit| one.value < other.value || one.value == other.value && one.exclusive;
    let limits = schemas.iter().flat_map(|schema| limits(schema.maximum(), schema.exclusive_maximum()));
    limits.reduce(|one, other| if stricter(&one, &other) { one } else { other })
}

fn limits(inclusive: Option<Member<'_>>, exclusive: Option<Member<'_>>) -> impl Iterator<Item = Limit> {
    let limit = |member: Option<Member<'_>>, exclusive: bool| {
        let value = member?.value;
        #[expect(clippy::cast_precision_loss, reason = "only compared with others")]
        let number = match value.as_number()? {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
        };
        Some(Limit { value: number, whole: whole(value), shown: value.to_json(), exclusive })
    };
    // In OpenAPI 3.0 the exclusive limit is a flag.
    let is_flagged = exclusive.is_some_and(|member| member.is(true));
    [limit(inclusive, is_flagged), limit(exclusive, true)].into_iter().flatten()
}

/// The strictest limit that schemas set by a keyword.
pub fn strictest_count(schemas: &[Schema<'_>], limit: CountLimit) -> Option<i128> {
    let counts = schemas.iter().filter_map(|schema| whole((limit.get)(*schema)?.value));
    if limit.is_minimum { counts.max() } else { counts.min() }
}
