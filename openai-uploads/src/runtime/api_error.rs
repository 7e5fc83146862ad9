//! Answers with a status that is not a success.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::excerpt::{Look, excerpt, json_message, without_byte_order_mark};
use super::integer::Read;
use super::proxy::environment_proxy;

/// An answer with a status that is not a success.
///
/// `message`, `code`, `error_type` and `param` are the members that JSON errors usually have, at the top or in a
/// member `error`. They are read even if the body is not quite what the document declares.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiError<E> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the reply.
    pub headers: HeaderMap,
    /// The header `x-request-id`, which the operators of an API ask for.
    pub request_id: Option<String>,
    /// What the server says, in one line; the name of the status if it says nothing.
    pub message: String,
    /// A name of the error that a program can compare.
    pub code: Option<String>,
    /// The kind of error: the member `type`.
    pub error_type: Option<String>,
    /// The parameter that the error is about.
    pub param: Option<String>,
    /// The body as it arrived: at most its first MiB.
    pub body: Bytes,
    /// The body as the document declares it, if it can be read so.
    pub entity: Option<E>,
    /// The proxy that the environment sets for the server, which may have answered in its place.
    pub proxy: Option<String>,
}

/// The body that a document declares for errors, read by status.
pub trait ErrorBody: Sized {
    /// Reads `body`. Returns `None` if it is not what is declared for `status`.
    fn read(status: u16, body: &[u8]) -> Option<Self>;
}

impl<T: serde::de::DeserializeOwned> ErrorBody for T {
    fn read(_status: u16, body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Read<T>>(body).ok().map(|Read(body)| body)
    }
}

impl<E: ErrorBody> ApiError<E> {
    /// Reads the answer to a request to `url`.
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: Bytes, url: &Url) -> Self {
        let content = without_byte_order_mark(&body);
        let json: Value = serde_json::from_slice(content).unwrap_or(Value::Null);
        let error = json.get("error").filter(|error| error.is_object()).unwrap_or(&json);
        let member = |name: &str| match error.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let message = json_message(&json)
            .or_else(|| redirect_message(status, &headers, url))
            .or_else(|| excerpt(content))
            .unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned());
        Self {
            status,
            request_id: request_id(&headers),
            message,
            code: member("code"),
            error_type: member("type"),
            param: member("param"),
            entity: E::read(status.as_u16(), content),
            proxy: environment_proxy(url),
            headers,
            body,
        }
    }
}

impl<E> ApiError<E> {
    /// Converts the body that the document declares.
    pub fn map<F>(self, convert: impl FnOnce(E) -> F) -> ApiError<F> {
        ApiError {
            status: self.status,
            headers: self.headers,
            request_id: self.request_id,
            message: self.message,
            code: self.code,
            error_type: self.error_type,
            param: self.param,
            body: self.body,
            entity: self.entity.map(convert),
            proxy: self.proxy,
        }
    }

    /// Whether the body is a page or a text that the API would not send, but a proxy, a portal or another server.
    pub fn is_foreign(&self) -> bool {
        self.entity.is_none()
            && !self.status.is_redirection()
            && !matches!(Look::of(&self.body), Look::Json | Look::Empty)
    }
}

impl<E> fmt::Display for ApiError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.status.as_u16();
        if self.is_foreign() {
            let sender =
                self.proxy.as_ref().map_or_else(String::new, |proxy| format!(" or the proxy {proxy}"));
            let look = Look::of(&self.body);
            write!(
                f,
                "the server{sender} answered {status} with {}, which is not an answer of the API",
                look.name()
            )?;
            if look != Look::Binary {
                write!(f, ": \"{}\"", self.message)?;
            }
        } else {
            write!(f, "the server answered {status}: {}", self.message)?;
        }
        let facts = [
            ("code", &self.code),
            ("type", &self.error_type),
            ("param", &self.param),
            ("request", &self.request_id),
        ];
        let facts: Vec<_> =
            facts.iter().filter_map(|(name, fact)| Some(format!("{name} {}", fact.as_deref()?))).collect();
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

impl<E: fmt::Debug> StdError for ApiError<E> {}

pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("x-request-id")?.to_str().ok().map(str::to_owned)
}

/// Where a redirect that was not followed leads to. Its query is not shown, since it may repeat a key.
fn redirect_message(status: StatusCode, headers: &HeaderMap, url: &Url) -> Option<String> {
    if !status.is_redirection() {
        return None;
    }
    let mut target = url.join(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    target.set_query(None);
    target.set_fragment(None);
    // These fail for URLs without a host, which have neither.
    let _ = target.set_username("");
    let _ = target.set_password(None);
    Some(format!("the server redirects to {target}, which this request does not follow"))
}
