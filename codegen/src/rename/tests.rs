use super::*;
use crate::{Generated, Options, generate};

const DOCUMENT: &str = "\
openapi: 3.1.0
info: {title: Files, version: '1'}
servers: [{url: https://example.com}]
paths:
  /files:
    parameters: [{$ref: '#/components/parameters/Limit'}]
    get:
      operationId: listFiles
      parameters: [{name: q, in: query, schema: {type: string}}]
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/a.File'}}}}}
    post:
      operationId: listFiles2
      responses: {'204': {description: ok}}
components:
  parameters: {Limit: {name: limit, in: query, schema: {type: integer}}}
  schemas:
    a.File:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - type: object
          required: [bytes]
          properties:
            bytes: {type: integer}
            meta: {type: object, properties: {made.at: {type: string}}}
            purpose: {type: string, enum: [a, fine-tune]}
    Base: {type: object, properties: {id: {type: string}, state: {$ref: '#/components/schemas/State'}}}
    State: {type: string, enum: [on, off]}
";

fn renamed(table: &[(&str, &str, &str)]) -> Rename {
    let mut rename = Rename::default();
    for (kind, key, name) in table {
        let names = match *kind {
            "operations" => &mut rename.operations,
            "schemas" => &mut rename.schemas,
            "properties" => &mut rename.properties,
            "parameters" => &mut rename.parameters,
            _ => &mut rename.values,
        };
        names.insert((*key).to_owned(), (*name).to_owned());
    }
    rename
}

fn generated(table: &[(&str, &str, &str)]) -> Result<Generated, String> {
    let options = Options { file: "api.yaml".to_owned(), rename: renamed(table), ..Options::default() };
    generate(DOCUMENT, &options).map_err(|faults| faults.to_string())
}

fn text(generated: &Generated, path: &str) -> String {
    let found = generated.package.files().find(|(own, _)| *own == format!("src/generated/{path}"));
    found.unwrap_or_else(|| panic!("no {path}")).1.to_owned()
}

#[test]
fn each_kind_of_name_is_given() {
    let generated = generated(&[
        ("operations", "listFiles", "all_files"),
        ("operations", "post /files", "add"),
        ("schemas", "a.File", "HTTPFile"),
        ("schemas", "Base", "Common"),
        ("properties", "a.File.bytes", "size"),
        ("properties", "a.File.meta.made.at", "type"),
        ("properties", "Base.state", "status"),
        ("parameters", "listFiles.limit", "max"),
        ("values", "a.File.purpose.fine-tune", "Tuning"),
        ("values", "State.on", "Enabled"),
    ])
    .unwrap();
    let warnings: Vec<&str> = generated.warnings.iter().map(|one| one.code).collect();
    assert_eq!(warnings, [] as [&str; 0]);
    let file = text(&generated, "models/http_file.rs");
    for part in [
        "pub struct HTTPFile",
        "pub size: i64",
        "pub status: Option<models::State>",
        "pub r#type: Option<String>",
        "Tuning",
    ] {
        assert!(file.contains(part), "{part}: {file}");
    }
    assert!(text(&generated, "models/common.rs").contains("pub struct Common"));
    assert!(text(&generated, "models/state.rs").contains("Enabled"));
    let api = text(&generated, "apis/default_api.rs");
    for part in
        ["pub fn all_files(", "pub struct AllFilesParams", "pub max: Option<i64>", "pub fn add(", "\"limit\""]
    {
        assert!(api.contains(part), "{part}: {api}");
    }
}

#[test]
fn a_name_that_nothing_has_is_reported() {
    let table: Vec<(&str, &str, &str)> = ["operations", "schemas", "properties", "parameters", "values"]
        .into_iter()
        .flat_map(|kind| [(kind, "a.Files", "x"), (kind, "", "x"), (kind, "...", "x")])
        .collect();
    let generated = generated(&table).unwrap();
    assert!(generated.warnings.iter().all(|one| one.code == "rename-no-match"));
    assert_eq!(generated.warnings.len(), 15);
    assert!(generated.warnings.iter().any(|one| one.help.as_deref() == Some("did you mean `a.File`?")));
}

#[test]
fn names_that_are_not_identifiers_or_that_two_things_have_are_refused() {
    for (kind, key, name, message) in [
        ("operations", "listFiles", "AllFiles", "`AllFiles` is not a name of a function"),
        ("operations", "listFiles", "", "`` is not a name of a function"),
        ("operations", "listFiles", "a b", "`a b` is not a name of a function"),
        ("schemas", "State", "state", "`state` is not a name of a type"),
        ("schemas", "State", "Self", "`Self` is not a name of a type"),
        ("schemas", "State", "Vec", "generated code uses the name `Vec` for something else"),
        ("schemas", "State", "Base", "`Base` is also the name of `Base`"),
        ("schemas", "State", "A<B>", "`A<B>` is not a name of a type"),
        ("properties", "Base.id", "Id", "`Id` is not a name of a field"),
        ("properties", "Base.id", "state", "`state` is also the name of `state`"),
        ("parameters", "listFiles.q", "params", "generated code uses the name `params` for something else"),
        ("parameters", "listFiles.q", "limit", "`limit` is also the name of `limit`"),
        ("values", "State.on", "Off", "`Off` is also the name of `off`"),
        ("values", "State.on", "Other", "generated code uses the name `Other` for something else"),
    ] {
        let faults = generated(&[(kind, key, name)]).map(drop).unwrap_err();
        assert!(
            faults.starts_with("api.yaml:") && faults.contains("error[invalid-name]"),
            "{name}: {faults}"
        );
        assert!(faults.contains(message), "{name}: {faults}");
    }
    let faults = generated(&[("properties", "Base.id", "x"), ("properties", "Base.state", "x")]).map(drop);
    assert!(
        faults.unwrap_err().contains(
            "`x` is also the name that `#/components/schemas/Base/properties/id/x-rust-name` gives"
        )
    );
}

#[test]
fn an_operation_that_is_named_like_another_one_comes_first() {
    let generated = generated(&[("operations", "listFiles2", "list_files")]).unwrap();
    let api = text(&generated, "apis/default_api.rs");
    assert!(api.contains("pub fn list_files_2("), "{api}");
    assert_eq!(generated.warnings.iter().map(|one| one.code).collect::<Vec<_>>(), ["repeated-operation-id"]);
}
