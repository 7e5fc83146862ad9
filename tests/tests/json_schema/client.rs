//! The crate that is generated from the schemas of the suite, and a program that reads and writes its types. Both
//! stay below `target`, so that only changes are compiled the next time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use openapi_crate::diagnostic::Severity;
use openapi_crate::{Options, Output, generate};
use serde_json::{Map, Value, json};

use crate::suite::{self, Case};

const NAME: &str = "json-schema-client";

const MANIFEST: &str = r#"[package]
name = "json-schema-probe"
version = "0.0.0"
edition = "2024"

[dependencies]
json-schema-client = { path = "../json-schema-client", default-features = false }
serde = "1.0"
serde_json = "1.0"

[profile.dev]
debug = false
incremental = false
panic = "abort"

[workspace]
"#;

const MAIN: &str = r#"
use std::io::{BufRead, Write};

fn back<T: serde::Serialize + serde::de::DeserializeOwned>(text: &str) -> Result<String, String> {
    let value: T = serde_json::from_str(text).map_err(|error| error.to_string())?;
    serde_json::to_string(&value).map_err(|error| error.to_string())
}

fn main() {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("text");
        let (number, text) = line.split_once(' ').expect("a number and a text");
        let written = back_as(number.parse().expect("a number"), text);
        writeln!(out, "{}", serde_json::to_string(&written).expect("strings")).expect("a reader");
    }
}
"#;

/// The outcome for an instance.
pub(crate) enum Outcome {
    /// The schema is refused, with these errors.
    Refused(String),
    /// The instance cannot be read as the type of its schema.
    Unread(String),
    /// The instance was read, and this was written.
    Written(Value),
}

pub(crate) struct Client {
    program: PathBuf,
    /// The errors of the refused schemas, by their numbers.
    refused: BTreeMap<usize, String>,
}

impl Client {
    pub(crate) fn of(cases: &[Case]) -> Self {
        let numbered = || cases.iter().enumerate();
        let remotes = suite::remotes();
        let refused: BTreeMap<usize, String> = numbered()
            .filter_map(|(number, case)| Some((number, errors(&document(&[(number, case)], &remotes))?)))
            .collect();
        let accepted: Vec<_> = numbered().filter(|(number, _)| !refused.contains_key(number)).collect();
        let (text, options) = document(&accepted, &remotes);
        let folder = target().join("json-schema");
        let package =
            generate(&text, &options).unwrap_or_else(|errors| panic!("{}", errors.render(false))).package;
        package.compare(&folder.join(NAME)).unwrap().write().unwrap();
        let probe = folder.join("probe");
        fs::create_dir_all(probe.join("src")).unwrap();
        fs::write(probe.join("Cargo.toml"), MANIFEST).unwrap();
        // The versions that the workspace is tested with, which are already downloaded.
        fs::copy(workspace().join("Cargo.lock"), probe.join("Cargo.lock")).unwrap();
        fs::write(probe.join("src/main.rs"), main_of(accepted.iter().map(|(number, _)| *number))).unwrap();
        Self { program: build(&probe), refused }
    }

    /// The outcomes for all instances of all cases, in their order.
    pub(crate) fn run(&self, cases: &[Case]) -> Vec<Vec<Outcome>> {
        let mut lines = String::new();
        for (number, case) in
            cases.iter().enumerate().filter(|(number, _)| !self.refused.contains_key(number))
        {
            for instance in &case.instances {
                writeln!(lines, "{number} {}", json!({"value": instance})).unwrap();
            }
        }
        let mut program =
            Command::new(&self.program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = program.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
        let output = program.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let mut written = std::str::from_utf8(&output.stdout).unwrap().lines();
        let mut next =
            || match serde_json::from_str::<Result<String, String>>(written.next().unwrap()).unwrap() {
                Ok(text) => {
                    let mut holder: Value = serde_json::from_str(&text).unwrap();
                    Outcome::Written(holder["value"].take())
                }
                Err(error) => Outcome::Unread(error),
            };
        let outcomes = cases.iter().enumerate().map(|(number, case)| {
            let refused = self.refused.get(&number);
            let outcome =
                |_: &Value| refused.map_or_else(&mut next, |errors| Outcome::Refused(errors.clone()));
            case.instances.iter().map(outcome).collect()
        });
        outcomes.collect()
    }
}

/// A document with a component `CaseN` for each case, whose property `value` has the schema of the case. Each schema
/// is in a file of its own, so that its pointers start at its root.
fn document(cases: &[(usize, &Case)], remotes: &[(String, String)]) -> (String, Options) {
    let mut schemas = Map::new();
    let mut files: BTreeMap<String, String> = remotes.iter().cloned().collect();
    for (number, case) in cases {
        let file = format!("schema-{number}.json");
        let holder =
            json!({"type": "object", "required": ["value"], "properties": {"value": {"$ref": file}}});
        schemas.insert(format!("Case{number}"), holder);
        files.insert(file, case.schema.to_string());
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "JSON Schema Test Suite", "version": "1"},
        "servers": [{"url": "https://example.com"}],
        "paths": {},
        "components": {"schemas": schemas},
    });
    let output = Output::Crate { name: NAME.to_owned() };
    (document.to_string(), Options { file: "api.json".to_owned(), files, output, ..Options::default() })
}

fn errors((text, options): &(String, Options)) -> Option<String> {
    let errors = generate(text, options).err()?;
    let errors = errors.iter().filter(|error| error.severity == Severity::Error);
    Some(errors.map(|error| error.message.clone()).collect::<Vec<_>>().join("; "))
}

fn main_of(numbers: impl Iterator<Item = usize>) -> String {
    let mut arms = String::new();
    for number in numbers {
        writeln!(arms, "        {number} => back::<json_schema_client::models::Case{number}>(text),")
            .unwrap();
    }
    let end = "        _ => Err(\"no such case\".to_owned()),\n    }\n}\n";
    format!(
        "fn back_as(number: usize, text: &str) -> Result<String, String> {{\n    match number {{\n{arms}{end}{MAIN}"
    )
}

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    workspace().join(target)
}

fn build(probe: &Path) -> PathBuf {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(probe).args(["build", "--quiet", "--message-format", "json"]);
    // Shared with the tests of published documents, which build the same dependencies.
    cargo.env("CARGO_TARGET_DIR", target().join("probes")).stderr(Stdio::inherit());
    let output = cargo.output().unwrap();
    let messages =
        serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>().map(Result::unwrap);
    let messages: Vec<Value> = messages.collect();
    let rendered = messages.iter().filter_map(|message| message["message"]["rendered"].as_str());
    let errors: Vec<&str> = rendered.filter(|text| text.starts_with("error")).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    let program = messages.iter().filter_map(|message| message.get("executable")?.as_str()).next_back();
    program.expect("cargo builds the program").into()
}
