//! The files of the suite.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// A schema of the suite and the values that match it.
pub(crate) struct Case {
    /// The file and the description, which are unique together.
    pub(crate) name: String,
    pub(crate) schema: Value,
    pub(crate) instances: Vec<Value>,
}

/// All cases, in order. `None`, with a message: the suite is missing.
pub(crate) fn cases() -> Option<Vec<Case>> {
    let folder = folder().join("tests/draft2020-12");
    let Ok(files) = fs::read_dir(&folder) else {
        eprintln!("skipped: no JSON Schema Test Suite; name its folder with JSON_SCHEMA_TEST_SUITE");
        return None;
    };
    let files = files.map(|file| file.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    files.sort();
    Some(files.iter().flat_map(|file| of_file(file)).collect())
}

/// The files that schemas of the suite refer to by URL.
pub(crate) fn remotes() -> Vec<(String, String)> {
    let folder = folder().join("remotes");
    let mut found = Vec::new();
    let mut left = vec![folder.clone()];
    while let Some(path) = left.pop() {
        if let Ok(entries) = fs::read_dir(&path) {
            left.extend(entries.map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|end| end == "json") {
            let name = path.strip_prefix(&folder).unwrap().display();
            found.push((format!("http://localhost:1234/{name}"), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let named = std::env::var_os("JSON_SCHEMA_TEST_SUITE").map(PathBuf::from);
    workspace.join(named.unwrap_or_else(|| "target/json-schema-test-suite".into()))
}

fn of_file(file: &Path) -> Vec<Case> {
    let groups: Vec<Value> = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let file = file.file_stem().unwrap().to_string_lossy();
    let case = |group: Value| {
        let tests = group["tests"].as_array().unwrap().iter();
        let instances = tests.filter(|test| test["valid"] == true).map(|test| test["data"].clone()).collect();
        let name = format!("{file}: {}", group["description"].as_str().unwrap());
        Case { name, schema: group["schema"].clone(), instances }
    };
    groups.into_iter().map(case).filter(|case| !case.instances.is_empty()).collect()
}
