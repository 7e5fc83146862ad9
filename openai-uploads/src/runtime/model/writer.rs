//! The fields of a struct on their way out.

use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeStruct};

/// A field that may be left out.
pub(crate) trait Optional {
    /// Whether there is nothing to write.
    fn is_missing(&self) -> bool;
}

impl<T> Optional for Option<T> {
    fn is_missing(&self) -> bool {
        self.is_none()
    }
}

impl Optional for serde_json::Value {
    fn is_missing(&self) -> bool {
        self.is_null()
    }
}

/// Where fields are written.
pub(crate) trait Sink {
    /// The error of writing.
    type Error;

    /// Writes a field.
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error>;

    /// Leaves a field out.
    fn leave_out(&mut self, name: &'static str) -> Result<(), Self::Error>;

    /// Writes a property that has no field.
    fn other<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), Self::Error>;
}

/// Writes the fields of a struct in their order. After an error nothing more is written.
pub(crate) struct Writer<K: Sink> {
    sink: K,
    properties: &'static [&'static str],
    /// The field that is written next.
    field: usize,
    error: Option<K::Error>,
}

impl<K: Sink> Writer<K> {
    pub(super) fn new(sink: K, properties: &'static [&'static str]) -> Self {
        Self { sink, properties, field: 0, error: None }
    }

    /// The sink, or the error that was met.
    pub(super) fn finish(self) -> Result<K, K::Error> {
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.sink),
        }
    }

    fn next(&mut self) -> &'static str {
        let property = self.properties[self.field];
        self.field += 1;
        property
    }

    /// Writes the next field.
    pub(crate) fn write<T: Serialize + ?Sized>(&mut self, value: &T) {
        let property = self.next();
        if self.error.is_none() {
            self.error = self.sink.field(property, value).err();
        }
    }

    /// Writes the next field, unless there is nothing to write.
    pub(crate) fn write_optional<T: Serialize + Optional>(&mut self, value: &T) {
        if value.is_missing() { self.leave_out() } else { self.write(value) }
    }

    /// Leaves the next field out.
    pub(crate) fn leave_out(&mut self) {
        let property = self.next();
        if self.error.is_none() {
            self.error = self.sink.leave_out(property).err();
        }
    }

    /// Writes the properties that have no field.
    pub(crate) fn others<T: Serialize>(&mut self, others: &BTreeMap<String, T>) {
        for (name, value) in others {
            if self.error.is_none() {
                self.error = self.sink.other(name, value).err();
            }
        }
    }
}

/// Counts what is written, because formats need the number of fields first.
pub(super) struct Count(pub(super) usize);

impl Sink for Count {
    type Error = std::convert::Infallible;

    fn field<T: Serialize + ?Sized>(&mut self, _: &'static str, _: &T) -> Result<(), Self::Error> {
        self.0 += 1;
        Ok(())
    }

    fn leave_out(&mut self, _: &'static str) -> Result<(), Self::Error> {
        Ok(())
    }

    fn other<T: Serialize>(&mut self, _: &str, _: &T) -> Result<(), Self::Error> {
        self.0 += 1;
        Ok(())
    }
}

/// Writes a struct, all of whose properties have fields.
pub(super) struct Struct<S>(pub(super) S);

impl<S: SerializeStruct> Sink for Struct<S> {
    type Error = S::Error;

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_field(name, value)
    }

    fn leave_out(&mut self, name: &'static str) -> Result<(), S::Error> {
        self.0.skip_field(name)
    }

    fn other<T: Serialize>(&mut self, _: &str, _: &T) -> Result<(), S::Error> {
        Ok(())
    }
}

/// Writes a map, since a struct has known properties only.
pub(super) struct Map<S>(pub(super) S);

impl<S: SerializeMap> Sink for Map<S> {
    type Error = S::Error;

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_entry(name, value)
    }

    fn leave_out(&mut self, _: &'static str) -> Result<(), S::Error> {
        Ok(())
    }

    fn other<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_entry(name, value)
    }
}
