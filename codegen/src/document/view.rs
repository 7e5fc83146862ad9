//! Views: typed access to the members of objects of the document.
//!
//! Each kind of object is declared once, in a table of its members. The table gives the checks the name and shape of
//! every member, and gives later rooms a method for each, so that they spell no keys.

use super::{Node, Object};

/// The shape of a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// Any value, or one that is checked where it is used.
    Any,
    /// A string.
    Text,
    /// `true` or `false`.
    Flag,
    /// A number.
    Number,
    /// A number. In OpenAPI 3.0 also a flag, which makes another keyword's number exclusive.
    NumberOrFlag,
    /// An object.
    Members,
    /// An array.
    Array,
    /// An array of strings.
    Names,
}

/// A member of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member<'d> {
    /// The key.
    pub key: &'static str,
    /// The value.
    pub value: &'d Node,
}

impl<'d> Member<'d> {
    /// The value as an object.
    pub fn as_object(self) -> Option<&'d Object> {
        self.value.as_object()
    }

    /// The entries of an object. None if the value is not an object.
    pub fn entries(self) -> impl Iterator<Item = (&'d str, &'d Node)> {
        self.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    /// The elements of an array. None if the value is not an array.
    pub fn elements(self) -> &'d [Node] {
        self.value.as_array().unwrap_or_default()
    }

    /// The elements of an array that are strings.
    pub fn names(self) -> impl Iterator<Item = &'d str> + Clone {
        self.elements().iter().filter_map(Node::as_str)
    }

    /// Whether the value is the boolean `wanted`.
    pub fn is(self, wanted: bool) -> bool {
        *self.value == Node::Bool(wanted)
    }
}

/// A kind of object that OpenAPI defines.
pub trait View<'d>: Copy {
    /// The name of such an object in messages.
    const NAME: &'static str;

    /// The members that it can have.
    const MEMBERS: &'static [(&'static str, Shape)];

    /// Reads a value as such an object. A value of another kind has no members.
    fn of(node: &'d Node) -> Self;

    /// The value itself.
    fn node(self) -> &'d Node;
}

/// A method that returns a member, by the member's shape.
macro_rules! accessor {
    ($method:ident, $key:literal, Text) => {
        #[doc = concat!("The string `", $key, "`.")]
        pub fn $method(self) -> Option<&'d str> {
            self.node().get($key)?.as_str()
        }
    };
    ($method:ident, $key:literal, Flag) => {
        #[doc = concat!("The flag `", $key, "`.")]
        pub fn $method(self) -> Option<bool> {
            self.node().get($key)?.as_bool()
        }
    };
    ($method:ident, $key:literal, $other:ident) => {
        #[doc = concat!("The member `", $key, "`.")]
        pub fn $method(self) -> Option<$crate::document::Member<'d>> {
            Some($crate::document::Member { key: $key, value: self.node().get($key)? })
        }
    };
}

/// Declares a view: its name, what messages call it, and a row for each member.
macro_rules! view {
    ($(#[$about:meta])* $View:ident, $name:literal, {
        $($(#[$comment:meta])* $method:ident: $key:literal, $shape:ident;)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $View<'d>(&'d Node);

        impl<'d> View<'d> for $View<'d> {
            const NAME: &'static str = $name;
            const MEMBERS: &'static [(&'static str, Shape)] = &[$(($key, Shape::$shape)),*];

            fn of(node: &'d Node) -> Self {
                Self(node)
            }

            fn node(self) -> &'d Node {
                self.0
            }
        }

        impl<'d> $View<'d> {
            $($crate::document::view::accessor!($method, $key, $shape);)*
        }
    };
}

pub(super) use {accessor, view};
