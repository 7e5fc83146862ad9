//! A request that is ready to be sent, as a future.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;
use tracing::field::Empty;

use super::error::{ApiError, DecodeError, ErrorBody, TransportError, from_reqwest, request_id};
use super::events::{EventForm, EventStream};
use super::reply::{ByteStream, Reply};
use super::{Error, Request};

/// A request that is ready to be sent: awaiting it sends it and gives the reply's body.
///
/// `T` is the reply's body and `E` the body that the document declares for errors; `V` is the event of an
/// operation whose reply may also be had as a stream of [`events`](Self::events).
///
/// Nothing is sent until it is first polled. When it is dropped the request stops where it is, and whether the
/// server has acted on it is not known.
#[must_use = "a request is sent only when it is awaited"]
pub struct Call<T, E = Value, V = NoEvents> {
    state: State<T, E>,
    event_form: EventForm,
    events: PhantomData<fn() -> V>,
}

/// The operation's reply is no stream of events.
#[derive(Debug)]
pub enum NoEvents {}

/// A reply's body with what came before it.
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

/// How a successful reply is read.
#[derive(Debug)]
pub enum Decode<T> {
    /// When all of its body is there.
    Whole(fn(&Reply) -> Result<T, DecodeError>),
    /// While its body arrives.
    Stream(fn(reqwest::Response, &'static str) -> T),
}

type Sending<T, E> = Pin<Box<dyn Future<Output = Result<Response<T>, Error<E>>> + Send>>;

enum State<T, E> {
    Ready(Option<Box<Ready<T>>>),
    Sending(Sending<T, E>),
}

struct Ready<T> {
    request: Request,
    accept: &'static str,
    decode: Decode<T>,
}

impl<T, E: ErrorBody, V> Call<T, E, V> {
    pub(super) fn new(request: Request, accept: &'static str, decode: Decode<T>) -> Self {
        let state = State::Ready(Some(Box::new(Ready { request, accept, decode })));
        Self { state, event_form: EventForm::Json, events: PhantomData }
    }

    /// The same call, its reply to be had as [`events`](Self::events) too.
    pub fn or_events<V2>(self) -> Call<T, E, V2> {
        Call { state: self.state, event_form: self.event_form, events: PhantomData }
    }

    /// The same call, its [`events`](Self::events) read as `form` says.
    pub fn event_form(self, form: EventForm) -> Self {
        Self { event_form: form, ..self }
    }

    /// Sends the request and gives the reply's status and headers along with its body.
    ///
    /// # Errors
    ///
    /// As the call itself.
    ///
    /// # Panics
    ///
    /// When the call was polled before.
    pub async fn response(self) -> Result<Response<T>, Error<E>> {
        let State::Ready(Some(ready)) = self.state else { panic!("the call has already been sent") };
        ready.send().await
    }
}

impl<T, E: ErrorBody, V> Call<T, E, V> {
    /// The same request, its reply wanted as a stream of bytes of the media type `accept`.
    ///
    /// # Panics
    ///
    /// When the call was polled before.
    pub fn binary_as(self, accept: &'static str) -> Call<ByteStream, E> {
        self.into_request().binary(accept)
    }

    /// The same request, its reply wanted as text of the media type `accept`.
    ///
    /// # Panics
    ///
    /// When the call was polled before.
    pub fn text_as(self, accept: &'static str) -> Call<String, E> {
        self.into_request().call(accept, Decode::Whole(Reply::text))
    }

    /// The same request, its reply wanted as JSON of the media type `accept`.
    ///
    /// # Panics
    ///
    /// When the call was polled before.
    pub fn json_as<U: DeserializeOwned>(self, accept: &'static str) -> Call<U, E> {
        self.into_request().json_as(accept)
    }

    fn into_request(self) -> Request {
        let State::Ready(Some(ready)) = self.state else { panic!("the call has already been sent") };
        ready.request
    }
}

impl<T, E: ErrorBody, V: DeserializeOwned> Call<T, E, V> {
    /// The same request, its reply wanted as a stream of events.
    ///
    /// Many servers want a member of the body, such as `stream`, to say so too.
    ///
    /// # Panics
    ///
    /// When the call was polled before.
    pub fn events(self) -> Call<EventStream<V>, E> {
        let form = self.event_form;
        self.into_request().events_as(form)
    }
}

impl<T> Ready<T> {
    async fn send<E: ErrorBody>(self) -> Result<Response<T>, Error<E>> {
        let operation = self.request.operation;
        let span = tracing::info_span!(
            "request",
            operation = operation.id,
            method = operation.method.as_str(),
            path = operation.path,
            status = Empty,
            request_id = Empty,
        );
        self.exchange().instrument(span).await
    }

    async fn exchange<E: ErrorBody>(self) -> Result<Response<T>, Error<E>> {
        let Self { request, accept, decode } = self;
        let operation = request.operation.id;
        let timeout = request.configuration.timeout;
        let host = request.host();
        let response = match (&decode, timeout) {
            // A stream may go on for as long as it likes once it has begun.
            (Decode::Stream(_), Some(timeout)) => tokio::time::timeout(timeout, request.send(accept, None))
                .await
                .unwrap_or_else(|_| Err(TransportError::no_answer(host).into()))?,
            (_, timeout) => request.send(accept, timeout).await?,
        };
        let (status, headers) = (response.status(), response.headers().clone());
        let span = tracing::Span::current();
        span.record("status", status.as_u16());
        if let Some(id) = request_id(&headers) {
            span.record("request_id", id);
        }
        if !status.is_success() {
            let body = response.bytes().await.map_err(from_reqwest)?;
            return Err(Error::Api(Box::new(ApiError::new(status, headers, body))));
        }
        let body = match decode {
            Decode::Stream(decode) => decode(response, operation),
            Decode::Whole(decode) => {
                let body = response.bytes().await.map_err(from_reqwest)?;
                decode(&Reply { operation, status, headers: headers.clone(), body })?
            }
        };
        Ok(Response { status, headers, body })
    }
}

impl<T: 'static, E: ErrorBody + 'static, V> Future for Call<T, E, V> {
    type Output = Result<T, Error<E>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Ready(ready) = &mut self.state {
            let ready = ready.take().expect("the state that takes it is replaced at once");
            self.state = State::Sending(Box::pin(ready.send()));
        }
        match &mut self.state {
            State::Sending(sending) => sending.as_mut().poll(context).map_ok(|response| response.body),
            State::Ready(_) => unreachable!("replaced above"),
        }
    }
}

impl<T, E, V> fmt::Debug for Call<T, E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
