//! What the types and functions generated from `tests/documents/cases` do: one file for each kind of document.

mod enums;
mod wire;
