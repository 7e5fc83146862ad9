//! A server that answers each request with the bytes that a test gives.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::json;

use super::received_request::ReceivedRequest;

pub(crate) struct RawServer {
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl RawServer {
    /// Starts a server on a free port of 127.0.0.1. It closes each connection after its answer.
    pub(crate) fn start(answer: impl Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1", answer)
    }

    pub(crate) fn at(ip: &str, answer: impl Fn(&ReceivedRequest) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).unwrap();
        let server = Self { address: listener.local_addr().unwrap(), requests: Arc::default() };
        let (requests, answer) = (server.requests.clone(), Arc::new(answer));
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let (requests, answer) = (requests.clone(), answer.clone());
                thread::spawn(move || {
                    let mut connection = connection;
                    let request = read_request(&mut connection)?;
                    let bytes = answer(&request);
                    requests.lock().unwrap().push(request);
                    connection.write_all(&bytes).ok()
                });
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of requests that have arrived.
    pub(crate) fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Takes the requests that have arrived.
    pub(crate) fn requests(&self) -> Vec<ReceivedRequest> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// Reads a request with its body. Returns `None` if the connection ends before.
pub(crate) fn read_request(connection: &mut TcpStream) -> Option<ReceivedRequest> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.trim_end().lines();
    let mut request_line = lines.next()?.split(' ');
    let (method, target) = (request_line.next()?.to_owned(), request_line.next()?.to_owned());
    let headers = lines.filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    });
    let mut request = ReceivedRequest { method, target, headers: headers.collect(), body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body = vec![0; length];
    connection.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// A whole reply after which the connection closes.
pub(crate) fn reply(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// The body of the reply that the Uploads API gives to a request.
pub(crate) fn uploads_body(request: &ReceivedRequest) -> String {
    let file = json!({"id": "file-1", "object": "file", "bytes": 5, "created_at": 1, "filename": "a.txt",
        "purpose": "assistants", "status": "processed"});
    let (status, file) = match request.target.rsplit('/').next().unwrap() {
        "parts" => {
            return json!({"id": "part_1", "object": "upload.part", "created_at": 1, "upload_id": "upload_1"})
                .to_string();
        }
        "complete" => ("completed", file),
        "cancel" => ("cancelled", json!(null)),
        _ => ("pending", json!(null)),
    };
    json!({"id": "upload_1", "object": "upload", "bytes": 5, "created_at": 1, "filename": "a.txt",
        "purpose": "assistants", "status": status, "expires_at": 4_102_444_800_u64, "file": file})
    .to_string()
}

/// Answers as the Uploads API does.
pub(crate) fn uploads_reply(request: &ReceivedRequest) -> Vec<u8> {
    reply(200, "content-type: application/json\r\nx-request-id: req_1\r\n", uploads_body(request))
}
