//! The objects of OpenAPI and their members. Schemas have keywords instead: see [`keyword`](super::keyword).

use super::Node;
use super::view::{Shape, View, view};

/// The members of a path item that are operations.
pub const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

view! {
    /// A whole document.
    Root, "a document", {
        openapi: "openapi", Any;
        own_uri: "$self", Text;
        info: "info", Members;
        json_schema_dialect: "jsonSchemaDialect", Text;
        servers: "servers", Array;
        paths: "paths", Members;
        webhooks: "webhooks", Members;
        components: "components", Members;
        security: "security", Array;
        tags: "tags", Array;
        external_docs: "externalDocs", Members;
    }
}

view! {
    /// The `info` of a document.
    Info, "`info`", {
        title: "title", Text;
        summary: "summary", Text;
        description: "description", Text;
        terms_of_service: "termsOfService", Text;
        contact: "contact", Members;
        license: "license", Members;
        version: "version", Any;
    }
}

view! {
    /// A tag.
    Tag, "a tag", {
        name: "name", Text;
        summary: "summary", Text;
        description: "description", Text;
        external_docs: "externalDocs", Members;
        parent: "parent", Text;
        // What a tag is for. It has no effect.
        kind: "kind", Text;
    }
}

view! {
    /// The components of a document.
    Components, "`components`", {
        schemas: "schemas", Members;
        responses: "responses", Members;
        parameters: "parameters", Members;
        examples: "examples", Members;
        request_bodies: "requestBodies", Members;
        headers: "headers", Members;
        security_schemes: "securitySchemes", Members;
        links: "links", Members;
        callbacks: "callbacks", Members;
        path_items: "pathItems", Members;
        media_types: "mediaTypes", Members;
    }
}

view! {
    /// A server.
    Server, "a server", {
        url: "url", Text;
        name: "name", Text;
        description: "description", Text;
        variables: "variables", Members;
    }
}

view! {
    /// A variable of a server's URL.
    ServerVariable, "a server's variable", {
        default: "default", Any;
        allowed: "enum", Array;
        description: "description", Text;
    }
}

view! {
    /// A security scheme.
    SecurityScheme, "a security scheme", {
        kind: "type", Text;
        description: "description", Text;
        name: "name", Text;
        location: "in", Text;
        scheme: "scheme", Text;
        bearer_format: "bearerFormat", Text;
        flows: "flows", Members;
        open_id_connect_url: "openIdConnectUrl", Text;
        oauth2_metadata_url: "oauth2MetadataUrl", Text;
        deprecated: "deprecated", Flag;
    }
}

view! {
    /// An OAuth flow.
    OauthFlow, "an OAuth flow", {
        authorization_url: "authorizationUrl", Text;
        device_authorization_url: "deviceAuthorizationUrl", Text;
        token_url: "tokenUrl", Text;
        refresh_url: "refreshUrl", Text;
        scopes: "scopes", Members;
    }
}

view! {
    /// A discriminator.
    Discriminator, "a discriminator", {
        property_name: "propertyName", Any;
        mapping: "mapping", Members;
        default_mapping: "defaultMapping", Text;
    }
}

view! {
    /// A path item.
    PathItem, "a path item", {
        reference: "$ref", Text;
        summary: "summary", Text;
        description: "description", Text;
        servers: "servers", Array;
        parameters: "parameters", Array;
        additional_operations: "additionalOperations", Members;
    }
}

view! {
    /// An operation.
    Operation, "an operation", {
        operation_id: "operationId", Text;
        summary: "summary", Text;
        description: "description", Text;
        deprecated: "deprecated", Flag;
        tags: "tags", Names;
        parameters: "parameters", Array;
        request_body: "requestBody", Members;
        responses: "responses", Members;
        security: "security", Array;
        servers: "servers", Array;
        callbacks: "callbacks", Members;
        external_docs: "externalDocs", Any;
        rust_name: "x-rust-name", Text;
    }
}

