//! The members that the objects of OpenAPI have, and what the value of each looks like. Schemas have keywords instead:
//! see [`keyword`](super::keyword).

use super::keyword::Shape::{self, Any, Array, Flag, Members, Names, Text};

/// The members of a document.
pub(crate) const DOCUMENT: &[(&str, Shape)] = &[
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

/// The members of `info`.
pub(crate) const INFO: &[(&str, Shape)] = &[
    ("title", Text),
    ("summary", Text),
    ("description", Text),
    ("termsOfService", Text),
    ("contact", Members),
    ("license", Members),
    ("version", Any),
];

/// The members of a tag.
pub(crate) const TAG: &[(&str, Shape)] = &[("name", Text), ("description", Text), ("externalDocs", Members)];

/// The members of `components`.
pub(crate) const COMPONENTS: &[(&str, Shape)] = &[
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

/// The members of a server.
pub(crate) const SERVER: &[(&str, Shape)] = &[("url", Text), ("description", Text), ("variables", Members)];

/// The members of a server's variable.
pub(crate) const SERVER_VARIABLE: &[(&str, Shape)] =
    &[("default", Any), ("enum", Array), ("description", Text)];

/// The members of a security scheme.
pub(crate) const SECURITY_SCHEME: &[(&str, Shape)] = &[
    ("type", Text),
    ("description", Text),
    ("name", Text),
    ("in", Text),
    ("scheme", Text),
    ("bearerFormat", Text),
    ("flows", Members),
    ("openIdConnectUrl", Text),
];

/// The members of a discriminator.
pub(crate) const DISCRIMINATOR: &[(&str, Shape)] = &[("propertyName", Any), ("mapping", Members)];

/// The members of an operation.
pub(crate) const OPERATION: &[(&str, Shape)] = &[
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

/// The members of a parameter.
pub(crate) const PARAMETER: &[(&str, Shape)] = &[
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

/// The members of a request body.
pub(crate) const BODY: &[(&str, Shape)] = &[("description", Text), ("required", Flag), ("content", Members)];

/// The members of a response.
pub(crate) const RESPONSE: &[(&str, Shape)] =
    &[("description", Text), ("headers", Members), ("content", Members), ("links", Members)];

/// The members of a header.
pub(crate) const HEADER: &[(&str, Shape)] = &[
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

/// The members of a media type.
pub(crate) const MEDIA_TYPE: &[(&str, Shape)] =
    &[("schema", Any), ("example", Any), ("examples", Any), ("encoding", Members)];

/// The members of the encoding of a form's part.
pub(crate) const ENCODING: &[(&str, Shape)] = &[
    ("contentType", Text),
    ("headers", Members),
    ("style", Text),
    ("explode", Flag),
    ("allowReserved", Flag),
];
