//! Integers that are written with a fraction or an exponent: `1.0` and `1e3` are integers to JSON Schema, and serde's
//! implementations refuse them.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A value whose integers may be written as `1.0` or `1e3`: itself, in arrays, in maps and in options. A struct decides
/// for its own fields.
pub(crate) struct Read<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(Integers(deserializer)).map(Self)
    }
}

impl<T> Read<T> {
    /// Reads such a value without a step of its own in between.
    pub(crate) const fn seed() -> Integers<PhantomData<T>> {
        Integers(PhantomData)
    }
}

/// A deserializer, seed, visitor or access with the one it wraps.
pub(crate) struct Integers<T>(T);

macro_rules! as_integer {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Integer(visitor))
        })*
    };
}

macro_rules! unchanged {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* visitor)
        })*
    };
}

macro_rules! as_container {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method($($argument,)* Integers(visitor))
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Integers<D> {
    type Error = D::Error;

    as_integer! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    as_container! {
        deserialize_option()
        deserialize_newtype_struct(name: &'static str)
        deserialize_seq()
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map()
    }

    unchanged! {
        deserialize_any()
        deserialize_bool()
        deserialize_i128()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_unit()
        deserialize_unit_struct(name: &'static str)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_identifier()
        deserialize_ignored_any()
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

/// The visitor of an option, an array or a map.
impl<'de, V: Visitor<'de>> Visitor<'de> for Integers<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Integers(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Integers(deserializer))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, sequence: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Integers(sequence))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Integers(map))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Integers<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Integers(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Integers<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Integers(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Integers<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Integers(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

/// The visitor of an integer.
struct Integer<V>(V);

impl<'de, V: Visitor<'de>> Visitor<'de> for Integer<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<V::Value, E> {
        self.0.visit_i64(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<V::Value, E> {
        self.0.visit_u64(value)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the number has no fraction and is within the range"
    )]
    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        // The powers of two beyond which the types end.
        const I64_END: f64 = 9_223_372_036_854_775_808.0;
        const U64_END: f64 = 18_446_744_073_709_551_616.0;
        if value.fract() != 0.0 {
            self.0.visit_f64(value)
        } else if (0.0..U64_END).contains(&value) {
            self.0.visit_u64(value as u64)
        } else if (-I64_END..0.0).contains(&value) {
            self.0.visit_i64(value as i64)
        } else {
            self.0.visit_f64(value)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, String> {
        serde_json::from_str::<Read<T>>(json).map(|read| read.0).map_err(|error| error.to_string())
    }

    #[test]
    fn integers_may_have_a_fraction_of_zero_or_an_exponent() {
        assert_eq!(read("1.0"), Ok(1_i64));
        assert_eq!(read("-1e3"), Ok(-1000_i32));
        assert_eq!(read("1E2"), Ok(100_u8));
        assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(read("[1.0, null, 2]"), Ok(vec![Some(1_u64), None, Some(2)]));
        assert_eq!(read("[1.0, \"a\"]"), Ok((1_i64, "a".to_owned())));
        assert_eq!(read("{\"a\": [2.0]}"), Ok(BTreeMap::from([("a".to_owned(), vec![2_i64])])));
        assert_eq!(read("[1.0]"), Ok(vec![1.0_f64]));
    }

    #[test]
    fn other_numbers_are_not_integers() {
        for (json, error) in [
            ("1.5", "invalid type: floating point `1.5`, expected i64"),
            ("1e30", "invalid type: floating point `1e+30`, expected i64"),
            ("\"1\"", "invalid type: string \"1\", expected i64"),
            ("null", "invalid type: null, expected i64"),
        ] {
            let found = read::<i64>(json).unwrap_err();
            assert!(found.starts_with(error), "{found}");
        }
        assert!(read::<u8>("256.0").unwrap_err().starts_with("invalid value: integer `256`, expected u8"));
        assert!(read::<u64>("-1.0").unwrap_err().starts_with("invalid value: integer `-1`, expected u64"));
    }
}
