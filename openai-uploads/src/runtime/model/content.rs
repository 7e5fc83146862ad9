//! A JSON value that is kept until it is clear which type reads it.

use std::borrow::Cow;
use std::fmt;
use std::num::ParseFloatError;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};
use serde_json::Value;

/// A JSON value. Unlike `serde_json`'s it borrows the texts of the input, and keeps the order of members.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content<'de> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(Cow<'de, str>),
    Array(Vec<Self>),
    Object(Members<'de>),
}

/// The name of the one member that `serde_json` gives a number where the program has its feature `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// The members of an object.
pub(super) type Members<'de> = Vec<(Cow<'de, str>, Content<'de>)>;

impl Content<'_> {
    /// The member with this name, if the value is an object that has it.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    /// The text of a string.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value, as errors name it.
    pub(super) fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Unsigned(number) => Unexpected::Unsigned(*number),
            Self::Signed(number) => Unexpected::Signed(*number),
            Self::Float(number) => Unexpected::Float(*number),
            Self::Text(text) => Unexpected::Str(text),
            Self::Array(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        }
    }

    /// The value as `serde_json` has it.
    pub(super) fn into_json(self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => value.into(),
            Self::Unsigned(number) => number.into(),
            Self::Signed(number) => number.into(),
            Self::Float(number) => number.into(),
            Self::Text(text) => text.into_owned().into(),
            Self::Array(elements) => elements.into_iter().map(Self::into_json).collect(),
            Self::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (name.into_owned(), value.into_json()));
                Value::Object(members.collect())
            }
        }
    }
}

impl FromStr for Content<'_> {
    type Err = ParseFloatError;

    /// Reads a number.
    fn from_str(number: &str) -> Result<Self, ParseFloatError> {
        let unsigned = number.parse().map(Content::Unsigned);
        let integer = unsigned.or_else(|_| number.parse().map(Content::Signed));
        integer.or_else(|_| number.parse().map(Content::Float))
    }
}

impl<'de> Deserialize<'de> for Content<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Content<'de>, E> {
        Ok(Content::Null)
    }

    fn visit_none<E>(self) -> Result<Content<'de>, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content<'de>, D::Error> {
        Content::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content<'de>, E> {
        Ok(Content::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Content<'de>, E> {
        Ok(Content::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Content<'de>, E> {
        Ok(u64::try_from(number).map_or(Content::Signed(number), Content::Unsigned))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Content<'de>, E> {
        Ok(Content::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Content<'de>, E> {
        Ok(Content::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Content<'de>, E> {
        Ok(Content::Text(Cow::Borrowed(text)))
    }

    fn visit_string<E>(self, text: String) -> Result<Content<'de>, E> {
        Ok(Content::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Content<'de>, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = sequence.next_element()? {
            elements.push(element);
        }
        Ok(Content::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Content<'de>, A::Error> {
        let mut members: Members<'de> = Vec::new();
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        match members.as_slice() {
            [(name, Content::Text(number))] if name == NUMBER => number.parse().map_err(A::Error::custom),
            _ => Ok(Content::Object(members)),
        }
    }
}

/// The name of a member.
pub(super) struct Name<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }
}

#[cfg(test)]
mod tests {
    use serde::de::value::MapDeserializer;

    use super::*;

    #[test]
    fn a_value_is_kept_as_it_is() {
        let text = r#"{"b":[null,true,7,-7,1.5,18446744073709551615,"a\nb"],"a":{"":"plain"}}"#;
        let content: Content<'_> = serde_json::from_str(text).unwrap();
        assert_eq!(content.get("a").and_then(|a| a.get("")).and_then(Content::as_text), Some("plain"));
        assert_eq!(content.get("c"), None);
        assert_eq!(content.into_json(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn numbers_of_arbitrary_precision_are_numbers() {
        for (number, expected) in
            [("7", Content::Unsigned(7)), ("-7", Content::Signed(-7)), ("1.5e3", Content::Float(1500.0))]
        {
            let members = [(NUMBER, number)].into_iter();
            let map = MapDeserializer::<_, serde_json::Error>::new(members);
            assert_eq!(Content::deserialize(map).unwrap(), expected);
        }
    }

    #[test]
    fn texts_are_borrowed_where_the_input_has_them() {
        let is_borrowed = |text| match serde_json::from_str(text).unwrap() {
            Content::Text(text) => matches!(text, Cow::Borrowed(_)),
            other => panic!("{other:?}"),
        };
        assert!(is_borrowed(r#""plain""#));
        assert!(!is_borrowed(r#""a\nb""#));
    }
}
