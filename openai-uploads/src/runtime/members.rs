//! The members of an object on their way into the fields of a struct, and out of them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize};

use super::integer::Read;
use super::loss::{self, Skipped};

/// The members of an object on their way into its fields.
///
/// Each member is offered to all fields in their order, and then to what takes those of no field. An error ends it: it
/// is kept, and everything after it gives nothing.
#[derive(Debug)]
pub struct Members<'de, A: MapAccess<'de>> {
    map: A,
    properties: &'static [&'static str],
    closed: bool,
    key: Key,
    /// The field that is asked next.
    field: usize,
    error: Option<A::Error>,
    lifetime: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> Members<'de, A> {
    pub(super) fn new(map: A, properties: &'static [&'static str], closed: bool) -> Self {
        Self { map, properties, closed, key: Key::Known(0), field: 0, error: None, lifetime: PhantomData }
    }

    /// The error that was met.
    pub(super) fn finish(self) -> Result<(), A::Error> {
        self.error.map_or(Ok(()), Err)
    }

    /// Goes to the next member; whether there is one. The first field is asked next.
    pub fn advance(&mut self) -> bool {
        self.field = 0;
        if self.error.is_some() {
            return false;
        }
        match self.map.next_key_seed(KeySeed { properties: self.properties, closed: self.closed }) {
            Ok(Some(key)) => {
                self.key = key;
                true
            }
            Ok(None) => false,
            Err(error) => {
                self.error = Some(error);
                false
            }
        }
    }

    /// Offers the member to the next field, which reads it if it is its own.
    pub fn read<T: Deserialize<'de>>(&mut self, field: &mut Option<T>) {
        let index = self.field;
        self.field += 1;
        if !matches!(self.key, Key::Known(known) if known == index) {
            return;
        }
        if field.is_some() {
            self.error = Some(A::Error::duplicate_field(self.properties[index]));
            return;
        }
        match self.map.next_value() {
            Ok(Read(value)) => *field = Some(value),
            Err(error) => self.error = Some(error),
        }
    }

    /// Offers the member to the next field, which keeps `null` apart from a missing member.
    pub fn read_or_null<T: Deserialize<'de>>(&mut self, field: &mut Option<Option<Option<T>>>) {
        let mut value = None;
        self.read(&mut value);
        if let Some(value) = value {
            if field.is_some() {
                self.error = Some(A::Error::duplicate_field(self.properties[self.field - 1]));
            }
            *field = Some(Some(value));
        }
    }

    /// Skips a member without a field.
    pub fn skip(&mut self) {
        if matches!(self.key, Key::Other(_)) {
            self.error = self.map.next_value::<Skipped>().err();
        }
    }

    /// Keeps a member without a field.
    pub fn keep<T: Deserialize<'de>>(&mut self, rest: &mut BTreeMap<String, T>) {
        if let Key::Other(name) = &mut self.key {
            loss::note_unnamed();
            match self.map.next_value() {
                Ok(Read(value)) => drop(rest.insert(std::mem::take(name), value)),
                Err(error) => self.error = Some(error),
            }
        }
    }

    /// What the next field is, when all members were read. A missing one is `None` where it is an `Option`, and an
    /// error elsewhere.
    pub fn take<T: Deserialize<'de>>(&mut self, field: Option<T>) -> Option<T> {
        let property = self.properties[self.field];
        self.field += 1;
        if field.is_some() || self.error.is_some() {
            return field;
        }
        T::deserialize(Missing { property, error: PhantomData })
            .map_err(|error| self.error = Some(error))
            .ok()
    }

    /// What the next field is, when all members were read: the default if it is missing.
    pub fn take_or_default<T: Default>(&mut self, field: Option<T>) -> Option<T> {
        self.take_or(field, T::default)
    }

    /// What the next field is, when all members were read: the only value that the document allows if it is missing.
    pub fn take_or<T>(&mut self, field: Option<T>, only: impl FnOnce() -> T) -> Option<T> {
        self.field += 1;
        Some(field.unwrap_or_else(only))
    }
}

/// The name of a member.
#[derive(Debug)]
enum Key {
    /// The property at this place.
    Known(usize),
    /// No field's.
    Other(String),
}

struct KeySeed {
    properties: &'static [&'static str],
    closed: bool,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a property")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
        match self.properties.iter().position(|property| *property == name) {
            Some(index) => Ok(Key::Known(index)),
            None if self.closed => Err(E::unknown_field(name, self.properties)),
            None => Ok(Key::Other(name.to_owned())),
        }
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
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// The members of an object on their way out of its fields, in their order. After an error nothing more is written.
#[derive(Debug)]
pub struct Writer<M: SerializeMap> {
    map: M,
    properties: &'static [&'static str],
    /// The field that is written next.
    field: usize,
    error: Option<M::Error>,
}

impl<M: SerializeMap> Writer<M> {
    pub(super) fn new(map: M, properties: &'static [&'static str]) -> Self {
        Self { map, properties, field: 0, error: None }
    }

    pub(super) fn finish(self) -> Result<M::Ok, M::Error> {
        match self.error {
            Some(error) => Err(error),
            None => self.map.end(),
        }
    }

    /// Writes the next field.
    pub fn write<T: Serialize + ?Sized>(&mut self, value: &T) {
        let property = self.properties[self.field];
        self.field += 1;
        if self.error.is_none() {
            self.error = self.map.serialize_entry(property, value).err();
        }
    }

    /// Writes the next field, unless it is `None`.
    pub fn write_some<T: Serialize>(&mut self, value: &Option<T>) {
        match value {
            Some(value) => self.write(value),
            None => self.leave_out(),
        }
    }

    /// Writes the next field, unless it is `null`.
    pub fn write_unless_null(&mut self, value: &serde_json::Value) {
        if value.is_null() { self.leave_out() } else { self.write(value) }
    }

    /// Leaves the next field out.
    pub fn leave_out(&mut self) {
        self.field += 1;
    }

    /// Writes what has no field.
    pub fn rest<T: Serialize>(&mut self, rest: &BTreeMap<String, T>) {
        for (property, value) in rest {
            if self.error.is_none() {
                self.error = self.map.serialize_entry(property, value).err();
            }
        }
    }
}
