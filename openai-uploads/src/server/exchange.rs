//! One request and its answer, as the connection sees them.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, header};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::connection::Connections;
use super::journal::Line;
use super::striking::Cut;
use super::wire::Switch;

/// The header with the request's id, which is on every answer.
pub(super) static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A connection that is closed on purpose, in place of an answer.
#[derive(Debug, thiserror::Error)]
#[error("cut on purpose")]
pub(super) struct CutOnPurpose;

/// Answers a request.
pub(super) async fn exchange(
    shared: Arc<Connections>,
    switch: Arc<Switch>,
    request: Request<Incoming>,
) -> Result<Response<Outgoing>, CutOnPurpose> {
    switch.answering();
    let (mut head, body) = request.into_parts();
    let line = Line::begin(&head.method, &head.uri, &head.headers, shared.journal.as_ref());
    let request_id = HeaderValue::from_str(line.id()).expect("an id is letters, digits and an underscore");
    head.extensions.insert(Arc::clone(&switch));
    let body = Counted { body, count: line.body_bytes(), ended: false, switch: Arc::clone(&switch) };
    let request = Request::from_parts(head, Body::new(body));
    let router = TowerToHyperService::new(shared.router.clone());
    let mut response = router.call(request).await.unwrap_or_else(|never| match never {});
    if response.extensions().get::<Cut>().is_some() {
        return Err(CutOnPurpose);
    }
    line.answered(response.status());
    response.headers_mut().insert(&X_REQUEST_ID, request_id);
    if switch.is_unread() {
        // Where the next request begins is not known without reading the rest of this one.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Outgoing { body, _line: line, switch }))
}

/// A request's body that is counted as it is read.
struct Counted {
    body: Incoming,
    count: Arc<AtomicU64>,
    ended: bool,
    switch: Arc<Switch>,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                self.count.fetch_add(bytes as u64, Ordering::Relaxed);
            }
            Poll::Ready(Some(Err(_)) | None) => self.ended = true,
            Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.ended && !self.body.is_end_stream() {
            self.switch.unread();
        }
    }
}

/// An answer's body that tells when it is over.
#[derive(Debug)]
pub(super) struct Outgoing {
    body: Body,
    _line: Line,
    switch: Arc<Switch>,
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        self.switch.answered();
    }
}
