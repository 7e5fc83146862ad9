//! Requests that are ready to be sent.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;
use tracing::field::Empty;

use super::api_error::{ApiError, ErrorBody, request_id};
#[cfg(doc)]
use super::configuration::Configuration;
use super::error::{DecodeError, Error, InputError};
use super::events::{EventForm, EventStream};
use super::lines::LineStream;
use super::platform::{BoxFuture, proxy_of_reply, sleep, timeout};
use super::reply::{BodyError, ByteStream, MAX_REPLY_BYTES, Reply};
use super::request::Request;
use super::retry::{LimitFrom, Retry, RetryPolicy};
use super::send::send;
use super::transport_error::{TransportError, TransportErrorKind};

/// The maximum length of an error's body that is read: 1 MiB.
const MAX_ERROR_BYTES: usize = 1 << 20;

/// The maximum time for the body of an error, after its status was received.
const ERROR_BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// A request that is ready to be sent. Awaiting it sends it and returns the body of the reply.
///
/// `T` is the body of the reply and `E` the body that the document declares for errors. `V` is the event of an
/// operation that can also reply with a stream of [`events`](Self::events), or the [`Pages`](super::Pages) of one whose
/// list comes in [`pages`](Self::pages).
///
/// Nothing is sent before the first poll. When the future is dropped, the request stops where it is, and the server
/// may or may not have acted on it.
///
/// At most 1 MiB of an error is read, and at most [`MAX_REPLY_BYTES`] of a reply that is not streamed.
#[must_use = "a request is sent only when it is awaited"]
pub struct Call<T, E = Value, V = NoEvents> {
    pub(super) request: Box<Request>,
    accept: &'static str,
    decode: Decode<T>,
    event_form: EventForm,
    types: PhantomData<fn() -> (E, V)>,
}

/// The event of an operation that has no stream of events.
#[derive(Debug)]
pub enum NoEvents {}

/// The body of a reply with its status and headers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Response<T> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: T,
}

