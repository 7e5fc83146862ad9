//! The client of a document in `tests/documents`, for the tests that run it against a server.

#![allow(
    clippy::large_enum_variant,
    clippy::module_inception,
    clippy::pedantic,
    deprecated,
    missing_docs,
    uncommon_codepoints,
    reason = "the document decides"
)]

include!(concat!(env!("OUT_DIR"), "/modules.rs"));
