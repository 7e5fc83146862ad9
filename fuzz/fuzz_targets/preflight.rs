//! Any bytes as a file: a line is accepted only if `serde_json` reads it as an object.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openai_uploads::preflight::Preflight;
use serde_json::Value;

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, file) = input;
    let purpose = ["batch", "fine-tune", "evals"][usize::from(choice) % 3];
    let report = Preflight::new(purpose).lines(file, |line| {
        let bytes = line.bytes.start as usize..line.bytes.end as usize;
        let value = serde_json::from_slice::<Value>(&file[bytes]);
        assert!(!line.is_fit || value.is_ok_and(|value| value.is_object()));
    });
    let _ = report.expect("reading from memory does not fail").to_string();
});
