//! Every example of the document is read by the type of its schema and written back without loss.

use corpus::examples::examples;
use corpus::round_trip::Values;
use corpus::schemas::Schemas;

use crate::crate_of_it::{BLOCKFROST, GITHUB, OPENAI, Source};
use crate::listed::{listed, path};
use crate::probe;

#[test]
fn every_example_of_openai_is_read_and_written_back_without_loss() {
    examples_survive(&OPENAI);
}

#[test]
fn every_example_of_github_is_read_and_written_back_without_loss() {
    examples_survive(&GITHUB);
}

#[test]
fn every_example_of_blockfrost_is_read_and_written_back_without_loss() {
    examples_survive(&BLOCKFROST);
}

fn examples_survive(source: &'static Source) {
    let Some(published) = source.published() else { return };
    let built = source.built();
    let schemas = Schemas::new(&published.document).unwrap();
    let examples = examples(&published.document);
    let values = Values::new(&published.document, &examples, &published.types);
    let written = probe::run(published, built, &values.texts());
    let outcome = values.compare(&schemas, &written);
    let (wrong, mut failures) = (outcome.invalid, outcome.lost);
    println!("{} examples, {} of them wrong", outcome.read, wrong.len());
    assert!(outcome.read > 0, "the document has examples");
    let (listed, path) = (listed(source.name), path(source.name));
    let unlisted = wrong.iter().filter(|(at, _)| !listed.contains_key(*at));
    failures.extend(unlisted.map(|(at, fault)| format!("{at}: wrong and not listed in {path}: {fault}")));
    let needless = listed.keys().filter(|at| !wrong.contains_key(*at));
    failures.extend(needless.map(|at| format!("{at}: listed in {path}, and nothing is wrong with it")));
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
