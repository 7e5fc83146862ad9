//! Each operation of a document is a function of its crate, and the crate compiles without warnings.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::crate_of_it::{BLOCKFROST, GITHUB, OPENAI, Published, Source};

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

#[test]
fn the_crate_of_openai_is_whole() {
    crate_is_whole(&OPENAI);
}

#[test]
fn the_crate_of_github_is_whole() {
    crate_is_whole(&GITHUB);
}

#[test]
fn the_crate_of_blockfrost_is_whole() {
    crate_is_whole(&BLOCKFROST);
}

fn crate_is_whole(source: &'static Source) {
    let Some(published) = source.published() else { return };
    every_operation_has_its_function(published);
    let built = source.built();
    assert!(
        built.reported.is_empty(),
        "{} errors and warnings:\n{}",
        built.reported.len(),
        built.reported.join("\n")
    );
    assert!(built.program.is_file(), "cargo could not build the crate, and says above why");
}

fn every_operation_has_its_function(published: &Published) {
    let mut sources = String::new();
    for file in fs::read_dir(published.folder.join("src/apis")).unwrap() {
        sources += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let sources = sources.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(");
    let functions: BTreeSet<String> = sources
        .split("pub fn ")
        .skip(1)
        .map(|rest| letters(rest.split(['(', '<']).next().unwrap_or_default()))
        .collect();
    let operations = operations(&published.document);
    assert!(!operations.is_empty());
    let missing = operations.iter().filter(|(id, method, path)| {
        let sent = format!("Method::{method}, \"{path}\",");
        // An operation without an id is named by its method and path.
        !match id {
            Some(id) => {
                sources.contains(&format!("Operation::new(\"{id}\", {sent}"))
                    && functions.contains(&letters(id))
            }
            None => sources.contains(&sent),
        }
    });
    let missing: Vec<_> = missing.collect();
    println!("{} operations", operations.len());
    assert!(missing.is_empty(), "of {} operations, these have no function: {missing:?}", operations.len());
}

/// The `operationId`, method and path of each.
fn operations(document: &Value) -> Vec<(Option<&str>, String, &str)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                let id = operation["operationId"].as_str();
                operations.push((id, method.to_uppercase(), path.as_str()));
            }
        }
    }
    operations
}

/// A name without separators between its words.
fn letters(name: &str) -> String {
    name.strip_prefix("r#")
        .unwrap_or(name)
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
