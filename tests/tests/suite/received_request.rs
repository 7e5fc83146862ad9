//! A request as it is received from a socket.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::LazyLock;
use std::thread::JoinHandle;

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::files_api::create_file;
use openai_uploads::apis::uploads_api::add_upload_part;
use openai_uploads::models::CreateFileRequest;
use openai_uploads::runtime::{Binary, RetryPolicy};
use serde_json::{Map, Value, json};

/// A request, as it came.
#[derive(Debug)]
pub(crate) struct ReceivedRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl ReceivedRequest {
    /// The only value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "the header `{name}` is sent twice: {self:?}");
        value
    }

    /// The whole request except one header, as text.
    pub(crate) fn all_but_header(&self, name: &str) -> String {
        let headers = self.headers.iter().filter(|(header, _)| !header.eq_ignore_ascii_case(name));
        format!(
            "{} {headers:?} {}",
            self.target,
            String::from_utf8_lossy(&self.body),
            headers = headers.collect::<Vec<_>>()
        )
    }

    /// The fields of a `multipart/form-data` body, as text.
    pub(crate) fn form(&self) -> Result<Value, String> {
        let boundary = multer::parse_boundary(self.header("content-type").unwrap_or_default())
            .map_err(|error| error.to_string())?;
        let body = self.body.clone();
        let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(body)]);
        let mut form = multer::Multipart::new(stream, boundary);
        block_on(async {
            let mut fields = Map::new();
            while let Some(field) = form.next_field().await.map_err(|error| error.to_string())? {
                let name = field.name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(|error| error.to_string())?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                match name.strip_suffix(']').and_then(|name| name.split_once('[')) {
                    // A member of an object, as `expires_after[seconds]`.
                    Some((object, member)) => {
                        let object = fields.entry(object).or_insert_with(|| json!({}));
                        object[member] = text.parse::<u64>().map_or(Value::String(text), Value::from);
                    }
                    None => drop(fields.insert(name, Value::String(text))),
                }
            }
            Ok(Value::Object(fields))
        })
    }
}

/// A server for one request.
pub(crate) struct SingleRequestServer {
    pub(crate) url: String,
    thread: JoinHandle<ReceivedRequest>,
}

impl SingleRequestServer {
    /// Answers the first request with this status, these additional headers and this body.
    pub(crate) fn answering(status: u16, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = body.len();
        let head =
            format!("HTTP/1.1 {status} \r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
        Self::sending(&head, body)
    }

    fn sending(head: &str, body: &[u8]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = [head.as_bytes(), body].concat();
        let thread = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let received = read(&mut connection);
            connection.write_all(&answer).unwrap();
            received
        });
        Self { url, thread }
    }

    /// Answers with a body in these chunks.
    pub(crate) fn in_pieces(headers: &str, pieces: &[&[u8]]) -> Self {
        let chunk = |piece: &&[u8]| [format!("{:x}\r\n", piece.len()).as_bytes(), *piece, b"\r\n"].concat();
        let chunks: Vec<u8> = pieces.iter().filter(|piece| !piece.is_empty()).flat_map(chunk).collect();
        let head =
            format!("HTTP/1.1 200 \r\n{headers}transfer-encoding: chunked\r\nconnection: close\r\n\r\n");
        Self::sending(&head, &[&chunks, b"0\r\n\r\n".as_slice()].concat())
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::answering(status, "content-type: application/json\r\nx-request-id: req_1\r\n", body.to_string())
    }

    /// Waits for the request.
    pub(crate) fn received(self) -> ReceivedRequest {
        self.thread.join().unwrap()
    }
}

pub(crate) fn read(connection: &mut TcpStream) -> ReceivedRequest {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        connection.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.trim_end().lines();
    let mut request_line = lines.next().unwrap().split(' ');
    let (method, target) = (request_line.next().unwrap().to_owned(), request_line.next().unwrap().to_owned());
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').unwrap();
        (name.to_owned(), value.trim().to_owned())
    });
    let mut received = ReceivedRequest { method, target, headers: headers.collect(), body: Vec::new() };
    if let Some(length) = received.header("content-length") {
        let length: usize = length.parse().unwrap();
        received.body = vec![0; length];
        connection.read_exact(&mut received.body).unwrap();
    }
    received
}

/// A configuration with a client that is made once, since making one reads the machine's certificates.
pub(crate) fn configuration() -> Configuration {
    // Each request has one prepared answer.
    static CONFIGURATION: LazyLock<Configuration> =
        LazyLock::new(|| Configuration::default().with_retry(RetryPolicy::never()));
    CONFIGURATION.clone()
}

pub(crate) fn block_on<T>(future: impl IntoFuture<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future.into_future())
}

/// Sends a part's bytes and returns the form that was received.
///
/// A form is not JSON, so it is read from the wire. Its only property is the bytes.
pub(crate) fn round_trip_of_a_part(value: &Value) -> Result<Value, String> {
    let properties = value.as_object().ok_or("a form is an object")?;
    let (name, bytes) = properties.iter().next().ok_or("there are no bytes")?;
    let bytes = bytes.as_str().ok_or("bytes are a string")?.to_owned();
    if properties.len() > 1 {
        return Err("there is but one property".to_owned());
    }
    let catcher = SingleRequestServer::json(500, &json!({}));
    let configuration = configuration().with_base_path(&catcher.url);
    let sent = block_on(add_upload_part(&configuration, "id", Binary::bytes(bytes)).response());
    sent.map(drop).unwrap_err();
    let form = catcher.received().form()?;
    if form.get(name).is_none() { Err(format!("the form has no `{name}`")) } else { Ok(form) }
}

/// The request for a file, made from its form as JSON.
pub(crate) fn file_request(form: &Value) -> Result<CreateFileRequest, String> {
    fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())
    }
    for (name, _) in form.as_object().ok_or("a form is an object")? {
        if !["file", "purpose", "expires_after"].contains(&name.as_str()) {
            return Err(format!("the form has no `{name}`"));
        }
    }
    let bytes: String = read(&form["file"])?;
    let mut request = CreateFileRequest::new(Binary::bytes(bytes), read(&form["purpose"])?);
    if let Some(expires_after) = form.get("expires_after") {
        request.expires_after = Some(read(expires_after)?);
    }
    Ok(request)
}

/// Sends a file and returns the form that the server received.
pub(crate) fn round_trip_of_a_file(value: &Value) -> Result<Value, String> {
    let request = file_request(value)?;
    let catcher = SingleRequestServer::json(500, &json!({}));
    let configuration = configuration().with_base_path(&catcher.url);
    let sent = block_on(create_file(&configuration, request).response());
    sent.map(drop).unwrap_err();
    catcher.received().form()
}
