//! Numbers: the type that holds them, and their limits.

use crate::document::{Node, Number};

use super::super::model::{Bound, Integer, Type};
use super::{Lowering, Place};

/// The whole number of a keyword.
pub(super) fn count(node: &Node, key: &str) -> Option<i128> {
    match node.get(key)?.as_number()? {
        Number::Integer(count) => Some(count),
        // `1.0` and `1e3` count too (JSON Schema 2020-12 §6.3).
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it has no fraction, and a cast holds at the ends"
        )]
        Number::Float(count) if count.fract() == 0.0 => Some(count as i128),
        Number::Float(_) => None,
    }
}

/// A limit of a number's value.
pub(super) struct Limit {
    pub(super) value: f64,
    /// The limit as a whole number, where it is one.
    pub(super) whole: Option<i128>,
    /// The limit as the document has it.
    pub(super) shown: String,
    /// Whether the limit itself is not allowed.
    pub(super) exclusive: bool,
}

/// The highest of the lower limits that schemas set.
#[expect(clippy::float_cmp, reason = "limits are compared as the document has them")]
pub(super) fn lower_limit(nodes: &[&Node]) -> Option<Limit> {
    let stricter =
        |one: &Limit, other: &Limit| one.value > other.value || one.value == other.value && one.exclusive;
    limits(nodes, "minimum", "exclusiveMinimum")
        .reduce(|one, other| if stricter(&one, &other) { one } else { other })
}

/// The lowest of the upper limits that schemas set.
#[expect(clippy::float_cmp, reason = "limits are compared as the document has them")]
pub(super) fn upper_limit(nodes: &[&Node]) -> Option<Limit> {
    let stricter =
        |one: &Limit, other: &Limit| one.value < other.value || one.value == other.value && one.exclusive;
    limits(nodes, "maximum", "exclusiveMaximum")
        .reduce(|one, other| if stricter(&one, &other) { one } else { other })
}

fn limits(nodes: &[&Node], key: &'static str, exclusive: &'static str) -> impl Iterator<Item = Limit> {
    let limit = |node: &Node, key: &str, exclusive: bool| {
        let number = node.get(key)?.as_number()?;
        #[expect(clippy::cast_precision_loss, reason = "only compared with others")]
        let value = match number {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
        };
        Some(Limit { value, whole: count(node, key), shown: node.get(key)?.to_json(), exclusive })
    };
    nodes.iter().flat_map(move |node| {
        // In OpenAPI 3.0 it is a flag.
        let is_flagged = node.get(exclusive).and_then(Node::as_bool) == Some(true);
        [limit(node, key, is_flagged), limit(node, exclusive, true)].into_iter().flatten()
    })
}

/// The strictest limit that schemas set by a keyword such as `minLength` or `maxItems`.
pub(super) fn count_limit(nodes: &[&Node], key: &str) -> Option<i128> {
    let counts = nodes.iter().filter_map(|node| count(node, key));
    if key.starts_with("min") { counts.max() } else { counts.min() }
}

impl Lowering<'_> {
    /// The smallest of Rust's types that takes every value the schemas allow.
    pub(super) fn integer(&mut self, place: &Place, nodes: &[&Node]) -> Integer {
        let least = lower_limit(nodes)
            .and_then(|limit| Some(limit.whole?.saturating_add(i128::from(limit.exclusive))));
        let most = upper_limit(nodes)
            .and_then(|limit| Some(limit.whole?.saturating_sub(i128::from(limit.exclusive))));
        let named = nodes.iter().rev().find_map(|node| format(node));
        let holds = |integer: Integer| {
            let range = range(integer);
            least.is_none_or(|least| range.contains(&least)) && most.is_none_or(|most| range.contains(&most))
        };
        if let Some(named) = named.filter(|named| holds(*named)) {
            return named;
        }
        let chosen = match least {
            Some(0..) => Integer::U64,
            _ => Integer::I64,
        };
        if !holds(chosen) {
            let message =
                format!("the bounds of this integer go beyond 64 bits; it is read as {}", name(chosen));
            self.warning(place, "beyond-64-bits", message, None);
        }
        chosen
    }
}

fn format(node: &Node) -> Option<Integer> {
    match node.get("format")?.as_str()? {
        "int8" => Some(Integer::I8),
        "int16" => Some(Integer::I16),
        "int32" => Some(Integer::I32),
        "uint8" => Some(Integer::U8),
        "uint16" => Some(Integer::U16),
        "uint32" => Some(Integer::U32),
        "uint64" => Some(Integer::U64),
        _ => None,
    }
}

fn name(integer: Integer) -> &'static str {
    match integer {
        Integer::U64 => "an unsigned integer of 64 bits",
        _ => "a signed integer of 64 bits",
    }
}

fn range(integer: Integer) -> std::ops::RangeInclusive<i128> {
    match integer {
        Integer::I8 => i8::MIN.into()..=i8::MAX.into(),
        Integer::I16 => i16::MIN.into()..=i16::MAX.into(),
        Integer::I32 => i32::MIN.into()..=i32::MAX.into(),
        Integer::I64 => i64::MIN.into()..=i64::MAX.into(),
        Integer::U8 => 0..=u8::MAX.into(),
        Integer::U16 => 0..=u16::MAX.into(),
        Integer::U32 => 0..=u32::MAX.into(),
        Integer::U64 => 0..=u64::MAX.into(),
    }
}

/// The limits of a property's values, as far as a constant can hold them.
pub(super) fn bounds(nodes: &[&Node], ty: &Type) -> Vec<Bound> {
    let held = |value: &i128| match ty {
        Type::Integer(integer) => range(*integer).contains(value),
        _ => false,
    };
    let of_value = [("minimum", lower_limit(nodes)), ("maximum", upper_limit(nodes))];
    let of_value = of_value.into_iter().filter_map(|(keyword, limit)| {
        let value = limit.filter(|limit| !limit.exclusive)?.whole.filter(held)?;
        Some(Bound { keyword, value, of_value: true })
    });
    let counts = ["minLength", "maxLength", "minItems", "maxItems"].into_iter().filter_map(|keyword| {
        let value = count_limit(nodes, keyword).filter(|count| u64::try_from(*count).is_ok())?;
        Some(Bound { keyword, value, of_value: false })
    });
    // A type says already that a number is not negative or that a string may be empty.
    of_value.chain(counts).filter(|bound| bound.value != 0 || !bound.keyword.starts_with("min")).collect()
}
