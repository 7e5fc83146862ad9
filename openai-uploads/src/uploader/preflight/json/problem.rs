//! Reasons why a text is not JSON.

use super::MAX_DEPTH;

/// A reason why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// A value is missing.
    #[error("expected a value")]
    Value,
    /// A member's name is missing or has no quotes.
    #[error("expected a member's name in double quotes")]
    Key,
    /// No colon after a member's name.
    #[error("expected `:` after a member's name")]
    Colon,
    /// Neither a comma nor the end after a member.
    #[error("expected `,` or `}}`")]
    ObjectEnd,
    /// Neither a comma nor the end after an item.
    #[error("expected `,` or `]`")]
    ArrayEnd,
    /// A number in a form that JSON does not have, for example with a leading zero.
    #[error("not a JSON number")]
    Number,
    /// An unknown escape.
    #[error("not a JSON escape")]
    Escape,
    /// `\ud800` and the like without the second half.
    #[error("half of a surrogate pair")]
    Surrogate,
    /// A tab or another control character inside a string.
    #[error("a control character inside a string must be escaped")]
    Control,
    /// More text after the value.
    #[error("more text after the end of the value")]
    Trailing,
    /// A comma after the value, as between the items of an array.
    #[error("a comma after the value; JSON Lines has none between lines")]
    TrailingComma,
    /// A second object on the same line.
    #[error("a second value on the same line; put each on its own line")]
    SecondValue,
    /// Single quotes, as Python prints them.
    #[error("single quotes; JSON has double quotes (in Python, write lines with `json.dumps`)")]
    SingleQuote,
    /// `NaN`, `Infinity`, `None`, `True` or `False`.
    #[error("a value that JSON does not have, such as NaN, Infinity, None or True")]
    NotAJsonLiteral,
    /// A NUL byte.
    #[error("a NUL byte; the file may be damaged or not be UTF-8")]
    Nul,
    /// Nested too deep.
    #[error("nested more than {MAX_DEPTH} deep")]
    Depth,
    /// The line ends inside a string.
    #[error("the line ends inside a string")]
    OpenString,
    /// The line ends inside a value.
    #[error("the line ends before the value does")]
    Unfinished,
}

impl Problem {
    /// The more specific problem that the byte shows, if there is one.
    pub(super) fn at(self, byte: u8) -> Self {
        match (self, byte) {
            (_, 0) => Self::Nul,
            (Self::Trailing, b',') => Self::TrailingComma,
            (Self::Trailing, b'{' | b'[') => Self::SecondValue,
            (Self::Key | Self::Value, b'\'') => Self::SingleQuote,
            (Self::Value, b'N' | b'I' | b'T' | b'F') => Self::NotAJsonLiteral,
            (other, _) => other,
        }
    }
}
