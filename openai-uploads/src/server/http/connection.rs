//! Serves one connection.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::super::faults::Injector;
use super::super::id;
use super::exchange::{Exchanges, X_REQUEST_ID, exchange};
use super::response::ErrorResponse;
use super::wire::{ConnectionState, Wire};

/// The settings of all connections.
#[derive(Debug)]
pub(in super::super) struct ConnectionSettings {
    pub(in super::super) exchanges: Arc<Exchanges>,
    pub(in super::super) read_timeout: Duration,
    pub(in super::super) faults: Arc<Injector>,
}

/// The maximum size of a request's line and headers.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// The maximum number of bytes of one read.
const MAX_READ_BYTES: usize = 256 * 1024;
/// How long to read the rest of a request that is already answered, so that the client reads the response.
const LINGER: Duration = Duration::from_secs(30);
/// How long the client may pause meanwhile.
const LINGER_SILENCE: Duration = Duration::from_secs(2);

/// Serves a connection until it is closed, or until `stop` is true and the request in flight has its response.
pub(in super::super) async fn serve(
    shared: Arc<ConnectionSettings>,
    socket: TcpStream,
    mut stop: watch::Receiver<bool>,
) {
    // Responses are written whole, so there is nothing to gather.
    let _ = socket.set_nodelay(true);
    let state = ConnectionState::new();
    let wire = Wire::new(socket, Arc::clone(&state), shared.faults.rate());
    let service = service_fn({
        let (exchanges, state) = (Arc::clone(&shared.exchanges), Arc::clone(&state));
        move |request| Box::pin(exchange(Arc::clone(&exchanges), Arc::clone(&state), request))
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.read_timeout)
        .max_header_size(MAX_HEAD_BYTES)
        .max_buf_size(MAX_READ_BYTES)
        .serve_connection(TokioIo::new(wire), service);
    let stopped = tokio::select! {
        result = poll_fn(|cx| connection.poll_without_shutdown(cx)) => Some(result),
        _ = stop.wait_for(|stop| *stop) => None,
    };
    let result = if let Some(result) = stopped {
        result
    } else {
        Pin::new(&mut connection).graceful_shutdown();
        poll_fn(|cx| connection.poll_without_shutdown(cx)).await
    };
    let parts = connection.into_parts();
    let mut wire = parts.io.into_inner();
    if let Err(error) = result {
        tracing::debug!(%error, "connection failed");
        let status = match wire.held_back() {
            Some(status) => status,
            None if parts.read_buf.is_empty() => return,
            None if error.is_timeout() => StatusCode::REQUEST_TIMEOUT,
            None if error.is_incomplete_message() => StatusCode::BAD_REQUEST,
            None => return,
        };
        state.response_begins();
        if wire.write_all(&error_response(status)).await.is_err() {
            return;
        }
    } else if !state.has_unread_body() {
        let _ = wire.shutdown().await;
        return;
    }
    linger(wire).await;
}

/// Reads and discards bytes after the last response. Closing a socket with unread bytes resets the connection, and the
/// client may lose the response.
async fn linger(mut wire: Wire) {
    if wire.shutdown().await.is_err() {
        return;
    }
    let mut discarded = vec![0; 64 * 1024];
    let drained =
        async { while let Ok(Ok(1..)) = timeout(LINGER_SILENCE, wire.read(&mut discarded)).await {} };
    let _ = timeout(LINGER, drained).await;
}

/// The response to bytes that are not a request.
fn error_response(status: StatusCode) -> Vec<u8> {
    let response = match status {
        StatusCode::REQUEST_TIMEOUT => {
            ErrorResponse::new(status, "The request's headers took too long to arrive.")
                .code("request_timeout")
        }
        StatusCode::URI_TOO_LONG => {
            ErrorResponse::new(status, "The request's URL is too long.").code("uri_too_long")
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            let message =
                format!("A request may have at most 100 headers and {MAX_HEAD_BYTES} bytes of them.");
            ErrorResponse::new(status, message).code("headers_too_large")
        }
        _ => ErrorResponse::new(status, "The request cannot be read as HTTP/1.1.").code("malformed_request"),
    };
    let body = serde_json::to_string(&response.body()).expect("an error object is only strings");
    let request_id = id::new("req_");
    tracing::info!(status = status.as_u16(), request = request_id, "malformed request");
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         {X_REQUEST_ID}: {request_id}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
