//! Reads from a value that was kept, with the place of an error in it.
//!
//! A type that is read from several deserializers is compiled for each of them. All unions read from this one, which is
//! smaller than that of `serde_json` with the one of `serde_path_to_error` around it.

use std::borrow::Cow;
use std::{fmt, slice};

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, Expected, MapAccess, SeqAccess, Unexpected, Visitor};

use super::content::Content;

/// A deserializer of a value that was kept.
#[derive(Clone, Copy)]
pub(super) struct InMemory<'a>(pub(super) &'a Content<'a>);

/// An error, and the place of the value that it is about.
#[derive(Debug)]
pub(super) struct Fault {
    message: String,
    /// The steps from the place outward.
    steps: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Member(String),
    Element(usize),
}

impl Fault {
    /// The error of a caller that asks for a value before its name.
    #[cold]
    fn without_name() -> Self {
        Self::custom("a value without a name")
    }

    #[cold]
    fn inside_member(mut self, name: &str) -> Self {
        self.steps.push(Step::Member(name.to_owned()));
        self
    }

    #[cold]
    fn inside_element(mut self, index: usize) -> Self {
        self.steps.push(Step::Element(index));
        self
    }

    /// The path to the value, such as `parts[1].name`. Empty for the whole value.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            match step {
                Step::Member(name) if path.is_empty() => path.push_str(name),
                Step::Member(name) => path.push_str(&format!(".{name}")),
                Step::Element(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }

    /// The value that the error is about.
    pub(super) fn place<'a>(&self, whole: &'a Content<'a>) -> Option<&'a Content<'a>> {
        self.steps.iter().rev().try_fold(whole, |value, step| match step {
            Step::Member(name) => value.get(name),
            Step::Element(index) => match value {
                Content::Array(elements) => elements.get(*index),
                _ => None,
            },
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl Error for Fault {
    #[cold]
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), steps: Vec::new() }
    }

    // `serde_json` says `null`, not `unit value`.
    #[cold]
    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(serde_json::Error::invalid_type(unexpected, expected))
    }

    #[cold]
    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(serde_json::Error::invalid_value(unexpected, expected))
    }
}

/// The methods that read a number, of whatever type.
macro_rules! numbers {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.0 {
                Content::Unsigned(number) => visitor.visit_u64(*number),
                Content::Signed(number) => visitor.visit_i64(*number),
                Content::Float(number) => visitor.visit_f64(*number),
                other => Err(mismatch(other, &visitor)),
            }
        })*
    };
}

impl<'de> Deserializer<'de> for InMemory<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Content::Null => visitor.visit_unit(),
            Content::Bool(value) => visitor.visit_bool(*value),
            Content::Unsigned(number) => visitor.visit_u64(*number),
            Content::Signed(number) => visitor.visit_i64(*number),
            Content::Float(number) => visitor.visit_f64(*number),
            Content::Text(text) => visitor.visit_borrowed_str(text),
            Content::Array(elements) => visit_elements(elements, visitor),
            Content::Object(members) => visitor.visit_map(Members { left: members.iter(), member: None }),
        }
    }

    // What asks for one kind of value is not compiled for the others.

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Content::Bool(value) => visitor.visit_bool(*value),
            other => Err(mismatch(other, &visitor)),
        }
    }

    numbers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_u64 deserialize_u128 deserialize_f32 deserialize_f64
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Content::Text(text) => visitor.visit_borrowed_str(text),
            other => Err(mismatch(other, &visitor)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if *self.0 == Content::Null { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Content::Array(elements) => visit_elements(elements, visitor),
            other => Err(mismatch(other, &visitor)),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0 {
            Content::Object(members) => visitor.visit_map(Members { left: members.iter(), member: None }),
            other => Err(mismatch(other, &visitor)),
        }
    }

    // Models are objects. `serde_json` would read an array of the fields as well.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let json = self.0.clone().into_json();
        json.deserialize_enum(name, variants, visitor).map_err(Fault::custom)
    }

    serde::forward_to_deserialize_any! {
        char bytes byte_buf unit unit_struct tuple tuple_struct identifier ignored_any
    }
}

