//! `spec/uploads.yaml`, read independently of the generator.

use jsonschema::Validator;
use openapi_crate::document::Document;
use serde_json::{Value, json};

use super::program::workspace;

/// An OpenAPI document.
#[derive(Clone)]
pub(crate) struct Spec {
    root: Value,
}

/// An operation with the members of its path.
pub(crate) struct SpecOperation<'a> {
    pub(crate) id: &'a str,
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) node: &'a Value,
    /// The parameters, resolved.
    pub(crate) parameters: Vec<&'a Value>,
}

/// The content of a request or a reply.
pub(crate) struct Content<'a> {
    pub(crate) media_type: &'a str,
    pub(crate) schema: &'a Value,
    pub(crate) example: Option<&'a Value>,
}

impl Spec {
    pub(crate) fn own() -> Self {
        let text = std::fs::read_to_string(workspace().join("spec/uploads.yaml")).unwrap();
        let document = Document::parse("uploads.yaml", &text).unwrap();
        Self::of(serde_json::to_value(document.root()).unwrap())
    }

    pub(crate) fn of(root: Value) -> Self {
        Self { root }
    }

    pub(crate) fn root(&self) -> &Value {
        &self.root
    }

    /// The value with its `$ref` followed.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').expect("the document is one file");
                self.resolve(self.root.pointer(pointer).expect("a reference leads somewhere"))
            }
            None => value,
        }
    }

    pub(crate) fn schemas(&self) -> impl Iterator<Item = (&str, &Value)> {
        members(&self.root["components"]["schemas"])
    }

    pub(crate) fn operations(&self) -> Vec<SpecOperation<'_>> {
        let mut operations = Vec::new();
        for (path, item) in members(&self.root["paths"]) {
            for method in ["get", "put", "post", "delete", "options", "head", "patch", "trace"] {
                let Some(node) = item.get(method) else { continue };
                let parameters = elements(&item["parameters"]).chain(elements(&node["parameters"]));
                operations.push(SpecOperation {
                    id: node["operationId"].as_str().unwrap(),
                    method,
                    path,
                    node,
                    parameters: parameters.map(|parameter| self.resolve(parameter)).collect(),
                });
            }
        }
        operations
    }

    /// The contents of a request body. Empty if the operation has none.
    pub(crate) fn request<'a>(&'a self, operation: &SpecOperation<'a>) -> Vec<Content<'a>> {
        operation.node.get("requestBody").map_or_else(Vec::new, |body| self.contents(body))
    }

    /// The replies of an operation by status, including `default`, with their contents.
    pub(crate) fn replies<'a>(&'a self, operation: &SpecOperation<'a>) -> Vec<(&'a str, Vec<Content<'a>>)> {
        let responses = members(&operation.node["responses"]);
        responses.map(|(status, response)| (status, self.contents(response))).collect()
    }

    fn contents<'a>(&'a self, holder: &'a Value) -> Vec<Content<'a>> {
        let contents = members(&self.resolve(holder)["content"]);
        let contents = contents.map(|(media_type, content)| Content {
            media_type,
            schema: &content["schema"],
            example: content.get("example"),
        });
        contents.collect()
    }

    /// The alternatives of security schemes that an operation has, each scheme with its name.
    pub(crate) fn security<'a>(&'a self, operation: &SpecOperation<'a>) -> Vec<Vec<(&'a str, &'a Value)>> {
        let alternatives = operation.node.get("security").unwrap_or(&self.root["security"]);
        let schemes = &self.root["components"]["securitySchemes"];
        let resolved = |alternative| members(alternative).map(|(name, _)| (name, &schemes[name])).collect();
        elements(alternatives).map(resolved).collect()
    }

    /// A validator for `schema` by JSON Schema 2020-12, the dialect of OpenAPI 3.1.
    pub(crate) fn validator(&self, schema: &Value) -> Validator {
        let whole = json!({"allOf": [schema], "components": self.root["components"]});
        jsonschema::draft202012::new(&whole).expect("the document's schemas are schemas")
    }
}

pub(crate) fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

pub(crate) fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The words of a name, in lower case with `_` between them: `addUploadPart` and `AddUploadPart` are `add_upload_part`.
pub(crate) fn snake(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

/// The value without members that are null, since a model leaves them out.
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect()
        }
        Value::Array(elements) => elements.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}
