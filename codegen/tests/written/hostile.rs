//! Hostile documents. Each becomes valid Rust or a clear error, and neither takes long.

use openapi_crate::diagnostic::Diagnostics;
use openapi_crate::{Generated, Options, Output, generate};
use serde_json::{Map, Value, json};

/// Names with a meaning in Rust, in text or in paths, and names without any.
const NAMES: [&str; 40] = [
    "fn",
    "self",
    "Self",
    "crate",
    "super",
    "gen",
    "_",
    "__",
    "1",
    "a b",
    "a-b",
    "aB",
    "AB",
    "é",
    "日本",
    "🦀",
    "r#fn",
    "Option",
    "Vec",
    "String",
    "Box",
    "Default",
    "BTreeMap",
    "Form",
    "Binary",
    "Base64",
    "Other",
    "additional_properties",
    "new",
    "NEW",
    "`",
    "\"; drop",
    "*/ fn main(){}",
    "\\",
    "a\nb",
    "\u{202e}",
    "{x}",
    "#",
    "configuration",
    "mod",
];

fn document(schemas: Value, paths: Value) -> String {
    json!({
        "openapi": "3.1.0",
        "info": {"title": "\"\n[package]", "version": "99999999999999999999"},
        "servers": [{"url": "https://example.com"}],
        "paths": paths,
        "components": {"schemas": schemas},
    })
    .to_string()
}

fn run(text: &str) -> Result<Generated, Diagnostics> {
    let output = Output::Crate { name: "hostile".to_owned() };
    generate(text, &Options { file: "api.json".to_owned(), output, ..Options::default() })
}

/// Asserts that every Rust file parses and every file name is plain.
fn is_rust(generated: &Generated) {
    for (path, text) in generated.package.files() {
        assert!(!path.contains(".."), "{path}");
        if path.ends_with(".rs") {
            // Rust finds no other files.
            assert!(path.is_ascii(), "{path}");
            assert!(syn::parse_file(text).is_ok(), "{path}:\n{text}");
        }
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    let found = run(text).map(|_| ()).unwrap_err();
    found.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn names_that_look_like_code_become_names() {
    let object = |inner: Value| json!({"type": "object", "required": ["x"], "properties": {"x": inner}});
    let text = json!({"type": "string", "enum": NAMES.to_vec()});
    let each = |make: &dyn Fn(&str) -> Value| -> Map<String, Value> {
        NAMES.iter().map(|name| ((*name).to_owned(), make(name))).collect()
    };
    let mut schemas = each(&|_| object(text.clone()));
    let properties = each(&|_| object(json!({"type": "string"})));
    schemas.insert(
        "all".to_owned(),
        json!({"type": "object", "properties": properties, "required": NAMES.to_vec(), "additionalProperties": {"type": "string"}}),
    );
    let union: Vec<Value> = NAMES
        .iter()
        .map(|name| json!({"title": name, "type": "object", "required": ["k"], "properties": {"k": {"const": name}}}))
        .collect();
    schemas.insert("one".to_owned(), json!({"oneOf": union}));
    let paths: Map<String, Value> = NAMES
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let parameters: Vec<Value> = NAMES
                .iter()
                .map(|name| json!({"name": name, "in": "query", "schema": {"type": "string"}}))
                .collect();
            let operation = json!({"operationId": format!("{name} number {index}"), "tags": [name], "description": name,
                "parameters": parameters, "responses": {"200": {"description": name}}});
            (format!("/p{index}"), json!({"get": operation}))
        })
        .collect();
    is_rust(&run(&document(schemas.into(), paths.into())).unwrap());
}

#[test]
fn a_bracket_in_a_description_changes_nothing() {
    for opener in ["{", "a (", "[", "<"] {
        let field = json!({"type": "integer", "description": opener});
        let object =
            json!({"type": "object", "description": opener, "required": ["a"], "properties": {"a": field}});
        let union = json!({"description": opener, "anyOf": [{"type": "integer", "description": opener}, {"type": "array"}]});
        let values = json!({"description": opener, "enum": ["a", "b"]});
        let parameter =
            json!({"name": "a", "in": "query", "description": opener, "schema": {"type": "string"}});
        let operation = json!({"operationId": "a", "description": opener, "parameters": [parameter],
            "responses": {"200": {"description": opener}}});
        let schemas = json!({"A": object, "B": union, "C": values});
        is_rust(&run(&document(schemas, json!({"/a": {"get": operation}}))).unwrap());
    }
}

