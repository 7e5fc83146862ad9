//! What the types and functions generated from `tests/documents/cases` do: one file for each kind of document.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod all_of;
mod enums;
mod nulls;
mod unions;
mod wire;
