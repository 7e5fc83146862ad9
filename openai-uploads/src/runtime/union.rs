//! Values of one of several types.

/// Defines a value of one of several types.
///
/// `pub enum Name { Variant(Type), … }` reads as the first variant that the value fits. With
/// `#[tag = "property"] pub enum Name { Variant(Type) = "tag", … }` a variant with tags is read only where the
/// property has one of them, the empty tag standing for no property, and a value with a tag that no variant
/// has is kept in `Other`, unchanged. Where variants have a tag in common, `= "tag" && "other" == "value"` asks for
/// the value of another property too.
macro_rules! union {
    (#[tag = $property:literal] $(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident($type:ty $(,)?)
            $(= $($tag:literal)|+ $(&& $also:literal == $($value:literal)|+)?)?),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(untagged)]
        pub enum $name {
            $($(#[$variant_meta])* $variant($type),)*
            /// A value with a tag that the document does not name.
            Other(serde_json::Value),
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                let mut candidates = $crate::runtime::Candidates::read(deserializer, ::core::option::Option::Some($property))?;
                $(if let ::core::option::Option::Some(value) = candidates.fit(
                    stringify!($variant),
                    &[$($($tag),+)?],
                    &[$($(($also, &[$($value),+]))?)?],
                ) {
                    return ::core::result::Result::Ok(Self::$variant(value));
                })*
                candidates.other().map(Self::Other)
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident($type:ty $(,)?)),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(untagged)]
        pub enum $name {
            $($(#[$variant_meta])* $variant($type),)*
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                let mut candidates = $crate::runtime::Candidates::read(deserializer, ::core::option::Option::None)?;
                $(if let ::core::option::Option::Some(value) = candidates.fit(stringify!($variant), &[], &[]) {
                    return ::core::result::Result::Ok(Self::$variant(value));
                })*
                ::core::result::Result::Err(candidates.error())
            }
        }
    };
}

use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Value;

/// A value on the way to being one of several types.
#[derive(Debug)]
pub struct Candidates {
    value: Value,
    tag: Option<String>,
    tag_is_known: bool,
    errors: Vec<String>,
}

impl Candidates {
    /// Reads a value and the tag that its member `property` holds.
    ///
    /// # Errors
    ///
    /// When the text is not a value at all.
    pub fn read<'de, D: Deserializer<'de>>(
        deserializer: D,
        property: Option<&str>,
    ) -> Result<Self, D::Error> {
        let value: Value = serde::Deserialize::deserialize(deserializer)?;
        let tag = property.and_then(|property| match value.get(property)? {
            Value::String(tag) => Some(tag.clone()),
            // By the text that a mapping has for it.
            tag @ (Value::Number(_) | Value::Bool(_)) => Some(tag.to_string()),
            _ => None,
        });
        Ok(Self { value, tag, tag_is_known: false, errors: Vec::new() })
    }

    /// The value as a `T`, where its tag is among `tags` or none are asked for, the properties of `also` have one of
    /// their values, and it reads as one.
    pub fn fit<T: DeserializeOwned>(
        &mut self,
        variant: &str,
        tags: &[&str],
        also: &[(&str, &[&str])],
    ) -> Option<T> {
        if !tags.is_empty() {
            let tag = self.tag.as_deref().unwrap_or_default();
            let has = |name: &str, values: &[&str]| {
                values.contains(&self.value.get(name).and_then(Value::as_str).unwrap_or_default())
            };
            if !tags.contains(&tag) || !also.iter().all(|(name, values)| has(name, values)) {
                return None;
            }
            self.tag_is_known = true;
        }
        serde_path_to_error::deserialize(&self.value)
            .map_err(|error| self.errors.push(format!("not {variant}: {error}")))
            .ok()
    }

    /// The value itself, where it has a tag that no variant has.
    ///
    /// # Errors
    ///
    /// When its tag is known or missing, so that it should have been one of the types.
    pub fn other<E: serde::de::Error>(self) -> Result<Value, E> {
        if self.tag.is_some() && !self.tag_is_known { Ok(self.value) } else { Err(self.error()) }
    }

    /// Why the value is none of the types.
    pub fn error<E: serde::de::Error>(self) -> E {
        match self.errors.is_empty() {
            true => E::custom("the property that tells what this is is missing"),
            false => E::custom(self.errors.join("; ")),
        }
    }
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro defines what is public")]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::{Value, json};

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Cat {
        kind: String,
        lives: u64,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    pub struct Dog {
        #[serde(skip_serializing_if = "Option::is_none")]
        kind: Option<String>,
        tricks: Vec<String>,
    }

    union! {
        #[tag = "kind"]
        pub enum Pet { Cat(Cat) = "cat" | "kitten", Dog(Dog) = "dog" | "" }
    }

    union! {
        #[tag = "kind"]
        pub enum Litter {
            Kitten(Cat) = "cat" && "age" == "young" | "",
            Old(Value) = "cat" && "age" == "old",
            Dog(Dog) = "dog",
        }
    }

    union! { pub enum Either { Number(u64), Words(Vec<String>), Word(String) } }

    #[test]
    fn the_tag_says_what_a_value_is_and_a_new_one_is_kept() {
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
    fn variants_of_the_same_tag_are_told_apart_by_another_property() {
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
        let told = |value| serde_json::from_value::<Pet>(value).unwrap_err().to_string();
        let error = told(json!({"kind": "cat", "lives": "nine"}));
        assert!(error.contains("not Cat") && error.contains("lives") && !error.contains("Dog"), "{error}");
        assert!(told(json!(7)).contains("not Dog"));
        assert!(told(json!({"kind": ["dog"]})).contains("not Dog"));
    }

    #[test]
    fn without_a_tag_the_first_type_that_fits_is_taken() {
        let read = |value| serde_json::from_value::<Either>(value);
        assert_eq!(read(json!(7)).unwrap(), Either::Number(7));
        assert_eq!(read(json!("a")).unwrap(), Either::Word("a".to_owned()));
        assert_eq!(read(json!(["a"])).unwrap(), Either::Words(vec!["a".to_owned()]));
        let error = read(json!(-1)).unwrap_err().to_string();
        assert!(["Number", "Words", "Word"].iter().all(|name| error.contains(name)), "{error}");
    }
}
