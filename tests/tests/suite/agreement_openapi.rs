//! `spec/uploads.yaml` is valid by the schema of OpenAPI 3.1, and its examples are valid by its own schemas.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::agreement_spec::{Spec, elements, members};

const OPENAPI: &str = include_str!("../../schemas/openapi-3.1.json");

fn openapi() -> Validator {
    let schema: Value = serde_json::from_str(OPENAPI).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn the_document_is_an_openapi_3_1_document() {
    let spec = Spec::own();
    let faults: Vec<String> = openapi()
        .iter_errors(spec.root())
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
    // OpenAPI's schema leaves this part to JSON Schema's own.
    for (name, schema) in spec.schemas() {
        assert!(
            jsonschema::draft202012::meta::is_valid(schema),
            "{name} is not a schema of JSON Schema 2020-12"
        );
    }
}

#[test]
fn documents_that_are_not_openapi_are_refused() {
    let openapi = openapi();
    let breaks: [fn(&mut Value); 5] = [
        |spec| drop(spec["info"].as_object_mut().unwrap().remove("title")),
        |spec| spec["openapi"] = json!("3.0.3"),
        |spec| spec["path"] = json!({}),
        |spec| spec["components"]["parameters"]["UploadId"]["required"] = json!(false),
        |spec| {
            drop(
                spec["paths"]["/uploads"]["post"]["responses"]["200"]
                    .as_object_mut()
                    .unwrap()
                    .remove("description"),
            )
        },
    ];
    for broken in breaks {
        let mut spec = Spec::own().root().clone();
        broken(&mut spec);
        assert!(!openapi.is_valid(&spec), "{spec}");
    }
}

#[test]
fn every_example_is_accepted_by_its_schema() {
    let spec = Spec::own();
    let mut count = 0;
    let mut check = |what: &str, schema: &Value, example: &Value| {
        let errors: Vec<_> =
            spec.validator(schema).iter_errors(example).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{what}: {errors:?}");
        count += 1;
    };
    for (name, schema) in spec.schemas() {
        assert!(elements(&schema["examples"]).next().is_some(), "{name} has no example");
        elements(&schema["examples"]).for_each(|example| check(name, schema, example));
    }
    for operation in spec.operations() {
        let replies = spec.replies(&operation).into_iter().flat_map(|(_, contents)| contents);
        for content in spec.request(&operation).into_iter().chain(replies) {
            content.example.into_iter().for_each(|example| check(operation.id, content.schema, example));
        }
        for parameter in &operation.parameters {
            let examples = members(parameter).filter(|(key, _)| *key == "example");
            examples.for_each(|(_, example)| check(operation.id, &parameter["schema"], example));
        }
    }
    assert!(count > 15, "{count} examples");
}
