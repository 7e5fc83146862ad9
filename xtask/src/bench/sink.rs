//! A server that answers like the Uploads and Files APIs and discards the bytes, to measure the client's own speed.
//!
//! It checks nothing and is of no other use. `openai-uploads serve` is the real one. `GET /v1/statistics` returns the
//! names of the files that were sent in one request, and how long each number of requests was in flight.

mod files;
mod in_flight;

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use clap::Args;
use serde_json::{Value, json};

use self::files::Files;
use self::in_flight::InFlight;
use super::link::Link;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Run a server that discards uploads
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    link: Link,
}

/// What the server knows, for all connections.
#[derive(Default)]
struct State {
    /// The announced uploads, by id.
    announced: HashMap<String, Value>,
    files: Files,
    in_flight: InFlight,
}

/// A request counts as in flight as long as this exists.
struct Counted<'a>(&'a Mutex<State>);

impl<'a> Counted<'a> {
    fn new(state: &'a Mutex<State>) -> Self {
        lock(state).in_flight.add();
        Self(state)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        lock(self.0).in_flight.remove();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let cannot = |error| Failure::new(format!("cannot listen on loopback: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(cannot)?;
    terminal::print(&format!("listening on http://{}/v1\n", listener.local_addr().map_err(cannot)?));
    let state = Arc::<Mutex<State>>::default();
    let link = arguments.link;
    for connection in listener.incoming() {
        let state = Arc::clone(&state);
        // A client that disconnects does not affect the others.
        thread::spawn(move || connection.and_then(|stream| converse(&stream, link, &state)));
    }
    Ok(())
}

fn converse(stream: &TcpStream, link: Link, state: &Mutex<State>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(256 * 1024, stream);
    let mut first = String::new();
    while reader.read_line(&mut first)? > 0 {
        let _counted = (!first.contains(STATISTICS)).then(|| Counted::new(state));
        let request = Request::read(&first, &mut reader, link, stream)?;
        first.clear();
        let body = serde_json::to_vec(&reply(&request, &mut lock(state)))?;
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

/// The path of the statistics.
const STATISTICS: &str = "/v1/statistics";

struct Request {
    is_post: bool,
    path: String,
    query: String,
    /// The body if it is JSON.
    json: Value,
    /// The body if it is a form for the Files API. Other bodies are discarded.
    form: Vec<u8>,
}

impl Request {
    /// Reads the rest of a request after its first line.
    fn read(
        first: &str,
        reader: &mut BufReader<&TcpStream>,
        simulated: Link,
        mut stream: &TcpStream,
    ) -> io::Result<Self> {
        let mut line = String::new();
        simulated.wait();
        let target = first.split(' ').nth(1).unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let is_post = first.starts_with("POST ");
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
        let mut form = Vec::new();
        if path.ends_with("/files") {
            simulated.copy(body, &mut form)?;
        } else {
            simulated.copy(body, &mut io::sink())?;
        }
        Ok(Self { is_post, path: path.to_owned(), query: query.to_owned(), json, form })
    }
}

fn reply(request: &Request, state: &mut State) -> Value {
    if request.path == STATISTICS {
        return json!({ "names": state.files.names(), "in_flight": state.in_flight.report() });
    }
    let announced = &mut state.announced;
    let mut steps = request.path.rsplit('/');
    let (last, id) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    match last {
        "files" if request.is_post => state.files.add(&request.form),
        "files" => state.files.list(&request.query),
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