#[test]
fn recursion_through_every_keyword_is_generated_or_refused() {
    let this = json!({"$ref": "#/components/schemas/A"});
    let mut tried = 0;
    for keyword in ["items", "additionalProperties", "not", "contains", "if", "propertyNames"] {
        is_rust(&run(&document(json!({"A": {keyword: this}}), json!({}))).unwrap());
        tried += 1;
    }
    for schema in [
        json!({"prefixItems": [this], "items": false}),
        json!({"patternProperties": {".": this}}),
        json!({"type": "object", "required": ["a"], "properties": {"a": this}}),
        json!({"allOf": [this, {"type": "object", "properties": {"b": this}}]}),
    ] {
        is_rust(&run(&document(json!({"A": schema}), json!({}))).unwrap());
        tried += 1;
    }
    for keyword in ["anyOf", "oneOf"] {
        assert_eq!(
            codes(&document(json!({"A": {keyword: [this, {"type": "null"}]}}), json!({}))),
            ["schema-cycle"]
        );
    }
    assert_eq!(tried, 10);
}

#[test]
fn a_struct_that_contains_itself_through_an_alias_is_boxed() {
    let schemas = json!({
        "A": {"type": "object", "required": ["b"], "properties": {"b": {"$ref": "#/components/schemas/B"}}},
        "B": {"anyOf": [{"$ref": "#/components/schemas/A"}, {"type": "null"}]},
    });
    let written = run(&document(schemas, json!({}))).unwrap();
    let text = written.package.files().find(|(path, _)| *path == "src/models/a.rs").unwrap().1;
    assert!(text.contains("Option<Box<"), "{text}");
}

#[test]
fn a_chain_of_schemas_may_be_long_but_not_endless() {
    let chain = |length: usize| -> Value {
        let schema = |index: usize| {
            let next = format!("#/components/schemas/S{}", (index + 1) % length);
            json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": next}}})
        };
        (0..length).map(|index| (format!("S{index}"), schema(index))).collect::<Map<_, _>>().into()
    };
    is_rust(&run(&document(chain(1_000), json!({}))).unwrap());
    assert!(codes(&document(chain(20_000), json!({}))).contains(&"too-deep"));
}

#[test]
fn a_short_document_cannot_use_up_memory() {
    let schema = |index: usize| {
        let all: Vec<Value> =
            (0..index).map(|other| json!({"$ref": format!("#/components/schemas/S{other}")})).collect();
        json!({"allOf": all, "properties": {format!("p{index}"): {"type": "string"}}})
    };
    let schemas: Map<String, Value> = (0..400).map(|index| (format!("S{index}"), schema(index))).collect();
    assert_eq!(codes(&document(schemas.into(), json!({}))), ["too-large"]);
}

#[test]
fn time_grows_in_proportion_to_the_document() {
    let properties: Map<String, Value> =
        (0..20_000).map(|index| (format!("p{index}"), json!({"type": "string"}))).collect();
    let values: Vec<String> = (0..20_000).map(|index| format!("v{index}")).collect();
    let variants: Vec<Value> = (0..1_000)
        .map(|index| json!({"type": "object", "required": ["k"], "properties": {"k": {"const": format!("v{index}")}}}))
        .collect();
    let schemas = json!({
        "A": {"type": "object", "properties": properties},
        "B": {"enum": values},
        "C": {"oneOf": variants},
    });
    is_rust(&run(&document(schemas, json!({}))).unwrap());
}

#[test]
fn code_that_a_description_does_not_close_ends_with_it() {
    let open = "Send this:\n\n```json\n{}";
    let pet = json!({"type": "object", "description": open, "properties": {
        "a": {"type": "string", "description": open, "minLength": 1}
    }});
    let responses = json!({"200": {"description": open, "content": {"application/json": {"schema": pet}}}});
    let paths = json!({"/a": {"get": {"operationId": "getA", "description": open, "responses": responses}}});
    let mut document: Value = serde_json::from_str(&document(json!({}), paths)).unwrap();
    document["info"]["description"] = open.into();
    let output = Output::Crate { name: "pets".to_owned() };
    let options = Options { output, doctests: true, ..Options::default() };
    let generated = generate(&document.to_string(), &options).unwrap();
    for (path, text) in generated.package.files() {
        if !path.starts_with("src/") || path.starts_with("src/runtime/") {
            continue;
        }
        let closed = text.matches("```json").count();
        let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['/', '!', ' '])).collect();
        let blocks: Vec<_> = lines.iter().enumerate().filter(|(_, line)| **line == "```json").collect();
        assert_eq!(blocks.len(), closed, "{path}");
        for (at, _) in blocks {
            assert_eq!(lines[at + 1..at + 3], ["{}", "```"], "{path}:\n{text}");
        }
    }
}