view! {
    /// A parameter.
    Parameter, "a parameter", {
        name: "name", Text;
        location: "in", Text;
        description: "description", Text;
        required: "required", Flag;
        deprecated: "deprecated", Flag;
        style: "style", Text;
        explode: "explode", Flag;
        allow_reserved: "allowReserved", Flag;
        schema: "schema", Any;
        content: "content", Members;
        example: "example", Any;
        examples: "examples", Any;
        // Has no effect: no Rust value stands for a parameter without a value.
        allow_empty_value: "allowEmptyValue", Flag;
        array_format: "x-array-format", Any;
        rust_name: "x-rust-name", Text;
    }
}

view! {
    /// An example.
    Example, "an example", {
        summary: "summary", Text;
        description: "description", Text;
        value: "value", Any;
        data_value: "dataValue", Any;
        serialized_value: "serializedValue", Text;
        external_value: "externalValue", Text;
    }
}

view! {
    /// A request body.
    RequestBody, "a request body", {
        description: "description", Text;
        required: "required", Flag;
        content: "content", Members;
    }
}

view! {
    /// A response.
    Response, "a response", {
        summary: "summary", Text;
        description: "description", Text;
        headers: "headers", Members;
        content: "content", Members;
        links: "links", Members;
    }
}

view! {
    /// A header.
    Header, "a header", {
        description: "description", Text;
        required: "required", Flag;
        deprecated: "deprecated", Flag;
        style: "style", Text;
        explode: "explode", Flag;
        schema: "schema", Any;
        content: "content", Members;
        example: "example", Any;
        examples: "examples", Any;
        // Have no effect here, but documents copy them from parameters.
        allow_empty_value: "allowEmptyValue", Flag;
        allow_reserved: "allowReserved", Flag;
    }
}

view! {
    /// A media type.
    MediaType, "a media type", {
        schema: "schema", Any;
        item_schema: "itemSchema", Any;
        prefix_encoding: "prefixEncoding", Array;
        item_encoding: "itemEncoding", Members;
        example: "example", Any;
        examples: "examples", Any;
        encoding: "encoding", Members;
    }
}

view! {
    /// The encoding of a form field.
    Encoding, "an encoding", {
        content_type: "contentType", Text;
        headers: "headers", Members;
        style: "style", Text;
        explode: "explode", Flag;
        allow_reserved: "allowReserved", Flag;
        array_format: "x-array-format", Any;
        // The encoding of the parts of a part. They are reported.
        encoding: "encoding", Members;
        prefix_encoding: "prefixEncoding", Array;
        item_encoding: "itemEncoding", Members;
    }
}

view! {
    /// The members that describe an object of any kind.
    Description, "an object", {
        title: "title", Text;
        description: "description", Text;
        external_docs: "externalDocs", Any;
    }
}

view! {
    /// A link to further documentation.
    ExternalDocs, "a link to documentation", {
        url: "url", Text;
        description: "description", Text;
    }
}

view! {
    /// A `$ref` instead of an object.
    Reference, "a reference", {
        reference: "$ref", Text;
    }
}

view! {
    /// A named number, as `x-constants` lists them.
    NamedNumber, "a named number", {
        name: "name", Text;
        value: "value", Number;
    }
}

impl<'d> Discriminator<'d> {
    /// The values that `mapping` lists, each with the `$ref` that it stands for.
    pub fn mapped(self) -> impl Iterator<Item = (&'d str, String)> {
        let entries = self.mapping().into_iter().flat_map(super::Member::entries);
        entries.filter_map(|(value, target)| Some((value, Self::target_of(target.as_str()?))))
    }

    /// The `$ref` that an entry of `mapping` stands for. A bare name is the name of a component.
    pub fn target_of(entry: &str) -> String {
        match entry.contains(['#', '/', '.']) {
            true => entry.to_owned(),
            false => format!("#/components/schemas/{entry}"),
        }
    }
}
