//! A transport that answers from memory.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use reqwest::header::HeaderMap;
use reqwest::{Method, Response, ResponseBuilderExt, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::super::error::InputError;
use super::super::operation::Operation;
use super::super::transport::{Transport, TransportRequest, TransportResult};
use super::super::transport_error::{TransportError, TransportErrorKind};

/// A transport that answers from memory. Clones share their answers and requests.
#[derive(Clone)]
pub struct MemoryTransport {
    shared: Arc<Shared>,
}

type Answer = dyn Fn(&TestRequest) -> Result<TestReply, InputError> + Send + Sync;

struct Shared {
    answer: Box<Answer>,
    requests: Mutex<Vec<TestRequest>>,
}

/// A request that a [`MemoryTransport`] received.
#[derive(Clone)]
#[non_exhaustive]
pub struct TestRequest {
    /// The operation.
    pub operation: &'static Operation,
    /// The HTTP method.
    pub method: Method,
    /// The URL.
    pub url: Url,
    /// The headers, except those that an HTTP connection adds.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// A reply of a [`MemoryTransport`].
#[derive(Clone, Debug)]
pub struct TestReply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Bytes,
    failure: Option<TransportErrorKind>,
}

impl MemoryTransport {
    /// Creates a transport that answers each request with what `answer` returns.
    pub fn new(answer: impl Fn(&TestRequest) -> TestReply + Send + Sync + 'static) -> Self {
        Self::with(move |request| Ok(answer(request)))
    }

    /// Creates a transport that answers each request with the next of `replies`. A request after the last one is an
    /// error.
    pub fn in_order(replies: impl IntoIterator<Item = TestReply>) -> Self {
        let replies: Mutex<std::collections::VecDeque<_>> = Mutex::new(replies.into_iter().collect());
        Self::with(move |request| {
            let reply = replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let (method, path) = (&request.method, request.url.path());
            reply.ok_or_else(|| InputError::new(format!("the test has no reply left for {method} {path}")))
        })
    }

    fn with(answer: impl Fn(&TestRequest) -> Result<TestReply, InputError> + Send + Sync + 'static) -> Self {
        Self { shared: Arc::new(Shared { answer: Box::new(answer), requests: Mutex::default() }) }
    }

    /// Returns the requests so far.
    pub fn requests(&self) -> Vec<TestRequest> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Transport for MemoryTransport {
    fn send(&self, request: TransportRequest) -> BoxFuture<'_, TransportResult> {
        Box::pin(async move {
            let TransportRequest { mut request, operation, .. } = request;
            let body = take_body(&mut request).await?;
            let (method, url) = (request.method().clone(), request.url().clone());
            let request = TestRequest { operation, method, url, headers: request.headers().clone(), body };
            let reply = (self.shared.answer)(&request);
            let url = request.url.clone();
            self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
            reply?.into_response(url)
        })
    }
}

/// Reads the whole body of a request.
pub(super) async fn take_body(request: &mut reqwest::Request) -> reqwest::Result<Bytes> {
    match request.body_mut().take() {
        Some(body) => Response::from(http::Response::new(body)).bytes().await,
        None => Ok(Bytes::new()),
    }
}

impl TestRequest {
    /// Returns the value of a query parameter.
    pub fn query(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(other, _)| other == name).map(|(_, value)| value.into_owned())
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    ///
    /// When it is not JSON, or not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_slice(&self.body)
    }
}

impl TestReply {
    /// Creates a reply with a body of any kind.
    pub fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), failure: None }
    }

    /// Creates a reply of JSON.
    ///
    /// # Panics
    ///
    /// When `body` cannot be written as JSON.
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("the body of a test can be written as JSON");
        Self::new(status, body).header("content-type", "application/json")
    }

    /// Creates a reply that never arrives.
    pub fn failure(kind: TransportErrorKind) -> Self {
        Self { failure: Some(kind), ..Self::new(500, Bytes::new()) }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Returns the reply as one to a request to `url`.
    pub(super) fn into_response(self, url: Url) -> TransportResult {
        if let Some(kind) = self.failure {
            return Err(TransportError::from(kind).into());
        }
        let start = http::Response::builder().status(self.status).url(url);
        let reply = self.headers.iter().fold(start, |reply, (name, value)| reply.header(name, value));
        let invalid = |error| InputError::new(format!("the reply of the test is not valid: {error}"));
        Ok(reply.body(self.body).map(Response::from).map_err(invalid)?)
    }
}

/// Shows neither headers nor the query, which credentials may be in.
impl fmt::Debug for TestRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (method, path) = (&self.method, self.url.path());
        write!(f, "TestRequest({method} {path}, {} bytes)", self.body.len())
    }
}

impl fmt::Debug for MemoryTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransport").field("requests", &self.requests()).finish_non_exhaustive()
    }
}
