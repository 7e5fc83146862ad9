//! Replies in unusual forms: compressed, with a byte order mark, framed in any way, cut short or endless.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::StreamExt;
use openai_uploads::apis::uploads_api::cancel_upload;
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::{Error, TransportErrorKind};

use super::command_fixture::{Files, Run, upload_in_parts};
use super::network_fixture::{RawServer, read_request, reply, uploads_body};
use super::received_request::{ReceivedRequest, block_on, configuration};

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let chunks = body
        .chunks(7)
        .flat_map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
    [
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".to_vec(),
        chunks.collect(),
        b"0\r\n\r\n".to_vec(),
    ]
    .concat()
}

/// A whole upload to a server whose replies `form` writes.
fn uploads_with(name: &str, form: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static) {
    let server = RawServer::start(move |request: &ReceivedRequest| form(uploads_body(request).as_bytes()));
    let files = Files::new();
    let path = files.file("a.txt", "hello");
    let base_url = format!("{}/v1", server.url());
    let run = Run::of(&mut upload_in_parts(&base_url, &path));
    assert_eq!((run.code, run.stdout.trim()), (Some(0), "file-1"), "{name}: {}", run.stderr);
    assert_eq!(server.count(), 3, "{name}: nothing is sent twice");
}

#[test]
fn an_upload_succeeds_with_every_form_of_reply() {
    uploads_with("gzip", |body| reply(200, "content-encoding: gzip\r\n", gzip(body)));
    uploads_with("gzip in chunks", |body| {
        let head = "HTTP/1.1 200 OK\r\ncontent-encoding: x-gzip\r\ntransfer-encoding: chunked\r\nconnection: close\r\n";
        let whole = chunked(&gzip(body));
        let start = whole.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        [head.as_bytes(), &whole[start + 2..]].concat()
    });
    uploads_with("a byte order mark", |body| reply(200, "", [b"\xef\xbb\xbf", body].concat()));
    uploads_with("a byte order mark in gzip", |body| {
        reply(200, "content-encoding: gzip\r\n", gzip(&[b"\xef\xbb\xbf", body].concat()))
    });
    uploads_with("line breaks around JSON", |body| reply(200, "", [b"\n\r\n", body, b"\n\n"].concat()));
    uploads_with("text/plain", |body| reply(200, "content-type: text/plain\r\n", body));
    uploads_with("chunked", chunked);
    uploads_with("HTTP/1.0", |body| [b"HTTP/1.0 200 OK\r\n\r\n", body].concat());
    uploads_with("no length", |body| [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n", body].concat());
    uploads_with("interim replies", |body| {
        let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n";
        [interim.as_bytes(), &reply(200, "", body)].concat()
    });
    uploads_with("a connection that closes although it was to stay", |body| {
        [format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
    });
}

fn cancel(answer: Vec<u8>) -> Error<ErrorResponse> {
    let server = RawServer::start(move |_| answer.clone());
    block_on(cancel_upload(&configuration().with_base_path(server.url()), "id")).unwrap_err()
}

#[test]
fn a_reply_that_cannot_be_decompressed_is_an_error() {
    let whole = gzip(br#"{"id": "u"}"#);
    for (headers, body, words) in [
        ("content-encoding: gzip\r\n", whole[..whole.len() - 2].to_vec(), "decompressed"),
        ("content-encoding: gzip\r\n", b"{}".to_vec(), "decompressed"),
        ("content-encoding: br\r\n", b"xx".to_vec(), "`br` is not supported"),
        ("content-encoding: gzip, gzip\r\n", whole.clone(), "is not supported"),
    ] {
        let error = cancel(reply(200, headers, body));
        assert!(matches!(&error, Error::Decode(_)) && error.to_string().contains(words), "{error}");
        assert!(!error.is_retryable());
    }
    let error = cancel(reply(400, "content-encoding: gzip\r\n", gzip(br#"{"error": {"message": "no"}}"#)));
    assert_eq!(error.api().unwrap().message, "no");
}

#[test]
fn a_reply_that_ends_early_is_a_broken_connection() {
    let error = cancel(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec());
    match &error {
        Error::Transport(transport) => assert_eq!(transport.kind, TransportErrorKind::Interrupted, "{error}"),
        other => panic!("{other:?}"),
    }
    assert!(error.is_retryable());
    // The message of an error counts more than the fact that it was cut short.
    let error = cancel(b"HTTP/1.1 413 X\r\ncontent-length: 100\r\n\r\ntoo large".to_vec());
    assert_eq!((error.api().unwrap().status.as_u16(), &*error.api().unwrap().message), (413, "too large"));
}

/// A server that writes a reply as long as the client reads it, and counts the bytes.
fn endless(head: &'static str) -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let written = Arc::<AtomicU64>::default();
    let count = written.clone();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            read_request(&mut connection);
            let mut bytes = head.as_bytes().to_vec();
            while connection.write_all(&bytes).is_ok() {
                count.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                bytes = vec![b'x'; 1 << 16];
            }
        }
    });
    (url, written)
}

#[test]
fn at_most_a_mebibyte_of_an_error_is_read() {
    for head in [
        "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 3000000000\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n",
    ] {
        let (url, written) = endless(head);
        let error = block_on(cancel_upload(&configuration().with_base_path(url), "id")).unwrap_err();
        assert_eq!(error.api().unwrap().body.len(), 1 << 20);
        assert!(error.to_string().len() < 400, "{error}");
        // The rest is what the buffers of the sockets take.
        assert!(written.load(Ordering::Relaxed) < 64 << 20, "{written:?}");
    }
}

#[test]
fn a_reply_that_is_longer_than_the_limit_is_an_error_and_a_stream_is_not() {
    let (url, written) = endless("HTTP/1.1 200 OK\r\ncontent-length: 3000000000\r\n\r\n");
    let to = configuration().with_base_path(&url);
    let error = block_on(cancel_upload(&to, "id")).unwrap_err();
    assert!(error.to_string().contains("more than 268435456 bytes"), "{error}");
    assert!(written.load(Ordering::Relaxed) < 64 << 20, "{written:?}");
    block_on(async {
        let mut stream = cancel_upload(&to, "id").binary_as("*/*").await.unwrap();
        assert_eq!(stream.length, Some(3_000_000_000));
        let mut read = 0;
        while read < 1 << 20 {
            read += stream.next().await.unwrap().unwrap().len();
        }
    });
}
