//! The values of the document as they are written. Every `$ref` is still a `$ref`, and the order is kept.

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde::ser::{Serialize, Serializer};

/// A value of the document.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object, its members in the order of the text.
    Object(Object),
}

/// The members of an object, in the order of the text.
pub type Object = IndexMap<String, Node, RandomState>;

/// A number. It is kept as written where it fits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// A number written without fraction or exponent.
    Integer(i128),
    /// Any other number.
    Float(f64),
}

impl Node {
    /// The member `key`, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_object()?.get(key)
    }

    /// The string, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Node::String(string) => Some(string),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Node::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Node::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[Node]> {
        match self {
            Node::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Node::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The kind of value, as JSON calls it, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Node::Null => "null",
            Node::Bool(_) => "a boolean",
            Node::Number(_) => "a number",
            Node::String(_) => "a string",
            Node::Array(_) => "an array",
            Node::Object(_) => "an object",
        }
    }
}

impl Node {
    /// The value as JSON.
    pub fn to_json(&self) -> String {
        // All keys are strings, and documents contain no number that JSON lacks.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Serializes as JSON. No document contains a number that JSON lacks.
impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Number(Number::Integer(value)) => serializer.serialize_i128(*value),
            Node::Number(Number::Float(value)) => serializer.serialize_f64(*value),
            Node::String(value) => serializer.serialize_str(value),
            Node::Array(elements) => serializer.collect_seq(elements),
            Node::Object(members) => serializer.collect_map(members),
        }
    }
}
