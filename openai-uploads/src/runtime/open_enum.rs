//! Enumerations of strings that let a value which is new on the server through.

/// Defines an enumeration of strings: a variant for each value that the document names, and `Other` for any
/// other, which reads and writes back unchanged.
///
/// `pub enum Name { Variant = "value", … }`; with `#[default(Variant)]` that one is the default, and where
/// there is one value, it is.
macro_rules! open_enum {
    (#[default($default:ident)] $(#[$meta:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        open_enum! { @all $(#[$meta])* pub enum $name { $($variants)* } }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident { $(#[$variant_meta:meta])* $variant:ident = $value:literal $(,)? }) => {
        open_enum! { @all $(#[$meta])* pub enum $name { $(#[$variant_meta])* $variant = $value } }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::$variant
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident { $($variants:tt)* }) => {
        open_enum! { @all $(#[$meta])* pub enum $name { $($variants)* } }
    };
    (@all $(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $value:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$variant_meta])* #[doc = concat!("`", $value, "`")] $variant,)*
            /// A value that the document does not name.
            Other(::std::string::String),
        }

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
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    other => Self::Other(other.to_owned()),
                }
            }
        }

        impl ::core::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                value.as_str().into()
            }
        }

        impl std::fmt::Display for $name {
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
                let value = Self::from(<::std::string::String as serde::Deserialize>::deserialize(deserializer)?);
                if !value.is_known() {
                    $crate::runtime::note_unnamed();
                }
                ::core::result::Result::Ok(value)
            }
        }
    };
}
