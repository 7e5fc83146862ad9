//! A server on loopback that answers one request with a given reply and keeps what it received.

use cases::runtime::{Configuration, RetryPolicy};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Starts a server for one request. Awaiting the handle returns the request, head and body, as text.
pub(crate) async fn serve_once(reply: &str) -> (Configuration, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let reply = reply.to_owned();
    let request = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut received = Vec::new();
        while !is_whole(&received) {
            let mut bytes = [0; 4096];
            match socket.read(&mut bytes).await.unwrap() {
                0 => break,
                count => received.extend_from_slice(&bytes[..count]),
            }
        }
        socket.write_all(reply.as_bytes()).await.unwrap();
        socket.shutdown().await.unwrap();
        String::from_utf8_lossy(&received).into_owned()
    });
    (Configuration::at(base).with_retry(RetryPolicy::never()), request)
}

/// A reply with status 200, of the media type `content_type`.
#[allow(dead_code, reason = "each kind of document takes what it needs")]
pub(crate) fn ok(content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Whether the head has arrived, and the body in the announced length.
fn is_whole(received: &[u8]) -> bool {
    let Some(end) = received.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&received[..end]).to_ascii_lowercase();
    let body = &received[end + 4..];
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with(b"0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.and_then(|length| length.parse().ok()).unwrap_or(0)
}
