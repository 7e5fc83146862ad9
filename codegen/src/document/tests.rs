//! Reading documents: what is accepted, what is refused, and the positions that are reported.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::limits::MAX_VALUES;
use super::{Document, Node, Number, Pointer, Version};
use crate::diagnostic::{Diagnostic, Position, Severity};

fn parse(text: &str) -> Document {
    Document::parse("api.yaml", text).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The value of `x` in a document that has it.
fn value(text: &str) -> Node {
    parse(&format!("openapi: 3.1.0\nx: {text}\n")).root().get("x").unwrap().clone()
}

fn refused(text: &str) -> String {
    Document::parse("api.yaml", text).unwrap_err().to_string()
}

fn string(text: &str) -> Node {
    Node::String(text.to_owned())
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

fn position(document: &Document, at: &str) -> String {
    let diagnostic = Diagnostic {
        severity: Severity::Error,
        code: "x",
        message: "x".to_owned(),
        file: document.file().to_owned(),
        pointer: pointer(at),
        position: None,
        help: None,
    };
    let located = document.locate(vec![diagnostic]);
    located.iter().next().unwrap().position.map(|position: Position| position.to_string()).unwrap()
}

#[test]
fn scalars_follow_the_core_schema_of_yaml_1_2() {
    for text in [
        "on",
        "no",
        "yes",
        "'1.0'",
        "\"1\"",
        "2020-01-01",
        "!!str 1",
        "! 1",
        ".inf",
        "1_000",
        "0b1",
        "1.2.3",
        "+",
        ".",
    ] {
        let written = text.trim_start_matches("!!str ").trim_start_matches("! ").trim_matches(['\'', '"']);
        assert_eq!(value(text), string(written), "{text}");
    }
    for (text, number) in [("12", 12), ("-7", -7), ("+7", 7), ("007", 7), ("0x1F", 31), ("0o17", 15)] {
        assert_eq!(value(text), Node::Number(Number::Integer(number)), "{text}");
    }
    for (text, number) in [("1.0", 1.0), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-2.5E-1", -0.25)] {
        assert_eq!(value(text), Node::Number(Number::Float(number)), "{text}");
    }
    for text in ["", "~", "null", "Null"] {
        assert_eq!(value(text), Node::Null, "{text}");
    }
    assert_eq!(value("True"), Node::Bool(true));
    assert_eq!(value("!!int '3'"), Node::Number(Number::Integer(3)));
}

#[test]
fn integers_beyond_64_bits_are_kept() {
    assert_eq!(value("-9223372036854776000"), Node::Number(Number::Integer(-9_223_372_036_854_776_000)));
    assert_eq!(value(&"9".repeat(60)), Node::Number(Number::Float(1e60)));
    assert!(
        refused(&format!("openapi: 3.1.0\nx: {}", "9".repeat(400)))
            .contains("api.yaml:2:4: error[number-out-of-range]")
    );
}

#[test]
fn keys_are_strings_as_they_are_written() {
    let node = value("{200: a, 1.0: b, true: c, null: d, 'e': f, on: g}");
    let keys: Vec<&str> = node.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["200", "1.0", "true", "null", "e", "on"]);
    assert!(refused("openapi: 3.1.0\n? [a]\n: b").contains("2:3: error[key-not-scalar]"));
}

#[test]
fn json_and_yaml_read_the_same() {
    let json = "\u{feff}{\"openapi\": \"3.0.3\", \"x\": [1, -2, 2.5, null, true, \"\\ud83d\\ude00\", {}]}";
    let yaml = "\u{feff}openapi: 3.0.3\nx: [1, -2, 2.5, null, true, 😀, {}]";
    assert_eq!(parse(json).root(), parse(yaml).root());
    assert_eq!(parse(json).version(), Version::V3_0);
    assert_eq!(parse("{openapi: 3.1.1, x: y}").version(), Version::V3_1, "flow style begins like JSON");
}

#[test]
fn aliases_and_merge_keys_are_copied_in() {
    let document = parse(
        "openapi: 3.1.0\n\
         base: &base {type: object, title: Base}\n\
         other: &other {title: Other, nullable: true}\n\
         x:\n  <<: [*base, *other]\n  title: Own\n\
         y: *base\n\
         z:\n  <<: *other\n",
    );
    let x = document.root().get("x").unwrap();
    assert_eq!(x.as_object().unwrap().keys().collect::<Vec<_>>(), ["title", "type", "nullable"]);
    assert_eq!(x.get("title"), Some(&string("Own")));
    assert_eq!(document.root().get("y"), document.root().get("base"));
    for (at, expected) in [
        ("/x", "4:1"),
        ("/x/title", "6:10"),
        ("/x/type", "2:20"),
        ("/x/nullable", "3:40"),
        ("/y", "7:1"),
        ("/y/title", "2:35"),
        ("/z/title", "3:23"),
    ] {
        assert_eq!(position(&document, at), expected, "{at}");
    }
    assert!(refused("openapi: 3.1.0\nx: &a [*a]").contains("2:8: error[alias-cycle]"));
    assert!(refused("openapi: 3.1.0\nx: {<<: 1}").contains("error[merge-key]"));
}

#[test]
fn positions_point_at_scalars_and_at_keys_of_other_values() {
    let yaml = parse(
        "openapi: 3.1.0\npaths:\n  /a/b:\n    get:\n      tags: [x, é, z]\n      - parameters\n"
            .replace("      - parameters\n", "")
            .as_str(),
    );
    let json = Document::parse(
        "api.json",
        "{\"openapi\": \"3.1.0\",\n \"paths\": {\n  \"/a/b\": {\"get\": {\"tags\": [\"x\", \"é\", \"z\"]}}}}",
    )
    .unwrap();
    for (at, in_yaml, in_json) in [
        ("", "1:1", "1:1"),
        ("/openapi", "1:10", "1:13"),
        ("/paths", "2:1", "2:2"),
        ("/paths/~1a~1b", "3:3", "3:3"),
        ("/paths/~1a~1b/get/tags", "5:7", "3:20"),
        ("/paths/~1a~1b/get/tags/2", "5:20", "3:39"),
        ("/paths/~1a~1b/get/missing/deeper", "4:5", "3:12"),
    ] {
        assert_eq!(position(&yaml, at), in_yaml, "{at}");
        assert_eq!(position(&json, at), in_json, "{at}");
    }
}

#[test]
fn all_duplicate_keys_are_reported() {
    let yaml = "openapi: 3.1.0\npaths:\n  /a: {}\n  /b: {}\n  /a: {}\n  /b: {x: 1}\n";
    let json = "{\"openapi\": \"3.1.0\", \"paths\": {\n  \"/a\": {},\n  \"/b\": {},\n  \"/a\": {},\n  \"/b\": {\"x\": 1}\n}}";
    for text in [yaml, json] {
        let reported = refused(text);
        assert_eq!(reported.lines().count(), 2, "{reported}");
        let column = 3;
        let line = if text == yaml { 5 } else { 4 };
        assert!(
            reported.contains(&format!("{line}:{column}: error[duplicate-key]: the key `/a` is given twice")),
            "{reported}"
        );
    }
}

#[test]
fn documents_other_than_openapi_3_are_refused_with_the_reason() {
    for (text, expected) in [
        ("", "error[not-openapi]: the document is empty"),
        ("# only a comment\n", "error[not-openapi]: the document is empty"),
        ("just words", "1:1: error[not-openapi]: this is not an OpenAPI document but a string"),
        ("[]", "1:1: error[not-openapi]: this is not an OpenAPI document but an array"),
        ("info: {}", "error[not-openapi]: this is not an OpenAPI document: `openapi` is missing"),
        ("swagger: '2.0'", "1:10: error[unsupported-version]: this document is written in Swagger 2.0"),
        ("openapi: 3.3.0", "1:10: error[unsupported-version]: OpenAPI `3.3.0` is not supported"),
        ("openapi: 3.10", "1:10: error[unsupported-version]: `openapi` must be a string, this is a number"),
        ("{\"openapi\": 3}", "1:13: error[unsupported-version]"),
        ("openapi: 3.1.0\n---\nopenapi: 3.1.0", "2:1: error[several-documents]"),
        ("openapi: 3.1.0\n\tx: 1", "error[syntax]: this is not YAML"),
        ("openapi: [", "error[syntax]: this is not YAML"),
        ("{\"openapi\": \"3.1.0\",\n \"x\": tru}}", "2:10: error[syntax]: this is not JSON: expected ident"),
        ("{\"openapi\": \"3.1.0\"", "error[syntax]: this is not JSON: EOF while parsing an object"),
    ] {
        let reported = refused(text);
        assert!(reported.contains(expected), "{text:?}: {reported}");
        assert!(reported.starts_with("api.yaml:"), "{reported}");
    }
}

#[test]
fn excessive_documents_are_refused_in_bounded_time() {
    let levels = 100_000;
    let block: String = (0..500).flat_map(|level| [" ".repeat(level), "a:\n".to_owned()]).collect();
    for text in [
        format!("openapi: 3.1.0\nx: {}", "[".repeat(levels)),
        format!("openapi: 3.1.0\nx:\n {}", "- ".repeat(levels)),
        format!("{{\"openapi\": \"3.1.0\", \"x\": {}", "{\"a\":".repeat(levels)),
        format!("openapi: 3.1.0\n{block}"),
    ] {
        assert!(refused(&text).contains("error[too-deep]"), "{}", refused(&text));
    }
    let mut bomb = "openapi: 3.1.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..20 {
        let alias = format!("*a{}", level - 1);
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![alias; 10].join(", ")).unwrap();
    }
    assert!(refused(&bomb).contains("error[too-many-aliases]"));
    assert!(
        refused(&format!("openapi: 3.1.0\nx: [{}]", "1,".repeat(MAX_VALUES))).contains("error[too-large]")
    );
    assert!(refused(&format!("[{}1]", "1,".repeat(MAX_VALUES))).contains("error[too-large]"));
}

