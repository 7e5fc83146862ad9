//! Answers with a status that is not a success.

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use reqwest::header::{HeaderMap, HeaderName, LOCATION};
use reqwest::{StatusCode, Url};
use serde_json::Value;

use super::excerpt::{Look, excerpt, flat, json_message, one_line, without_byte_order_mark};
use super::model::Read;
use super::redaction::Redaction;

/// The maximum length of a message that `Display` shows, in characters.
const MAX_SHOWN_MESSAGE: usize = 1000;

/// The maximum length of a detail that `Display` shows, in characters.
const MAX_SHOWN_DETAIL: usize = 64;

/// An answer with a status that is not a success.
///
/// The message and the details are found in every common format of errors, even if the body is not what the document
/// declares.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ApiError<E> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers of the reply.
    pub headers: HeaderMap,
    /// The server's message, with credentials removed. If there is none, the name of the status.
    pub message: String,
    /// The texts and numbers next to the message in a JSON error, by their names, such as `code`.
    pub details: BTreeMap<String, String>,
    /// The body as received: at most its first MiB.
    pub body: Bytes,
    /// The body as the document declares it, if it can be read as that.
    pub entity: Option<E>,
    /// The proxy in between, which may have answered in place of the server: that of the environment, or of
    /// [`Configuration::proxy_name`](super::Configuration::proxy_name).
    pub proxy: Option<String>,
}

/// The body that a document declares for errors, read by status.
pub trait ErrorBody: Sized + Send {
    /// Reads `body`. Returns `None` if it is not what is declared for `status`.
    fn read(status: u16, body: &[u8]) -> Option<Self>;
}

impl<T: serde::de::DeserializeOwned + Send> ErrorBody for T {
    fn read(_status: u16, body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Read<T>>(body).ok().map(|Read(body)| body)
    }
}

impl<E: ErrorBody> ApiError<E> {
    /// Reads the answer to a request to `url`.
    pub(super) fn new(
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
        url: &Url,
        proxy: Option<String>,
    ) -> Self {
        let content = without_byte_order_mark(&body);
        let json: Value = serde_json::from_slice(content).unwrap_or(Value::Null);
        let json_message = json_message(&json);
        let details = json_message.as_ref().map_or_else(BTreeMap::new, |message| details(&json, message));
        let message = json_message
            .or_else(|| redirect_message(status, &headers, url))
            .or_else(|| excerpt(content))
            .unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned());
        Self { status, details, message, entity: E::read(status.as_u16(), content), proxy, headers, body }
    }
}

impl<E> ApiError<E> {
    /// Replaces the credentials that the server repeats.
    pub(super) fn redacted(mut self, redaction: &Redaction) -> Self {
        self.message = redaction.apply(&self.message);
        self.details.values_mut().for_each(|detail| *detail = redaction.apply(detail));
        self
    }

    /// Converts the body that the document declares.
    pub fn map<F>(self, convert: impl FnOnce(E) -> F) -> ApiError<F> {
        ApiError {
            status: self.status,
            headers: self.headers,
            message: self.message,
            details: self.details,
            body: self.body,
            entity: self.entity.map(convert),
            proxy: self.proxy,
        }
    }

    /// Returns the id of the request, which the operators of an API need for support: the header `x-request-id` or a
    /// similar one.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Whether the body is a page or a text from a proxy, a portal or another server, and not from the API.
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
                write!(f, ": \"{}\"", one_line(&self.message))?;
            }
        } else {
            write!(f, "the server answered {status}: {}", flat(&self.message, MAX_SHOWN_MESSAGE))?;
        }
        let details = self.details.iter().filter(|(_, value)| value.chars().count() <= MAX_SHOWN_DETAIL);
        let details = details.map(|(name, value)| (name.as_str(), one_line(value)));
        let request = self.request_id().map(|id| ("request", one_line(id)));
        let facts: Vec<_> = details.chain(request).map(|(name, value)| format!("{name} {value}")).collect();
        if facts.is_empty() { Ok(()) } else { write!(f, " ({})", facts.join(", ")) }
    }
}

impl<E: fmt::Debug> StdError for ApiError<E> {}

/// Finds the id of a request under its common names: `x-request-id`, `apim-request-id`, `x-amzn-requestid`.
pub(super) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let is_id =
        |name: &HeaderName| name.as_str().ends_with("request-id") || name.as_str().ends_with("requestid");
    let first = headers.get("x-request-id");
    let id = first.or_else(|| headers.iter().find(|(name, _)| is_id(name)).map(|(_, value)| value));
    id?.to_str().ok().filter(|id| !id.is_empty())
}

/// Returns the texts and numbers of the object that contains the message.
fn details(json: &Value, message: &str) -> BTreeMap<String, String> {
    let mut object = json;
    while let Some(inner) = object.get("error").filter(|inner| inner.is_object()) {
        object = inner;
    }
    let members = object.as_object().into_iter().flatten();
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    members
        .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
        .filter(|(_, value)| !value.is_empty() && value != message)
        .collect()
}

/// The target of a redirect that was not followed, without its query, which may contain a key.
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
