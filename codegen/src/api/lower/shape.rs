//! Which members the objects of a document have, and of what kind each is: what is not looked at is told.

use crate::document::{Node, Object};

use super::{Lowering, Place};

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Shape {
    /// Looked at elsewhere.
    Any,
    Text,
    Flag,
    Number,
    /// A number; in OpenAPI 3.0 whether another keyword's number is meant.
    NumberOrFlag,
    Object,
    Array,
    /// An array of strings.
    Names,
}

use Shape::{Any, Array, Flag, Names, Number, NumberOrFlag, Object as Members, Text};

pub(super) const DOCUMENT: &[(&str, Shape)] = &[
    ("openapi", Any),
    ("info", Members),
    ("jsonSchemaDialect", Text),
    ("servers", Array),
    ("paths", Members),
    ("webhooks", Members),
    ("components", Members),
    ("security", Array),
    ("tags", Array),
    ("externalDocs", Members),
];

pub(super) const INFO: &[(&str, Shape)] = &[
    ("title", Text),
    ("summary", Text),
    ("description", Text),
    ("termsOfService", Text),
    ("contact", Members),
    ("license", Members),
    ("version", Any),
];

pub(super) const TAG: &[(&str, Shape)] = &[("name", Text), ("description", Text), ("externalDocs", Members)];

pub(super) const COMPONENTS: &[(&str, Shape)] = &[
    ("schemas", Members),
    ("responses", Members),
    ("parameters", Members),
    ("examples", Members),
    ("requestBodies", Members),
    ("headers", Members),
    ("securitySchemes", Members),
    ("links", Members),
    ("callbacks", Members),
    ("pathItems", Members),
];

pub(super) const SERVER: &[(&str, Shape)] = &[("url", Text), ("description", Text), ("variables", Members)];

pub(super) const SERVER_VARIABLE: &[(&str, Shape)] =
    &[("default", Any), ("enum", Array), ("description", Text)];

pub(super) const SECURITY_SCHEME: &[(&str, Shape)] = &[
    ("type", Text),
    ("description", Text),
    ("name", Text),
    ("in", Text),
    ("scheme", Text),
    ("bearerFormat", Text),
    ("flows", Members),
    ("openIdConnectUrl", Text),
];

pub(super) const DISCRIMINATOR: &[(&str, Shape)] = &[("propertyName", Any), ("mapping", Members)];

pub(super) const OPERATION: &[(&str, Shape)] = &[
    ("operationId", Text),
    ("summary", Text),
    ("description", Text),
    ("deprecated", Flag),
    ("tags", Names),
    ("parameters", Array),
    ("requestBody", Members),
    ("responses", Members),
    ("security", Array),
    ("servers", Array),
    ("callbacks", Members),
    ("externalDocs", Any),
];

pub(super) const PARAMETER: &[(&str, Shape)] = &[
    ("name", Text),
    ("in", Text),
    ("description", Text),
    ("required", Flag),
    ("deprecated", Flag),
    ("style", Text),
    ("explode", Flag),
    ("allowReserved", Flag),
    ("schema", Any),
    ("content", Members),
    ("example", Any),
    ("examples", Any),
    // A parameter without a value says nothing: there is none in Rust.
    ("allowEmptyValue", Flag),
];

pub(super) const BODY: &[(&str, Shape)] = &[("description", Text), ("required", Flag), ("content", Members)];

pub(super) const RESPONSE: &[(&str, Shape)] =
    &[("description", Text), ("headers", Members), ("content", Members), ("links", Members)];

pub(super) const HEADER: &[(&str, Shape)] = &[
    ("description", Text),
    ("required", Flag),
    ("deprecated", Flag),
    ("style", Text),
    ("explode", Flag),
    ("schema", Any),
    ("content", Members),
    ("example", Any),
    ("examples", Any),
    // Of no meaning here, though documents have them, as parameters do.
    ("allowEmptyValue", Flag),
    ("allowReserved", Flag),
];

