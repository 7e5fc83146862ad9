//! Small programs that use the crates, one each: it reads a text as a type of the crate and writes it back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use corpus::examples::examples;

use crate::crate_of_it::{Built, Published, workspace};

const MANIFEST: &str = r#"[package]
name = "probes"
version = "0.0.0"
edition = "2024"

[profile.dev]
debug = false
incremental = false
panic = "abort"

[workspace]

[dependencies]
chrono = { version = "0.4", default-features = false }
serde = "1.0"
serde_json = "1.0"
"#;

const MAIN: &str = r#"#![allow(deprecated, unused_imports)]

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

use NAME_api::{models, runtime::{Base64, SecretString}};

fn back<T: serde::Serialize + serde::de::DeserializeOwned>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}

fn main() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("text");
        let (number, text) = line.split_once(' ').expect("a number and a text");
        let written = TYPES[number.parse::<usize>().expect("a number")](text);
        writeln!(out, "{}", serde_json::to_string(&written).expect("strings")).expect("a reader");
    }
}
"#;

/// The types that the examples are read as, each once, with its number.
fn types(published: &Published) -> BTreeMap<&str, usize> {
    let mut numbers = BTreeMap::new();
    for example in examples(&published.document) {
        if let Some(ty) = published.types.get(&example.schema) {
            numbers.entry(ty.as_str()).or_insert(0);
        }
    }
    numbers.values_mut().enumerate().for_each(|(number, place)| *place = number);
    numbers
}

/// Writes the source of a package with a program for each document. An equal file is not touched, so that cargo need not
/// compile it again.
pub(crate) fn write(folder: &Path, published: &BTreeMap<&str, &Published>) {
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    let mut manifest = MANIFEST.to_owned();
    for (name, published) in published {
        let _ = writeln!(manifest, "{name}-api = {{ path = \"../{name}-api\", default-features = false }}");
        let types = types(published);
        let rows: String = types.keys().map(|ty| format!("    back::<{ty}>,\n")).collect();
        let count = types.len();
        let table = format!("static TYPES: [fn(&str) -> Result<String, String>; {count}] = [\n{rows}];\n");
        let program = format!("{}\n{table}", MAIN.replace("NAME", name));
        write_changed(&folder.join("src/bin").join(format!("{name}.rs")), &program);
    }
    write_changed(&folder.join("Cargo.toml"), &manifest);
    // The versions that the workspace is tested with, which are already downloaded.
    if !folder.join("Cargo.lock").is_file() {
        fs::copy(workspace().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    }
}

fn write_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).unwrap();
    }
}

/// Each text after it was read as a type and written back.
pub(crate) fn run(
    published: &Published,
    built: &Built,
    texts: &[(&str, &str)],
) -> Vec<Result<String, String>> {
    let numbers = types(published);
    let mut program =
        Command::new(&built.program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = program.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        let output = scope.spawn(|| program.wait_with_output().unwrap());
        for (ty, text) in texts {
            writeln!(stdin, "{} {text}", numbers[ty]).unwrap();
        }
        drop(stdin);
        output.join().unwrap()
    });
    assert!(output.status.success(), "the program ends with {}", output.status);
    let lines = std::str::from_utf8(&output.stdout).unwrap().lines();
    let written: Vec<_> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(written.len(), texts.len());
    written
}
