//! The behaviour of the types and functions generated from `tests/documents/cases`: one file for each kind of
//! document.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod all_of;
mod binary;
mod documents;
mod enums;
mod events;
mod formats;
mod nulls;
mod openapi_3_2;
mod operations;
mod parts;
mod query;
mod references;
mod replies;
mod unions;
mod wire;
