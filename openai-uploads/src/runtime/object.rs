//! Values that are objects with known properties.

/// Defines an object with known properties, which reads and writes as serde's derives would have it.
///
/// `pub struct Name { pub field: Type = "property", … }` names each field's property, which has to be there; one whose
/// field is an `Option` reads as `None` where it is missing, and is written as `null`. After the name it may say how
/// a property is that may be missing:
///
/// - `| None`: it is left out where the field is `None`;
/// - `| Default`: a missing one is the default of its type;
/// - `| Null`: it is left out where the field is JSON's `null`, which a missing one is;
/// - `| Unsent`: as `None`, and never written.
///
/// A last `..pub field: BTreeMap<String, Type>` takes the properties that have no field. Otherwise they are ignored,
/// and in a `#[closed]` object they are an error.
///
/// What serde's derives expand to takes rustc longer to check than all else in a crate of models together. Here a
/// property is three calls without a branch, and all that decides anything is in functions of the runtime.
macro_rules! object {
    (#[closed] $($rest:tt)*) => { object! { @closed true; $($rest)* } };
    (@closed $closed:literal; $(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty = $property:literal $(| $absent:ident)?),* $(,)?
        $(.. pub $rest:ident: $rest_type:ty $(,)?)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $type,)*
            $(
                /// The properties that have no field of their own.
                pub $rest: $rest_type,
            )?
        }

        impl $crate::runtime::Object for $name {
            const PROPERTIES: &'static [&'static str] = &[$($property),*];
            const CLOSED: bool = $closed;

            fn read<'de, A: serde::de::MapAccess<'de>>(
                members: &mut $crate::runtime::Members<'de, A>,
            ) -> ::core::option::Option<Self> {
                $(let mut $field: ::core::option::Option<$type> = ::core::option::Option::None;)*
                $(let mut $rest: $rest_type = ::core::default::Default::default();)?
                while members.advance() {
                    $(members.read(&mut $field);)*
                    object!(@other members $($rest)?);
                }
                #[allow(irrefutable_let_patterns, reason = "there may be no fields")]
                if let ($(::core::option::Option::Some($field),)*) =
                    ($(object!(@taken members $field $($absent)?),)*)
                {
                    return ::core::option::Option::Some(Self { $($field,)* $($rest,)? });
                }
                ::core::option::Option::None
            }

            #[allow(unused_variables, reason = "there may be no fields")]
            fn write<M: serde::ser::SerializeMap>(&self, writer: &mut $crate::runtime::Writer<M>) {
                $(object!(@written writer self.$field, $($absent)?);)*
                $(writer.rest(&self.$rest);)?
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::runtime::write_object(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::runtime::read_object(deserializer)
            }
        }
    };
    (@other $members:ident) => { $members.skip() };
    (@other $members:ident $rest:ident) => { $members.keep(&mut $rest) };
    (@taken $members:ident $field:ident) => { $members.take($field) };
    (@taken $members:ident $field:ident $absent:ident) => { $members.take_or_default($field) };
    (@written $writer:ident $field:expr,) => { $writer.write(&$field) };
    (@written $writer:ident $field:expr, Default) => { $writer.write(&$field) };
    (@written $writer:ident $field:expr, None) => { $writer.write_some(&$field) };
    (@written $writer:ident $field:expr, Null) => { $writer.write_unless_null(&$field) };
    (@written $writer:ident $field:expr, Unsent) => { $writer.leave_out() };
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => { object! { @closed false; $(#[$meta])* pub struct $($rest)* } };
}

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// An object with known properties, as `object!` defines it.
pub trait Object: Sized {
    /// The names of the properties, in the order of the fields.
    const PROPERTIES: &'static [&'static str];
    /// Whether any other property is an error.
    const CLOSED: bool;

    /// Reads one; `None` where `members` has met an error.
    fn read<'de, A: MapAccess<'de>>(members: &mut Members<'de, A>) -> Option<Self>;

    /// Writes the properties.
    fn write<M: SerializeMap>(&self, writer: &mut Writer<M>);
}

/// Reads an object.
///
/// # Errors
///
/// When the value is not an object, when a property is missing, is there twice or cannot be read, and when there is
/// one that a closed object does not have.
pub fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut members = Members {
            map,
            properties: T::PROPERTIES,
            closed: T::CLOSED,
            key: Key::Known(0),
            field: 0,
            error: None,
            lifetime: PhantomData,
        };
        let read = T::read(&mut members);
        match members.error {
            Some(error) => Err(error),
            None => read.ok_or_else(|| A::Error::custom("an object without one of its properties")),
        }
    }
}

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

    /// Offers the member to the next field, which reads it where it is its own.
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
            Ok(value) => *field = Some(value),
            Err(error) => self.error = Some(error),
        }
    }

    /// Passes over a member that is no field's.
    pub fn skip(&mut self) {
        if matches!(self.key, Key::Other(_)) {
            self.error = self.map.next_value::<IgnoredAny>().err();
        }
    }

    /// Keeps a member that is no field's.
    pub fn keep<T: Deserialize<'de>>(&mut self, rest: &mut BTreeMap<String, T>) {
        if let Key::Other(name) = &mut self.key {
            match self.map.next_value() {
                Ok(value) => drop(rest.insert(std::mem::take(name), value)),
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

    /// What the next field is, when all members were read: the default where it is missing.
    pub fn take_or_default<T: Default>(&mut self, field: Option<T>) -> Option<T> {
        self.field += 1;
        Some(field.unwrap_or_default())
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

/// Writes an object.
///
/// # Errors
///
/// When one of its values cannot be written.
pub fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let map = serializer.serialize_map(None)?;
    let mut writer = Writer { map, properties: T::PROPERTIES, field: 0, error: None };
    object.write(&mut writer);
    match writer.error {
        Some(error) => Err(error),
        None => writer.map.end(),
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

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro defines what is public")]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    object! {
        /// A thing.
        #[derive(Default)]
        pub struct Thing {
            /// What it is called.
            pub name: String = "name",
            /// A size, or `null`.
            pub size: Option<u64> = "size",
            pub r#type: Option<String> = "type" | None,
            pub kind: String = "thingKind" | Default,
            pub leftover: Value = "leftover" | Null,
            pub made: Option<u64> = "made" | Unsent,
        }
    }

    object! { pub struct Open { pub id: u64 = "id", ..pub rest: BTreeMap<String, bool> } }

    object! { #[closed] pub struct Closed { pub id: u64 = "id" } }

    object! { pub struct Empty {} }

    fn told<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        serde_json::from_str::<T>(json).unwrap_err().to_string()
    }

    #[test]
    fn what_is_there_reads_and_writes_back_in_the_order_of_the_fields() {
        let all = r#"{"name":"a","size":7,"type":"b","thingKind":"c","leftover":[1]}"#;
        let thing: Thing = serde_json::from_str(all).unwrap();
        assert_eq!(serde_json::to_string(&thing).unwrap(), all);
        let turned = r#"{"leftover":[1],"thingKind":"c","type":"b","size":7,"new":{"a":[]},"name":"a"}"#;
        assert_eq!(serde_json::from_str::<Thing>(turned).unwrap(), thing);
        assert_eq!(serde_json::from_value::<Thing>(serde_json::from_str(turned).unwrap()).unwrap(), thing);
    }

    #[test]
    fn what_may_be_missing_is_left_out() {
        let thing: Thing = serde_json::from_str(r#"{"name":"a","made":7}"#).unwrap();
        assert_eq!(thing, Thing { name: "a".to_owned(), made: Some(7), ..Thing::default() });
        assert_eq!(
            serde_json::to_value(&thing).unwrap(),
            json!({"name": "a", "size": null, "thingKind": ""})
        );
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (json, error) in [
            (r#"{"size":7}"#, "missing field `name`"),
            (r#"{"name":"a","name":"b"}"#, "duplicate field `name`"),
            (r#"{"name":7}"#, "invalid type: integer `7`, expected a string"),
            (r#"["a"]"#, "invalid type: sequence, expected an object"),
            (r#"{"name":"a","other":}"#, "expected value"),
            (r#"{"name":"a""#, "EOF while parsing an object"),
        ] {
            let told = told::<Thing>(json);
            assert!(told.starts_with(error), "{json}: {told}");
        }
    }

    #[test]
    fn an_error_has_its_path() {
        let mut json = serde_json::Deserializer::from_str(r#"{"id":1,"more":true,"bad":[]}"#);
        let error = serde_path_to_error::deserialize::<_, Open>(&mut json).unwrap_err();
        assert_eq!(error.path().to_string(), "bad");
    }

    #[test]
    fn other_properties_are_kept_where_there_is_a_field_for_them() {
        let json = json!({"id": 1, "a": true, "b": false});
        let open: Open = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(open.rest.len(), 2);
        assert_eq!(serde_json::to_value(&open).unwrap(), json);
    }

    #[test]
    fn a_closed_object_has_no_other_properties() {
        assert_eq!(serde_json::from_str::<Closed>(r#"{"id":1}"#).unwrap(), Closed { id: 1 });
        assert!(told::<Closed>(r#"{"id":1,"more":2}"#).starts_with("unknown field `more`, expected `id`"));
    }

    #[test]
    fn an_object_may_be_empty() {
        assert_eq!(serde_json::from_str::<Empty>(r#"{"a":1}"#).unwrap(), Empty {});
        assert_eq!(serde_json::to_string(&Empty {}).unwrap(), "{}");
    }
}
