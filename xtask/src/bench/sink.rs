//! A server that answers like the Uploads API and discards the bytes, to measure the client's own speed.
//!
//! It checks nothing and is of no other use. `openai-uploads serve` is the real one.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use clap::Args;
use serde_json::{Value, json};

use super::line::Line;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Run a server that discards uploads
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    line: Line,
}

/// The announced bytes, by upload.
type Announced = Arc<Mutex<HashMap<String, Value>>>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let cannot = |error| Failure::new(format!("cannot listen on loopback: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(cannot)?;
    terminal::say(&format!("listening on http://{}/v1\n", listener.local_addr().map_err(cannot)?));
    let announced = Announced::default();
    let line = arguments.line;
    for connection in listener.incoming() {
        let announced = Arc::clone(&announced);
        // A client that disconnects does not affect the others.
        thread::spawn(move || connection.and_then(|stream| converse(&stream, line, &announced)));
    }
    Ok(())
}

fn converse(stream: &TcpStream, line: Line, announced: &Announced) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    while let Some(request) = Request::read(&mut reader, line, stream)? {
        let body = serde_json::to_vec(&reply(&request, announced))?;
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        let mut answer = head.into_bytes();
        answer.extend(body);
        (&*stream).write_all(&answer)?;
    }
    Ok(())
}

struct Request {
    path: String,
    /// The body if it is JSON. Other bodies are discarded.
    json: Value,
}

impl Request {
    /// The next request. `None`: the client is done.
    fn read(
        reader: &mut BufReader<&TcpStream>,
        simulated: Line,
        mut stream: &TcpStream,
    ) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        simulated.wait();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let (mut length, mut is_json) = (0, false);
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match (name.to_ascii_lowercase().as_str(), value.trim()) {
                ("content-length", value) => length = value.parse().map_err(io::Error::other)?,
                ("content-type", value) => is_json = value.starts_with("application/json"),
                ("expect", _) => stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?,
                _ => {}
            }
        }
        let mut body = reader.take(length);
        let json = if is_json { serde_json::from_reader(&mut body).unwrap_or_default() } else { Value::Null };
        simulated.copy(body, &mut io::sink())?;
        Ok(Some(Self { path, json }))
    }
}

fn reply(request: &Request, announced: &Announced) -> Value {
    let mut announced = announced.lock().unwrap_or_else(PoisonError::into_inner);
    let mut steps = request.path.rsplit('/');
    let (last, id) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    match last {
        "parts" => json!({ "id": "part_1", "created_at": 0, "upload_id": id, "object": "upload.part" }),
        "complete" => {
            let mut upload = announced.remove(id).unwrap_or_default();
            upload["status"] = "completed".into();
            upload["file"] = json!({
                "id": "file-1", "object": "file", "created_at": 0,
                "bytes": upload["bytes"], "filename": upload["filename"], "purpose": upload["purpose"],
            });
            upload
        }
        _ => {
            let id = format!("upload_{}", announced.len());
            let mut upload = request.json.clone();
            upload["id"] = id.as_str().into();
            upload["object"] = "upload".into();
            upload["status"] = "pending".into();
            upload["created_at"] = 0.into();
            // Far enough: the year 2100.
            upload["expires_at"] = 4_102_444_800_u64.into();
            announced.insert(id, upload.clone());
            upload
        }
    }
}
