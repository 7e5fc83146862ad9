//! Documents cut down, as text.

use super::operation::Operations;
use super::{Selection, slice};
use crate::document::Document;

const YAML: &str = "\
# A shop.
openapi: 3.1.0
info: {title: Shop, version: '1'} # short
security:
  - Key: []
# What there is.
tags:
  # All about pets.
  - name: Pets
    description: Pets.
  -
    name: Orders
  - {name: Staff}
paths:
  /pets:
    # For all methods.
    parameters:
      - $ref: '#/components/parameters/Page'
    get:
      operationId: listPets
      tags: [Pets]
      responses:
        '200':
          $ref: '#/components/responses/Pets'

    # Adds one.
    post:
      operationId: addPet
      tags: [Pets, Staff]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'204': {description: Done.}}
  # Orders.
  /orders: {get: {operationId: listOrders, tags: [Orders], responses: {'200': {description: é, links: {pets: {operationId: listPets}}}}}, put: {operationId: putOrder, responses: {}}}
components:
  parameters:
    Page: {name: page, in: query, schema: {$ref: '#/components/schemas/Page'}}
  # The schemas.
  schemas:
    Page: {type: integer}
    # A pet.
    Pet:
      type: object
      discriminator: {propertyName: kind}
    Cat:
      allOf: [{$ref: '#/components/schemas/Pet'}, {$ref: '#/components/schemas/Claw'}]
    Claw: {type: string}
    # No one wants it.
    Order:
      type: string
  responses:
    Pets:
      description: Pets.
      content:
        application/json:
          schema: {type: array, items: {type: string}, maxItems: 3}
    # Nobody either.
    Gone: {description: Gone.}
  securitySchemes:
    Key: {type: http, scheme: bearer}
    Other: {type: http, scheme: basic}
