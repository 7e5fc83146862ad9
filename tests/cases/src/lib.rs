//! The clients of the documents in `tests/documents/cases`, one module each: see `build.rs`.

#![allow(
    clippy::large_enum_variant,
    clippy::module_inception,
    clippy::pedantic,
    confusable_idents,
    deprecated,
    missing_docs,
    mixed_script_confusables,
    uncommon_codepoints,
    reason = "the document decides"
)]

include!(concat!(env!("OUT_DIR"), "/modules.rs"));
