//! Any text as a description becomes rustdoc and a page, and never code.

#![no_main]

use openapi_crate::{Options, generate};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|text: &str| {
    let document = json!({
        "openapi": "3.1.0",
        "info": { "title": text, "version": "1", "description": text },
        "paths": { "/a": { "get": {
            "operationId": "a", "summary": text, "description": text,
            "responses": { "200": { "description": text } },
        } } },
        "components": { "schemas": { "A": {
            "type": "object", "description": text,
            "properties": { "a": { "type": "string", "description": text, "enum": ["x"] } },
        } } },
    });
    // Generated code is parsed as Rust before it is written, so an existing package is valid.
    let _ = generate(&document.to_string(), &Options::default());
});
