//! Any bytes as a form: the server reads its fields or refuses it, however it is split into chunks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use openai_uploads::server::fuzzing::read_form;

fuzz_target!(|input: (u8, &str, &[u8])| {
    let (piece, boundary, body) = input;
    let whole = futures_executor::block_on(read_form(body, boundary, body.len().max(1)));
    let pieces = futures_executor::block_on(read_form(body, boundary, usize::from(piece).max(1)));
    assert_eq!(whole, pieces);
});