x-navigation: [listPets, addPet, listOrders]
";

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn cut(text: &str, tags: &[&str], operations: &[&str]) -> String {
    let selection = Selection { tags: owned(tags), operations: owned(operations), ..Selection::default() };
    let document = Document::parse("api.yaml", text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
    let cut = slice(&document, &selection).unwrap_or_else(|error| panic!("{error}"));
    let again = slice(&Document::parse("api.yaml", &cut).unwrap(), &selection).unwrap();
    assert_eq!(cut, again, "cutting twice is cutting once");
    cut
}

#[test]
fn an_operation_is_kept_with_everything_it_uses() {
    insta::assert_snapshot!(cut(YAML, &[], &["listPets"]));
}

#[test]
fn a_supertype_is_kept_with_its_subtypes() {
    insta::assert_snapshot!(cut(YAML, &["Staff"], &[]));
}

#[test]
fn a_link_keeps_its_target_operation() {
    insta::assert_snapshot!(cut(YAML, &[], &["GET /orders"]));
}

#[test]
fn json_stays_json() {
    let json = r##"{
  "openapi": "3.1.0",
  "paths": {
    "/a": {
      "get": {"operationId": "getA", "tags": ["A"], "responses": {}},
      "post": {"operationId": "postA", "responses": {}}
    },
    "/b": {"get": {"operationId": "getB", "responses": {"200": {"$ref": "#/components/responses/B"}}}}
  },
  "tags": [{"name": "A"}, {"name": "B \ud83d\ude00"}],
  "components": {"responses": {"B": {"description": "é"}, "C": {"description": "c"}}}
}
"##;
    let a = cut(json, &["A"], &[]);
    let expected = r#"{
  "openapi": "3.1.0",
  "paths": {
    "/a": {
      "get": {"operationId": "getA", "tags": ["A"], "responses": {}}
    }
  },
  "tags": [{"name": "A"}]
}
"#;
    assert_eq!(a, expected);
    let b = cut(json, &[], &["getB"]);
    assert!(b.contains(r#""components": {"responses": {"B": {"description": "é"}}}"#), "{b}");
    assert!(!b.contains("tags") && !b.contains("getA"), "{b}");
}

#[test]
fn all_operations_keep_everything_except_unused_parts() {
    let all = cut(YAML, &["Pets", "Orders", "Staff"], &["putOrder"]);
    for gone in ["Order:\n", "Gone", "Other", "x-navigation", "Nobody", "No one"] {
        assert!(!all.contains(gone), "{gone}");
    }
    let lines: Vec<&str> = all.lines().collect();
    assert!(
        YAML.lines().filter(|line| lines.contains(line)).eq(lines.iter().copied()),
        "each line is as it was"
    );
}

#[test]
fn an_alias_keeps_its_value_when_the_anchor_is_removed() {
    let yaml = "openapi: 3.1.0\n\
                paths:\n  /a:\n    get:\n      operationId: a\n      example: &x {n: 1.5, s: \"é\\n\"}\n      deep: &y\n        <<: *x\n        t: 1\n\
                \x20 /b:\n    get:\n      operationId: b\n      one: *x\n      two: {<<: *y, s: b}\n      three: *x\n";
    let before = Document::parse("api.yaml", yaml).unwrap();
    let text = cut(yaml, &[], &["b"]);
    let after = Document::parse("api.yaml", &text).unwrap();
    let b = |document: &Document| document.resolve("api.yaml", "#/paths/~1b").unwrap().node.clone();
    assert_eq!(b(&before), b(&after));
    assert!(after.root().get("paths").unwrap().get("/a").is_none());
    assert!(text.contains("three: *x"), "{text}");
}

#[test]
fn paths_and_parts_in_other_places_are_kept() {
    let yaml = "openapi: 3.1.0\n\
                paths:\n  /a: {$ref: '#/components/pathItems/A'}\n  /b:\n    get: {operationId: b, responses: {$ref: '#/paths/~1c/get/responses'}}\n    put: {operationId: putB}\n  /c:\n    get: {operationId: c, responses: {}}\n  /d: {get: {operationId: d}}\n\
                components:\n  pathItems:\n    A: {get: {operationId: a, x: {$ref: '#/definitions/X'}}}\n\
                definitions:\n  X: {}\nunused: 1\n";
    let a = cut(yaml, &[], &["a"]);
    assert!(
        a.contains("/a:") && a.contains("pathItems") && a.contains("definitions") && !a.contains("unused"),
        "{a}"
    );
    assert!(!a.contains("/b:"), "{a}");
    let b = cut(yaml, &[], &["b"]);
    assert!(b.contains("operationId: c") && !b.contains("putB") && !b.contains("/d:"), "{b}");
}

#[test]
fn all_unknown_names_are_reported_with_suggestions() {
    let document = Document::parse("api.yaml", YAML).unwrap();
    let error = |tags: &[&str], operations: &[&str]| {
        slice(
            &document,
            &Selection { tags: owned(tags), operations: owned(operations), ..Selection::default() },
        )
        .unwrap_err()
        .to_string()
    };
    assert_eq!(
        error(&["pets", "Zebras"], &["listPet"]),
        "the document has no tag `pets`, but there is `Pets`\n\
         the document has no tag `Zebras`; there are `Pets`, `Staff`, `Orders`\n\
         the document has no operation `listPet`, but there is `listPets`"
    );
    assert_eq!(error(&[], &[]), "no operation is selected: name a tag, an operation or a path");
}

const CHOICE: &str = "\
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /files: {get: {operationId: listFiles, tags: [Files]}, post: {operationId: createFile, tags: [Files, Beta]}}
  /files/{id}: {get: {operationId: getFile, tags: [Files]}}
  /files/{id}/content: {get: {operationId: getContent, tags: [Content]}}
webhooks:
  stored: {post: {operationId: stored, tags: [Files]}}
";

/// The ids of the operations that a selection keeps.
fn chosen(selection: Selection) -> Vec<String> {
    let document = Document::parse("api.yaml", CHOICE).unwrap();
    let operations = Operations::of(&document);
    let numbers = super::choice::chosen(&operations, &selection).unwrap();
    numbers.iter().map(|number| operations.get(*number).id().unwrap().to_owned()).collect()
}

#[test]
fn a_star_in_a_path_pattern_matches_within_a_step() {
    let paths = |paths: &[&str]| chosen(Selection { paths: owned(paths), ..Selection::default() });
    assert_eq!(paths(&["/files"]), ["listFiles", "createFile"]);
    assert_eq!(paths(&["/files/*"]), ["getFile"]);
    assert_eq!(paths(&["/files/{id}"]), ["getFile"]);
    assert_eq!(paths(&["/files/**"]), ["getFile", "getContent"]);
    assert_eq!(paths(&["/files", "/*/*/content"]), ["listFiles", "createFile", "getContent"]);
}

#[test]
fn negations_apply_to_the_chosen_or_to_all_operations() {
    let all = ["listFiles", "createFile", "getFile", "getContent", "stored"];
    let without = |rest: Selection| chosen(rest);
    let beta = owned(&["Beta"]);
    assert_eq!(
        without(Selection { not_tags: beta.clone(), ..Selection::default() }),
        [all[0], all[2], all[3], all[4]]
    );
    let files = Selection { tags: owned(&["Files"]), ..Selection::default() };
    assert_eq!(without(Selection { not_tags: beta, ..files.clone() }), ["listFiles", "getFile", "stored"]);
    assert_eq!(
        without(Selection { not_paths: owned(&["/files/**"]), ..files.clone() }),
        ["listFiles", "createFile", "stored"]
    );
    assert_eq!(
        without(Selection { not_operations: owned(&["stored", "POST /files"]), ..files }),
        ["listFiles", "getFile"]
    );
}

#[test]
fn an_empty_selection_is_an_error_with_the_reason() {
    let document = Document::parse("api.yaml", CHOICE).unwrap();
    let error = |selection: Selection| slice(&document, &selection).unwrap_err().to_string();
    let files = owned(&["Files"]);
    assert_eq!(
        error(Selection { tags: files.clone(), not_tags: files, ..Selection::default() }),
        "the selection leaves no operation"
    );
    assert_eq!(
        error(Selection { paths: owned(&["/file", "/a**"]), ..Selection::default() }),
        "the document has no path like `/file`\n\
         `/a**` is not a pattern of paths: recursive wildcards must form a single \
         path component"
    );
    assert_eq!(
        error(Selection { not_tags: owned(&["Bet"]), ..Selection::default() }),
        "the document has no tag `Bet`, but there is `Beta`"
    );
}
