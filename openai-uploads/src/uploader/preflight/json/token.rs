//! The first token of a value.

use super::Kind;

/// The first token of a value: its kind, and which boolean it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Token {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

impl Token {
    pub(in super::super) fn kind(self) -> Kind {
        match self {
            Self::Object => Kind::Object,
            Self::Array => Kind::Array,
            Self::String => Kind::String,
            Self::Number => Kind::Number,
            Self::True | Self::False => Kind::Boolean,
            Self::Null => Kind::Null,
        }
    }
}
