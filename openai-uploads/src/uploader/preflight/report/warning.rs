//! Findings that do not make a file unfit.

use super::Fault;

/// A finding that may be intended, or that some servers accept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// A MIME type that is not that of JSON Lines.
    #[error("`{purpose}` takes JSON Lines (for instance {expected}), but the MIME type is {mime_type}")]
    MimeType {
        /// The purpose.
        purpose: String,
        /// The MIME type.
        mime_type: String,
        /// A MIME type of JSON Lines.
        expected: &'static str,
    },
    /// Blank lines at the end of the file.
    #[error("{count} blank lines at the end, from line {first_line}")]
    BlankLinesAtEnd {
        /// How many.
        count: u64,
        /// The first of them.
        first_line: u64,
    },
    /// Blank lines in an input that is split. The batches do not have them.
    #[error("{count} blank {} left out, the first is line {first_line}", if *.count == 1 { "line is" } else { "lines are" })]
    BlankLines {
        /// How many.
        count: u64,
        /// The first of them.
        first_line: u64,
    },
    /// A byte order mark at the start of an input that is split. The batches do not have it.
    #[error("the byte order mark at the start is left out")]
    ByteOrderMark,
    /// Something that OpenAI refuses and that this API or provider may accept.
    #[error("{0}")]
    MayBeRefused(Fault),
}
