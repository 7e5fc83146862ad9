//! Values of one of several types.

/// Implements `Serialize` and `Deserialize` for an enum with a type in each variant.
///
/// `json_union!(Name { First, Second })` reads as the variant that loses the least of the value; the first of those that
/// lose equally little.
///
/// With `#[tag = "property"]` before the name, a variant with values is read only if the property has one of them:
///
/// - `Variant = "value" | "other value"`: `missing` as a value stands for an object without the property, and `unknown`
///   for a value that no variant has.
/// - `Variant = "value" if "second property" == "value"`: where variants share a value, another property decides.
/// - `Variant(write_tag) = "value"`: the variant's type has no field for the property; it is written beside the fields.
///
/// A value that no variant has is kept in the variant `Other`, unchanged.
macro_rules! json_union {
    (@tag missing) => { "" };
    (@tag unknown) => { $crate::runtime::model::UNKNOWN_TAG };
    (@tag $tag:literal) => { $tag };
    (@writes_tag) => { false };
    (@writes_tag write_tag) => { true };
    (@write $value:ident $serializer:ident $property:literal write_tag $tag:literal) => {
        $crate::runtime::model::write_tagged($value, $property, $tag, $serializer)
    };
    (@write $value:ident $serializer:ident $property:literal $($tag:tt)*) => {
        serde::Serialize::serialize($value, $serializer)
    };
    (@deserialize $name:ident { $($variant:ident),* }) => {
        fn read<'de, D: serde::Deserializer<'de>>(
            variant: usize,
            deserializer: D,
        ) -> ::core::result::Result<Self, D::Error> {
            let mut variants = 0..;
            $(if variants.next() == ::core::option::Option::Some(variant) {
                return $crate::runtime::model::read_variant(deserializer).map(Self::$variant);
            })*
            ::core::result::Result::Err(serde::de::Error::custom("no such variant"))
        }
    };
    (#[tag = $property:literal] $name:ident {
        $($variant:ident $(($how:ident))? $(= $($tag:tt)|+ $(if $also:literal == $($value:tt)|+)?)?),* $(,)?
    }) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => {
                        json_union!(@write value serializer $property $($how)? $($($tag)+)?)
                    })*
                    Self::Other(value) => serde::Serialize::serialize(value, serializer),
                }
            }
        }

        impl $crate::runtime::model::Union for $name {
            const TAG: &'static str = $property;
            const VARIANTS: &'static [$crate::runtime::model::Variant] = &[$($crate::runtime::model::Variant {
                name: stringify!($variant),
                tags: &[$($(json_union!(@tag $tag)),+)?],
                also: &[$($(($also, &[$(json_union!(@tag $value)),+]))?)?],
                writes_tag: json_union!(@writes_tag $($how)?),
            }),*];

            json_union!(@deserialize $name { $($variant),* });

            fn other(value: serde_json::Value) -> ::core::option::Option<Self> {
                ::core::option::Option::Some(Self::Other(value))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::runtime::model::read_tagged(deserializer)
            }
        }
    };
    ($name:ident { $($variant:ident),* $(,)? }) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => serde::Serialize::serialize(value, serializer),)*
                }
            }
        }

        impl $crate::runtime::model::Union for $name {
            const TAG: &'static str = "";
            const VARIANTS: &'static [$crate::runtime::model::Variant] =
                &[$($crate::runtime::model::Variant::untagged(stringify!($variant))),*];

            json_union!(@deserialize $name { $($variant),* });

            fn other(_value: serde_json::Value) -> ::core::option::Option<Self> {
                ::core::option::Option::None
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::runtime::model::read_untagged(deserializer)
            }
        }
    };
}

use serde::de::{Deserialize, DeserializeSeed, Deserializer};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::integer::Read;

/// Reads the type of a variant.
///
/// # Errors
///
/// When the value is not of that type.
pub(crate) fn read_variant<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Read::seed().deserialize(deserializer)
}

