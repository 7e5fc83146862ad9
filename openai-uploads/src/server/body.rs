//! Reading a request's body: with patience that ends, and no more of it than is wanted.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, Sleep};

use super::refusal::{Refusal, excerpt};
use super::strict;

/// The most bytes that a JSON body may have: room for a completion that lists a hundred thousand parts.
const JSON_MOST: usize = 4 * 1024 * 1024;

/// A body's bytes as they come; an error once the client lets too much time pass between two of them, or ends
/// the body before its end.
#[derive(Debug)]
pub(super) struct Arrival {
    body: BodyDataStream,
    patience: Duration,
    timer: Pin<Box<Sleep>>,
}

/// Why a body did not arrive whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("the client took too long to send the request's body")]
    TimedOut,
    #[error("the request's body ended before its end, or is not what its headers say")]
    Cut,
}

impl Arrival {
    pub(super) fn new(body: Body, patience: Duration) -> Self {
        Self { body: body.into_data_stream(), patience, timer: Box::pin(tokio::time::sleep(patience)) }
    }
}

impl Stream for Arrival {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match this.body.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.timer.as_mut().reset(Instant::now() + this.patience);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(Broken::Cut))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => this.timer.as_mut().poll(cx).map(|()| Some(Err(Broken::TimedOut))),
        }
    }
}

impl From<Broken> for Refusal {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::TimedOut => {
                Self::new(StatusCode::REQUEST_TIMEOUT, "The request's body took too long to arrive.")
                    .code("request_timeout")
            }
            Broken::Cut => Self::invalid("incomplete_body", "The request's body did not arrive whole."),
        }
    }
}

/// Reads a model from a JSON body.
pub(super) async fn json<T: DeserializeOwned + Serialize>(
    headers: &HeaderMap,
    mut body: Arrival,
) -> Result<T, Refusal> {
    expect_content_type(headers, "application/json")?;
    let mut bytes = BytesMut::new();
    while let Some(more) = body.next().await {
        bytes.extend_from_slice(&more?);
        if bytes.len() > JSON_MOST {
            let message = format!("A JSON body may have at most {JSON_MOST} bytes.");
            return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, message).code("request_too_large"));
        }
    }
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        Refusal::invalid("invalid_json", format!("The request's body cannot be read as JSON: {error}."))
    })?;
    strict::read(&value)
}

/// Refuses a body of another media type, or of none.
pub(super) fn expect_content_type(headers: &HeaderMap, expected: &str) -> Result<(), Refusal> {
    let refusal = |problem: String| {
        Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("{problem}; it has to be '{expected}'."))
            .code("unsupported_content_type")
    };
    let Some(found) = headers.get(header::CONTENT_TYPE) else {
        return Err(refusal("The request has no Content-Type".to_owned()));
    };
    let found = found.to_str().unwrap_or("not text");
    let essence = found.split(';').next().unwrap_or(found).trim();
    if essence.eq_ignore_ascii_case(expected) {
        Ok(())
    } else {
        Err(refusal(format!("The request's Content-Type is '{}'", excerpt(found))))
    }
}
