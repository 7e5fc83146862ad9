//! One connection, from its first byte to its last.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::exchange::{X_REQUEST_ID, exchange};
use super::id;
use super::journal::Journal;
use super::refusal::Refusal;
use super::wire::{Switch, Wire};

/// What all connections share.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) router: Router,
    pub(super) journal: Option<Journal>,
    pub(super) patience: Duration,
    /// How many bytes a second each may carry each way.
    pub(super) rate: Option<u64>,
}

/// The most bytes that a request's line and headers may have.
const HEAD_MOST: usize = 64 * 1024;
/// The most bytes that are read from a connection at a time.
const READ_MOST: usize = 256 * 1024;
/// How long a client that is still sending what nobody wants is listened to, so that it gets to the answer.
const LINGER: Duration = Duration::from_secs(30);
/// How long it may be silent meanwhile.
const LINGER_SILENCE: Duration = Duration::from_secs(2);

/// Serves a connection until it is closed, or until `stop` says so and the request in flight is answered.
pub(super) async fn serve(shared: Arc<Connections>, socket: TcpStream, mut stop: watch::Receiver<bool>) {
    // Answers are small and whole, so there is nothing to gather.
    let _ = socket.set_nodelay(true);
    let switch = Switch::new();
    let wire = Wire::new(socket, Arc::clone(&switch), shared.rate);
    let service = service_fn({
        let (shared, switch) = (Arc::clone(&shared), Arc::clone(&switch));
        move |request| Box::pin(exchange(Arc::clone(&shared), Arc::clone(&switch), request))
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.patience)
        .max_header_size(HEAD_MOST)
        .max_buf_size(READ_MOST)
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
        tracing::debug!(%error, "connection broke");
        let status = match wire.refused() {
            Some(status) => status,
            None if parts.read_buf.is_empty() => return,
            None if error.is_timeout() => StatusCode::REQUEST_TIMEOUT,
            None if error.is_incomplete_message() => StatusCode::BAD_REQUEST,
            None => return,
        };
        switch.answering();
        if wire.write_all(&answer(status)).await.is_err() {
            return;
        }
    } else if !switch.is_unread() {
        let _ = wire.shutdown().await;
        return;
    }
    linger(wire).await;
}

/// Reads on after the last answer. Closing a socket with bytes unread would reset the connection, and the
/// client might lose the answer to it.
async fn linger(mut wire: Wire) {
    if wire.shutdown().await.is_err() {
        return;
    }
    let mut unwanted = vec![0; 64 * 1024];
    let drained =
        async { while let Ok(Ok(1..)) = timeout(LINGER_SILENCE, wire.read(&mut unwanted)).await {} };
    let _ = timeout(LINGER, drained).await;
}

/// The answer to what could not be read as a request.
fn answer(status: StatusCode) -> Vec<u8> {
    let refusal = match status {
        StatusCode::REQUEST_TIMEOUT => {
            Refusal::new(status, "The request's headers took too long to arrive.").code("request_timeout")
        }
        StatusCode::URI_TOO_LONG => {
            Refusal::new(status, "The request's URL is too long.").code("uri_too_long")
        }
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            let message = format!("A request may have at most 100 headers and {HEAD_MOST} bytes of them.");
            Refusal::new(status, message).code("headers_too_large")
        }
        _ => Refusal::new(status, "The request cannot be read as HTTP/1.1.").code("malformed_request"),
    };
    let body = serde_json::to_string(&refusal.body()).expect("an error object is only strings");
    let request_id = id::new("req_");
    tracing::info!(status = status.as_u16(), request = request_id, "no request");
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         {X_REQUEST_ID}: {request_id}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
