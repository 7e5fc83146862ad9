//! Reads a union whose tag comes first without keeping the value in between.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::candidates::select;
use super::variant::{Union, text_of};

/// Reads a value of a union whose types have a tag.
///
/// Most servers write the tag first. If it then selects one type alone, that type reads the other members directly.
///
/// # Errors
///
/// When the value is not of the type that the tag selects, or without a tag of none of the types.
pub(crate) fn read_tagged<'de, U: Union, D: Deserializer<'de>>(deserializer: D) -> Result<U, D::Error> {
    deserializer.deserialize_any(UnionVisitor(PhantomData))
}

struct UnionVisitor<U>(PhantomData<U>);

impl<'de, U: Union> Visitor<'de> for UnionVisitor<U> {
    type Value = U;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<U, A::Error> {
        let mut members = Map::new();
        match map.next_key_seed(UnlessTag(U::TAG))? {
            Some(None) => {
                let tag = map.next_value::<Value>()?;
                if let Some(number) = only_variant::<U>(&tag) {
                    let variant = &U::VARIANTS[number];
                    let tag = (!variant.writes_tag).then_some(tag);
                    let members = TagFirst { property: Some(U::TAG).filter(|_| tag.is_some()), tag, map };
                    let not = |error| A::Error::custom(format_args!("not {}: {error}", variant.name));
                    return U::read(number, members).map_err(not);
                }
                members.insert(U::TAG.to_owned(), tag);
            }
            Some(Some(name)) => drop(members.insert(name, map.next_value()?)),
            None => {}
        }
        while let Some((name, value)) = map.next_entry()? {
            members.insert(name, value);
        }
        select(Value::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<U, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        select(Value::Array(elements))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<U, E> {
        select(value.into())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<U, E> {
        select(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<U, E> {
        select(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<U, E> {
        select(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<U, E> {
        select(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<U, E> {
        select(Value::Null)
    }
}

/// The number of the variant that a tag selects. `None` if other properties or types have to be looked at.
fn only_variant<U: Union>(tag: &Value) -> Option<usize> {
    let tag = text_of(tag)?;
    let mut found = None;
    for (number, variant) in U::VARIANTS.iter().enumerate() {
        if variant.tags.is_empty() {
            return None;
        }
        if variant.tags.contains(&&*tag) {
            if found.is_some() || !variant.also.is_empty() {
                return None;
            }
            found = Some(number);
        }
    }
    found
}

/// A name that is not the tag's.
struct UnlessTag(&'static str);

impl<'de> DeserializeSeed<'de> for UnlessTag {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for UnlessTag {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<String>, E> {
        Ok((name != self.0).then(|| name.to_owned()))
    }
}

/// An object whose tag was read, as a deserializer of the whole object.
struct TagFirst<A> {
    /// The tag's name, until it is read.
    property: Option<&'static str>,
    /// The tag, until it is read.
    tag: Option<Value>,
    map: A,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for TagFirst<A> {
    type Error = A::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, A::Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for TagFirst<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        match self.property.take() {
            Some(property) => seed.deserialize(StrDeserializer::new(property)).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.tag.take() {
            Some(tag) => seed.deserialize(tag).map_err(A::Error::custom),
            None => self.map.next_value_seed(seed),
        }
    }
}
