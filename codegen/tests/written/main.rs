//! Snapshots of the generated code. Each has one small document for one feature.
//!
//! After an intended change: `INSTA_UPDATE=always cargo test -p openapi-crate --test written`, then read the diff.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod accepted;
mod examples;
mod faults;
mod features;
mod fragment;
mod given_names;
mod hostile;
mod names;
mod operations;
mod pages;
mod replies;
mod schemas;
mod servers;
mod unexpressed;
mod unions;
mod webhooks;

use openapi_crate::package::MARKER;
use openapi_crate::{Generated, Options, generate};

/// The code for a document with these members, without the modules that only list others.
fn written(rest: &str) -> String {
    let generated = generated(rest);
    let mut shown = String::new();
    for (path, text) in generated.package.files() {
        let Some(path) = path.strip_prefix("src/generated/").filter(|path| !path.ends_with("mod.rs")) else {
            continue;
        };
        if path == "apis/configuration.rs" && !rest.contains("servers:") && !rest.contains("securitySchemes:")
        {
            continue;
        }
        let text: Vec<&str> = text.lines().filter(|line| !line.contains(MARKER)).collect();
        shown += &format!("=== {path}\n{}\n\n", text.join("\n").trim());
    }
    for warning in generated.warnings.iter() {
        shown += &format!("{warning}\n");
    }
    shown
}

/// The code for these schemas.
fn schemas(schemas: &str) -> String {
    written(&format!("paths: {{}}\ncomponents:\n  schemas:\n{}", indented(schemas, 4)))
}

/// The code for an operation `PUT /things/{id}` with these members.
fn operation(members: &str) -> String {
    written(&format!(
        "paths:\n  /things/{{id}}:\n    put:\n      operationId: putThing\n{}",
        indented(members, 6)
    ))
}

fn generated(rest: &str) -> Generated {
    generate(&document(rest), &options()).unwrap_or_else(|faults| panic!("{}", faults.render(false)))
}

/// The diagnostics of a document that cannot be generated.
fn refused(rest: &str) -> String {
    let faults = generate(&document(rest), &options()).expect_err("the document is refused");
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

fn document(rest: &str) -> String {
    let head = if rest.contains("nullable: true") { "openapi: 3.0.3" } else { "openapi: 3.1.0" };
    let rest = unindented(rest);
    let servers = if rest.contains("\nservers:") || rest.starts_with("servers:") {
        ""
    } else {
        "servers: [{url: https://example.com}]\n"
    };
    let info = if rest.contains("\ninfo:") { "" } else { "info: {title: T, version: '1'}\n" };
    format!("{head}\n{info}{servers}{rest}")
}

fn options() -> Options {
    Options { file: "api.yaml".to_owned(), ..Options::default() }
}

fn indented(text: &str, spaces: usize) -> String {
    let text = unindented(text);
    text.lines().map(|line| format!("{}{line}\n", " ".repeat(spaces))).collect()
}

/// The text without the indentation that all of its lines share.
fn unindented(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let common = lines.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| format!("{}\n", &line[common..])).collect()
}

/// Compares generated code with the snapshot of the test's name.
macro_rules! snapshots {
    ($with:path: $($name:ident: $text:literal,)*) => {
        $(
            #[test]
            fn $name() {
                insta::assert_snapshot!(stringify!($name), $with($text));
            }
        )*
    };
}

pub(crate) use snapshots;