#[test]
fn references_lead_into_any_part_of_the_document() {
    let document = parse(
        "openapi: 3.1.0\n\
         paths:\n  /pets/{id}:\n    get:\n      parameters:\n        - $ref: '#/components/parameters/Id'\n\
         components:\n  parameters:\n    Id: {schema: {type: string}}\n  schemas:\n    Pet: {$anchor: pet, type: object}\n",
    );
    let target = |reference: &str| document.resolve("api.yaml", reference);
    assert_eq!(target("#/components/schemas/Pet").unwrap().node, target("#pet").unwrap().node);
    assert_eq!(target("#").unwrap().node, document.root());
    let through = target("#/paths/~1pets~1%7Bid%7D/get/parameters/0/schema").unwrap();
    assert_eq!(
        through.pointer,
        pointer("/components/parameters/Id/schema"),
        "a `$ref` on the way is followed"
    );
    assert_eq!(target("api.yaml#/components").unwrap().file, "api.yaml");

    let error = target("#/components/schemas/Pett").unwrap_err();
    assert_eq!(
        (error.code, error.help.as_deref()),
        ("dangling-ref", Some("did you mean `#/components/schemas/Pet`?"))
    );
    assert_eq!(target("#nobody").unwrap_err().code, "dangling-ref");
    assert_eq!(target("other.yaml#/x").unwrap_err().code, "missing-file");
    assert_eq!(target("https://example.com/x.yaml").unwrap_err().code, "remote-ref");
}

