//! The packages that the clients of the documents are built in: what the generator cannot express of a document, and
//! whether it would write the same manifest.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use openapi_crate::{Generated, Options, Output, generate};
use serde_json::{Value, json};

use super::agreement_spec::elements;
use super::program::workspace;

/// What the generator cannot express of a document, by code and place.
type Unexpressed = &'static [(&'static str, &'static str)];

const DOCUMENTS: [(&str, &str, &[&str], Unexpressed); 3] = [
    ("earlier", "earlier.json", &[], &[]),
    ("names", "names.yaml", &[], &[]),
    (
        "everything",
        "everything.yaml",
        &["stock.yaml"],
        &[("undefined-deep-object", "/paths/~1works/get/parameters/12")],
    ),
];

#[test]
fn known_disagreements_are_listed() {
    for (name, file, beside, unsaid) in DOCUMENTS {
        let warnings = generated(name, file, beside).warnings;
        let reported: Vec<_> =
            warnings.iter().map(|reported| (reported.code, reported.pointer.to_string())).collect();
        let expected: Vec<_> = unsaid.iter().map(|(code, place)| (*code, (*place).to_owned())).collect();
        assert_eq!(reported, expected, "{name}");
    }
}

#[test]
fn the_packages_have_the_dependencies_that_the_generator_writes() {
    for (name, file, beside, _) in DOCUMENTS {
        let folder = tempfile::tempdir().unwrap();
        generated(name, file, beside).package.compare(folder.path()).unwrap().write().unwrap();
        let own = manifest(&workspace().join("tests").join(name));
        assert_eq!(own, manifest(folder.path()), "{name}");
        assert!(!own["dependencies"].as_object().unwrap().is_empty());
    }
}

fn generated(name: &str, file: &str, beside: &[&str]) -> Generated {
    let read = |file: &str| fs::read_to_string(workspace().join("tests/documents").join(file)).unwrap();
    let files: BTreeMap<_, _> = beside.iter().map(|file| ((*file).to_owned(), read(file))).collect();
    let options = Options {
        file: file.to_owned(),
        files,
        output: Output::Crate { name: name.to_owned() },
        ..Options::default()
    };
    generate(&read(file), &options).unwrap_or_else(|errors| panic!("{}", errors.render(false)))
}

/// The dependencies and features of a package.
fn manifest(folder: &Path) -> Value {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["metadata", "--offline", "--no-deps", "--format-version", "1", "--manifest-path"]);
    let output = cargo.arg(folder.join("Cargo.toml")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let is_it = |package: &&Value| {
        let path = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        path.canonicalize().unwrap() == folder.canonicalize().unwrap()
    };
    let package = elements(&metadata["packages"]).find(is_it).unwrap();
    let dependencies = elements(&package["dependencies"]).filter(|dependency| dependency["kind"].is_null());
    let dependencies: BTreeMap<&str, Value> = dependencies
        .map(|dependency| {
            let keys = ["req", "features", "uses_default_features", "optional", "target"];
            (dependency["name"].as_str().unwrap(), keys.iter().map(|key| dependency[key].clone()).collect())
        })
        .collect();
    json!({"dependencies": dependencies, "features": package["features"]})
}