fn visit_elements<'de, V: Visitor<'de>>(
    elements: &'de [Content<'de>],
    visitor: V,
) -> Result<V::Value, Fault> {
    let mut left = Elements { all: elements, index: 0 };
    let value = visitor.visit_seq(&mut left)?;
    if left.index < elements.len() {
        return Err(Fault::invalid_length(elements.len(), &"fewer elements in array"));
    }
    Ok(value)
}

/// The error of a value of another kind.
#[cold]
pub(super) fn mismatch<E: Error>(value: &Content<'_>, expected: &dyn Expected) -> E {
    E::invalid_type(value.unexpected(), expected)
}

/// The elements of an array.
struct Elements<'a> {
    all: &'a [Content<'a>],
    /// The next one.
    index: usize,
}

impl<'a> SeqAccess<'a> for &mut Elements<'a> {
    type Error = Fault;

    fn next_element_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        let Some(element) = self.all.get(self.index) else { return Ok(None) };
        self.index += 1;
        match seed.deserialize(InMemory(element)) {
            Ok(value) => Ok(Some(value)),
            Err(fault) => Err(fault.inside_element(self.index - 1)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.len() - self.index)
    }
}

/// The members of an object.
struct Members<'a> {
    left: slice::Iter<'a, (Cow<'a, str>, Content<'a>)>,
    /// The member whose name was asked for.
    member: Option<&'a (Cow<'a, str>, Content<'a>)>,
}

impl<'a> MapAccess<'a> for Members<'a> {
    type Error = Fault;

    fn next_key_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<Option<S::Value>, Fault> {
        self.member = self.left.next();
        let Some((name, _)) = self.member else { return Ok(None) };
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let Some((name, value)) = self.member else { return Err(Fault::without_name()) };
        match seed.deserialize(InMemory(value)) {
            Ok(value) => Ok(value),
            Err(fault) => Err(fault.inside_member(name)),
        }
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left.len())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn content(json: &Value) -> Content<'_> {
        Content::deserialize(json).unwrap()
    }

    fn read<T: DeserializeOwned>(json: &Value) -> Result<T, Fault> {
        T::deserialize(InMemory(&content(json)))
    }

    #[test]
    fn values_are_read_as_serde_json_reads_them() {
        for json in [
            json!(null),
            json!([true, 7, -7, 1.5, "text", u64::MAX, i64::MIN]),
            json!({"a": {"b": [1]}, "": null}),
        ] {
            assert_eq!(read::<Value>(&json).unwrap(), json);
        }
        let tuple = read::<(u8, Option<f32>, String)>(&json!([1, 2, "a"])).unwrap();
        assert_eq!(tuple, (1, Some(2.0), "a".to_owned()));
        assert_eq!(read::<Option<String>>(&json!(null)).unwrap(), None);
        assert_eq!(read::<Result<u8, bool>>(&json!({"Ok": 7})).unwrap(), Ok(7));
    }

    #[test]
    fn errors_are_those_of_serde_json() {
        fn same<T: DeserializeOwned + fmt::Debug>(json: &Value) {
            let own = read::<T>(json).unwrap_err().to_string();
            assert_eq!(own, T::deserialize(json).unwrap_err().to_string());
        }
        for json in [json!("a"), json!([]), json!({}), json!(1.5), json!(-1), json!(null), json!(true)] {
            same::<u8>(&json);
            same::<Vec<u64>>(&if json.is_array() { json!([json]) } else { json.clone() });
            same::<(u8, u8)>(&json);
        }
        same::<(u8, u8)>(&json!([1, 2, 3]));
        same::<String>(&json!(7));
        same::<Result<u8, bool>>(&json!({"No": 7}));
    }

    #[test]
    fn an_error_has_its_place() {
        let json = json!({"a.b": [[], [{"c": "no"}]]});
        let fault = read::<BTreeMap<String, Vec<Vec<BTreeMap<String, u8>>>>>(&json).unwrap_err();
        assert_eq!(fault.path(), "a.b[1][0].c");
        assert_eq!(fault.place(&content(&json)).and_then(Content::as_text), Some("no"));
        let json = json!(["no"]);
        let fault = read::<Vec<u8>>(&json).unwrap_err();
        assert_eq!(fault.path(), "[0]");
        assert_eq!(fault.place(&content(&json)).and_then(Content::as_text), Some("no"));
        assert_eq!(read::<u8>(&json).unwrap_err().path(), "");
    }
}
