//! Reads a union by its tag.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::candidates::select;
use super::content::{Content, Name};
use super::in_memory::mismatch;
use super::variant::{Union, only_variant};

/// Reads a value of a union whose types have a tag.
///
/// If the tag comes first, as most servers write it, and selects one type alone, that type reads the members behind the
/// tag directly. Otherwise the whole value is kept until the tag is known.
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
        let mut members = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            let value = map.next_value()?;
            if members.is_empty()
                && name == U::TAG
                && let Some(number) = only_variant(U::VARIANTS, &value)
            {
                return read_selected(number, value, map);
            }
            members.push((name, value));
        }
        select(Content::Object(members))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<U, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        select(Content::Array(elements))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<U, E> {
        select(Content::Text(Cow::Borrowed(value)))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<U, E> {
        select(Content::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<U, E> {
        select(u64::try_from(value).map_or(Content::Signed(value), Content::Unsigned))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<U, E> {
        select(Content::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<U, E> {
        select(Content::Float(value))
    }

    fn visit_unit<E: Error>(self) -> Result<U, E> {
        select(Content::Null)
    }
}

/// Reads the type that the tag selects.
fn read_selected<'de, U: Union, A: MapAccess<'de>>(
    number: usize,
    tag: Content<'de>,
    map: A,
) -> Result<U, A::Error> {
    let variant = &U::VARIANTS[number];
    let next = if variant.writes_tag { Next::Later } else { Next::TagName };
    let members = Members { name: U::TAG, tag, next, later: map };
    U::read(number, members).map_err(|error| A::Error::custom(format_args!("not {}: {error}", variant.name)))
}

/// The members of an object whose tag was read already, as a deserializer of the whole object.
struct Members<'de, A> {
    /// The name of the tag.
    name: &'static str,
    tag: Content<'de>,
    next: Next,
    later: A,
}

/// What is read next.
enum Next {
    TagName,
    TagValue,
    Later,
}

impl<'de, A: MapAccess<'de>> Deserializer<'de> for Members<'de, A> {
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

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, A> {
    type Error = A::Error;

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        match self.next {
            Next::TagName => {
                self.next = Next::TagValue;
                seed.deserialize(BorrowedStrDeserializer::new(self.name)).map(Some)
            }
            Next::TagValue | Next::Later => {
                self.next = Next::Later;
                self.later.next_key_seed(seed)
            }
        }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        match self.next {
            Next::TagValue => seed.deserialize(Tag { value: &self.tag, error: PhantomData }),
            Next::TagName | Next::Later => self.later.next_value_seed(seed),
        }
    }
}

/// A tag as the value of its field.
struct Tag<'a, E> {
    value: &'a Content<'a>,
    error: PhantomData<E>,
}

impl<'de, E: Error> Deserializer<'de> for Tag<'_, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Content::Text(tag) => visitor.visit_str(tag),
            Content::Bool(tag) => visitor.visit_bool(*tag),
            Content::Unsigned(tag) => visitor.visit_u64(*tag),
            Content::Signed(tag) => visitor.visit_i64(*tag),
            Content::Float(tag) => visitor.visit_f64(*tag),
            // They select no variant alone.
            Content::Null | Content::Array(_) | Content::Object(_) => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    // Most fields of the types are no tags. These methods are compiled for all of them, and so are short.

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        match self.value {
            Content::Text(tag) => visitor.visit_str(tag),
            other => Err(mismatch(other, &visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        self.deserialize_str(visitor)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        Err(mismatch(self.value, &visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        Err(mismatch(self.value, &visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        Err(mismatch(self.value, &visitor))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct
        enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    #[derive(Clone, Debug, PartialEq)]
    struct Message {
        id: String,
        kind: String,
        parts: Vec<u64>,
    }

    json_object!(Message { id, kind, parts });

    #[derive(Clone, Debug, PartialEq)]
    enum Item {
        Message(Message),
        Other(Value),
    }

    json_union!(#[tag = "kind"] Item { Message = "message" });

    fn read(text: &str) -> Result<Item, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn the_tag_may_be_anywhere() {
        let message = Message { id: "a".to_owned(), kind: "message".to_owned(), parts: vec![1, 2] };
        for text in [
            r#"{"kind": "message", "id": "a", "parts": [1, 2]}"#,
            r#"{"id": "a", "kind": "message", "parts": [1, 2]}"#,
            r#"{"id": "a", "parts": [1, 2], "kind": "message"}"#,
            r#"{"parts": [1.0, 2e0], "kind": "message", "id": "a"}"#,
        ] {
            assert_eq!(read(text), Ok(Item::Message(message.clone())), "{text}");
        }
        assert!(matches!(read(r#"{"id": "a", "kind": "other"}"#), Ok(Item::Other(_))));
    }

    #[test]
    fn a_tag_without_a_field_is_not_among_the_other_properties() {
        #[derive(Clone, Debug, PartialEq)]
        struct Open {
            id: u64,
            others: BTreeMap<String, Value>,
        }
        json_object!(Open { id, ..others });

        #[derive(Clone, Debug, PartialEq)]
        enum Kept {
            Open(Open),
            Other(Value),
        }
        json_union!(#[tag = "kind"] Kept { Open(write_tag) = "open" });

        for text in [r#"{"kind": "open", "id": 7}"#, r#"{"id": 7, "kind": "open"}"#] {
            let kept: Kept = serde_json::from_str(text).unwrap();
            assert_eq!(kept, Kept::Open(Open { id: 7, others: BTreeMap::new() }), "{text}");
        }
    }

    #[test]
    fn a_property_is_there_once() {
        for text in [
            r#"{"kind": "message", "id": "a", "id": "b", "parts": []}"#,
            r#"{"id": "a", "id": "b", "kind": "message", "parts": []}"#,
        ] {
            assert!(read(text).unwrap_err().contains("duplicate field `id`"), "{text}");
        }
    }

    #[test]
    fn an_error_names_the_place_before_and_behind_the_tag() {
        let before = read(r#"{"parts": [1, "two"], "kind": "message", "id": "a"}"#).unwrap_err();
        assert!(before.starts_with("not Message: parts[1]: invalid type: string \"two\""), "{before}");
        let before = read(r#"{"id": 3, "kind": "message", "parts": []}"#).unwrap_err();
        assert!(before.starts_with("not Message: id: invalid type: integer `3`"), "{before}");
        let behind = read(r#"{"kind": "message", "id": "a", "parts": [1, "two"]}"#).unwrap_err();
        assert!(behind.starts_with("not Message: invalid type: string \"two\""), "{behind}");
    }
}
