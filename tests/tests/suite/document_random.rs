//! Documents damaged at random, as bytes and as trees. Reading any text ends with a valid package or with faults that
//! have a position, and never with a panic.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fastrand::Rng;
use openapi_crate::compare::{Departures, Scope, compare};
use openapi_crate::diagnostic::Severity;
use openapi_crate::document::Document;
use openapi_crate::slice::{Selection, slice};
use serde_json::Value;

use super::document_mutations::mutate;
use super::document_output::{generates_or_refuses, have_places};
use super::program::workspace;

/// The seconds for damaging documents, unless `DOCUMENT_SECONDS` is set.
const SECONDS: u64 = 10;

/// The minimum number of tries, however long they take.
const MIN_TRIES: u64 = 40;

/// Fragments to damage documents with: everything with a meaning in YAML, JSON, pointers or Rust.
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

/// `DOCUMENT_SEED=n` repeats a run that failed. `DOCUMENT_SECONDS=n` sets the duration.
#[test]
fn no_damage_makes_a_document_panic() {
    let seeds = Seeds::documents();
    if let Ok(seed) = std::env::var("DOCUMENT_SEED") {
        println!("generated from: {}", seeds.run(seed.parse().unwrap()));
        return;
    }
    let seconds = std::env::var("DOCUMENT_SECONDS").map_or(SECONDS, |seconds| seconds.parse().unwrap());
    let first = fastrand::u64(..) / 2;
    println!("seeds from {first}");
    for (file, tree) in &seeds.trees {
        let generated = generates_or_refuses(file, &tree.to_string(), &seeds.files);
        assert!(generated, "{file} is refused, and nobody harmed it");
    }
    let begun = Instant::now();
    let (mut seed, mut generated) = (first, 0_u64);
    while seed - first < MIN_TRIES || begun.elapsed() < Duration::from_secs(seconds) {
        let run = std::panic::catch_unwind(|| seeds.run(seed));
        generated += u64::from(run.unwrap_or_else(|_| panic!("DOCUMENT_SEED={seed} fails")));
        seed += 1;
    }
    println!("{} documents, {generated} of them generated from", seed - first);
}

/// Documents to damage.
struct Seeds {
    /// Texts and trees, each with the name of its file.
    texts: Vec<(String, String)>,
    trees: Vec<(String, Value)>,
    /// The files that they refer to.
    files: BTreeMap<String, String>,
}

impl Seeds {
    /// Those of this workspace, and one that expresses the same in many ways.
    fn documents() -> Self {
        let (mut texts, mut trees, mut files) = (Vec::new(), Vec::new(), BTreeMap::new());
        for path in paths() {
            let text = fs::read_to_string(&path).unwrap();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            // Files that are not documents are targets of references.
            if let Ok(document) = Document::parse(&file, &text) {
                trees.push((file.clone(), serde_json::from_str(&document.root().to_json()).unwrap()));
                texts.push((file.clone(), text.clone()));
            }
            files.insert(file, text);
        }
        let (file, tree) = &trees[0];
        texts.push((file.clone(), serde_json::to_string_pretty(tree).unwrap()));
        let aliases = "openapi: 3.0.3\nx: &a {b: &b [1, 2.5, null], <<: {c: d}}\npaths:\n  /a: &p\n    get: {operationId: a, \
             tags: [T], responses: {'200': {$ref: '#/x'}}}\n  /b:\n    <<: *p\n    put: {x: *b, y: *a}\n";
        texts.push(("aliases.yaml".to_owned(), aliases.to_owned()));
        Self { texts, trees, files }
    }

    /// Whether a package was generated.
    fn run(&self, seed: u64) -> bool {
        let mut rng = Rng::with_seed(seed);
        let (file, text) = if rng.u8(..3) == 0 { self.damaged(&mut rng) } else { self.mutated(&mut rng) };
        read(file, &text);
        generates_or_refuses(file, &text, &self.files)
    }

    fn damaged(&self, rng: &mut Rng) -> (&str, String) {
        let (file, text) = rng.choice(&self.texts).unwrap();
        let mut bytes = text.clone().into_bytes();
        for _ in 0..rng.usize(1..8) {
            damage(&mut bytes, rng);
        }
        (file, String::from_utf8_lossy(&bytes).into_owned())
    }

    fn mutated(&self, rng: &mut Rng) -> (&str, String) {
        let (file, tree) = rng.choice(&self.trees).unwrap();
        let mut tree = tree.clone();
        thin_out(&mut tree, rng);
        mutate(&mut tree, rng);
        let text = match rng.bool() {
            true => serde_json::to_string_pretty(&tree).unwrap(),
            false => serde_yaml::to_string(&tree).unwrap(),
        };
        (file, text)
    }
}

/// The documents of this workspace and the files beside them.
fn paths() -> Vec<PathBuf> {
    let beside = fs::read_dir(workspace().join("tests/documents")).into_iter().flatten();
    let mut paths: Vec<PathBuf> = beside.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "yaml" || ending == "json"));
    paths.push(workspace().join("spec/uploads.yaml"));
    paths.sort();
    paths
}

/// Leaves a few of a document's paths, so that many documents are tried in little time.
fn thin_out(tree: &mut Value, rng: &mut Rng) {
    let Some(Value::Object(paths)) = tree.get_mut("paths") else { return };
    let mut names: Vec<String> = paths.keys().cloned().collect();
    rng.shuffle(&mut names);
    for name in names.iter().skip(rng.usize(1..5)) {
        paths.remove(name);
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

fn read(file: &str, text: &str) {
    let _ = Departures::parse("departures.yaml", text);
    match Document::parse(file, text) {
        Ok(document) => {
            let selection = Selection {
                tags: vec!["Uploads".to_owned()],
                operations: vec!["a".to_owned()],
                ..Selection::default()
            };
            let _ = slice(&document, &selection);
            let found = compare(&document, &document, Scope::Everything);
            assert!(found.is_empty(), "a document differs from itself: {found:?}");
            document.external_files();
        }
        Err(faults) => {
            assert!(faults.count(Severity::Error) > 0, "a refusal without a reason");
            have_places(&faults, file, text);
            assert!(!faults.render(true).is_empty());
        }
    }
}
