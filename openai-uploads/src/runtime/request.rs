//! A request builder: a request from an operation and its parameters.

use reqwest::Url;
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use serde::Serialize;
use serde_json::Value;

use super::binary::Binary;
use super::configuration::Configuration;
use super::credentials::Credentials;
use super::error::InputError;
use super::form::Form;
use super::idempotency_key::{IDEMPOTENCY_KEY, random_key};
use super::lines::RECORD_SEPARATOR;
use super::multipart::{Multipart, Parts};
use super::operation::Operation;
use super::parameter::{Style, header_text, path_segment, query_escape, query_pairs};
use super::request_body::RequestBody;
use super::token::RefreshingToken;
use super::url::request_url;

/// A request builder: the parameters, then the body, then [a way to read the reply](Self::json).
///
/// A parameter that cannot be sent is reported by the call, before anything is sent.
pub struct Request {
    pub(super) configuration: Configuration,
    pub(super) operation: &'static Operation,
    pub(super) body: RequestBody,
    refreshing_token: Option<RefreshingToken>,
    headers: HeaderMap,
    base_path: String,
    path: String,
    query: Vec<String>,
    /// How many pairs at the start of the query are credentials.
    credential_pairs: usize,
    /// The URL in place of the operation's: that of another page.
    other_url: Option<Url>,
    error: Option<InputError>,
}

impl Request {
    /// Returns the same request, if its body can be sent again.
    pub(super) fn try_clone(&self) -> Option<Self> {
        Some(Self {
            configuration: self.configuration.clone(),
            operation: self.operation,
            body: self.body.try_clone()?,
            refreshing_token: self.refreshing_token.clone(),
            headers: self.headers.clone(),
            base_path: self.base_path.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            credential_pairs: self.credential_pairs,
            other_url: self.other_url.clone(),
            error: self.error.as_ref().map(InputError::duplicate),
        })
    }

    /// Creates a request of `operation` to the server of `configuration`.
    pub fn new(configuration: &Configuration, operation: &'static Operation) -> Self {
        let mut request = Self {
            configuration: configuration.clone(),
            operation,
            body: RequestBody::None,
            refreshing_token: None,
            headers: HeaderMap::new(),
            base_path: configuration.base_path.clone(),
            path: operation.path.to_owned(),
            query: Vec::new(),
            credential_pairs: 0,
            other_url: None,
            error: None,
        };
        match Credentials::new(configuration, operation.security) {
            Ok(credentials) => {
                request.headers = credentials.headers;
                request.refreshing_token = credentials.refreshing_token;
                for (name, value) in credentials.query {
                    request.add_query_pair(name, &value);
                }
                request.credential_pairs = request.query.len();
                for cookie in credentials.cookies {
                    request.add_cookie(&cookie);
                }
            }
            Err(error) => request.fail(error),
        }
        request
    }

    /// Sends the request to `server` if the base path is still `default`, the server of other operations.
    #[must_use]
    pub fn server(mut self, default: &str, server: &'static str) -> Self {
        if self.configuration.base_path == default {
            server.clone_into(&mut self.base_path);
        }
        self
    }

    /// Sets a parameter of the path, which becomes one segment.
    #[must_use]
    pub fn path(self, name: &str, value: impl Serialize) -> Self {
        self.path_with(name, value, Style::SIMPLE)
    }

