//! One request, from an operation and its parameters to the server's answer.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, USER_AGENT,
};
use reqwest::{Body, Method, StatusCode, Url};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::binary::Binary;
use super::call::{Call, Decode};
use super::configuration::{BasicAuth, Configuration};
use super::error::{InputError, TransportError, from_reqwest, host};
use super::events::{EventForm, EventStream};
use super::form::Form;
use super::operation::Operation;
use super::parameter::{Style, header_text, path_segment, query_pairs};
use super::reply::{ByteStream, Reply};
use super::{Error, ErrorBody, security};

/// How many redirects of a `GET` or `HEAD` are followed.
const REDIRECTS: usize = 10;

/// A request being put together: the parameters, then the body, then [a way to read the reply](Self::json).
///
/// A parameter that cannot be sent is reported by the call, before anything is sent.
pub struct Request {
    pub(super) configuration: Configuration,
    pub(super) operation: &'static Operation,
    pub(super) headers: HeaderMap,
    pub(super) basic_auth: Option<BasicAuth>,
    base_path: String,
    path: String,
    query: Vec<String>,
    body: RequestBody,
    error: Option<InputError>,
}

enum RequestBody {
    None,
    Bytes(Bytes),
    Binary(Binary),
    Multipart(Form),
}

impl Request {
    /// A request of `operation` to the server of `configuration`.
    pub fn new(configuration: &Configuration, operation: &'static Operation) -> Self {
        let mut request = Self {
            configuration: configuration.clone(),
            operation,
            headers: HeaderMap::new(),
            basic_auth: None,
            base_path: configuration.base_path.clone(),
            path: operation.path.to_owned(),
            query: Vec::new(),
            body: RequestBody::None,
            error: None,
        };
        if let Err(error) = security::authorize(&mut request, operation.security) {
            request.fail(error);
        }
        request
    }

    /// Sends the request to `server` in place of `default`, which the document has for other operations; a
    /// base path that was set to something else stays.
    #[must_use]
    pub fn server(mut self, default: &str, server: &'static str) -> Self {
        if self.configuration.base_path == default {
            server.clone_into(&mut self.base_path);
        }
        self
    }

    /// Puts a parameter into the path, as one segment.
    #[must_use]
    pub fn path(self, name: &str, value: impl Serialize) -> Self {
        self.path_with(name, value, Style::SIMPLE)
    }

    /// Puts a parameter of another style into the path.
    #[must_use]
    pub fn path_with(mut self, name: &str, value: impl Serialize, style: Style) -> Self {
        if let Some(value) = self.value(name, value) {
            let text = path_segment(name, &value, style);
            // A URL's parser would take such a segment out, and the request would go to another path.
            if matches!(text.as_str(), "" | "." | "..") {
                self.fail(InputError::new(format!("the path parameter `{name}` cannot be `{text}`")));
            }
            self.path = self.path.replace(&format!("{{{name}}}"), &text);
        }
        self
    }

    /// Adds a parameter to the query; `None` adds nothing.
    #[must_use]
    pub fn query(self, name: &str, value: impl Serialize) -> Self {
        self.query_with(name, value, Style::FORM)
    }

    /// Adds a parameter of another style to the query; `None` adds nothing.
    #[must_use]
    pub fn query_with(mut self, name: &str, value: impl Serialize, style: Style) -> Self {
        if let Some(value) = self.value(name, value) {
            self.query.extend(query_pairs(name, &value, style));
        }
        self
    }

    /// Adds a header; `None` adds nothing.
    #[must_use]
    pub fn header(self, name: &str, value: impl Serialize) -> Self {
        self.header_with(name, value, Style::SIMPLE)
    }

    /// Adds a header of another style; `None` adds nothing.
    #[must_use]
    pub fn header_with(mut self, name: &str, value: impl Serialize, style: Style) -> Self {
        match self.value(name, value) {
            None | Some(Value::Null) => {}
            Some(value) => self.add_header(name, &header_text(&value, style), false),
        }
        self
    }

    /// Adds a cookie; `None` adds nothing.
    #[must_use]
    pub fn cookie(self, name: &str, value: impl Serialize) -> Self {
        self.cookie_with(name, value, Style::FORM)
    }

    /// Adds a cookie of another style; `None` adds nothing.
    #[must_use]
    pub fn cookie_with(mut self, name: &str, value: impl Serialize, style: Style) -> Self {
        if let Some(value) = self.value(name, value) {
            for pair in query_pairs(name, &value, style) {
                self.add_cookie(&pair);
            }
        }
        self
    }

    /// Sends `body` as JSON.
    #[must_use]
    pub fn json_body(self, body: &impl Serialize) -> Self {
        self.json_body_as("application/json", body)
    }

