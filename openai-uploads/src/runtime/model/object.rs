//! Objects with known properties.

/// Implements `Serialize` and `Deserialize` for a struct: an entry for each field, in their order.
///
/// - `name`: the property must be there. `null` and a missing property read as `None` where the field is an `Option`,
///   which is written as `null`.
/// - `name(optional)`: the property may be missing. It is left out where the field is `None`, or the JSON value `null`.
/// - `name(optional, nullable)`: the field is an `Option` in an `Option`: `None` is a missing property, and
///   `Some(None)` is `null`.
/// - `name(read_only)`: the property may be missing, and is never written.
/// - `name(default = value)`: a missing property reads as the value.
/// - `name = "wire-name"`, `name(optional) = "wire-name"`: the property has another name than the field.
/// - `..name`, as the last entry: a map of the properties that have no field. Without it they are ignored.
///
/// `#[deny_unknown_fields]` before the name makes a property without a field an error.
///
/// serde's derives take rustc longer to check than everything else in a crate of models. Here a field is a few calls
/// without a branch, and the types of the fields are inferred from the struct.
macro_rules! json_object {
    (@name $field:ident) => { stringify!($field) };
    (@name $field:ident $wire:literal) => { $wire };
    (@take $members:ident $index:ident $field:ident) => {
        let ::core::option::Option::Some($field) = $members.take(&mut $index, $field) else {
            return ::core::result::Result::Err($members.into_error());
        };
    };
    (@take $members:ident $index:ident $field:ident default = $default:expr) => {
        $index += 1;
        let $field = $crate::runtime::model::value_or($field, || $default);
    };
    (@take $members:ident $index:ident $field:ident optional, nullable) => { $index += 1; };
    (@take $members:ident $index:ident $field:ident $($how:tt)*) => {
        $index += 1;
        let $field = $field.unwrap_or_default();
    };
    (@write $writer:ident $field:expr,) => { $writer.write(&$field) };
    (@write $writer:ident $field:expr, default = $default:expr) => { $writer.write(&$field) };
    (@write $writer:ident $field:expr, read_only) => { $writer.leave_out() };
    (@write $writer:ident $field:expr, $($how:tt)*) => { $writer.write_optional(&$field) };
    (@serialize $object:ident $serializer:ident) => { $crate::runtime::model::write_struct($object, $serializer) };
    (@serialize $object:ident $serializer:ident $others:ident) => {
        $crate::runtime::model::write_map($object, $serializer)
    };
    (@other $members:ident) => { $members.skip() };
    (@other $members:ident $others:ident) => { $members.keep(&mut $others) };
    (@others $policy:ident) => { $crate::runtime::model::Others::$policy };
    (@others $policy:ident $others:ident) => { $crate::runtime::model::Others::Keep };
    (@impl $name:ident $policy:ident {
        $($field:ident $(($($how:tt)+))? $(= $wire:literal)?),* $(,)? $(.. $others:ident $(,)?)?
    }) => {
        impl $crate::runtime::model::Object for $name {
            const SHAPE: $crate::runtime::model::Shape = $crate::runtime::model::Shape {
                name: stringify!($name),
                properties: &[$(json_object!(@name $field $($wire)?)),*],
                others: json_object!(@others $policy $($others)?),
            };

            #[inline]
            fn read<'de, A_: serde::de::MapAccess<'de>>(
                mut members: $crate::runtime::model::Members<'de, A_>,
            ) -> ::core::result::Result<Self, A_::Error> {
                $(let mut $field = ::core::option::Option::None;)*
                $(let mut $others = ::core::default::Default::default();)?
                while let ::core::option::Option::Some(_member) = members.advance() {
                    let mut _index = 0;
                    let _ = $(members.read(_member, &mut _index, &mut $field) ||)*
                        json_object!(@other members $($others)?);
                }
                let mut _index = 0;
                $(json_object!(@take members _index $field $($($how)+)?);)*
                if members.has_failed() {
                    return ::core::result::Result::Err(members.into_error());
                }
                ::core::result::Result::Ok(Self { $($field,)* $($others,)? })
            }

            #[allow(unused_variables, reason = "there may be no fields")]
            fn write<W_: $crate::runtime::model::Fields>(&self, writer: &mut W_) {
                $(json_object!(@write writer self.$field, $($($how)+)?);)*
                $(writer.others(&self.$others);)?
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                json_object!(@serialize self serializer $($others)?)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::runtime::model::read_object(deserializer)
            }
        }
    };
    (#[deny_unknown_fields] $name:ident { $($entries:tt)* }) => {
        json_object!(@impl $name Refuse { $($entries)* });
    };
    ($name:ident { $($entries:tt)* }) => { json_object!(@impl $name Skip { $($entries)* }); };
}

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeStruct, Serializer};

