//! Any text as an OpenAPI document: generating ends with a package or with diagnostics.

#![no_main]

use openapi_crate::{Options, generate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(diagnostics) = generate(text, &Options::default()) {
        assert!(!diagnostics.render(false).is_empty());
    }
});
