//! `cargo xtask bench decode`: replies read as generated models, beside structs with serde's derives.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;
use openapi_crate::{Options, Output, generate};

use super::measurement::measured;
use super::program::cargo;
use crate::workspace;

/// Measure how long models take to read replies, beside serde's derives
///
/// Both read the same text in the same program, in turns, and keep the same of it, values that the document does not
/// name included. The fastest of 300 rounds counts.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The file to write the table to, as Markdown.
    #[arg(long, value_name = "FILE", default_value = "target/bench/decode.md")]
    out: PathBuf,
}

/// The number of types in the union.
const EVENTS: usize = 40;

const MAIN: &str = include_str!("decode/main.rs");

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = workspace::root().join("target/bench/decode");
    let options = Options {
        file: "replies.yaml".to_owned(),
        output: Output::Crate { name: "replies".to_owned() },
        ..Options::default()
    };
    let replies = generate(&document(), &options).map_err(|errors| Failure::new(errors.render(false)))?;
    for (path, text) in replies.package.files() {
        write(&folder.join("replies").join(path), text)?;
    }
    let program = folder.join("program");
    write(&program.join("Cargo.toml"), &manifest(replies.package.files()))?;
    write(&program.join("src/main.rs"), MAIN)?;
    write(&program.join("src/derived.rs"), &derived())?;
    let (from, to) = (workspace::root().join("Cargo.lock"), program.join("Cargo.lock"));
    fs::copy(&from, &to).map_err(|error| Failure::io("copy", &from, &error))?;

    let mut command = cargo();
    command.current_dir(&program).env_remove("CARGO_MANIFEST_DIR");
    command.env("CARGO_TARGET_DIR", folder.join("target"));
    let (rows, _) = measured(command.args(["run", "--quiet", "--release"]))?;
    let table = format!("| | models | serde's derives | ratio |\n|---|---|---|---|\n{rows}");
    terminal::print(&table);
    write(&workspace::root().join(&arguments.out), &table)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io("make", parent, &error))?;
    }
    // A file that stays as it is need not be compiled again.
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    fs::write(path, text).map_err(|error| Failure::io("write", path, &error))
}

fn manifest<'a>(mut replies: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let manifest = replies.find(|(path, _)| *path == "Cargo.toml").map_or("", |(_, text)| text);
    let json = manifest.lines().find(|line| line.starts_with("serde_json")).unwrap_or_default();
    format!(
        "[package]\nname = \"program\"\nedition = \"2024\"\n\n[dependencies]\n\
         replies = {{ path = \"../replies\", default-features = false }}\n\
         serde = {{ version = \"1.0\", features = [\"derive\"] }}\n{json}\n\n[workspace]\n"
    )
}

/// The document of the replies.
fn document() -> String {
    let mut text = String::from(
        "openapi: 3.1.0
info: {title: Replies, version: '1'}
servers: [{url: http://127.0.0.1}]
paths:
  /files:
    get:
      operationId: listFiles
      responses:
        '200': {description: Files., content: {application/json: {schema: {$ref: '#/components/schemas/ListFilesResponse'}}}}
  /events:
    get:
      operationId: listEvents
      responses:
        '200': {description: An event., content: {application/json: {schema: {$ref: '#/components/schemas/Event'}}}}
components:
  schemas:
    File:
      type: object
      required: [id, object, bytes, created_at, filename, purpose, status]
      properties:
        id: {type: string}
        object: {type: string, enum: [file]}
        bytes: {type: integer, minimum: 0}
        created_at: {type: integer, minimum: 0}
        expires_at: {type: integer, minimum: 0}
        filename: {type: string}
        purpose: {type: string, enum: [assistants, batch, fine-tune, vision, user_data, evals]}
        status: {type: string, enum: [uploaded, processed, error]}
        status_details: {type: [string, 'null']}
    ListFilesResponse:
      type: object
      required: [object, data, first_id, last_id, has_more]
      properties:
        object: {type: string}
        data: {type: array, items: {$ref: '#/components/schemas/File'}}
        first_id: {type: string}
        last_id: {type: string}
        has_more: {type: boolean}
    Event:
      discriminator: {propertyName: type}
      oneOf:
",
    );
    for number in 0..EVENTS {
        let _ = writeln!(text, "        - $ref: '#/components/schemas/Event{number}'");
    }
    for number in 0..EVENTS {
        let _ = writeln!(
            text,
            "    Event{number}:
      type: object
      required: [type, sequence_number, item_id, output_index, delta, logprobs]
      properties:
        type: {{type: string, enum: [response.event.{number}]}}
        sequence_number: {{type: integer, minimum: 0}}
        item_id: {{type: string}}
        output_index: {{type: integer, minimum: 0}}
        delta: {{type: string}}
        logprobs: {{type: array, items: {{type: number}}}}"
        );
    }
    text
}

/// The same types with serde's derives. Values that the document does not name are kept, as in models.
fn derived() -> String {
    let mut text = format!(
        r#"use serde::{{Deserialize, Serialize}};

pub const EVENTS: u64 = {EVENTS};

#[derive(Serialize, Deserialize)]
pub struct File {{
    id: String,
    object: Object,
    bytes: u64,
    created_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<u64>,
    filename: String,
    purpose: Purpose,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_details: Option<String>,
}}

#[derive(Serialize, Deserialize)]
pub enum Object {{
    #[serde(rename = "file")]
    File,
    #[serde(untagged)]
    Other(String),
}}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {{
    Assistants,
    Batch,
    #[serde(rename = "fine-tune")]
    FineTune,
    Vision,
    UserData,
    Evals,
    #[serde(untagged)]
    Other(String),
}}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {{
    Uploaded,
    Processed,
    Error,
    #[serde(untagged)]
    Other(String),
}}

#[derive(Serialize, Deserialize)]
pub struct ListFilesResponse {{
    object: String,
    data: Vec<File>,
    first_id: String,
    last_id: String,
    has_more: bool,
}}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum Event {{
"#
    );
    for number in 0..EVENTS {
        let _ = writeln!(
            text,
            "    #[serde(rename = \"response.event.{number}\")]\n    Event{number}(Event{number}),"
        );
    }
    text.push_str("}\n");
    for number in 0..EVENTS {
        let _ = write!(
            text,
            "
#[derive(Serialize, Deserialize)]
pub struct Event{number} {{
    sequence_number: u64,
    item_id: String,
    output_index: u64,
    delta: String,
    logprobs: Vec<f64>,
}}
"
        );
    }
    text
}
