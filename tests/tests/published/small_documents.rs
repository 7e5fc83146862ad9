//! Small documents compile together, and keep each valid example and each value drawn from their schemas.

use std::collections::BTreeSet;

use corpus::document::Document;
use corpus::examples::{Example, examples};
use corpus::package::Package;
use corpus::round_trip::Values;
use corpus::schemas::Schemas;
use corpus::values::draw;
use fastrand::Rng;

use crate::crate_of_it::{target, workspace};
use crate::skipped::skipped;

/// Documents of the npm package `@readme/oas-examples`, which `.ci/run` downloads.
const DOCUMENTS: [&str; 8] = [
    "3.0/json/discriminators.json",
    "3.0/json/request-examples.json",
    "3.0/json/response-schemas.json",
    "3.0/json/schema-circular.json",
    "3.0/json/uspto.json",
    "3.1/json/schema-types.json",
    "3.1/json/schema-validation-local.json",
    "3.1/json/train-travel.json",
];

#[test]
fn small_documents_compile_and_keep_their_values() {
    let folder = workspace().join("target/documents/oas-examples");
    if !folder.is_dir() {
        skipped(&format!("no documents in {}; .ci/run downloads them", folder.display()));
        return;
    }
    let mut clients = Vec::new();
    for (number, path) in DOCUMENTS.iter().enumerate() {
        let document = Document::generate(&format!("document_{number}"), &folder.join(path)).unwrap();
        assert_eq!(document.dead_links(), Vec::<String>::new(), "{path}");
        let schemas = Schemas::new(&document.value).unwrap();
        let mut values = examples(&document.value);
        values.extend(draw(&schemas, &document.value, 3, &mut Rng::with_seed(1)));
        drop(schemas);
        clients.push((document, values));
    }
    let types = |(document, values): &(Document, Vec<Example>)| -> BTreeSet<String> {
        values.iter().filter_map(|value| document.types.get(&value.schema).cloned()).collect()
    };
    let types: Vec<_> = clients.iter().map(types).collect();
    let used = types.iter().map(|types| types.iter().map(String::as_str).collect());
    let documents: Vec<_> = clients.iter().map(|(document, _)| document).zip(used).collect();
    let lock = workspace().join("Cargo.lock");
    let package =
        Package::write(&target().join("small"), &target().with_file_name("probes"), &documents, &lock)
            .unwrap();
    let built = package.cargo("build").unwrap();
    assert!(built.reported.is_empty(), "{}", built.reported.join("\n"));
    let program = built.program.unwrap();
    let mut read = 0;
    for (path, (document, values)) in DOCUMENTS.iter().zip(&clients) {
        let values = Values::new(&document.value, values, &document.types);
        let written = package.run(&program, &document.name, &values.texts()).unwrap();
        let outcome = values.compare(&Schemas::new(&document.value).unwrap(), &written);
        assert!(outcome.lost.is_empty(), "{path}:\n{}", outcome.lost.join("\n"));
        read += outcome.read - outcome.invalid.len();
    }
    println!("{read} values");
    assert!(read > 200, "the documents have values: {read}");
}