pub(super) const MEDIA_TYPE: &[(&str, Shape)] =
    &[("schema", Any), ("example", Any), ("examples", Any), ("encoding", Members)];

pub(super) const ENCODING: &[(&str, Shape)] = &[
    ("contentType", Text),
    ("headers", Members),
    ("style", Text),
    ("explode", Flag),
    ("allowReserved", Flag),
];

/// The keywords of schemas whose values are of one kind. Those that are schemas themselves are looked at as such.
const KEYWORDS: &[(&str, Shape)] = &[
    ("$ref", Text),
    ("title", Text),
    ("description", Text),
    ("format", Text),
    ("pattern", Text),
    ("contentEncoding", Text),
    ("contentMediaType", Text),
    ("nullable", Flag),
    ("deprecated", Flag),
    ("readOnly", Flag),
    ("writeOnly", Flag),
    ("uniqueItems", Flag),
    ("properties", Members),
    ("patternProperties", Members),
    ("discriminator", Members),
    ("$defs", Members),
    ("definitions", Members),
    ("required", Names),
    ("enum", Array),
    ("allOf", Array),
    ("anyOf", Array),
    ("oneOf", Array),
    ("prefixItems", Array),
    ("minimum", Number),
    ("maximum", Number),
    ("exclusiveMinimum", NumberOrFlag),
    ("exclusiveMaximum", NumberOrFlag),
    ("multipleOf", Number),
    ("minLength", Number),
    ("maxLength", Number),
    ("minItems", Number),
    ("maxItems", Number),
    ("minProperties", Number),
    ("maxProperties", Number),
];

impl Lowering<'_> {
    /// Tells members of `node`, which is `what`, that it does not have, and those that are of another kind.
    pub(super) fn check_members(&mut self, place: &Place, node: &Node, known: &[(&str, Shape)], what: &str) {
        let Node::Object(members) = node else {
            self.error(
                place,
                "wrong-type",
                format!("{what} is an object, and this is {}", node.kind()),
                None,
            );
            return;
        };
        for (key, value) in members {
            match known.iter().find(|(name, _)| name == key) {
                Some((_, shape)) => self.check_shape(place, key, value, *shape),
                None if key.starts_with("x-") || key == "$ref" || key == "summary" => {}
                None => {
                    let message = format!("`{key}` is not a member of {what}; it is not looked at");
                    self.warning(&place.child(key), "unknown-member", message, None);
                }
            }
        }
    }

    /// Tells keywords of a schema whose values are of another kind than theirs.
    pub(super) fn check_shapes(&mut self, place: &Place, schema: &Object) {
        for (key, value) in schema {
            if let Some((_, shape)) = KEYWORDS.iter().find(|(name, _)| name == key) {
                self.check_shape(place, key, value, *shape);
            }
        }
    }

    fn check_shape(&mut self, place: &Place, key: &str, value: &Node, shape: Shape) {
        // A `$ref` is followed where OpenAPI allows none, too.
        let is_reference = value.get("$ref").is_some_and(|reference| reference.as_str().is_some());
        let (fits, wanted) = match shape {
            Any => return,
            Array | Names if is_reference => return,
            Text => (value.as_str().is_some(), "a string"),
            Flag => (value.as_bool().is_some(), "true or false"),
            Number => (value.as_number().is_some(), "a number"),
            NumberOrFlag => (value.as_number().is_some() || value.as_bool().is_some(), "a number"),
            Members => (value.as_object().is_some(), "an object"),
            Array => (value.as_array().is_some(), "an array"),
            Names => {
                if let Some(names) = value.as_array() {
                    for (index, name) in names.iter().enumerate().filter(|(_, name)| name.as_str().is_none())
                    {
                        let message = format!("`{key}` has strings, and this is {}", name.kind());
                        self.error(&place.child(key).index(index), "wrong-type", message, None);
                    }
                }
                (value.as_array().is_some(), "an array")
            }
        };
        if !fits {
            let message = format!("`{key}` is {}, not {wanted}", value.kind());
            self.error(&place.child(key), "wrong-type", message, None);
        }
    }
}
