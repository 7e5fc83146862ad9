//! Applies injected faults to requests.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::future::{self, Either};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::oneshot;

use super::api::errors;
use super::app::App;
use super::faults::Effect;
use super::http::{CloseConnection, ConnectionState, ErrorResponse};
use super::journal::FaultMark;
use super::operations;

/// Applies the faults for a request, then handles it unless one of them prevents that.
pub(super) async fn inject(
    State(app): State<Arc<App>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let operation = operations::matching(request.method(), path.as_ref()).map(|operation| operation.id);
    let (delay, effect) = app.faults.effects(operation);
    if (!delay.is_zero() || effect.is_some())
        && let Some(mark) = request.extensions().get::<FaultMark>()
    {
        mark.set();
    }
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match effect {
        None | Some(Effect::Delay(_)) => next.run(request).await,
        Some(Effect::Fail { status, headers }) => {
            let message = format!("Failed on purpose, with status {}.", status.as_u16());
            ErrorResponse::new(*status, message)
                .code("failed_on_purpose")
                .headers(headers.clone())
                .into_response()
        }
        Some(Effect::Forget) => forget(&app, request, next).await,
        Some(Effect::CutReply(after)) => {
            let state = request.extensions().get::<Arc<ConnectionState>>().cloned();
            let response = next.run(request).await;
            if let Some(state) = state {
                state.cut_after(*after);
            }
            response
        }
        Some(Effect::CutRequest(after)) => match handle_until(*after, request, next).await {
            Some(response) => response,
            None => (axum::Extension(CloseConnection), ()).into_response(),
        },
        Some(Effect::Stall(after)) => match handle_until(*after, request, next).await {
            Some(response) => response,
            None => future::pending().await,
        },
    }
}

/// Deletes the objects that the request's path names, then handles the request.
async fn forget(app: &App, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let params = RawPathParams::from_request_parts(&mut head, &()).await.ok();
    let ids: Vec<String> =
        params.iter().flat_map(|params| params.iter()).map(|(_, id)| id.to_owned()).collect();
    let forgotten = app.with_store(move |store| Ok(ids.iter().try_for_each(|id| store.forget(id))?)).await;
    match forgotten {
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(error) => errors::from_store(error, "", "").into_response(),
    }
}

/// Handles the request until `after` bytes of its body were read. Returns `None` if it stops there.
async fn handle_until(after: u64, request: Request, next: Next) -> Option<Response> {
    if after == 0 {
        return None;
    }
    let (reached, is_reached) = oneshot::channel();
    let request = request.map(|body| Body::new(LimitedBody { body, left: after, reached: Some(reached) }));
    match future::select(is_reached, pin!(next.run(request))).await {
        Either::Left((Ok(()), _)) => None,
        // The body was dropped before `after` bytes.
        Either::Left((Err(_), response)) => Some(response.await),
        Either::Right((response, _)) => Some(response),
    }
}

/// A body that stops after `left` bytes: it reports on `reached`, and is pending from then on.
struct LimitedBody {
    body: Body,
    left: u64,
    reached: Option<oneshot::Sender<()>>,
}

impl HttpBody for LimitedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if this.left == 0 {
            return Poll::Pending;
        }
        let mut frame = Pin::new(&mut this.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &mut frame
            && let Some(bytes) = frame.data_mut()
        {
            let max = usize::try_from(this.left).unwrap_or(usize::MAX);
            bytes.truncate(max);
            this.left -= bytes.len() as u64;
            if this.left == 0
                && let Some(reached) = this.reached.take()
            {
                // The receiver is gone once the request has its response.
                let _ = reached.send(());
            }
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