/// A way to read a successful reply.
#[derive(Debug)]
pub enum Decode<T> {
    /// When its whole body was received.
    Whole(fn(&Reply) -> Result<T, DecodeError>),
    /// While its body is being received.
    Stream(fn(reqwest::Response, &'static str) -> T),
}

impl<T> Clone for Decode<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Decode<T> {}

/// The ways to end a request: how its reply is read.
impl Request {
    /// Returns a call whose reply is JSON.
    pub fn json<T: DeserializeOwned, E: ErrorBody>(self) -> Call<T, E> {
        self.json_as("application/json")
    }

    /// Returns a call whose reply is JSON under another media type.
    pub fn json_as<T: DeserializeOwned, E: ErrorBody>(self, accept: &'static str) -> Call<T, E> {
        self.call(accept, Decode::Whole(Reply::json))
    }

    /// Returns a call whose reply is text.
    pub fn text<E: ErrorBody>(self) -> Call<String, E> {
        self.text_as("text/*, */*;q=0.1")
    }

    /// Reads a reply as text of the media type `accept`.
    pub fn text_as<E: ErrorBody>(self, accept: &'static str) -> Call<String, E> {
        self.call(accept, Decode::Whole(Reply::text))
    }

    /// Returns a call whose reply is a stream of bytes of the media type `accept`.
    pub fn binary<E: ErrorBody>(self, accept: &'static str) -> Call<ByteStream, E> {
        self.call(accept, Decode::Stream(ByteStream::new))
    }

    /// Returns a call whose reply is a stream of server-sent events, each with JSON as its data.
    pub fn events<T: DeserializeOwned, E: ErrorBody>(self) -> Call<EventStream<T>, E> {
        self.call("text/event-stream", Decode::Stream(EventStream::reader(EventForm::Json)))
    }

    /// Returns a call whose reply is a stream of server-sent events, each read as `form` defines.
    pub fn events_as<T: DeserializeOwned, E: ErrorBody>(self, form: EventForm) -> Call<EventStream<T>, E> {
        self.call("text/event-stream", Decode::Stream(EventStream::reader(form)))
    }

    /// Returns a call whose reply is a stream of JSON values of the media type `accept`, one on each line.
    pub fn lines<T: DeserializeOwned, E: ErrorBody>(self, accept: &'static str) -> Call<LineStream<T>, E> {
        self.call(accept, Decode::Stream(LineStream::new))
    }

    /// Returns a call whose reply has no content.
    pub fn empty<E: ErrorBody>(self) -> Call<(), E> {
        self.call("*/*", Decode::Whole(|_| Ok(())))
    }

    /// Returns a call whose reply `decode` reads, by its status.
    pub fn call<T, E: ErrorBody, V>(self, accept: &'static str, decode: Decode<T>) -> Call<T, E, V> {
        Call { request: Box::new(self), accept, decode, event_form: EventForm::Json, types: PhantomData }
    }
}

impl<T, E: ErrorBody, V> Call<T, E, V> {
    /// Returns the same call, with a reply that can also be read as [`events`](Self::events).
    pub fn or_events<V2>(self) -> Call<T, E, V2> {
        let Self { request, accept, decode, event_form, .. } = self;
        Call { request, accept, decode, event_form, types: PhantomData }
    }

    /// Returns the same call again, if its body can be sent again.
    pub(super) fn try_clone(&self) -> Option<Self> {
        let Self { request, accept, decode, event_form, types } = self;
        let request = Box::new(request.try_clone()?);
        Some(Self { request, accept, decode: *decode, event_form: *event_form, types: *types })
    }

    /// Returns the same call, with [`events`](Self::events) that are read as `form` defines.
    pub fn event_form(self, form: EventForm) -> Self {
        Self { event_form: form, ..self }
    }

    /// Asks for the reply as a stream of bytes of the media type `accept`.
    pub fn binary_as(self, accept: &'static str) -> Call<ByteStream, E> {
        self.request.binary(accept)
    }

    /// Asks for the reply as text of the media type `accept`.
    pub fn text_as(self, accept: &'static str) -> Call<String, E> {
        self.request.text_as(accept)
    }

    /// Asks for the reply as JSON of the media type `accept`.
    pub fn json_as<U: DeserializeOwned>(self, accept: &'static str) -> Call<U, E> {
        self.request.json_as(accept)
    }

    /// Asks for the reply as a stream of JSON values of the media type `accept`, one on each line.
    pub fn lines_as<U: DeserializeOwned>(self, accept: &'static str) -> Call<LineStream<U>, E> {
        self.request.lines(accept)
    }

    /// Sets the maximum time of this request, in place of [`Configuration::timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request.configuration.timeout = Some(timeout);
        self
    }

    /// Sets when this request is sent again, in place of [`Configuration::retry`].
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.request.configuration.retry = retry;
        self
    }

    /// Sets a header of this request, in place of one of the same name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request.set_header(name, value);
        self
    }

    /// Adds a query parameter to this request.
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.request.add_query_pair(name, &value.into());
        self
    }

    /// Sends this request to another base URL, with the same credentials.
    pub fn base_path(mut self, base_path: impl Into<String>) -> Self {
        self.request.set_base_path(base_path.into());
        self
    }

    /// Sends the request and returns the status and headers of the reply along with its body.
    ///
    /// # Errors
    ///
    /// As the call itself.
    pub async fn response(self) -> Result<Response<T>, Error<E>> {
        let operation = self.request.operation;
        let span = tracing::info_span!(
            "request",
            operation = operation.id,
            method = operation.method.as_str(),
            path = operation.path,
            status = Empty,
            request_id = Empty,
        );
        exchange(*self.request, self.accept, self.decode).instrument(span).await
    }
}

impl<T, E: ErrorBody, V: DeserializeOwned> Call<T, E, V> {
    /// Asks for the reply as a stream of events.
    ///
    /// Many servers also require a member of the body for this, such as `stream`.
    pub fn events(self) -> Call<EventStream<V>, E> {
        self.request.events_as(self.event_form)
    }
}

