//! What can be asked of an API.

use super::model::Type;
use super::style::{Location, Style};

/// The operations with a tag.
#[derive(Debug)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// One thing that can be asked.
#[derive(Debug)]
pub struct Operation {
    /// Its `operationId`; where it has none, one made of its method and path.
    pub id: String,
    /// The words that its function and its types are named after: the id, numbered where another operation has the
    /// same name.
    pub name: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path, with `{name}` where a parameter goes.
    pub path: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// What it does.
    pub description: String,
    /// Whether it is on its way out.
    pub deprecated: bool,
    /// The parameters.
    pub parameters: Vec<Parameter>,
    /// The body, in each of the forms it can have, the preferred one first; empty where there is none.
    pub bodies: Vec<Body>,
    /// The replies that mean success, by status.
    pub successes: Vec<Success>,
    /// The typed replies that mean failure, by status.
    pub errors: Vec<ErrorReply>,
    /// The others that mean failure.
    pub untyped_errors: Vec<UntypedError>,
    /// The headers that failures have.
    pub error_headers: Vec<Header>,
    /// The alternatives of security schemes, by index into [`Api::security_schemes`](super::Api::security_schemes).
    pub security: Vec<Vec<usize>>,
    /// The server, where it is not the document's first.
    pub server: Option<Server>,
    /// The requests that the server sends because of it.
    pub callbacks: Vec<Callback>,
}

impl Operation {
    /// The types of its parameters and bodies.
    pub fn sent_types(&self) -> impl Iterator<Item = &Type> {
        let bodies = self.bodies.iter().filter_map(|body| body.content.ty());
        self.parameters.iter().map(|parameter| &parameter.ty).chain(bodies)
    }

    /// The types of its replies, those that mean failure too.
    pub fn received_types(&self) -> impl Iterator<Item = &Type> {
        let contents = self.successes.iter().flat_map(|success| &success.contents);
        contents.filter_map(ReplyContent::ty).chain(self.errors.iter().map(|error| &error.ty))
    }
}

/// A request that a server sends: because of an operation, or as a webhook.
#[derive(Debug)]
pub struct Callback {
    /// Its name.
    pub name: String,
    /// The HTTP method, in capitals.
    pub method: String,
    /// Where it goes: an expression (OpenAPI 3.1 §4.8.20.4).
    pub url: String,
    /// The body, in each of the forms it can have.
    pub bodies: Vec<Body>,
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it goes.
    pub location: Location,
    /// Whether it must be given.
    pub required: bool,
    /// Whether it is on its way out.
    pub deprecated: bool,
    /// What it is for.
    pub description: String,
    /// Its type.
    pub ty: Type,
    /// How it is written.
    pub style: Style,
}

/// A form that a request's body can have.
#[derive(Clone, Debug)]
pub struct Body {
    /// Whether it must be given.
    pub required: bool,
    /// What it is for.
    pub description: String,
    /// The media type.
    pub content_type: String,
    /// What it holds.
    pub content: BodyContent,
}

/// What a request's body holds.
#[derive(Clone, Debug, PartialEq)]
pub enum BodyContent {
    /// JSON.
    Json(Type),
    /// `application/x-www-form-urlencoded`; the type is a struct with `form` set.
    UrlEncoded(Type),
    /// `multipart/form-data`; the type is a struct with `form` set.
    Multipart(Type),
    /// Text.
    Text,
    /// Bytes, sent as the text of their Base64.
    Base64,
    /// Bytes, streamed.
    Binary,
}

impl BodyContent {
    /// The type, where it is not text or bytes.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty) | Self::UrlEncoded(ty) | Self::Multipart(ty) => Some(ty),
            Self::Text | Self::Base64 | Self::Binary => None,
        }
    }
}

/// A reply that means success.
#[derive(Clone, Debug)]
pub struct Success {
    /// The status: `200`, `2XX`, `default`.
    pub status: String,
    /// What it means.
    pub description: String,
    /// What it holds, the preferred form first; empty where there is no content.
    pub contents: Vec<ReplyContent>,
    /// The headers it has.
    pub headers: Vec<Header>,
}

/// A header of a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What its value is, in the document's words; empty for a plain string.
    pub kind: String,
    /// What it is for.
    pub description: String,
}

/// What a reply holds.
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
    /// Server-sent events.
    Events(Type, EventForm),
}

/// What of a server-sent event its type is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventForm {
    /// The data, which is JSON.
    Json,
    /// The data, which is text.
    Text,
    /// An object of the event's fields: `event`, `data`, `id` and `retry`.
    Fields,
}

impl ReplyContent {
    /// The type, where it is not text or bytes.
    pub fn ty(&self) -> Option<&Type> {
        match self {
            Self::Json(ty, _) | Self::Events(ty, _) => Some(ty),
            Self::Text(_) | Self::Base64(_) | Self::Binary(_) => None,
        }
    }

    /// The media type to ask for.
    pub fn content_type(&self) -> &str {
        match self {
            Self::Json(_, content_type)
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
    /// What it means.
    pub description: String,
    /// The type of its JSON.
    pub ty: Type,
}

/// A reply that means failure and has no type: there is nothing in it, or no JSON.
#[derive(Clone, Debug)]
pub struct UntypedError {
    /// The status: `404`, `4XX`, `default`.
    pub status: String,
    /// What it means.
    pub description: String,
    /// The media types it may be of.
    pub content_types: Vec<String>,
}

/// A way to show whose a request is.
#[derive(Debug)]
pub struct SecurityScheme {
    /// Its name in the document.
    pub name: String,
    /// What it is.
    pub description: String,
    /// How it is shown.
    pub kind: SecurityKind,
}

/// How a request shows whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecurityKind {
    /// A bearer token.
    Bearer,
    /// A user's name and password.
    Basic,
    /// A key in a place of a name.
    ApiKey {
        /// The place.
        location: KeyLocation,
        /// The name of the header, parameter or cookie.
        name: String,
    },
}

/// Where an API key goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is OpenAPI's word")]
pub enum KeyLocation {
    Header,
    Query,
    Cookie,
}

/// Where an API is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The URL, each variable replaced by its default.
    pub url: String,
    /// The URL as written, where it has variables.
    pub template: Option<String>,
    /// The variables, each with its default, the values it can have and what it is for.
    pub variables: Vec<ServerVariable>,
    /// What it is.
    pub description: String,
}

/// A part of a server's URL that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerVariable {
    /// Its name.
    pub name: String,
    /// What it is unless chosen.
    pub default: String,
    /// The values it can have; empty where any will do.
    pub values: Vec<String>,
    /// What it is for.
    pub description: String,
}
