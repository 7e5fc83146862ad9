//! Values of one of several types.

/// Implements `Serialize` and `Deserialize` for an enum with a type in each variant.
///
/// `json_union!(Name { First, Second })` reads as the variant that loses the least of the value; the first of those that
/// lose equally little.
///
/// With `#[tag = "property"]` before the name, a variant with values is read only if the property has one of them:
///
/// - `Variant = "value" | "other value"`: `missing` as a value stands for an object without the property.
/// - `Variant = "value" if "second property" == "value"`: where variants share a value, another property decides.
/// - `Variant(write_tag) = "value"`: the variant's type has no field for the property; it is written beside the fields.
///
/// A value that no variant has is kept in the variant `Other`, unchanged.
macro_rules! json_union {
    (@tag missing) => { "" };
    (@tag $tag:literal) => { $tag };
    (@read $candidates:ident $variant:ident [] [] []) => { $candidates.read(stringify!($variant)) };
    (@read $candidates:ident $variant:ident [write_tag] [$tag:literal] []) => {
        $candidates.read_without_tag(stringify!($variant), $tag)
    };
    (@read $candidates:ident $variant:ident [] [$($tag:tt)+] [$($also:literal $($value:tt)+)?]) => {
        $candidates.read_tagged(
            stringify!($variant),
            &[$(json_union!(@tag $tag)),+],
            &[$(($also, &[$(json_union!(@tag $value)),+]))?],
        )
    };
    (@write $value:ident $serializer:ident $property:literal write_tag $tag:literal) => {
        $crate::runtime::model::write_tagged($value, $property, $tag, $serializer)
    };
    (@write $value:ident $serializer:ident $property:literal $($tag:tt)*) => {
        serde::Serialize::serialize($value, $serializer)
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

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                let mut candidates = $crate::runtime::model::Candidates::tagged(deserializer, $property)?;
                let mut best = ::core::option::Option::None;
                $(if let ::core::option::Option::Some(value) = json_union!(
                    @read candidates $variant [$($how)?] [$($($tag)+)?] [$($($also $($value)+)?)?]
                ) {
                    best = ::core::option::Option::Some(Self::$variant(value));
                })*
                candidates.finish_or(best, Self::Other)
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

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                let mut candidates = $crate::runtime::model::Candidates::untagged(deserializer)?;
                let mut best = ::core::option::Option::None;
                $(if let ::core::option::Option::Some(value) = candidates.read(stringify!($variant)) {
                    best = ::core::option::Option::Some(Self::$variant(value));
                })*
                candidates.finish(best)
            }
        }
    };
}

use serde::de::{DeserializeOwned, Deserializer};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::Value;
use serde_path_to_error::Segment;

use super::integer::Read;
use super::loss::{self, Loss};

/// How many characters of a string an error shows.
const MAX_SHOWN: usize = 120;

/// The types that a value may be of, read one after the other. The one that loses the least of the value is kept.
pub(crate) struct Candidates {
    value: Value,
    /// The property that holds the tag, if the types have tags.
    property: &'static str,
    tag: Option<String>,
    tag_is_known: bool,
    /// The smallest loss so far.
    least: Option<Loss>,
    errors: Vec<String>,
}

