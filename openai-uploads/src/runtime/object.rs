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
/// - `| Unsent`: as `None`, and never written;
/// - `| Absent`: the field is an `Option` in an `Option`: `None` where it is missing, `Some(None)` where it is `null`;
/// - `| (expression)`: a missing one is that value, the only one that the document allows.
///
/// A last `..pub field: BTreeMap<String, Type>` takes the properties that have no field. Otherwise they are ignored,
/// and in a `#[closed]` object they are an error.
///
/// The generic parameters have names that no generated type has, since types of the module stand beside them.
///
/// What serde's derives expand to takes rustc longer to check than all else in a crate of models together. Here a
/// property is three calls without a branch, and all that decides anything is in functions of the runtime.
macro_rules! object {
    (#[closed] $($rest:tt)*) => { object! { @closed true; $($rest)* } };
    (@closed $closed:literal; $(#[$meta:meta])* pub struct $name:ident {
        $($(#[$field_meta:meta])* pub $field:ident: $type:ty = $property:literal $(| $absent:tt)?),* $(,)?
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

            fn read<'de, A_: serde::de::MapAccess<'de>>(
                members: &mut $crate::runtime::Members<'de, A_>,
            ) -> ::core::option::Option<Self> {
                $(let mut $field: ::core::option::Option<$type> = ::core::option::Option::None;)*
                $(let mut $rest: $rest_type = ::core::default::Default::default();)?
                while members.advance() {
                    $(object!(@read members $field $($absent)?);)*
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
            fn write<M_: serde::ser::SerializeMap>(&self, writer: &mut $crate::runtime::Writer<M_>) {
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
    (@read $members:ident $field:ident Absent) => { $members.read_or_null(&mut $field) };
    (@read $members:ident $field:ident $($absent:tt)?) => { $members.read(&mut $field) };
    (@taken $members:ident $field:ident ($only:expr)) => { $members.take_or($field, || $only) };
    (@taken $members:ident $field:ident) => { $members.take($field) };
    (@taken $members:ident $field:ident $absent:ident) => { $members.take_or_default($field) };
    (@written $writer:ident $field:expr,) => { $writer.write(&$field) };
    (@written $writer:ident $field:expr, Default) => { $writer.write(&$field) };
    (@written $writer:ident $field:expr, ($only:expr)) => { $writer.write(&$field) };
    (@written $writer:ident $field:expr, Absent) => { $writer.write_some(&$field) };
    (@written $writer:ident $field:expr, None) => { $writer.write_some(&$field) };
    (@written $writer:ident $field:expr, Null) => { $writer.write_unless_null(&$field) };
    (@written $writer:ident $field:expr, Unsent) => { $writer.leave_out() };
    ($(#[$meta:meta])* pub struct $($rest:tt)*) => { object! { @closed false; $(#[$meta])* pub struct $($rest)* } };
}

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::members::{Members, Writer};

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
    deserializer.deserialize_struct("object", T::PROPERTIES, ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        let mut members = Members::new(map, T::PROPERTIES, T::CLOSED);
        let read = T::read(&mut members);
        match members.finish() {
            Err(error) => Err(error),
            Ok(()) => read.ok_or_else(|| A::Error::custom("an object without one of its properties")),
        }
    }
}

/// Writes an object.
///
/// # Errors
///
/// When one of its values cannot be written.
pub fn write_object<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut writer = Writer::new(serializer.serialize_map(None)?, T::PROPERTIES);
    object.write(&mut writer);
    writer.finish()
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

    object! {
        #[derive(Default)]
        pub struct Patch {
            pub label: Option<Option<String>> = "label" | Absent,
            pub version: u64 = "version" | (3),
        }
    }

    object! { pub struct Open { pub id: u64 = "id", ..pub rest: BTreeMap<String, bool> } }

    object! { #[closed] pub struct Closed { pub id: u64 = "id" } }

    object! { pub struct Empty {} }

    fn error<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> String {
        serde_json::from_str::<T>(json).unwrap_err().to_string()
    }

    #[test]
    fn present_fields_are_read_and_written_in_order() {
        let all = r#"{"name":"a","size":7,"type":"b","thingKind":"c","leftover":[1]}"#;
        let thing: Thing = serde_json::from_str(all).unwrap();
        assert_eq!(serde_json::to_string(&thing).unwrap(), all);
        let turned = r#"{"leftover":[1],"thingKind":"c","type":"b","size":7,"new":{"a":[]},"name":"a"}"#;
        assert_eq!(serde_json::from_str::<Thing>(turned).unwrap(), thing);
        assert_eq!(serde_json::from_value::<Thing>(serde_json::from_str(turned).unwrap()).unwrap(), thing);
    }

    #[test]
    fn optional_fields_are_left_out() {
        let thing: Thing = serde_json::from_str(r#"{"name":"a","made":7}"#).unwrap();
        assert_eq!(thing, Thing { name: "a".to_owned(), made: Some(7), ..Thing::default() });
        assert_eq!(
            serde_json::to_value(&thing).unwrap(),
            json!({"name": "a", "size": null, "thingKind": ""})
        );
    }

    #[test]
    fn null_differs_from_a_missing_property() {
        for (label, json) in [
            (None, json!({"version": 3})),
            (Some(None), json!({"label": null, "version": 3})),
            (Some(Some("a".to_owned())), json!({"label": "a", "version": 3})),
        ] {
            let patch: Patch = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(patch.label, label);
            assert_eq!(serde_json::to_value(&patch).unwrap(), json);
        }
        assert!(error::<Patch>(r#"{"label":null,"label":null}"#).starts_with("duplicate field `label`"));
    }

    #[test]
    fn a_missing_constant_has_its_only_value() {
        assert_eq!(serde_json::from_str::<Patch>("{}").unwrap().version, 3);
        assert_eq!(serde_json::from_str::<Patch>(r#"{"version":4}"#).unwrap().version, 4);
    }

    #[test]
    fn an_error_names_the_problem() {
        for (json, expected) in [
            (r#"{"size":7}"#, "missing field `name`"),
            (r#"{"name":"a","name":"b"}"#, "duplicate field `name`"),
            (r#"{"name":7}"#, "invalid type: integer `7`, expected a string"),
            (r#"["a"]"#, "invalid type: sequence, expected an object"),
            (r#"{"name":"a","other":}"#, "expected value"),
            (r#"{"name":"a""#, "EOF while parsing an object"),
        ] {
            let error = error::<Thing>(json);
            assert!(error.starts_with(expected), "{json}: {error}");
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
        assert!(error::<Closed>(r#"{"id":1,"more":2}"#).starts_with("unknown field `more`, expected `id`"));
    }

    #[test]
    fn an_object_may_be_empty() {
        assert_eq!(serde_json::from_str::<Empty>(r#"{"a":1}"#).unwrap(), Empty {});
        assert_eq!(serde_json::to_string(&Empty {}).unwrap(), "{}");
    }
}