#[test]
fn following_a_cycle_of_references_ends() {
    let document = parse("openapi: 3.1.0\na: {$ref: '#/b'}\nb: {$ref: '#/a'}\nc: {$ref: '#/c/x'}");
    assert_eq!(document.resolve("api.yaml", "#/a/x").unwrap_err().code, "ref-cycle");
    assert_eq!(document.resolve("api.yaml", "#/c/x").unwrap_err().code, "ref-cycle");
}

#[test]
fn references_reach_files_beside_the_document() {
    let main = "openapi: 3.1.0\nx: {$ref: 'parts/a.yaml#/A'}\ny: {$ref: '#/x'}\nz: {$ref: 'https://example.com'}\n\
                discriminator: {mapping: {cat: parts/cat.json, dog: Dog}}";
    let first = Document::parse("spec/api.yaml", main).unwrap();
    assert_eq!(
        first.external_files().into_iter().collect::<Vec<_>>(),
        ["spec/parts/a.yaml", "spec/parts/cat.json"]
    );

    let mut files = BTreeMap::from([("spec/parts/a.yaml".to_owned(), "A: {$ref: '../b.yaml'}".to_owned())]);
    let second = Document::parse_many("spec/api.yaml", main, &files, &[]).unwrap();
    assert_eq!(
        second.external_files().into_iter().collect::<Vec<_>>(),
        ["spec/b.yaml", "spec/parts/cat.json"]
    );
    files.insert("spec/b.yaml".to_owned(), "type: object\nback: {$ref: 'api.yaml#/openapi'}".to_owned());

    let all = Document::parse_many("./spec/api.yaml", main, &files, &[]).unwrap();
    let a = all.resolve("spec/api.yaml", "parts/a.yaml#/A").unwrap();
    let b = all.resolve(a.file, a.node.get("$ref").unwrap().as_str().unwrap()).unwrap();
    assert_eq!((b.file, b.node.get("type")), ("spec/b.yaml", Some(&string("object"))));
    assert_eq!(all.resolve(b.file, "api.yaml#/openapi").unwrap().node, &string("3.1.0"));

    files.insert("spec/b.yaml".to_owned(), "a: [".to_owned());
    let reported = Document::parse_many("spec/api.yaml", main, &files, &[]).unwrap_err().to_string();
    assert!(reported.starts_with("spec/b.yaml:2:1: error[syntax]"), "{reported}");
}