    /// Sends `body` as JSON under another media type.
    #[must_use]
    pub fn json_body_as(mut self, content_type: &str, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.body = RequestBody::Bytes(body.into()),
            Err(error) => self.fail(InputError::new(format!("the body cannot be written as JSON: {error}"))),
        }
        self.set_content_type(content_type)
    }

    /// Sends `body` as text of the media type `content_type`.
    #[must_use]
    pub fn text_body(mut self, content_type: &str, body: impl Into<String>) -> Self {
        self.body = RequestBody::Bytes(body.into().into());
        self.set_content_type(content_type)
    }

    /// Streams `body`, of the media type `content_type` where the body does not name its own.
    #[must_use]
    pub fn binary_body(mut self, content_type: &str, body: impl Into<Binary>) -> Self {
        self.body = RequestBody::Binary(body.into());
        self.set_content_type(content_type)
    }

    /// Streams `form` as `multipart/form-data`.
    #[must_use]
    pub fn multipart_body(mut self, form: impl Into<Form>) -> Self {
        self.body = RequestBody::Multipart(form.into());
        self
    }

    /// Sends `form` as `application/x-www-form-urlencoded`.
    #[must_use]
    pub fn form_body(mut self, form: impl Into<Form>) -> Self {
        match form.into().into_url_encoded() {
            Ok(form) => self.body = RequestBody::Bytes(form.into()),
            Err(error) => self.fail(error),
        }
        self.set_content_type("application/x-www-form-urlencoded")
    }

    /// A call whose reply is JSON.
    pub fn json<T: DeserializeOwned, E: ErrorBody>(self) -> Call<T, E> {
        self.json_as("application/json")
    }

    /// A call whose reply is JSON under another media type.
    pub fn json_as<T: DeserializeOwned, E: ErrorBody>(self, accept: &'static str) -> Call<T, E> {
        self.call(accept, Decode::Whole(Reply::json))
    }

    /// A call whose reply is text.
    pub fn text<E: ErrorBody>(self) -> Call<String, E> {
        self.call("text/*, */*;q=0.1", Decode::Whole(Reply::text))
    }

    /// A call whose reply is a stream of bytes of the media type `accept`.
    pub fn binary<E: ErrorBody>(self, accept: &'static str) -> Call<ByteStream, E> {
        self.call(accept, Decode::Stream(ByteStream::new))
    }

    /// A call whose reply is a stream of server-sent events, each with JSON for its data.
    pub fn events<T: DeserializeOwned, E: ErrorBody>(self) -> Call<EventStream<T>, E> {
        self.call("text/event-stream", Decode::Stream(EventStream::reader(EventForm::Json)))
    }

    /// A call whose reply is a stream of server-sent events, each read as `form` says.
    pub fn events_as<T: DeserializeOwned, E: ErrorBody>(self, form: EventForm) -> Call<EventStream<T>, E> {
        self.call("text/event-stream", Decode::Stream(EventStream::reader(form)))
    }

    /// A call whose reply has no content.
    pub fn empty<E: ErrorBody>(self) -> Call<(), E> {
        self.call("*/*", Decode::Whole(|_| Ok(())))
    }

    /// A call whose reply `decode` reads, by its status.
    pub fn call<T, E: ErrorBody, V>(self, accept: &'static str, decode: Decode<T>) -> Call<T, E, V> {
        Call::new(self, accept, decode)
    }

    pub(super) fn add_query_pair(&mut self, name: &str, value: &str) {
        self.query.extend(query_pairs(name, &Value::String(value.to_owned()), Style::FORM));
    }

    fn value(&mut self, name: &str, value: impl Serialize) -> Option<Value> {
        serde_json::to_value(value)
            .map_err(|error| {
                self.fail(InputError::new(format!("the parameter `{name}` cannot be written: {error}")))
            })
            .ok()
    }

    fn set_content_type(mut self, content_type: &str) -> Self {
        self.headers.remove(CONTENT_TYPE);
        self.add_header(CONTENT_TYPE.as_str(), content_type, false);
        self
    }

    /// Adds a pair to the cookies, which have one header together (RFC 6265 §5.4).
    pub(super) fn add_cookie(&mut self, pair: &str) {
        let others = self.headers.remove(COOKIE);
        let others = others.as_ref().and_then(|others| others.to_str().ok());
        let cookies = others.map_or_else(|| pair.to_owned(), |others| format!("{others}; {pair}"));
        self.add_header(COOKIE.as_str(), &cookies, true);
    }

    fn add_header(&mut self, name: &str, value: &str, sensitive: bool) {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            (Ok(name), Ok(mut value)) => {
                value.set_sensitive(sensitive);
                self.headers.append(name, value);
            }
            _ => {
                self.fail(InputError::new(format!("the value for the header `{name}` cannot be sent in one")))
            }
        }
    }

    fn fail(&mut self, error: InputError) {
        self.error.get_or_insert(error);
    }

    /// Sends the request and gives the reply once its head is there.
    pub(super) async fn send<E>(
        mut self,
        accept: &'static str,
        whole: Option<Duration>,
    ) -> Result<reqwest::Response, Error<E>> {
        if let Some(error) = self.error {
            return Err(error.into());
        }
        let url = self.url()?;
        let configuration = &self.configuration;
        self.headers.entry(ACCEPT).or_insert(HeaderValue::from_static(accept));
        let mut request = configuration.client.request(self.operation.method.clone(), url);
        if let Some(basic) = &self.basic_auth {
            request = request.basic_auth(&basic.username, Some(basic.password.expose_secret()));
        }
        if let Some(timeout) = whole {
            request = request.timeout(timeout);
        }
        if let Some(user_agent) = &configuration.user_agent {
            request = request.header(USER_AGENT, user_agent);
        }
        // Later ones replace earlier ones: what the caller configured, then what the operation needs.
        request = request.headers(configuration.headers.clone()).headers(self.headers);
        request = match self.body {
            RequestBody::None => request,
            RequestBody::Bytes(bytes) => request.body(bytes),
            RequestBody::Binary(binary) => {
                let binary = binary.open().await?;
                if let Some(content_type) = binary.content_type {
                    request = request.headers(content_type_header(&content_type)?);
                }
                request.header(CONTENT_LENGTH, binary.length).body(Body::wrap_stream(binary.stream))
            }
            RequestBody::Multipart(form) => request.multipart(form.into_multipart().await?),
        };
        let mut request = request.build().map_err(from_reqwest)?;
        // A POST without a body still says so, which some servers insist on.
        if request.body().is_none() && !matches!(*request.method(), Method::GET | Method::HEAD) {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        follow(configuration, request).await
    }

    /// The host that an error names.
    pub(super) fn host(&self) -> String {
        self.url().map_or_else(|_| "the server".to_owned(), |url| host(&url))
    }

    fn url(&self) -> Result<Url, InputError> {
        let base = &self.base_path;
        let not_a_url = || {
            InputError::new(
                "the base path is not an http or https URL; it has the form https://host/path".to_owned(),
            )
        };
        let mut url = Url::parse(base).map_err(|_| not_a_url())?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(not_a_url());
        }
        // Setting the path through `Url` would escape the percent signs of the parameters again.
        let path = format!("{}{}", url.path().trim_end_matches('/'), self.path);
        url = url.join(&path).map_err(|_| not_a_url())?;
        let common = self.configuration.query.iter();
        let common =
            common.flat_map(|(name, value)| query_pairs(name, &Value::String(value.clone()), Style::FORM));
        let own = Url::parse(base).ok().and_then(|url| url.query().map(str::to_owned));
        let query: Vec<_> = own.into_iter().chain(common).chain(self.query.iter().cloned()).collect();
        if !query.is_empty() {
            url.set_query(Some(&query.join("&")));
        }
        Ok(url)
    }
}

