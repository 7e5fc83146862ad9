//! The version of OpenAPI that a document is written in.

use super::Node;
use super::fault::{Fault, Path};

/// The version of OpenAPI that a document is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 3.0.x: schemas are a dialect of JSON Schema with `nullable`.
    V3_0,
    /// 3.1.x: schemas are JSON Schema 2020-12.
    V3_1,
    /// 3.2.x: 3.1 with streams, more methods and more kinds of parameters.
    V3_2,
}

impl Version {
    /// Reads the version from a document's root.
    pub(super) fn of(root: &Node) -> Result<Self, Fault> {
        let fault = |message: String| Fault::new("not-openapi", message, Path::Root);
        let Some(members) = root.as_object() else {
            let message = format!("this is not an OpenAPI document but {}", root.kind());
            return Err(fault(message).help("an OpenAPI document begins with `openapi: 3.1.0`"));
        };
        let Some(version) = members.get("openapi") else {
            if members.contains_key("swagger") {
                let path = Path::Member(&Path::Root, "swagger");
                let message = "this document is written in Swagger 2.0, the predecessor of OpenAPI";
                return Err(Fault::new("unsupported-version", message, path)
                    .help("convert it to OpenAPI 3 first: `npx swagger2openapi swagger.yaml --outfile openapi.yaml`"));
            }
            return Err(fault("this is not an OpenAPI document: `openapi` is missing".to_owned())
                .help("an OpenAPI document begins with `openapi: 3.1.0`"));
        };
        let path = Path::Member(&Path::Root, "openapi");
        let Some(text) = version.as_str() else {
            let message = format!("`openapi` must be a string, this is {}", version.kind());
            return Err(Fault::new("unsupported-version", message, path)
                .help("write the whole version, such as `openapi: 3.1.0`"));
        };
        let is = |series: &str| {
            text.strip_prefix(series).is_some_and(|patch| patch.is_empty() || patch.starts_with(['.', '-']))
        };
        if is("3.0") {
            return Ok(Self::V3_0);
        }
        if is("3.1") {
            return Ok(Self::V3_1);
        }
        if is("3.2") {
            return Ok(Self::V3_2);
        }
        let message = format!("OpenAPI `{text}` is not supported");
        Err(Fault::new("unsupported-version", message, path).help("versions 3.0, 3.1 and 3.2 are"))
    }
}
