//! Why a line is not JSON.

use super::DEEPEST;

/// Why a line is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Something else stands where a value must.
    #[error("expected a value")]
    Value,
    /// Something else stands where a member's name must.
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
    /// A number that breaks off or has a leading zero.
    #[error("not a number as JSON writes them")]
    Number,
    /// A backslash before something that cannot follow it.
    #[error("an escape that JSON does not have")]
    Escape,
    /// `\ud800` and the like without its other half.
    #[error("half of a surrogate pair")]
    Surrogate,
    /// A tab or another control character inside a string.
    #[error("a control character inside a string must be escaped")]
    Control,
    /// More after the line's value.
    #[error("more after the end of the value")]
    Trailing,
    /// Nested deeper than can be followed.
    #[error("nested more than {DEEPEST} deep")]
    Depth,
    /// The line ends inside a string.
    #[error("the line ends inside a string")]
    OpenString,
    /// The line ends before its value does.
    #[error("the line ends before the value does")]
    Unfinished,
}
