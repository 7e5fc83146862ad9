//! Numbers: the type that holds them, and what they are bound to.

use crate::document::{Node, Number};

use super::super::model::{Bound, Integer, Type};
use super::{Lowering, Place};

/// The number of a keyword that counts.
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

/// Whether `minimum` or `maximum` is itself no value that fits, as OpenAPI 3.0 says it.
pub(super) fn is_exclusive(node: &Node, key: &str) -> bool {
    let flag = if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
    node.get(flag).and_then(Node::as_bool) == Some(true)
}

impl Lowering<'_> {
    /// The smallest of Rust's types that takes every value the schema allows.
    pub(super) fn integer(&mut self, place: &Place, node: &Node) -> Integer {
        let (least, most) = (count(node, "minimum"), count(node, "maximum"));
        let exclusive = count(node, "exclusiveMinimum").map(|least| least.saturating_add(1));
        let least = least.max(exclusive);
        let named = match node.get("format").and_then(Node::as_str) {
            Some("int8") => Some(Integer::I8),
            Some("int16") => Some(Integer::I16),
            Some("int32") => Some(Integer::I32),
            Some("uint8") => Some(Integer::U8),
            Some("uint16") => Some(Integer::U16),
            Some("uint32") => Some(Integer::U32),
            Some("uint64") => Some(Integer::U64),
            _ => None,
        };
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

/// The limits that a property's keywords set, as far as a constant can hold them.
pub(super) fn bounds(node: &Node, ty: &Type) -> Vec<Bound> {
    let of_value = [("minimum", true), ("maximum", true)];
    let counts = [("minLength", false), ("maxLength", false), ("minItems", false), ("maxItems", false)];
    let held = |value: i128| match ty {
        Type::Integer(integer) => range(*integer).contains(&value),
        _ => false,
    };
    of_value
        .into_iter()
        .chain(counts)
        .filter(|(keyword, of_value)| !of_value || !is_exclusive(node, keyword))
        .filter_map(|(keyword, of_value)| Some(Bound { keyword, value: count(node, keyword)?, of_value }))
        .filter(|bound| if bound.of_value { held(bound.value) } else { u64::try_from(bound.value).is_ok() })
        // That a number is not negative, or a string may be empty, its type says.
        .filter(|bound| bound.value != 0 || !bound.keyword.starts_with("min"))
        .collect()
}