/// Sends a request, again if it fails and that does no harm, and reads its reply.
async fn exchange<T, E: ErrorBody>(
    request: Request,
    accept: &'static str,
    decode: Decode<T>,
) -> Result<Response<T>, Error<E>> {
    let policy = request.configuration.retry.clone();
    if policy.max_attempts == Some(1) || !request.body.is_repeatable() {
        return attempt(Some(request), accept, decode).await;
    }
    let is_idempotent = request.is_idempotent();
    let send = move |_| attempt(request.try_clone(), accept, decode);
    let decide = |error: &Error<E>, _| error.retry_decision(is_idempotent);
    let pause = |retry: Retry<'_, Error<E>>| {
        tracing::info!(attempts = retry.attempts, wait = ?retry.wait, "retrying");
        sleep(retry.wait)
    };
    policy.run(LimitFrom::Start, send, decide, pause).await.map_err(|gave_up| gave_up.error)
}

/// Sends a request once and reads its reply.
async fn attempt<T, E: ErrorBody>(
    request: Option<Request>,
    accept: &'static str,
    decode: Decode<T>,
) -> Result<Response<T>, Error<E>> {
    let mut request = request.ok_or_else(|| InputError::new("the body can be sent only once"))?;
    let operation = request.operation.id;
    let redaction = request.configuration.redaction();
    let url = request.url()?;
    let limit = request.configuration.timeout.unwrap_or(Duration::MAX);
    let proxy = request.configuration.proxy_of(&url);
    let no_answer = |_| TransportError::new(TransportErrorKind::Timeout, &url, proxy);
    match decode {
        // Once a stream has begun it may take any time.
        Decode::Stream(decode) => {
            let response = timeout(limit, successful(request, accept)).await.map_err(no_answer)??;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok(Response { status, headers, body: decode(response, operation) })
        }
        Decode::Whole(decode) => {
            let reply = timeout(limit, whole(request, accept)).await.map_err(no_answer)??;
            let body = decode(&reply).map_err(|error| DecodeError {
                message: redaction.apply(&error.message),
                snippet: redaction.apply(&error.snippet),
                ..error
            })?;
            Ok(Response { status: reply.status, headers: reply.headers, body })
        }
    }
}

/// Sends a request and reads its whole reply.
async fn whole<E: ErrorBody>(request: Request, accept: &'static str) -> Result<Reply, Error<E>> {
    let operation = request.operation.id;
    let response = successful(request, accept).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut reply = Reply { operation, status, headers, body: Bytes::new() };
    match ByteStream::new(response, operation).at_most(MAX_REPLY_BYTES).await {
        Ok(body) => reply.body = body,
        Err(BodyError::Transport(error)) => return Err(error.into()),
        Err(BodyError::Content(message)) => return Err(reply.error(message).into()),
    }
    Ok(reply)
}

/// Sends a request and returns its reply, if that is a success.
async fn successful<E: ErrorBody>(
    request: Request,
    accept: &'static str,
) -> Result<reqwest::Response, Error<E>> {
    let operation = request.operation.id;
    let redaction = request.configuration.redaction();
    let response = send(request, accept).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let span = tracing::Span::current();
    span.record("status", status.as_u16());
    if let Some(id) = request_id(&headers) {
        span.record("request_id", id);
    }
    if status.is_success() {
        return Ok(response);
    }
    let url = response.url().clone();
    let proxy = proxy_of_reply(&response);
    let mut body = BytesMut::new();
    let read = ByteStream::new(response, operation).read_start(&mut body, MAX_ERROR_BYTES);
    // The bytes received until then are shown with the status.
    let _ = timeout(ERROR_BODY_TIMEOUT, read).await;
    let error = ApiError::new(status, headers, body.freeze(), &url, proxy);
    Err(Error::Api(Box::new(error.redacted(&redaction))))
}

impl<T: 'static, E: ErrorBody + 'static, V> IntoFuture for Call<T, E, V> {
    type Output = Result<T, Error<E>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let call: Call<T, E> = self.or_events();
        Box::pin(async { call.response().await.map(|response| response.body) })
    }
}

impl<T, E, V> fmt::Debug for Call<T, E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("operation", &self.request.operation.id).finish_non_exhaustive()
    }
}
