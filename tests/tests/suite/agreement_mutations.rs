//! The tests of agreement can fail: each change of the document is noticed, by the generated code and by a test that
//! does not use the generator.

use openapi_crate::{Options, generate};
use serde_json::{Value, json};

use super::agreement_docs::{self, Pages};
use super::agreement_spec::Spec;
use super::agreement_values::seed;
use super::program::workspace;
use super::{agreement_models, agreement_wire};

/// The number of values and calls that notice a change. An agreement is tested with more of them.
const VALUES: usize = 20;
const CALLS: usize = 2;

type Mutation = (&'static str, fn(&mut Value));

const MUTATIONS: [Mutation; 22] = [
    ("a property is renamed", |spec| rename(schema(spec, "CreateUploadRequest"), "mime_type", "media_type")),
    ("a property of a reply is renamed", |spec| rename(schema(spec, "Upload"), "expires_at", "expires")),
    ("the property of a form is renamed", |spec| {
        rename(schema(spec, "AddUploadPartRequest"), "data", "content")
    }),
    ("a property is no longer required", |spec| drop_required(schema(spec, "UploadPart"), "upload_id")),
    ("a property with one value is no longer required", |spec| {
        drop_required(schema(spec, "UploadPart"), "object")
    }),
    ("a property becomes required", |spec| {
        schema(spec, "CompleteUploadRequest")["required"].as_array_mut().unwrap().push(json!("md5"));
    }),
    ("a property is added", |spec| {
        schema(spec, "OpenAIFile")["properties"]["owner"] = json!({"type": "string"});
    }),
    ("a property is removed", |spec| {
        drop_required(schema(spec, "UploadPart"), "created_at");
        schema(spec, "UploadPart")["properties"].as_object_mut().unwrap().remove("created_at");
    }),
    ("a type changes", |spec| property(spec, "Upload", "created_at")["type"] = json!("string")),
    ("an integer may be negative", |spec| {
        drop(property(spec, "Upload", "bytes").as_object_mut().unwrap().remove("minimum"))
    }),
    ("a list becomes one", |spec| {
        *property(spec, "CompleteUploadRequest", "part_ids") = json!({"type": "string"})
    }),
    ("null is no longer allowed", |spec| property(spec, "Error", "code")["type"] = json!("string")),
    ("other properties are allowed", |spec| {
        drop(schema(spec, "CreateUploadRequest").as_object_mut().unwrap().remove("additionalProperties"))
    }),
    ("an enum has one more value", |spec| {
        property(spec, "CreateUploadRequest", "purpose")["enum"]
            .as_array_mut()
            .unwrap()
            .push(json!("reports"))
    }),
    ("a limit changes", |spec| {
        property(spec, "CreateUploadRequest", "bytes")["maximum"] = json!(4_294_967_296_u64)
    }),
    ("a method changes", |spec| rename(&mut spec["paths"]["/uploads/{upload_id}/cancel"], "post", "delete")),
    ("a path changes", |spec| {
        rename_key(&mut spec["paths"], "/uploads/{upload_id}/complete", "/uploads/{upload_id}/finish")
    }),
    ("the order in a path changes", |spec| {
        rename_key(&mut spec["paths"], "/uploads/{upload_id}/parts", "/parts/uploads/{upload_id}")
    }),
    ("a content type changes", |spec| {
        rename_key(
            &mut spec["paths"]["/uploads"]["post"]["requestBody"]["content"],
            "application/json",
            "application/x-json",
        );
    }),
    ("an operation is renamed", |spec| {
        spec["paths"]["/uploads"]["post"]["operationId"] = json!("openUpload")
    }),
    ("an operation gives something else", |spec| {
        let responses = &mut spec["paths"]["/uploads/{upload_id}/parts"]["post"]["responses"];
        responses["200"]["content"]["application/json"]["schema"]["$ref"] =
            json!("#/components/schemas/Upload");
    }),
    ("an operation asks for no key", |spec| spec["paths"]["/uploads"]["post"]["security"] = json!([])),
];

fn schema<'a>(spec: &'a mut Value, name: &str) -> &'a mut Value {
    &mut spec["components"]["schemas"][name]
}

fn property<'a>(spec: &'a mut Value, name: &str, property: &str) -> &'a mut Value {
    &mut schema(spec, name)["properties"][property]
}

/// Renames a property of a schema, in `required` too, or a method of a path.
fn rename(of: &mut Value, from: &str, to: &str) {
    if of.get("properties").is_none() {
        return rename_key(of, from, to);
    }
    rename_key(&mut of["properties"], from, to);
    for name in of["required"].as_array_mut().unwrap() {
        if name == from {
            *name = json!(to);
        }
    }
}

fn rename_key(of: &mut Value, from: &str, to: &str) {
    let of = of.as_object_mut().unwrap();
    let value = of.remove(from).unwrap();
    assert!(of.insert(to.to_owned(), value).is_none());
}

fn drop_required(schema: &mut Value, name: &str) {
    let required = schema["required"].as_array_mut().unwrap();
    let before = required.len();
    required.retain(|required| required != name);
    assert!(required.len() < before);
}

#[test]
fn every_change_of_the_document_is_noticed() {
    let seed = seed();
    let pages = Pages::own();
    for (what, mutate) in MUTATIONS {
        let mut mutated = Spec::own().root().clone();
        mutate(&mut mutated);
        assert!(&mutated != Spec::own().root(), "{what}: nothing changed");

        let options = Options { file: "uploads.yaml".to_owned(), ..Options::default() };
        let generated =
            generate(&mutated.to_string(), &options).unwrap_or_else(|faults| panic!("{what}: {faults}"));
        let changes = generated.package.compare(&workspace().join("openai-uploads")).unwrap();
        assert!(changes.iter().len() > 0, "{what}: what is generated is the same");

        let spec = Spec::of(mutated);
        // The quickest first: one test that notices is enough.
        let mut found = agreement_docs::disagreements(&spec, &pages);
        if found.is_empty() {
            found = agreement_models::disagreements(&spec, seed, VALUES);
        }
        if found.is_empty() {
            found = agreement_wire::disagreements(&spec, seed, CALLS);
        }
        assert!(!found.is_empty(), "{what}: no test notices");
        println!("{what}: {}", found.first().expect("not empty"));
    }
}
