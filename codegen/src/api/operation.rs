//! Operations: their parameters, bodies and replies.

use super::model::{GivenName, Type};
use super::paging::Paging;
use super::style::{Location, Style};

/// The operations with a tag.
#[derive(Debug)]
pub struct Tag {
    /// The name of the tag.
    pub name: String,
    /// The description.
    pub description: String,
    /// The operations.
    pub operations: Vec<Operation>,
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId`. If there is none, an id made of the method and path.
    pub id: String,
    /// The words that its function and types are named after: the id, with a number if another operation has the same
    /// name. The Rust name that the document gives comes first.
    pub name: String,
    /// The Rust name, if the document gives one.
    pub given: Option<GivenName>,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with `{name}` for each parameter.
    pub path: String,
    /// The summary.
    pub summary: String,
    /// The description.
    pub description: String,
    /// Whether the operation is deprecated.
    pub deprecated: bool,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The bodies that the request can have, the preferred one first. Empty: there is none.
    pub bodies: Vec<Body>,
    /// The replies that mean success, by status.
    pub successes: Vec<Success>,
    /// The replies that mean failure and have a type, by status.
    pub errors: Vec<ErrorReply>,
    /// The other replies that mean failure.
    pub untyped_errors: Vec<UntypedError>,
    /// The headers of failures.
    pub error_headers: Vec<Header>,
    /// The alternatives of security schemes, by index into [`Api::security_schemes`](super::Api::security_schemes).
    pub security: Vec<Vec<usize>>,
    /// The server, if it is not the document's first.
    pub server: Option<Server>,
    /// The callbacks: requests that the server sends because of this operation.
    pub callbacks: Vec<Callback>,
    /// How its list comes in pages, if it does.
    pub paging: Option<Paging>,
}

impl Operation {
    /// The types of the parameters and bodies.
    pub fn sent_types(&self) -> impl Iterator<Item = &Type> {
        let bodies = self.bodies.iter().filter_map(|body| body.content.ty());
        self.parameters.iter().map(|parameter| &parameter.ty).chain(bodies)
    }

    /// The types of the replies, including failures.
    pub fn received_types(&self) -> impl Iterator<Item = &Type> {
        let contents = self.successes.iter().flat_map(|success| &success.contents);
        contents.filter_map(ReplyContent::ty).chain(self.errors.iter().map(|error| &error.ty))
    }
}

/// A request that a server sends: a callback or a webhook.
#[derive(Debug)]
pub struct Callback {
    /// The name.
    pub name: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The URL expression (OpenAPI 3.1 §4.8.20.4).
    pub url: String,
    /// The bodies that the request can have.
    pub bodies: Vec<Body>,
}

impl Callback {
    /// The type of its body of JSON.
    pub fn json(&self) -> Option<&Type> {
        self.bodies.iter().find_map(|body| match &body.content {
            BodyContent::Json(ty) => Some(ty),
            _ => None,
        })
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The Rust name, if the document gives one.
    pub given: Option<GivenName>,
    /// The location.
    pub location: Location,
    /// Whether the parameter is required.
    pub required: bool,
    /// Whether the parameter is deprecated.
    pub deprecated: bool,
    /// The description.
    pub description: String,
    /// The type.
    pub ty: Type,
    /// The style.
    pub style: Style,
    /// The value that an integer starts at: its default, or else its minimum.
    pub start: Option<u64>,
    /// An example from the document, as JSON.
    pub example: Option<String>,
}

/// A body that a request can have.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether the body is required.
    pub required: bool,
    /// The description.
    pub description: String,
    /// The media type.
    pub content_type: String,
    /// The content.
    pub content: BodyContent,
    /// An example from the document, as JSON.
    pub example: Option<String>,
}

/// The content of a request body.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyContent {
    /// JSON.
    Json(Type),
    /// `application/x-www-form-urlencoded`; the type is a struct with `form` set.
    UrlEncoded(Type),
    /// `multipart/form-data`; the type is a struct with `form` set.
    Multipart(Type),
    /// Values of the type as JSON, one on each line.
    Lines(Type),
    /// Text.
    Text,
    /// Bytes, sent as the text of their Base64.
    Base64,
    /// Bytes, streamed.
    Binary,
}

impl BodyContent {
    /// The type of the content, unless it is text or bytes.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::UrlEncoded(ty) | Self::Multipart(ty) | Self::Lines(ty) => Some(ty),
            Self::Text | Self::Base64 | Self::Binary => None,
        }
    }
}

/// A reply that means success.
#[derive(Clone, Debug)]
pub struct Success {
    /// The status: `200`, `2XX`, `default`.
    pub status: String,
    /// The description.
    pub description: String,
    /// The contents that the reply can have, the preferred one first. Empty: the reply has no content.
    pub contents: Vec<ReplyContent>,
    /// The headers.
    pub headers: Vec<Header>,
}

/// A header of a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The type of the value, in the words of the document. Empty for a plain string.
    pub kind: String,
    /// The description.
    pub description: String,
}

/// The content of a reply.
#[derive(Clone, Debug, PartialEq)]
pub enum ReplyContent {
    /// JSON of a media type.
    Json(Type, String),
    /// Text of a media type.
    Text(String),
    /// Bytes of a media type, sent as the text of their Base64.
    Base64(String),
    /// Bytes of a media type, streamed.
    Binary(String),
    /// A stream of values as JSON, one on each line, of a media type.
    Lines(Type, String),
    /// Server-sent events.
    Events(Type, EventForm),
}

/// The part of a server-sent event that its type is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventForm {
    /// The data, as JSON.
    Json,
    /// The data, as text.
    Text,
    /// An object of the event's fields: `event`, `data`, `id` and `retry`.
    Fields,
}

impl ReplyContent {
    /// The type of the content, unless it is text or bytes.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty, _) | Self::Lines(ty, _) | Self::Events(ty, _) => Some(ty),
            Self::Text(_) | Self::Base64(_) | Self::Binary(_) => None,
        }
    }

    /// The media type for the `Accept` header.
    pub fn content_type(&self) -> &str {
        match self {
            Self::Json(_, content_type)
            | Self::Lines(_, content_type)
            | Self::Text(content_type)
            | Self::Base64(content_type)
            | Self::Binary(content_type) => content_type,
            Self::Events(..) => "text/event-stream",
        }
    }
}

/// A reply that means failure and has a type.
#[derive(Clone, Debug)]
pub struct ErrorReply {
    /// The status: `404`, `4XX`, `default`.
    pub status: String,
    /// The description.
    pub description: String,
    /// The type of the JSON body.
    pub ty: Type,
}

/// A reply that means failure and has no type, because it is empty or not JSON.
#[derive(Clone, Debug)]
pub struct UntypedError {
    /// The status: `404`, `4XX`, `default`.
    pub status: String,
    /// The description.
    pub description: String,
    /// The media types that it may have.
    pub content_types: Vec<String>,
}

/// An authentication scheme.
#[derive(Debug)]
pub struct SecurityScheme {
    /// The name in the document.
    pub name: String,
    /// The description.
    pub description: String,
    /// The kind of scheme.
    pub kind: SecurityKind,
}

/// The kind of an authentication scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityKind {
    /// A bearer token.
    Bearer,
    /// A user name and password.
    Basic,
    /// Credentials of another HTTP authentication scheme, in the header `Authorization`.
    Http {
        /// The name of the HTTP authentication scheme, as the document writes it.
        scheme: String,
    },
    /// An API key.
    ApiKey {
        /// The location of the key.
        location: KeyLocation,
        /// The name of the header, parameter or cookie.
        name: String,
    },
}

/// The location of an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is OpenAPI's word")]
pub enum KeyLocation {
    Header,
    Query,
    Cookie,
}

/// A server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The URL, each variable replaced by its default.
    pub url: String,
    /// The URL as written, if it has variables.
    pub template: Option<String>,
    /// The variables.
    pub variables: Vec<ServerVariable>,
    /// The description.
    pub description: String,
}

/// A variable of a server's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerVariable {
    /// The name.
    pub name: String,
    /// The default value.
    pub default: String,
    /// The allowed values. Empty: any value.
    pub values: Vec<String>,
    /// The description.
    pub description: String,
}
