//! A web server with one file, which it sends in ranges, and with faults.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// A web server that sends the same file whatever the path.
pub(crate) struct WebServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    content: Arc<Vec<u8>>,
    e_tag: Option<String>,
    has_ranges: bool,
    refuses: bool,
    /// Of ranges, how many bytes are sent before the connection is cut, and how often that happens.
    cuts: (usize, usize),
    /// Whether ranges are begun and never go on.
    stalls: bool,
    /// The pause after each piece of a body.
    pause: Duration,
    requests: Vec<String>,
    sent: usize,
}

impl WebServer {
    pub(crate) fn start(content: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            content: Arc::new(content),
            e_tag: Some("\"1\"".to_owned()),
            has_ranges: true,
            refuses: false,
            cuts: (0, 0),
            stalls: false,
            pause: Duration::ZERO,
            requests: Vec::new(),
            sent: 0,
        }));
        let shared = state.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                thread::spawn(move || while answer(&stream, &state).is_some() {});
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Replaces the file.
    pub(crate) fn change(&self, content: Vec<u8>, e_tag: &str) {
        let mut state = self.state();
        (state.content, state.e_tag) = (Arc::new(content), Some(e_tag.to_owned()));
    }

    pub(crate) fn without_e_tag(&self) {
        self.state().e_tag = None;
    }

    pub(crate) fn without_ranges(&self) {
        self.state().has_ranges = false;
    }

    pub(crate) fn refuse_all(&self) {
        self.state().refuses = true;
    }

    /// Cuts the connection of the next ranges after so many bytes.
    pub(crate) fn cut(&self, after: usize, times: usize) {
        self.state().cuts = (after, times);
    }

    pub(crate) fn stall(&self, stalls: bool) {
        self.state().stalls = stalls;
    }

    /// Sends bodies in pieces of 64 KiB, with a pause after each.
    pub(crate) fn slow_down(&self, pause: Duration) {
        self.state().pause = pause;
    }

    /// The first lines of the requests.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.state().requests.clone()
    }

    /// The bytes of all bodies.
    pub(crate) fn sent(&self) -> usize {
        self.state().sent
    }
}

fn answer(mut stream: &TcpStream, shared: &Mutex<State>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let is_head = line.starts_with("HEAD");
    let (mut range, mut if_match) = (None, None);
    let first = line.trim_end().to_owned();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "range" => {
                let (start, end) = value.strip_prefix("bytes=")?.split_once('-')?;
                range = Some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()? + 1));
            }
            "if-match" => if_match = Some(value.to_owned()),
            _ => {}
        }
    }
    let (content, e_tag, cut, stalls, pause) = {
        let mut state = shared.lock().unwrap();
        state.requests.push(first);
        let is_changed = if_match.is_some() && if_match != state.e_tag;
        if state.refuses || is_changed {
            let status = if is_changed { "412 Precondition Failed" } else { "403 Forbidden" };
            return write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").ok();
        }
        range = range.filter(|_| state.has_ranges);
        let cut = (range.is_some() && state.cuts.1 > 0).then_some(state.cuts.0);
        state.cuts.1 -= usize::from(cut.is_some());
        (state.content.clone(), state.e_tag.clone(), cut, range.is_some() && state.stalls, state.pause)
    };
    let (start, end) = range.unwrap_or((0, content.len()));
    let end = end.min(content.len());
    let status = if range.is_some() { "206 Partial Content" } else { "200 OK" };
    let mut head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", end - start);
    head += "last-modified: Wed, 21 Oct 2015 07:28:00 GMT\r\n";
    if range.is_some() {
        head += &format!("content-range: bytes {start}-{}/{}\r\n", end - 1, content.len());
    }
    if let Some(e_tag) = e_tag {
        head += &format!("etag: {e_tag}\r\n");
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).ok()?;
    if is_head {
        return Some(());
    }
    if stalls {
        // Until the client breaks off.
        let _ = reader.read_line(&mut line);
        return None;
    }
    let body = &content[start..end];
    let body = cut.map_or(body, |after| &body[..after.min(body.len())]);
    shared.lock().unwrap().sent += body.len();
    for piece in body.chunks(64 * 1024) {
        stream.write_all(piece).ok()?;
        thread::sleep(pause);
    }
    cut.is_none().then_some(())
}
