//! Reads a union by its tag. Only the members before the tag are kept in between.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_path_to_error::Track;

use super::candidates::{quoted, select};
use super::variant::{Union, text_of};

/// Reads a value of a union whose types have a tag.
///
/// If the tag selects one type alone, that type reads the members behind the tag directly. Most servers write the tag
/// first.
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
        let mut has_tag = false;
        while let Some(name) = map.next_key_seed(UnlessTag(U::TAG))? {
            let Some(name) = name else {
                let tag = map.next_value::<Value>()?;
                if let Some(number) = only_variant::<U>(&tag).filter(|_| !has_tag) {
                    return read_selected(number, members, tag, map);
                }
                has_tag = true;
                members.push((Cow::Borrowed(U::TAG), tag));
                continue;
            };
            members.push((Cow::Owned(name), map.next_value()?));
        }
        select(Value::Object(members.into_iter().map(|(name, value)| (name.into_owned(), value)).collect()))
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

/// Reads the type that the tag selects.
fn read_selected<'de, U: Union, A: MapAccess<'de>>(
    number: usize,
    earlier: Vec<(Cow<'static, str>, Value)>,
    tag: Value,
    map: A,
) -> Result<U, A::Error> {
    let variant = &U::VARIANTS[number];
    let tag = (!variant.writes_tag).then_some((Cow::Borrowed(U::TAG), tag));
    let members = Members { earlier: tag.into_iter().chain(earlier), value: None, later: map };
    U::read(number, members).map_err(|error| A::Error::custom(format_args!("not {}: {error}", variant.name)))
}

/// The members of an object, some of which were read already, as a deserializer of the whole object.
struct Members<I, A> {
    earlier: I,
    /// The member of `earlier` whose name was asked for and whose value was not.
    value: Option<(Cow<'static, str>, Value)>,
    later: A,
}

impl<'de, I: Iterator<Item = (Cow<'static, str>, Value)>, A: MapAccess<'de>> Deserializer<'de>
    for Members<I, A>
{
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

impl<'de, I: Iterator<Item = (Cow<'static, str>, Value)>, A: MapAccess<'de>> MapAccess<'de>
    for Members<I, A>
{
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.value = self.earlier.next();
        match &self.value {
            Some((name, _)) => seed.deserialize(StrDeserializer::new(name)).map(Some),
            None => self.later.next_key_seed(seed),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let Some((name, value)) = self.value.take() else { return self.later.next_value_seed(seed) };
        // The tag, whose name is borrowed, was read already: no error is about it.
        let text = value.as_str().filter(|_| matches!(name, Cow::Owned(_))).map(str::to_owned);
        let mut track = Track::new();
        seed.deserialize(serde_path_to_error::Deserializer::new(value, &mut track)).map_err(|error| {
            let path = track.path().to_string();
            let at = if path.starts_with('[') { path } else { format!(".{path}") };
            let text = text.as_deref().map(quoted).unwrap_or_default();
            A::Error::custom(format_args!("{name}{}: {error}{text}", at.trim_end_matches('.')))
        })
    }
}

#[cfg(test)]
mod tests {
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
    fn an_error_names_the_place_before_and_behind_the_tag() {
        let before = read(r#"{"parts": [1, "two"], "kind": "message", "id": "a"}"#).unwrap_err();
        assert!(before.starts_with("not Message: parts[1]: invalid type: string \"two\""), "{before}");
        let before = read(r#"{"id": 3, "kind": "message", "parts": []}"#).unwrap_err();
        assert!(before.starts_with("not Message: id: invalid type: integer `3`"), "{before}");
        let behind = read(r#"{"kind": "message", "id": "a", "parts": [1, "two"]}"#).unwrap_err();
        assert!(behind.starts_with("not Message: invalid type: string \"two\""), "{behind}");
    }
}