/// Writes the members of `value` and a tag beside them, which its type has no field for.
///
/// # Errors
///
/// When the value is not an object or one of its members cannot be written.
pub(crate) fn write_tagged<T: Serialize, S: Serializer>(
    value: &T,
    property: &str,
    tag: &str,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let Value::Object(members) = serde_json::to_value(value).map_err(S::Error::custom)? else {
        return Err(S::Error::custom(format!("only an object can have the property `{property}`")));
    };
    let mut map = serializer.serialize_map(Some(members.len() + 1))?;
    map.serialize_entry(property, tag)?;
    for (name, member) in members.iter().filter(|(name, _)| *name != property) {
        map.serialize_entry(name, member)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Cat {
        kind: String,
        lives: u64,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Dog {
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        tricks: Vec<String>,
    }

    #[derive(Clone, Debug, PartialEq)]
    enum Pet {
        Cat(Cat),
        Dog(Dog),
        Other(Value),
    }

    json_union!(#[tag = "kind"] Pet { Cat = "cat" | "kitten", Dog = "dog" | missing });

    #[derive(Clone, Debug, PartialEq)]
    enum Guest {
        Dog(Dog),
        Cat(Cat),
        Other(Value),
    }

    json_union!(#[tag = "kind"] Guest { Dog = missing | unknown, Cat = "cat" });

    #[test]
    fn the_default_type_is_that_of_values_with_an_unknown_tag() {
        let read = |value: Value| serde_json::from_value::<Guest>(value).unwrap();
        assert!(matches!(read(json!({"kind": "cat", "lives": 9})), Guest::Cat(_)));
        assert!(matches!(read(json!({"tricks": []})), Guest::Dog(_)));
        let wolf = json!({"kind": "wolf", "tricks": ["howl"]});
        assert!(matches!(read(wolf.clone()), Guest::Dog(Dog { kind: Some(kind), .. }) if kind == "wolf"));
        assert_eq!(serde_json::to_value(read(wolf.clone())).unwrap(), wolf);
        assert!(serde_json::from_value::<Guest>(json!({"kind": "cat", "tricks": []})).is_err());
    }

    #[derive(Clone, Debug, PartialEq)]
    enum Litter {
        Kitten(Cat),
        Old(Value),
        Dog(Dog),
        Other(Value),
    }

    json_union!(#[tag = "kind"] Litter {
        Kitten = "cat" if "age" == "young" | missing,
        Old = "cat" if "age" == "old",
        Dog = "dog",
    });

    #[derive(Clone, Debug, PartialEq)]
    enum Either {
        Number(u64),
        Words(Vec<String>),
        Word(String),
    }

    json_union!(Either { Number, Words, Word });

    #[derive(Clone, Debug, PartialEq)]
    struct Apple {
        name: String,
        seeds: Option<u64>,
    }

    json_object!(Apple { name, seeds(optional) });

    #[derive(Clone, Debug, PartialEq)]
    struct Pear {
        name: String,
        stalk: Option<Apple>,
    }

    json_object!(Pear { name, stalk(optional) });

    #[derive(Clone, Debug, PartialEq)]
    enum Fruit {
        Apple(Apple),
        Pear(Pear),
    }

    json_union!(Fruit { Apple, Pear });

    #[derive(Clone, Debug, PartialEq)]
    struct Bowl {
        fruit: Fruit,
    }

    json_object!(Bowl { fruit });

    #[derive(Clone, Debug, PartialEq)]
    struct Dish {
        fruit: Pear,
        lid: Option<bool>,
    }

    json_object!(Dish { fruit, lid(optional) });

    #[derive(Clone, Debug, PartialEq)]
    enum Vessel {
        Dish(Dish),
        Bowl(Bowl),
    }

    json_union!(Vessel { Dish, Bowl });

    #[derive(Clone, Debug, PartialEq)]
    enum Crate {
        Apple(Apple),
        Windfall(Apple),
        Pear(Box<Pear>),
        Other(Value),
    }

    json_union!(#[tag = "kind"] Crate {
        Apple(write_tag) = "apple",
        Windfall(write_tag) = "windfall",
        Pear(write_tag) = "pear",
    });

    #[derive(Clone, Debug, PartialEq)]
    enum Part {
        Row(Value),
        Button(Value),
        Other(Value),
    }

    json_union!(#[tag = "type"] Part { Row = "1", Button = "2" | "true" });

    #[test]
    fn the_tag_selects_the_type_and_an_unknown_value_is_kept() {
        for (value, is) in [
            (json!({"kind": "cat", "lives": 9}), "Cat"),
            (json!({"kind": "kitten", "lives": 9}), "Cat"),
            (json!({"kind": "dog", "tricks": []}), "Dog"),
            (json!({"tricks": ["sit"]}), "Dog"),
            (json!({"kind": "bird", "wings": [2, null]}), "Other"),
            (json!({"kind": 7}), "Other"),
        ] {
            let pet: Pet = serde_json::from_value(value.clone()).unwrap();
            assert!(format!("{pet:?}").starts_with(is), "{pet:?}");
            assert_eq!(serde_json::to_value(pet).unwrap(), value);
        }
    }

    #[test]
    fn without_its_tag_a_value_is_read_by_its_shape() {
        for (value, is) in [
            (json!({"name": "a", "seeds": 3}), "Apple"),
            (json!({"name": "a", "stalk": {"name": "b"}}), "Pear"),
        ] {
            let fruit: Crate = serde_json::from_value(value).unwrap();
            assert!(format!("{fruit:?}").starts_with(is), "{fruit:?}");
        }
        assert!(serde_json::from_value::<Crate>(json!({"seeds": 3})).is_err());
    }

    #[test]
    fn without_its_tag_a_value_has_all_required_properties() {
        #[derive(Clone, Debug, PartialEq)]
        struct Plum {
            kind: String,
        }
        json_object!(Plum { kind(default = "plum".to_owned()) });
        #[derive(Clone, Debug, PartialEq)]
        enum Stone {
            Plum(Plum),
            Other(Value),
        }
        json_union!(#[tag = "kind"] Stone { Plum = "plum" });
        assert!(serde_json::from_value::<Stone>(json!({"kind": "plum"})).is_ok());
        let error = serde_json::from_value::<Stone>(json!({"a": 1})).unwrap_err().to_string();
        assert_eq!(error, "not Plum: a required property is missing");
    }

    #[test]
    fn a_required_property_that_is_missing_counts_against_a_type() {
        #[derive(Clone, Debug, PartialEq)]
        struct Renamed {
            id: u64,
            from: Option<String>,
        }
        json_object!(Renamed { id, from });
        #[derive(Clone, Debug, PartialEq)]
        struct Locked {
            id: u64,
            reason: Option<String>,
        }
        json_object!(Locked { id, reason });
        #[derive(Clone, Debug, PartialEq)]
        enum Happened {
            Renamed(Renamed),
            Locked(Locked),
        }
        json_union!(Happened { Renamed, Locked });
        let locked: Happened = serde_json::from_value(json!({"id": 1, "reason": null})).unwrap();
        assert_eq!(locked, Happened::Locked(Locked { id: 1, reason: None }));
    }

    #[test]
    fn another_property_selects_among_variants_with_the_same_tag() {
        for (value, is) in [
            (json!({"kind": "cat", "lives": 9}), "Kitten"),
            (json!({"kind": "cat", "age": "old", "lives": "many"}), "Old"),
            (json!({"kind": "dog", "age": "old", "tricks": []}), "Dog"),
            (json!({"kind": "cat", "age": "ageless", "lives": 9}), "Other"),
        ] {
            let pet: Litter = serde_json::from_value(value.clone()).unwrap();
            assert!(format!("{pet:?}").starts_with(is), "{pet:?}");
        }
    }

    #[test]
    fn a_value_of_a_known_tag_that_does_not_fit_is_refused_with_the_place() {
        let error_of = |value| serde_json::from_value::<Pet>(value).unwrap_err().to_string();
        let error = error_of(json!({"kind": "cat", "lives": "nine"}));
        assert!(error.contains("not Cat") && error.contains("nine") && !error.contains("Dog"), "{error}");
        assert!(error_of(json!(7)).contains("not Dog"));
        assert!(error_of(json!({"kind": ["dog"]})).contains("not Dog"));
    }

    #[test]
    fn without_a_tag_the_first_type_that_loses_nothing_wins() {
        let read = |value| serde_json::from_value::<Either>(value);
        assert_eq!(read(json!(7)).unwrap(), Either::Number(7));
        assert_eq!(read(json!("a")).unwrap(), Either::Word("a".to_owned()));
        assert_eq!(read(json!(["a"])).unwrap(), Either::Words(vec!["a".to_owned()]));
        let error = read(json!(-1)).unwrap_err().to_string();
        assert!(["Number", "Words", "Word"].iter().all(|name| error.contains(name)), "{error}");
    }

    #[test]
    fn without_a_tag_the_type_that_loses_the_least_wins() {
        for (value, is) in [
            (json!({"name": "a"}), "Apple"),
            (json!({"name": "a", "seeds": 3}), "Apple"),
            (json!({"name": "a", "stalk": {"name": "b"}}), "Pear"),
            (json!({"name": "a", "seeds": 3, "stalk": {"name": "b", "seeds": 7}}), "Pear"),
            (json!({"name": "a", "new": null}), "Apple"),
        ] {
            let fruit: Fruit = serde_json::from_value(value.clone()).unwrap();
            assert!(format!("{fruit:?}").starts_with(is), "{value}: {fruit:?}");
        }
    }

    #[test]
    fn the_loss_of_a_union_within_a_type_counts() {
        for (value, is) in [
            (json!({"fruit": {"name": "a", "seeds": 3}}), "Bowl"),
            (json!({"fruit": {"name": "a"}}), "Dish"),
            (json!({"fruit": {"name": "a", "seeds": 3}, "lid": true}), "Dish"),
            (json!({"fruit": {"name": "a", "seeds": 3, "stalk": {"name": "b", "seeds": 7}}}), "Dish"),
        ] {
            let vessel: Vessel = serde_json::from_value(value.clone()).unwrap();
            assert!(format!("{vessel:?}").starts_with(is), "{value}: {vessel:?}");
        }
    }

    #[test]
    fn a_tag_that_a_type_has_no_field_for_is_read_and_written() {
        for (value, is) in [
            (json!({"kind": "apple", "name": "a", "seeds": 3}), "Apple"),
            (json!({"kind": "windfall", "name": "a"}), "Windfall"),
            (json!({"kind": "pear", "name": "a"}), "Pear"),
            (json!({"kind": "plum", "stone": 1}), "Other"),
        ] {
            let fruit: Crate = serde_json::from_value(value.clone()).unwrap();
            assert!(format!("{fruit:?}").starts_with(is), "{value}: {fruit:?}");
            assert_eq!(serde_json::to_value(fruit).unwrap(), value);
        }
    }

    #[test]
    fn an_error_has_the_path_and_the_text_that_cannot_be_read() {
        #[derive(Clone, Debug, PartialEq)]
        enum Host {
            Hosts(Vec<std::net::IpAddr>),
            Number(u64),
        }
        json_union!(Host { Hosts, Number });
        let error = serde_json::from_value::<Host>(json!(["127.0.0.1", "nowhere"])).unwrap_err().to_string();
        assert!(error.contains("[1]") && error.contains("it has `nowhere`"), "{error}");
    }

    #[test]
    fn a_tag_may_be_a_number_or_a_boolean() {
        for (json, is) in [
            (r#"{"type":1}"#, "Row"),
            (r#"{"type":2.0}"#, "Button"),
            (r#"{"type":true}"#, "Button"),
            (r#"{"type":-1}"#, "Other"),
        ] {
            let part: Part = serde_json::from_str(json).unwrap();
            assert!(format!("{part:?}").starts_with(is), "{json}: {part:?}");
        }
    }

    #[test]
    fn the_tag_may_come_first_or_later() {
        for json in [r#"{"kind":"cat","lives":9}"#, r#"{"lives":9,"kind":"cat"}"#] {
            let pet: Pet = serde_json::from_str(json).unwrap();
            assert_eq!(pet, Pet::Cat(Cat { kind: "cat".to_owned(), lives: 9 }));
        }
        for json in [r#"{"kind":"apple","name":"a"}"#, r#"{"name":"a","kind":"apple"}"#] {
            let fruit: Crate = serde_json::from_str(json).unwrap();
            assert_eq!(fruit, Crate::Apple(Apple { name: "a".to_owned(), seeds: None }));
        }
        for json in [r#"{"kind":"cat"}"#, r#"{"lives":"9","kind":"cat"}"#, r#"{"kind":"cat","lives":"9"}"#] {
            let error = serde_json::from_str::<Pet>(json).unwrap_err().to_string();
            assert!(error.starts_with("not Cat: "), "{error}");
        }
    }

    #[test]
    fn an_integer_of_a_tagged_variant_may_have_a_fraction_of_zero() {
        let fruit: Crate = serde_json::from_str(r#"{"kind":"apple","name":"a","seeds":3.0}"#).unwrap();
        assert_eq!(fruit, Crate::Apple(Apple { name: "a".to_owned(), seeds: Some(3) }));
    }
}