fn content_type_header(content_type: &str) -> Result<HeaderMap, InputError> {
    let value = HeaderValue::from_str(content_type)
        .map_err(|_| InputError::new("the content type has a character that no header can carry"))?;
    Ok(HeaderMap::from_iter([(CONTENT_TYPE, value)]))
}

/// Sends `request`, and where a `GET` or `HEAD` is redirected, sends it there.
///
/// A redirect to another origin gets no header but `Accept` and `User-Agent`: credentials stay with the server
/// they are for. Other methods are not redirected, since their bodies would be sent twice or not at all.
async fn follow<E>(
    configuration: &Configuration,
    mut request: reqwest::Request,
) -> Result<reqwest::Response, Error<E>> {
    for _ in 0..=REDIRECTS {
        let again =
            matches!(*request.method(), Method::GET | Method::HEAD).then(|| request.try_clone()).flatten();
        let response = configuration.client.execute(request).await.map_err(from_reqwest)?;
        let Some((mut next, url)) = again.zip(redirect(&response)) else {
            return Ok(response);
        };
        if next.url().origin() != url.origin() {
            let public = [ACCEPT, USER_AGENT];
            let headers = next.headers();
            let kept =
                public.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect();
            *next.headers_mut() = kept;
        }
        *next.url_mut() = url;
        request = next;
    }
    Err(Error::Transport(TransportError::endless_redirect(request.url())))
}

fn redirect(response: &reqwest::Response) -> Option<Url> {
    let followed = [
        StatusCode::MOVED_PERMANENTLY,
        StatusCode::FOUND,
        StatusCode::SEE_OTHER,
        StatusCode::TEMPORARY_REDIRECT,
        StatusCode::PERMANENT_REDIRECT,
    ];
    if !followed.contains(&response.status()) {
        return None;
    }
    let url = response.url().join(response.headers().get(LOCATION)?.to_str().ok()?).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}
