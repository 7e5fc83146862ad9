//! Every response of the server is allowed by the spec. The schemas come from the spec alone.

use std::collections::HashSet;
use std::fs;

use openai_uploads::apis::configuration::BASE_PATH;
use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::runtime::Operation;
use serde_json::{Value, json};

use crate::server_fixture::{Answer, FORM, JSON, announcement, form, request, start};

/// The declaration of an operation's responses in the spec.
struct Spec(Value);

impl Spec {
    fn read() -> Self {
        let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../spec/uploads.yaml")).unwrap();
        Self(serde_yaml::from_str(&text).unwrap())
    }

    /// The schema of the operation's response with that status.
    fn schema(&self, operation: &Operation, status: u16) -> Value {
        let method = operation.method.as_str().to_lowercase();
        let responses = &self.0["paths"][operation.path][method]["responses"];
        let response = responses.get(status.to_string()).unwrap_or(&responses["default"]);
        let response = match response["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
            None => response,
        };
        response["content"]["application/json"]["schema"].clone()
    }

    #[track_caller]
    fn allows(&self, operation: &Operation, answer: &Answer) {
        let mut schema = self.schema(operation, answer.status);
        assert!(schema.is_object(), "the spec says nothing of {} {}", operation.id, answer.status);
        schema["components"] = self.0["components"].clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let faults: Vec<_> = validator.iter_errors(&answer.json()).map(|fault| fault.to_string()).collect();
        assert!(faults.is_empty(), "{} {}: {faults:?} in {}", operation.id, answer.status, answer.json());
    }
}

#[test]
fn every_operation_answers_as_in_the_spec() {
    let spec = Spec::read();
    let server = start();
    let base = BASE_PATH.rsplit_once('/').map_or("", |(_, path)| path);
    let mut answered = HashSet::new();
    let mut ask = |operation: &'static Operation, upload: &str, headers: &[&str], body: &[u8]| {
        let path = format!("/{base}{}", operation.path.replace("{upload_id}", upload));
        let answer = request(server.local_addr(), operation.method.as_str(), &path, headers, body);
        spec.allows(operation, &answer);
        answered.insert((operation.id, answer.status));
        answer.json()
    };
    let announced = announcement(3).to_string();
    let id = |answer: &Value| answer["id"].as_str().unwrap().to_owned();
    for expiry in [None, Some(json!({"anchor": "created_at", "seconds": 3600}))] {
        let mut announced = announcement(3);
        if let Some(expiry) = expiry {
            announced["expires_after"] = expiry;
        }
        let upload = id(&ask(&CREATE_UPLOAD, "", &[JSON], announced.to_string().as_bytes()));
        let part = id(&ask(&ADD_UPLOAD_PART, &upload, &[FORM], &form("data", b"abc")));
        let list = json!({"part_ids": [part]}).to_string();
        ask(&COMPLETE_UPLOAD, &upload, &[JSON], list.as_bytes());
        ask(&COMPLETE_UPLOAD, &upload, &[JSON], list.as_bytes());
        ask(&CANCEL_UPLOAD, &upload, &[], b"");
    }
    let upload = id(&ask(&CREATE_UPLOAD, "", &[JSON], announced.as_bytes()));
    ask(&CANCEL_UPLOAD, &upload, &[], b"");
    for operation in [&ADD_UPLOAD_PART, &COMPLETE_UPLOAD, &CANCEL_UPLOAD] {
        ask(operation, "upload_unknown", &[FORM], &form("data", b"abc"));
        ask(operation, &upload, &[JSON], b"{}");
    }
    ask(&CREATE_UPLOAD, "", &[JSON], b"{}");
    ask(&CREATE_UPLOAD, "", &[], announced.as_bytes());
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD, &CANCEL_UPLOAD] {
        assert!(answered.contains(&(operation.id, 200)), "{} succeeds", operation.id);
        assert!(answered.iter().any(|(id, status)| *id == operation.id && *status >= 400));
    }
}
