//! Reading the body of a request, within time and size limits.

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

use super::response::{ErrorResponse, excerpt};
use super::strict;

/// The maximum size of a JSON body: enough for a completion with a hundred thousand parts.
const MAX_JSON_BYTES: usize = 4 * 1024 * 1024;

/// The body of a request as a stream of bytes. It fails when the client pauses for too long or closes the
/// connection before the end.
#[derive(Debug)]
pub(in super::super) struct IncomingBody {
    body: BodyDataStream,
    read_timeout: Duration,
    timer: Pin<Box<Sleep>>,
}

/// Why a body is incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(in super::super) enum BodyError {
    #[error("the client took too long to send the request's body")]
    TimedOut,
    #[error("the request's body ended too early or does not match its headers")]
    Incomplete,
}

impl IncomingBody {
    pub(in super::super) fn new(body: Body, read_timeout: Duration) -> Self {
        let timer = Box::pin(tokio::time::sleep(read_timeout));
        Self { body: body.into_data_stream(), read_timeout, timer }
    }
}

impl Stream for IncomingBody {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        match this.body.poll_next_unpin(cx) {
            Poll::Ready(Some(Ok(bytes))) => {
                this.timer.as_mut().reset(Instant::now() + this.read_timeout);
                Poll::Ready(Some(Ok(bytes)))
            }
            Poll::Ready(Some(Err(_))) => Poll::Ready(Some(Err(BodyError::Incomplete))),
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Pending => this.timer.as_mut().poll(cx).map(|()| Some(Err(BodyError::TimedOut))),
        }
    }
}

impl From<BodyError> for ErrorResponse {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TimedOut => {
                Self::new(StatusCode::REQUEST_TIMEOUT, "The request's body took too long to arrive.")
                    .code("request_timeout")
            }
            BodyError::Incomplete => Self::invalid("incomplete_body", "The request's body is incomplete."),
        }
    }
}

/// Reads a model from a JSON body.
pub(in super::super) async fn read_json<T: DeserializeOwned + Serialize>(
    headers: &HeaderMap,
    mut body: IncomingBody,
) -> Result<T, ErrorResponse> {
    expect_content_type(headers, "application/json")?;
    let mut bytes = BytesMut::new();
    while let Some(more) = body.next().await {
        bytes.extend_from_slice(&more?);
        if bytes.len() > MAX_JSON_BYTES {
            let message = format!("A JSON body may have at most {MAX_JSON_BYTES} bytes.");
            return Err(ErrorResponse::new(StatusCode::PAYLOAD_TOO_LARGE, message).code("request_too_large"));
        }
    }
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| {
        ErrorResponse::invalid("invalid_json", format!("The request's body cannot be read as JSON: {error}."))
    })?;
    strict::read(&value)
}

/// Refuses a body of another media type, or of none.
pub(in super::super) fn expect_content_type(
    headers: &HeaderMap,
    expected: &str,
) -> Result<(), ErrorResponse> {
    let error = |problem: String| {
        ErrorResponse::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, format!("{problem}; it must be '{expected}'."))
            .code("unsupported_content_type")
    };
    let Some(found) = headers.get(header::CONTENT_TYPE) else {
        return Err(error("The request has no Content-Type".to_owned()));
    };
    let found = found.to_str().unwrap_or("not text");
    let media_type = found.split(';').next().unwrap_or(found).trim();
    if media_type.eq_ignore_ascii_case(expected) {
        Ok(())
    } else {
        Err(error(format!("The request's Content-Type is '{}'", excerpt(found))))
    }
}

/// The length of the body by the `Content-Length` header.
pub(in super::super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
