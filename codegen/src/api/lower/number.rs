//! The types of integers, and the limits that become constants.

use crate::document::Schema;
use crate::document::schema::{CountLimit, lower_limit, strictest_count, upper_limit};

use super::super::model::{Bound, Integer, Type};
use super::Lowering;
use super::place::Place;

impl Lowering<'_> {
    /// The smallest Rust type that holds every value which the schemas allow.
    pub(super) fn integer(&mut self, place: &Place, schemas: &[Schema<'_>]) -> Integer {
        let least = lower_limit(schemas)
            .and_then(|limit| Some(limit.whole?.saturating_add(i128::from(limit.exclusive))));
        let most = upper_limit(schemas)
            .and_then(|limit| Some(limit.whole?.saturating_sub(i128::from(limit.exclusive))));
        let named = schemas.iter().rev().find_map(|schema| format(*schema));
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

fn format(schema: Schema<'_>) -> Option<Integer> {
    match schema.format()? {
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

/// The limits of a property's values that a constant can hold.
pub(super) fn bounds(schemas: &[Schema<'_>], ty: &Type) -> Vec<Bound> {
    let held = |value: &i128| match ty {
        Type::Integer(integer) => range(*integer).contains(value),
        _ => false,
    };
    let of_value = [("minimum", lower_limit(schemas)), ("maximum", upper_limit(schemas))];
    let of_value = of_value.into_iter().filter_map(|(keyword, limit)| {
        let value = limit.filter(|limit| !limit.exclusive)?.whole.filter(held)?;
        Some(Bound { keyword, value, of_value: true })
    });
    let counts =
        [CountLimit::MIN_LENGTH, CountLimit::MAX_LENGTH, CountLimit::MIN_ITEMS, CountLimit::MAX_ITEMS];
    let counts = counts.into_iter().filter_map(|limit| {
        let value = strictest_count(schemas, limit).filter(|count| u64::try_from(*count).is_ok())?;
        Some(Bound { keyword: limit.keyword, value, of_value: false })
    });
    // The type says already that a number is not negative, and a string may always be empty.
    of_value.chain(counts).filter(|bound| bound.value != 0 || !bound.keyword.starts_with("min")).collect()
}
