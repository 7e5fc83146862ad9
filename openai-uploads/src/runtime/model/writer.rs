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

/// Takes the fields of a struct in their order.
pub(crate) trait Fields {
    /// Takes the next field.
    fn write<T: Serialize + ?Sized>(&mut self, value: &T);

    /// Leaves the next field out.
    fn leave_out(&mut self);

    /// Takes the next field, unless there is nothing to write.
    fn write_optional<T: Serialize + Optional>(&mut self, value: &T) {
        if value.is_missing() { self.leave_out() } else { self.write(value) }
    }

    /// Takes the properties that have no field.
    fn others<T: Serialize>(&mut self, others: &BTreeMap<String, T>);
}

/// Counts what is written, because formats need the number of fields first.
pub(super) struct Count(pub(super) usize);

impl Fields for Count {
    fn write<T: Serialize + ?Sized>(&mut self, _value: &T) {
        self.0 += 1;
    }

    fn leave_out(&mut self) {}

    fn others<T: Serialize>(&mut self, others: &BTreeMap<String, T>) {
        self.0 += others.len();
    }
}

/// Writes the fields into a sink. After an error nothing more is written.
pub(super) struct Writer<K: Sink> {
    sink: K,
    properties: &'static [&'static str],
    /// The field that is written next.
    field: usize,
    error: Option<K::Error>,
}

/// What a writer writes into.
pub(super) trait Sink {
    /// The error of writing.
    type Error;

    /// Writes a field.
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Self::Error>;

    /// Leaves a field out.
    fn leave_out(&mut self, name: &'static str) -> Result<(), Self::Error>;

    /// Writes a property that has no field.
    fn other<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), Self::Error>;
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

    /// The name of the next field. `None` after an error.
    fn next(&mut self) -> Option<&'static str> {
        let property = self.properties[self.field];
        self.field += 1;
        self.error.is_none().then_some(property)
    }

    fn note(&mut self, written: Result<(), K::Error>) {
        self.error = written.err();
    }
}

impl<K: Sink> Fields for Writer<K> {
    fn write<T: Serialize + ?Sized>(&mut self, value: &T) {
        if let Some(property) = self.next() {
            let written = self.sink.field(property, value);
            self.note(written);
        }
    }

    fn leave_out(&mut self) {
        if let Some(property) = self.next() {
            let left_out = self.sink.leave_out(property);
            self.note(left_out);
        }
    }

    fn others<T: Serialize>(&mut self, others: &BTreeMap<String, T>) {
        for (name, value) in others {
            if self.error.is_none() {
                self.error = self.sink.other(name, value).err();
            }
        }
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
