//! The members of an object on their way into the fields of a struct.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::integer::Read;
use super::loss::{self, Skipped};

/// What happens to properties that have no field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    /// They are ignored.
    Skip,
    /// A map has them.
    Keep,
    /// They are an error.
    Refuse,
}

/// The members of an object on their way into its fields.
///
/// Each member is offered to the fields in their order until one reads it, and then to what takes those of no field. An
/// error ends the reading: it is kept, and everything after it gives nothing.
pub(crate) struct Members<'de, A: MapAccess<'de>> {
    map: A,
    properties: &'static [&'static str],
    others: Others,
    /// The field of the last member, or `NO_FIELD`.
    member: usize,
    /// The name of a member that has no field and is kept.
    name: String,
    error: Option<A::Error>,
    lifetime: PhantomData<&'de ()>,
}

const NO_FIELD: usize = usize::MAX;

#[expect(
    clippy::inline_always,
    reason = "the places of fields become constants, and their comparisons a jump"
)]
impl<'de, A: MapAccess<'de>> Members<'de, A> {
    #[inline]
    pub(super) fn new(map: A, properties: &'static [&'static str], others: Others) -> Self {
        let (name, lifetime) = (String::new(), PhantomData);
        Self { map, properties, others, member: NO_FIELD, name, error: None, lifetime }
    }

    /// Whether there was an error.
    #[inline]
    pub(crate) fn has_failed(&self) -> bool {
        self.error.is_some()
    }

    /// The error that there was.
    #[cold]
    pub(crate) fn into_error(self) -> A::Error {
        self.error.unwrap_or_else(|| A::Error::custom("an object without one of its properties"))
    }

    /// Goes to the next member. Returns its field, or a number that no field has.
    #[inline]
    pub(crate) fn advance(&mut self) -> Option<usize> {
        if self.error.is_some() {
            return None;
        }
        // Members mostly come in the order of the fields.
        let likely = self.member.wrapping_add(1);
        let (properties, others, name) = (self.properties, self.others, &mut self.name);
        let key = self.map.next_key_seed(KeySeed { properties, others, likely, name });
        match key {
            Ok(Some(field)) => {
                self.member = field;
                Some(field)
            }
            Ok(None) => None,
            Err(error) => {
                self.fail(error);
                None
            }
        }
    }

    /// Reads the member into the field with the number `index` if it is its own. Returns whether it is. The number
    /// goes on to the next field.
    #[inline(always)]
    pub(crate) fn read<T: Deserialize<'de>>(
        &mut self,
        member: usize,
        index: &mut usize,
        field: &mut Option<T>,
    ) -> bool {
        if member != *index {
            *index += 1;
            return false;
        }
        self.read_into(field);
        true
    }

    #[inline]
    fn read_into<T: Deserialize<'de>>(&mut self, field: &mut Option<T>) {
        if field.is_some() {
            return self.refuse_second();
        }
        match self.map.next_value_seed(Read::seed()) {
            Ok(value) => *field = Some(value),
            Err(error) => self.fail(error),
        }
    }

    // These are compiled once for each kind of map, and not for each type of field.

    #[cold]
    fn refuse_second(&mut self) {
        self.fail(A::Error::duplicate_field(self.properties[self.member]));
    }

    #[cold]
    fn fail(&mut self, error: A::Error) {
        self.error = Some(error);
    }

    /// Skips a member without a field.
    #[inline]
    pub(crate) fn skip(&mut self) -> bool {
        self.error = self.map.next_value::<Skipped>().err();
        true
    }

    /// Keeps a member without a field.
    pub(crate) fn keep<T: Deserialize<'de>>(&mut self, others: &mut BTreeMap<String, T>) -> bool {
        loss::note_unnamed();
        match self.map.next_value_seed(Read::seed()) {
            Ok(value) => drop(others.insert(std::mem::take(&mut self.name), value)),
            Err(error) => self.fail(error),
        }
        true
    }

    /// The value of the field with the number `index`, when all members were read. The number goes on to the next
    /// field. A missing value is `None` where it is an `Option`, and an error elsewhere.
    #[inline(always)]
    pub(crate) fn take<T: Deserialize<'de>>(&mut self, index: &mut usize, field: Option<T>) -> Option<T> {
        *index += 1;
        if field.is_some() || self.error.is_some() {
            return field;
        }
        missing(self.properties, *index - 1, &mut self.error)
    }
}

/// The value of a property that is not there. It is compiled for each error, not for each deserializer.
#[cold]
fn missing<'de, T: Deserialize<'de>, E: serde::de::Error>(
    properties: &[&'static str],
    index: usize,
    error: &mut Option<E>,
) -> Option<T> {
    match T::deserialize(Missing { property: properties[index], error: PhantomData }) {
        Ok(value) => Some(value),
        Err(missing) => {
            *error = Some(missing);
            None
        }
    }
}

/// The value of a field, when all members were read: the given one if it is missing.
#[inline]
pub(crate) fn value_or<T>(field: Option<T>, default: impl FnOnce() -> T) -> T {
    field.unwrap_or_else(|| {
        loss::note_absent();
        default()
    })
}

struct KeySeed<'a> {
    properties: &'static [&'static str],
    others: Others,
    /// The field whose name it likely is.
    likely: usize,
    /// Where a name without a field is kept.
    name: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = usize;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    #[inline]
    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<usize, E> {
        if self.properties.get(self.likely).is_some_and(|property| *property == name) {
            return Ok(self.likely);
        }
        let field = self.properties.iter().position(|property| *property == name);
        match self.others {
            Others::Refuse if field.is_none() => return Err(E::unknown_field(name, self.properties)),
            Others::Keep if field.is_none() => name.clone_into(self.name),
            _ => {}
        }
        Ok(field.unwrap_or(NO_FIELD))
    }

    fn visit_bytes<E: serde::de::Error>(self, name: &[u8]) -> Result<usize, E> {
        self.visit_str(&String::from_utf8_lossy(name))
    }
}

/// The value of a property that is not there: `None` for an `Option`, for anything else the error that it is missing.
struct Missing<E> {
    property: &'static str,
    error: PhantomData<E>,
}

impl<'de, E: serde::de::Error> Deserializer<'de> for Missing<E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, E> {
        Err(E::missing_field(self.property))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        loss::note_absent();
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