    /// Sets a parameter of the path in another style.
    #[must_use]
    pub fn path_with(mut self, name: &str, value: impl Serialize, style: Style) -> Self {
        if let Some(value) = self.value(name, value) {
            let text = path_segment(name, &value, style);
            // A parser of URLs removes such a segment, so that the request would go to another path.
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

    /// Adds each member of an object to the query, as a form is written; `None` adds nothing.
    #[must_use]
    pub fn query_form(mut self, value: impl Serialize) -> Self {
        match self.value("querystring", value) {
            None | Some(Value::Null) => {}
            Some(Value::Object(members)) => {
                let form = Form::new().others(&members.into_iter().collect());
                match form.into_url_encoded() {
                    Ok(text) => self.query.extend(Some(text).filter(|text| !text.is_empty())),
                    Err(error) => self.fail(error),
                }
            }
            Some(_) => {
                self.fail(InputError::new("the query is written as a form, and the value is not an object"))
            }
        }
        self
    }

    /// Sends JSON as the query; `None` adds nothing.
    #[must_use]
    pub fn query_json(mut self, value: impl Serialize) -> Self {
        match self.value("querystring", value) {
            None | Some(Value::Null) => self,
            Some(value) => self.query_text(value.to_string()),
        }
    }

    /// Sends a text as the query; `None` adds nothing.
    #[must_use]
    pub fn query_text(mut self, value: impl Serialize) -> Self {
        if let Some(Value::String(text)) = self.value("querystring", value) {
            self.query.push(query_escape(&text));
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

    /// Adds the header with an idempotency key: `key`, or a random one, so that the request can be sent again.
    #[must_use]
    pub fn idempotency_key(self, name: &str, key: impl Serialize) -> Self {
        let is_given = serde_json::to_value(&key).is_ok_and(|key| !key.is_null());
        if is_given { self.header(name, key) } else { self.header(name, random_key()) }
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

    /// Sends each value of `body` as JSON: on a line of its own, or after a record separator in a JSON text sequence.
    #[must_use]
    pub fn lines_body(mut self, content_type: &str, body: &[impl Serialize]) -> Self {
        let is_sequence = content_type.contains("json-seq");
        let mut lines = Vec::new();
        for value in body {
            lines.extend(is_sequence.then_some(RECORD_SEPARATOR));
            if let Err(error) = serde_json::to_writer(&mut lines, value) {
                self.fail(InputError::new(format!("the body cannot be written as JSON: {error}")));
            }
            lines.push(b'\n');
        }
        self.body = RequestBody::Bytes(lines.into());
        self.set_content_type(content_type)
    }

    /// Sends `body` as text of the media type `content_type`.
    #[must_use]
    pub fn text_body(mut self, content_type: &str, body: impl Into<String>) -> Self {
        self.body = RequestBody::Bytes(body.into().into());
        self.set_content_type(content_type)
    }

    /// Streams `body`. Its media type is `content_type`, unless the body has its own.
    #[must_use]
    pub fn binary_body(mut self, content_type: &str, body: impl Into<Binary>) -> Self {
        self.body = RequestBody::Binary(body.into());
        self.set_content_type(content_type)
    }

    /// Streams `form` as `multipart/form-data`.
    #[must_use]
    pub fn multipart_body(self, form: impl Into<Form>) -> Self {
        self.multipart_body_as("multipart/form-data", form)
    }

    /// Streams `form` as another multipart type. The parts have names all the same.
    #[must_use]
    pub fn multipart_body_as(self, content_type: &'static str, form: impl Into<Form>) -> Self {
        self.parts_body(content_type, form.into())
    }

    /// Streams `parts` as a multipart type.
    #[must_use]
    pub fn parts_body(mut self, content_type: &'static str, parts: impl Into<Parts>) -> Self {
        self.body = RequestBody::Multipart(Multipart::new(content_type, parts.into()));
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

    pub(super) fn set_header(&mut self, name: HeaderName, value: HeaderValue) {
        self.headers.insert(name, value);
    }

    pub(super) fn set_base_path(&mut self, base_path: String) {
        self.base_path = base_path;
    }

    pub(super) fn add_query_pair(&mut self, name: &str, value: &str) {
        self.query.extend(query_pairs(name, &Value::String(value.to_owned()), Style::FORM));
    }

    /// Whether the server acts at most once on the request, however often it is sent (RFC 9110 §9.2.2).
    pub(super) fn is_idempotent(&self) -> bool {
        self.operation.method.is_idempotent() || self.headers.contains_key(IDEMPOTENCY_KEY)
    }

    /// Returns the value of a query parameter, as it is sent.
    pub(super) fn query_value(&self, name: &str) -> Option<&str> {
        let start = pair_start(name);
        self.query.iter().find_map(|pair| pair.strip_prefix(&start))
    }

    /// Sets a query parameter, in place of one of the same name.
    pub(super) fn set_query_value(&mut self, name: &str, value: &str) {
        let start = pair_start(name);
        self.query.retain(|pair| !pair.starts_with(&start));
        self.add_query_pair(name, value);
    }

    /// Sets the URL, in place of that of the operation. What the query of every request has is added where it lacks it.
    pub(super) fn set_url(&mut self, mut url: Url) {
        let common = self.common_query();
        let pairs = common.iter().chain(self.query.get(..self.credential_pairs).into_iter().flatten());
        let mut query: Vec<String> =
            url.query().filter(|query| !query.is_empty()).map(str::to_owned).into_iter().collect();
        for pair in pairs {
            let start = name_of(pair);
            if !query.iter().any(|query| query.split('&').any(|pair| pair.starts_with(start))) {
                query.push(pair.clone());
            }
        }
        url.set_query(Some(query.join("&")).as_deref().filter(|query| !query.is_empty()));
        self.other_url = Some(url);
    }

    /// The pairs of the configuration's query.
    fn common_query(&self) -> Vec<String> {
        let pairs = self.configuration.query.iter();
        pairs
            .flat_map(|(name, value)| query_pairs(name, &Value::String(value.clone()), Style::FORM))
            .collect()
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
    fn add_cookie(&mut self, pair: &str) {
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
            _ => self.fail(InputError::new(format!(
                "the header `{name}` has a character that no header can carry"
            ))),
        }
    }

    fn fail(&mut self, error: InputError) {
        self.error.get_or_insert(error);
    }

    /// Returns all headers except those of the body: the configuration's, overridden by those of the operation.
    pub(super) fn all_headers(&self, accept: &'static str) -> Result<HeaderMap, InputError> {
        let mut headers = HeaderMap::new();
        if let Some(user_agent) = &self.configuration.user_agent {
            let value = HeaderValue::from_str(user_agent)
                .map_err(|_| InputError::new("the user agent has a character that no header can carry"))?;
            headers.insert(USER_AGENT, value);
        }
        headers.extend(self.configuration.headers.clone());
        headers.extend(self.headers.clone());
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static(accept));
        Ok(headers)
    }

    /// The source of the bearer token, unless the request has another header in its place.
    pub(super) fn refreshing_token(&self) -> Option<RefreshingToken> {
        self.refreshing_token.clone().filter(|_| !self.headers.contains_key(AUTHORIZATION))
    }

    /// Returns the URL, or the first argument that cannot be sent.
    pub(super) fn url(&mut self) -> Result<Url, InputError> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        if let Some(url) = &self.other_url {
            return Ok(url.clone());
        }
        let mut query = self.common_query();
        query.retain(|pair| !self.query.iter().any(|own| own.starts_with(name_of(pair))));
        query.extend_from_slice(&self.query);
        request_url(&self.base_path, &self.path, &query)
    }
}

/// The name of a pair in a query, with the `=` after it.
fn name_of(pair: &str) -> &str {
    &pair[..pair.find('=').map_or(pair.len(), |end| end + 1)]
}

/// The start of a pair with this name in a query.
fn pair_start(name: &str) -> String {
    query_pairs(name, &Value::String(String::new()), Style::FORM).concat()
}