#[test]
fn diagnostics_are_shown_with_their_source_line() {
    let document = parse("openapi: 3.1.0\npaths:\n  /a:\n    get: {deprecated: maybe}\n");
    let diagnostic = |severity, at: &str| Diagnostic {
        severity,
        code: "wrong-kind",
        message: "this is a string where a boolean belongs".to_owned(),
        file: "api.yaml".to_owned(),
        pointer: pointer(at),
        position: None,
        help: Some("write `true` or `false`".to_owned()),
    };
    let list = vec![
        diagnostic(Severity::Error, "/paths/~1a/get/deprecated"),
        diagnostic(Severity::Warning, "/paths/~1a"),
    ];
    insta::assert_snapshot!(document.locate(list).render(false));
}

#[test]
fn text_of_a_document_cannot_break_out_of_a_message() {
    let key = "a\\u001b[31m\\nerror: x";
    let reported =
        Document::parse("a.yaml", &format!("openapi: 3.1.0\n\"{key}\": 1\n\"{key}\": 2\n")).unwrap_err();
    let plain = reported.to_string();
    assert_eq!(
        plain,
        "a.yaml:3:1: error[duplicate-key]: the key `a\\u{1b}[31m\\nerror: x` is given twice in this object\n"
    );
    assert!(!reported.render(false).contains('\u{1b}'));
    let long = "x".repeat(100_000);
    let reported =
        Document::parse("a.yaml", &format!("openapi: 3.1.0\n? {long}\n: 1\n? {long}\n: 2\n")).unwrap_err();
    assert!(reported.to_string().len() < 500 && reported.render(true).len() < 2000);
}

/// Asserts that every scalar of a document is at its reported position.
fn assert_positions(file: &str, text: &str) {
    fn scalars<'a>(node: &'a Node, at: Pointer, found: &mut Vec<(Pointer, &'a Node)>) {
        match node {
            Node::Object(members) => {
                members.iter().for_each(|(key, value)| scalars(value, at.child(key), found))
            }
            Node::Array(elements) => {
                elements.iter().enumerate().for_each(|(index, value)| scalars(value, at.child(index), found));
            }
            scalar => found.push((at, scalar)),
        }
    }
    let document = Document::parse(file, text).unwrap();
    let mut found = Vec::new();
    scalars(document.root(), Pointer::root(), &mut found);
    let places: Vec<(&str, &Pointer)> = found.iter().map(|(pointer, _)| (document.file(), pointer)).collect();
    let lines: Vec<&str> = text.lines().collect();
    for ((pointer, scalar), position) in found.iter().zip(document.positions(&places)) {
        let Position { line, column } = position.unwrap();
        let there: String = lines[line - 1].chars().skip(column - 1).collect();
        let there = there.trim_start_matches(['"', '\'', '|', '>', '-']);
        let expected = match scalar {
            Node::String(text) => text.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned(),
            Node::Number(Number::Integer(number)) => number.unsigned_abs().to_string(),
            Node::Bool(bool) => bool.to_string(),
            _ => continue,
        };
        // A block of text begins on the line below its mark.
        assert!(
            there.is_empty() || there.starts_with(&expected),
            "{pointer}: {expected:?} is not at {line}:{column}"
        );
    }
    assert!(found.len() > 100);
}

#[test]
fn every_scalar_of_a_real_document_is_at_its_reported_position() {
    let yaml = include_str!("../../../spec/uploads.yaml");
    assert_positions("uploads.yaml", yaml);
    let root = serde_json::to_value(Document::parse("uploads.yaml", yaml).unwrap().root()).unwrap();
    assert_positions("uploads.json", &root.to_string());
    assert_positions("uploads.json", &serde_json::to_string_pretty(&root).unwrap());
}

#[test]
fn white_space_is_reported_without_a_panic() {
    for text in ["", " ", "\n \n", "\u{feff}\n", "\t", "`\n"] {
        assert!(Document::parse("api.yaml", text).is_err(), "{text:?}");
    }
}
