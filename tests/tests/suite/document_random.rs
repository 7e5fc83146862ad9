//! Documents damaged at random: whatever the bytes, what reads them ends with a result or with faults that have a
//! place, and never in a panic.

use std::time::{Duration, Instant};

use codegen::compare::{Departures, compare};
use codegen::diagnostic::Severity;
use codegen::document::Document;
use codegen::slice::{Selection, slice};
use codegen::{Options, Output, generate};
use fastrand::Rng;

use super::program::workspace;

/// How long documents are damaged; a slow machine sees fewer of them.
const TIME: Duration = Duration::from_secs(10);

/// What a document is damaged with: all that means something to YAML, JSON, pointers or Rust.
const PIECES: [&str; 48] = [
    ":",
    ": ",
    "- ",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "#",
    "&a ",
    "*a",
    "!!str ",
    "|\n",
    ">-\n",
    "'",
    "\"",
    "\\",
    "\\u0000",
    "\\ud83d",
    "\t",
    "\n",
    "\r\n",
    "\n\n  ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "<<: *a\n",
    "~",
    "null",
    "true",
    "1e999",
    "-9223372036854776000",
    "0x",
    ".inf",
    "$ref: '#'\n",
    "$ref: '#/components/schemas/Upload'",
    "allOf: []",
    "type: [",
    "\u{feff}",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "é",
    "😀",
    "r#fn",
    "*/",
    "#![x]",
];

/// `DOCUMENT_SEED=n` repeats a run that failed.
#[test]
fn no_damage_makes_a_document_panic() {
    let seeds = Seeds::documents();
    if let Ok(seed) = std::env::var("DOCUMENT_SEED") {
        return seeds.run(seed.parse().unwrap());
    }
    let first = fastrand::u64(..) / 2;
    println!("seeds from {first}");
    let begun = Instant::now();
    let mut seed = first;
    while begun.elapsed() < TIME {
        let run = std::panic::catch_unwind(|| seeds.run(seed));
        assert!(run.is_ok(), "DOCUMENT_SEED={seed} fails");
        seed += 1;
    }
    println!("{} documents", seed - first);
    assert!(seed - first > 20, "the machine is too slow to try more than {}", seed - first);
}

/// Documents to damage.
struct Seeds {
    documents: Vec<String>,
}

impl Seeds {
    fn documents() -> Self {
        let spec = std::fs::read_to_string(workspace().join("spec/uploads.yaml")).unwrap();
        let document = Document::parse("uploads.yaml", &spec).unwrap();
        let json = serde_json::to_string_pretty(document.root()).unwrap();
        let aliases = "openapi: 3.0.3\nx: &a {b: &b [1, 2.5, null], <<: {c: d}}\npaths:\n  /a: &p\n    get: {operationId: a, \
                       tags: [T], responses: {'200': {$ref: '#/x'}}}\n  /b:\n    <<: *p\n    put: {x: *b, y: *a}\n"
            .to_owned();
        Self { documents: vec![spec, json, aliases] }
    }

    fn run(&self, seed: u64) {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = rng.choice(&self.documents).unwrap().clone().into_bytes();
        for _ in 0..rng.usize(1..8) {
            damage(&mut bytes, &mut rng);
        }
        let text = String::from_utf8_lossy(&bytes);
        read(&text);
    }
}

fn damage(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let end = (at + rng.usize(..60)).min(bytes.len());
    match rng.u8(..6) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let repeated = bytes[at..end].repeat(rng.usize(1..20));
            bytes.splice(at..at, repeated);
        }
        3 => bytes.splice(at..at, [rng.u8(..)]).for_each(drop),
        _ => {
            let piece = rng.choice(PIECES).unwrap();
            bytes.splice(at..at, piece.bytes().cycle().take(piece.len() * rng.usize(1..3))).for_each(drop);
        }
    }
}

fn read(text: &str) {
    let _ = Departures::parse("departures.yaml", text);
    match Document::parse("api.yaml", text) {
        Ok(document) => {
            let selection = Selection { tags: vec!["Uploads".to_owned()], operations: vec!["a".to_owned()] };
            let _ = slice(&document, &selection);
            let found = compare(&document, &document);
            assert!(found.is_empty(), "a document differs from itself: {found:?}");
            document.external_files();
        }
        Err(faults) => {
            assert!(faults.count(Severity::Error) > 0, "a refusal without a reason");
            let lines = text.split('\n').count() + 1;
            for fault in faults.iter() {
                let position = fault.position.expect("a fault of a text has a place");
                assert!((1..=lines).contains(&position.line) && position.column > 0, "{fault}");
            }
            assert!(!faults.render(true).is_empty());
        }
    }
    let options = Options { file: "api.yaml".to_owned(), output: Output::Modules, ..Options::default() };
    let _ = generate(text, &options);
}
