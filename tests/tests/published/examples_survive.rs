//! Every example of the document is read by the type of its schema and written back without loss.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::compare::differences;
use crate::crate_of_it::{BLOCKFROST, GITHUB, OPENAI, Source};
use crate::examples::examples;
use crate::listed::{listed, path};
use crate::probe;
use crate::schemas::Schemas;

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
    let schemas = Schemas::new(&published.document);
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut failures: Vec<String> = Vec::new();
    let (mut shown, mut texts) = (Vec::new(), Vec::new());
    for example in examples(&published.document) {
        match (&example.text, published.types.get(&example.schema)) {
            (Err(error), _) => drop(wrong.insert(example.at, format!("no JSON: {error}"))),
            // A property of a member of an `allOf` may be merged with that of another member.
            (Ok(_), None) if example.schema.contains("/allOf/") => {}
            (Ok(_), None) => failures.push(format!("{}: {} has no type", example.at, example.schema)),
            (Ok(text), Some(ty)) => {
                texts.push((ty.as_str(), text.clone()));
                shown.push(example);
            }
        }
    }
    let written = probe::run(published, built, &texts);
    for ((example, (_, text)), written) in shown.iter().zip(&texts).zip(written) {
        let before: &Value = &serde_json::from_str(text).unwrap();
        let found = match written {
            Err(error) => vec![format!("not read: {error}")],
            Ok(text) => differences(&schemas, &example.schema, before, &serde_json::from_str(&text).unwrap()),
        };
        if found.is_empty() {
            continue;
        }
        match schemas.fault(&example.schema, before) {
            Some(fault) => drop(wrong.insert(example.at.clone(), format!("{}; {fault}", found.join("; ")))),
            None => failures.push(format!("{}: {}", example.at, found.join("; "))),
        }
    }
    println!("{} examples, {} of them wrong", texts.len(), wrong.len());
    assert!(!texts.is_empty(), "the document has examples");
    let (listed, path) = (listed(source.name), path(source.name));
    let unlisted = wrong.iter().filter(|(at, _)| !listed.contains_key(*at));
    failures.extend(unlisted.map(|(at, fault)| format!("{at}: wrong and not listed in {path}: {fault}")));
    let needless = listed.keys().filter(|at| !wrong.contains_key(*at));
    failures.extend(needless.map(|at| format!("{at}: listed in {path}, and nothing is wrong with it")));
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}
