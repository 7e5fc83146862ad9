//! Enumerations of strings that let a value which is new on the server through.

/// Implements an enumeration of strings: a value for each variant. The variant `Other(String)` is any other value, which
/// reads and writes back unchanged.
///
/// Values that are written alike are equal. A large API has more than a thousand of these, and rustc takes twice as long
/// to check derives of `PartialEq`, `Eq` and `Hash`.
macro_rules! json_enum {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        impl $name {
            /// The values that the document names.
            pub const KNOWN: &'static [&'static str] = &[$($value),*];

            /// The value as it is written.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(value) => value,
                }
            }

            /// Whether the document names this value.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Other(_))
            }
        }

        impl ::core::convert::From<&str> for $name {
            #[inline]
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            #[inline]
            fn from(value: ::std::string::String) -> Self {
                value.as_str().into()
            }
        }

        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl ::core::cmp::Eq for $name {}

        impl ::core::hash::Hash for $name {
            #[inline]
            fn hash<H: ::core::hash::Hasher>(&self, state: &mut H) {
                ::core::hash::Hash::hash(self.as_str(), state)
            }
        }

        impl std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> ::core::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> ::core::result::Result<Self, D::Error> {
                $crate::runtime::model::read_string(deserializer, Self::is_known)
            }
        }
    };
}

use serde::de::{Deserializer, Visitor};
use std::fmt;

use super::loss;

/// Reads a value of an enumeration.
///
/// # Errors
///
/// When it is not a string.
pub(crate) fn read_string<'de, T: for<'a> From<&'a str>, D: Deserializer<'de>>(
    deserializer: D,
    is_known: fn(&T) -> bool,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(StringVisitor { is_known })
}

struct StringVisitor<T> {
    /// Whether the document names a value.
    is_known: fn(&T) -> bool,
}

impl<T: for<'a> From<&'a str>> Visitor<'_> for StringVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, value: &str) -> Result<T, E> {
        let value = T::from(value);
        if !(self.is_known)(&value) {
            loss::note_unnamed();
        }
        Ok(value)
    }
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro defines what is public")]
mod tests {
    use std::collections::HashSet;

    #[derive(Clone, Debug)]
    enum Order {
        Ascending,
        Descending,
        Other(String),
    }

    json_enum!(Order { Ascending = "asc", Descending = "desc" });

    #[test]
    fn every_string_is_read_and_written_back() {
        for (json, order) in [
            (r#""asc""#, Order::Ascending),
            (r#""desc""#, Order::Descending),
            (r#""by name""#, Order::Other("by name".to_owned())),
            (r#""a\nb""#, Order::Other("a\nb".to_owned())),
        ] {
            assert_eq!(serde_json::from_str::<Order>(json).unwrap(), order);
            assert_eq!(serde_json::to_string(&order).unwrap(), json);
            assert_eq!(order.is_known(), Order::KNOWN.contains(&order.as_str()));
            assert_eq!(Order::from(order.to_string()), order);
        }
    }

    #[test]
    fn values_that_are_written_alike_are_equal() {
        let written = HashSet::from([Order::Ascending, Order::Other("asc".to_owned()), Order::Descending]);
        assert_eq!(written.len(), 2);
        assert_ne!(Order::Other("Asc".to_owned()), Order::Ascending);
    }

    #[test]
    fn other_types_are_refused() {
        let error = serde_json::from_str::<Order>("7").unwrap_err().to_string();
        assert!(error.starts_with("invalid type: integer `7`, expected a string"), "{error}");
    }
}
