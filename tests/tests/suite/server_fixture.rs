//! Fixtures of the server's tests: a client that sends exactly the bytes that a test wants.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use openai_uploads::server::{LocalServer, Server, ServerBuilder};
use serde_json::{Value, json};

/// A server, from a test that is not in a runtime.
pub(crate) fn start_with(settings: ServerBuilder) -> LocalServer {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(LocalServer::start_with(settings)).unwrap()
}

pub(crate) fn start() -> LocalServer {
    start_with(Server::builder())
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body of an answer with status 200.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// The code and the param of an answer with the API's error object.
    #[track_caller]
    pub(crate) fn error(&self, status: u16) -> (String, String) {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert!(self.header("x-request-id").is_some_and(|id| id.starts_with("req_")));
        let error = &self.json()["error"];
        let kind = if status >= 500 { "server_error" } else { "invalid_request_error" };
        assert_eq!(error["type"], kind);
        assert!(error["message"].as_str().is_some_and(|message| message.ends_with('.')), "{error}");
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("param"))
    }

    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: &str, param: &str) {
        assert_eq!(self.error(status), (code.to_owned(), param.to_owned()));
    }
}

/// A connection that requests are written to as bytes.
pub(crate) struct Client {
    socket: TcpStream,
    read: Vec<u8>,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::try_connect(address).unwrap()
    }

    /// None if nobody listens.
    pub(crate) fn try_connect(address: SocketAddr) -> Option<Self> {
        let socket = TcpStream::connect(address).ok()?;
        // So that a server that never answers makes a test fail and not hang.
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Some(Self { socket, read: Vec::new() })
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.socket.write_all(bytes).unwrap();
    }

    /// Sends as much as the server accepts. It may close the connection at any moment.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// Closes the sending side.
    pub(crate) fn end(&mut self) {
        self.socket.shutdown(Shutdown::Write).unwrap();
    }

    /// The next answer. `None`: the connection is closed before a whole one.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let head_end = loop {
            if let Some(at) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
            self.more()?;
        };
        let head: Vec<u8> = self.read.drain(..head_end).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
        let headers: Vec<(String, String)> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut answer = Answer { status, headers, body: Vec::new() };
        if status == 100 {
            return Some(answer);
        }
        let length: usize =
            answer.header("content-length").expect("every answer has a length").parse().unwrap();
        while self.read.len() < length {
            self.more()?;
        }
        answer.body = self.read.drain(..length).collect();
        Some(answer)
    }

    /// The number of bytes before the connection is closed.
    pub(crate) fn bytes_until_closed(&mut self) -> usize {
        while self.more().is_some() {}
        self.read.len()
    }

    /// The bytes before the connection is closed.
    pub(crate) fn text_until_closed(&mut self) -> String {
        while self.more().is_some() {}
        String::from_utf8(std::mem::take(&mut self.read)).unwrap()
    }

    /// Whether the server has closed the connection, or does so within the time.
    pub(crate) fn is_closed_within(&mut self, time: Duration) -> bool {
        self.socket.set_read_timeout(Some(time)).unwrap();
        match self.socket.read(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        }
    }

    fn more(&mut self) -> Option<()> {
        let mut piece = vec![0; 64 * 1024];
        match self.socket.read(&mut piece) {
            Ok(0) => None,
            Ok(read) => {
                self.read.extend_from_slice(&piece[..read]);
                Some(())
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("the server does not answer: {error}"),
        }
    }
}

/// One request on a connection of its own.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[&str],
    body: &[u8],
) -> Answer {
    let mut client = Client::connect(address);
    // A server that refuses early may stop reading, but its answer is still there.
    let _ = client.try_send(&[&head(method, path, headers, Some(body.len())), body].concat());
    client.answer().expect("every request has an answer")
}

/// A request's head. Without a length the body must mark its own end.
pub(crate) fn head(method: &str, path: &str, headers: &[&str], length: Option<usize>) -> Vec<u8> {
    use std::fmt::Write;
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for header in headers {
        head.push_str(header);
        head.push_str("\r\n");
    }
    if let Some(length) = length {
        write!(head, "content-length: {length}\r\n").unwrap();
    }
    head.push_str("\r\n");
    head.into_bytes()
}

pub(crate) const JSON: &str = "content-type: application/json";
pub(crate) const FORM: &str = "content-type: multipart/form-data; boundary=cut";

pub(crate) fn post(address: SocketAddr, path: &str, body: &Value) -> Answer {
    request(address, "POST", path, &[JSON], body.to_string().as_bytes())
}

pub(crate) fn get(address: SocketAddr, path: &str) -> Answer {
    request(address, "GET", path, &[], b"")
}

/// A form with one field, as a client sends a part.
pub(crate) fn form(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut form =
        format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"part\"\r\n\r\n")
            .into_bytes();
    form.extend_from_slice(bytes);
    form.extend_from_slice(b"\r\n--cut--\r\n");
    form
}

/// The request that creates an upload.
pub(crate) fn announcement(bytes: u64) -> Value {
    json!({"filename": "a.jsonl", "purpose": "batch", "bytes": bytes, "mime_type": "application/jsonl"})
}

/// Creates an upload and returns its id.
#[track_caller]
pub(crate) fn create(address: SocketAddr, bytes: u64) -> String {
    let upload = post(address, "/v1/uploads", &announcement(bytes)).ok();
    upload["id"].as_str().unwrap().to_owned()
}

pub(crate) fn add(address: SocketAddr, upload: &str, bytes: &[u8]) -> Answer {
    request(address, "POST", &format!("/v1/uploads/{upload}/parts"), &[FORM], &form("data", bytes))
}

/// Adds a part and returns its id.
#[track_caller]
pub(crate) fn part(address: SocketAddr, upload: &str, bytes: &[u8]) -> String {
    add(address, upload, bytes).ok()["id"].as_str().unwrap().to_owned()
}

pub(crate) fn complete(address: SocketAddr, upload: &str, parts: &[&str]) -> Answer {
    post(address, &format!("/v1/uploads/{upload}/complete"), &json!({"part_ids": parts}))
}

pub(crate) fn cancel(address: SocketAddr, upload: &str) -> Answer {
    request(address, "POST", &format!("/v1/uploads/{upload}/cancel"), &[], b"")
}

/// Every file below a folder except the lock and the uploads' records: the parts and left-overs.
pub(crate) fn parts_on_disk(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    found.retain(|name| name != "lock" && name != "record.json");
    found.sort();
    found
}

/// Waits for a condition, since other threads do some of the work.
#[track_caller]
pub(crate) fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_secs(60), "not even after a minute: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
