//! One request and its response.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, Response, header};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;

use super::super::journal::{Entry, Journal};
use super::wire::ConnectionState;

/// The router that handles requests, and the journal that records them.
#[derive(Debug)]
pub(in super::super) struct Exchanges {
    pub(in super::super) router: Router,
    pub(in super::super) journal: Arc<Journal>,
    /// The paths of requests that are not recorded.
    pub(in super::super) unrecorded: &'static [&'static str],
}

/// The header with the request's id. Every response to a recorded request has it.
pub(super) static X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A response extension: close the connection instead of sending the response.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct CloseConnection;

/// An error for a connection that is closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
pub(super) struct ClosedOnPurpose;

/// Handles a request.
pub(super) async fn exchange(
    shared: Arc<Exchanges>,
    state: Arc<ConnectionState>,
    request: Request<Incoming>,
) -> Result<Response<Outgoing>, ClosedOnPurpose> {
    state.response_begins();
    let (mut head, body) = request.into_parts();
    let is_recorded = !shared.unrecorded.contains(&head.uri.path());
    let entry = is_recorded.then(|| shared.journal.begin(&head.method, &head.uri, &head.headers));
    head.extensions.insert(Arc::clone(&state));
    if let Some(entry) = &entry {
        head.extensions.insert(entry.fault_mark());
    }
    let count = entry.as_ref().map(Entry::body_bytes).unwrap_or_default();
    let body = Counted { body, count, ended: false, state: Arc::clone(&state) };
    let request = Request::from_parts(head, Body::new(body));
    let router = TowerToHyperService::new(shared.router.clone());
    let mut response = router.call(request).await.unwrap_or_else(|never| match never {});
    if response.extensions().get::<CloseConnection>().is_some() {
        return Err(ClosedOnPurpose);
    }
    if let Some(entry) = &entry {
        entry.responded(response.status());
        let id = HeaderValue::from_str(entry.id()).expect("an id is letters, digits and an underscore");
        response.headers_mut().insert(&X_REQUEST_ID, id);
    }
    if state.has_unread_body() {
        // The next request begins after the rest of this one, which is not read.
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Outgoing { body, _entry: entry, state }))
}

/// A request's body, counted while it is read.
struct Counted {
    body: Incoming,
    count: Arc<AtomicU64>,
    ended: bool,
    state: Arc<ConnectionState>,
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
            self.state.body_is_unread();
        }
    }
}

/// A response's body, which reports its end.
#[derive(Debug)]
pub(super) struct Outgoing {
    body: Body,
    _entry: Option<Entry>,
    state: Arc<ConnectionState>,
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
        self.state.response_ends();
    }
}