impl Candidates {
    /// Reads a value whose type no property says.
    ///
    /// # Errors
    ///
    /// When the text is not a value at all.
    pub(crate) fn untagged<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::tagged(deserializer, "")
    }

    /// Reads a value and the tag in its member `property`.
    ///
    /// # Errors
    ///
    /// When the text is not a value at all.
    pub(crate) fn tagged<'de, D: Deserializer<'de>>(
        deserializer: D,
        property: &'static str,
    ) -> Result<Self, D::Error> {
        let value: Value = serde::Deserialize::deserialize(deserializer)?;
        let tag = value.get(property).filter(|_| !property.is_empty()).and_then(text_of);
        Ok(Self { value, property, tag, tag_is_known: false, least: None, errors: Vec::new() })
    }

    /// The value as a `T`, if that loses less than the types before it.
    pub(crate) fn read<T: DeserializeOwned>(&mut self, variant: &str) -> Option<T> {
        // What a tag says holds; nothing is better than no loss.
        if self.least == Some(Loss::NONE) || self.tag_is_known && self.least.is_some() {
            return None;
        }
        self.read_next(variant)
    }

    /// As [`read`](Self::read), if the value's tag is among `tags` and the properties of `also` have one of their values.
    pub(crate) fn read_tagged<T: DeserializeOwned>(
        &mut self,
        variant: &str,
        tags: &[&str],
        also: &[(&str, &[&str])],
    ) -> Option<T> {
        let tag = self.tag.as_deref().unwrap_or_default();
        let has = |(name, values): &(&str, &[&str])| {
            let value = self.value.get(name).and_then(text_of);
            values.contains(&value.as_deref().unwrap_or_default())
        };
        if !tags.contains(&tag) || !also.iter().all(has) {
            return None;
        }
        self.tag_is_known = true;
        if self.least == Some(Loss::NONE) { None } else { self.read_next(variant) }
    }

    /// As [`read`](Self::read), if the value has the tag, which the type does not have a field for.
    pub(crate) fn read_without_tag<T: DeserializeOwned>(&mut self, variant: &str, tag: &str) -> Option<T> {
        if self.tag.as_deref() != Some(tag) {
            return None;
        }
        self.tag_is_known = true;
        let removed = self.value.as_object_mut()?.remove(self.property)?;
        let read = self.read_next(variant);
        self.value.as_object_mut()?.insert(self.property.to_owned(), removed);
        read
    }

    fn read_next<T: DeserializeOwned>(&mut self, variant: &str) -> Option<T> {
        let (read, loss) = loss::measure(|| serde_path_to_error::deserialize(&self.value));
        match read {
            Ok(Read(value)) if self.least.is_none_or(|least| loss < least) => {
                self.least = Some(loss);
                Some(value)
            }
            Ok(_) => None,
            Err(error) => {
                let offending = offending(&self.value, error.path()).unwrap_or_default();
                self.errors.push(format!("not {variant}: {error}{offending}"));
                None
            }
        }
    }

    /// The best type's value.
    ///
    /// # Errors
    ///
    /// When the value is of none of the types.
    pub(crate) fn finish<U, E: serde::de::Error>(self, best: Option<U>) -> Result<U, E> {
        match (best, self.least) {
            (Some(value), Some(loss)) => {
                loss::add(loss);
                Ok(value)
            }
            _ if self.errors.is_empty() => Err(E::custom("the property that says what this is is missing")),
            _ => Err(E::custom(self.errors.join("; "))),
        }
    }

    /// The best type's value; `other` if the value has a tag that no type has.
    ///
    /// # Errors
    ///
    /// When the tag is known or missing and the value is of none of the types.
    pub(crate) fn finish_or<U, E: serde::de::Error>(
        self,
        best: Option<U>,
        other: fn(Value) -> U,
    ) -> Result<U, E> {
        if best.is_none() && self.tag.is_some() && !self.tag_is_known {
            loss::note_unnamed();
            return Ok(other(self.value));
        }
        self.finish(best)
    }
}

/// The text of the string at a path, which errors of dates do not show.
fn offending(value: &Value, path: &serde_path_to_error::Path) -> Option<String> {
    let at = path.iter().try_fold(value, |value, segment| match segment {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } => value.get(key),
        _ => None,
    });
    let text = at.and_then(Value::as_str)?;
    Some(format!("; it has `{}`", text.chars().take(MAX_SHOWN).collect::<String>()))
}

/// A tag as a mapping writes it: a string, a number or a boolean. `1.0` is `1`.
fn text_of(tag: &Value) -> Option<String> {
    match tag {
        Value::String(tag) => Some(tag.clone()),
        Value::Bool(tag) => Some(tag.to_string()),
        Value::Number(tag) => {
            let whole = tag.as_f64().filter(|number| number.fract() == 0.0 && !tag.is_i64() && !tag.is_u64());
            Some(whole.map_or_else(|| tag.to_string(), |whole| format!("{whole:.0}")))
        }
        _ => None,
    }
}

/// Writes the members of `value` and a tag beside them, which its type has no field for.
///
/// # Errors
///
/// When the value is no object or one of its members cannot be written.
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
        assert!(error.contains("not Cat") && error.contains("lives") && !error.contains("Dog"), "{error}");
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
}
