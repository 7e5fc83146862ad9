//! A server that answers like the Uploads API and discards the bytes, to measure the client's own speed.
//!
//! It checks nothing and is of no other use. `openai-uploads serve` is the real one.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use clap::Args;
use serde_json::{Value, json};

use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Run a server that discards uploads
#[derive(Args)]
pub(crate) struct Arguments {
    /// The maximum rate of each connection.
    #[arg(long, value_parser = rate)]
    rate: Option<u64>,

    /// The delay before each reply.
    #[arg(long, value_parser = humantime::parse_duration)]
    latency: Option<Duration>,
}

/// The network that each connection simulates.
#[derive(Clone, Copy)]
struct Line {
    rate: Option<u64>,
    latency: Duration,
}

/// The announced bytes, by upload.
type Announced = Arc<Mutex<HashMap<String, Value>>>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let cannot = |error| Failure::new(format!("cannot listen on loopback: {error}"));
    let listener = TcpListener::bind("127.0.0.1:0").map_err(cannot)?;
    terminal::say(&format!("listening on http://{}/v1\n", listener.local_addr().map_err(cannot)?));
    let announced = Announced::default();
    let line = Line { rate: arguments.rate, latency: arguments.latency.unwrap_or_default() };
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
        pretended: Line,
        mut stream: &TcpStream,
    ) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        thread::sleep(pretended.latency);
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
        pretended.swallow(body)?;
        Ok(Some(Self { path, json }))
    }
}

impl Line {
    /// Reads to the end, no faster than the simulated network.
    fn swallow(self, mut body: impl Read) -> io::Result<()> {
        let Some(rate) = self.rate.filter(|rate| *rate > 0) else {
            return io::copy(&mut body, &mut io::sink()).map(drop);
        };
        let (begun, mut swallowed) = (Instant::now(), 0);
        loop {
            // The bytes of a hundredth of a second at a time.
            let read = io::copy(&mut (&mut body).take((rate / 100).max(1)), &mut io::sink())?;
            if read == 0 {
                return Ok(());
            }
            swallowed += read;
            let due = Duration::from_nanos(swallowed.saturating_mul(1_000_000_000) / rate);
            thread::sleep(due.saturating_sub(begun.elapsed()));
        }
    }
}

fn rate(text: &str) -> Result<u64, String> {
    text.strip_suffix("/s").unwrap_or(text).parse().map(|rate: ByteSize| rate.as_u64())
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