use super::members::{Members, Others};
use super::writer::{Count, Fields, Map, Struct, Writer};

/// What is known of an object without its values.
pub(crate) struct Shape {
    /// The name of the struct.
    pub(crate) name: &'static str,
    /// The names of the properties, in the order of the fields.
    pub(crate) properties: &'static [&'static str],
    /// What happens to other properties.
    pub(crate) others: Others,
}

/// An object with known properties, as `json_object!` implements it.
pub(crate) trait Object: Sized {
    /// The name, the properties, and what happens to other properties.
    const SHAPE: Shape;

    /// Reads the properties.
    fn read<'de, A: MapAccess<'de>>(members: Members<'de, A>) -> Result<Self, A::Error>;

    /// Writes the properties.
    fn write<W: Fields>(&self, writer: &mut W);
}

/// Reads an object.
///
/// # Errors
///
/// When the value is not an object, when a property is missing, is there twice or cannot be read, and when there is
/// one that the schema does not allow.
#[inline]
pub(crate) fn read_object<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_struct(T::SHAPE.name, T::SHAPE.properties, ObjectVisitor(PhantomData))
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Object> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::read(Members::new(map, T::SHAPE.properties, T::SHAPE.others))
    }
}

/// Writes an object, all of whose properties have fields.
///
/// # Errors
///
/// When one of its values cannot be written.
pub(crate) fn write_struct<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let sink = Struct(serializer.serialize_struct(T::SHAPE.name, count(object))?);
    let mut writer = Writer::new(sink, T::SHAPE.properties);
    object.write(&mut writer);
    writer.finish()?.0.end()
}

/// Writes an object with properties that have no field, which a struct cannot have.
///
/// # Errors
///
/// When one of its values cannot be written.
pub(crate) fn write_map<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let sink = Map(serializer.serialize_map(Some(count(object)))?);
    let mut writer = Writer::new(sink, T::SHAPE.properties);
    object.write(&mut writer);
    writer.finish()?.0.end()
}

/// The number of properties that are written.
fn count<T: Object>(object: &T) -> usize {
    let mut count = Count(0);
    object.write(&mut count);
    count.0
}

#[cfg(test)]
#[allow(clippy::option_option, reason = "a missing property differs from `null`")]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Thing {
        name: String,
        size: Option<u64>,
        r#type: Option<String>,
        kind: String,
        leftover: Value,
        made: Option<u64>,
    }

    json_object!(Thing {
        name,
        size,
        r#type(optional) = "type",
        kind(default = String::new()) = "thingKind",
        leftover(optional),
        made(read_only),
    });

    #[derive(Clone, Debug, Default, PartialEq)]
    struct Patch {
        label: Option<Option<String>>,
        version: u64,
    }

    json_object!(Patch { label(optional, nullable), version(default = 3) });

    #[derive(Clone, Debug, PartialEq)]
    struct Open {
        id: u64,
        rest: BTreeMap<String, bool>,
    }

    json_object!(Open { id, ..rest });

    #[derive(Clone, Debug, PartialEq)]
    struct Closed {
        id: u64,
    }

    json_object!(
        #[deny_unknown_fields]
        Closed { id }
    );

    #[derive(Clone, Debug, PartialEq)]
    struct Empty {}

    json_object!(Empty {});

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

    #[test]
    fn names_of_fields_may_be_bytes() {
        use serde::de::value::{BytesDeserializer, Error, MapDeserializer};
        let members = [(&b"id"[..], 7_u64), (&b"more"[..], 8)];
        let members = members.map(|(name, value)| (BytesDeserializer::<Error>::new(name), value));
        let map = MapDeserializer::new(members.into_iter());
        assert_eq!(serde::Deserialize::deserialize(map), Ok(Closing { id: 7 }));
    }

    #[derive(Clone, Debug, PartialEq)]
    struct Closing {
        id: u64,
    }

    json_object!(Closing { id });
}
