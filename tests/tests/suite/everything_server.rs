//! A server for every host of a document: a proxy that answers by itself, so that a request contains the whole URL.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::received_request::{ReceivedRequest, read};

/// A server with a prepared answer for each request.
pub(crate) struct Proxy {
    url: String,
    client: reqwest::Client,
    answers: Sender<Answer>,
    received: Receiver<ReceivedRequest>,
}

/// The answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body is chunked and its length is not stated.
    pub(crate) in_pieces: bool,
}

impl Proxy {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let proxy = reqwest::Proxy::http(&url).unwrap();
        let client = reqwest::Client::builder().proxy(proxy).http1_only().build().unwrap();
        let (answers, to_give) = channel::<Answer>();
        let (to_keep, received) = channel();
        std::thread::spawn(move || {
            // Ends with the sender of answers.
            for answer in to_give {
                let (mut connection, _) = listener.accept().unwrap();
                let request = read(&mut connection);
                connection.write_all(&answer.text(&request.method)).unwrap();
                to_keep.send(request).unwrap();
            }
        });
        Self { url, client, answers, received }
    }

    pub(crate) fn client(&self) -> reqwest::Client {
        self.client.clone()
    }

    pub(crate) fn answer_next(&self, answer: Answer) {
        self.answers.send(answer).unwrap();
    }

    /// Discards the next answer, for a request that was never sent.
    pub(crate) fn skip(&self) {
        let mut connection = TcpStream::connect(self.url.trim_start_matches("http://")).unwrap();
        connection.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        drop(self.received());
    }

    /// The request that was answered last. The client has its answer, so it must have been sent.
    pub(crate) fn received(&self) -> ReceivedRequest {
        self.received.recv_timeout(Duration::from_secs(600)).unwrap()
    }
}

impl Answer {
    fn text(&self, method: &str) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} \r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if self.status == 204 || self.status == 304 || method == "HEAD" {
            return format!("{head}\r\n").into_bytes();
        }
        if !self.in_pieces {
            let head = format!("{head}content-length: {}\r\n\r\n", self.body.len());
            return [head.as_bytes(), &self.body].concat();
        }
        let pieces = self
            .body
            .chunks(7)
            .map(|piece| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
        let pieces: Vec<u8> = pieces.flatten().collect();
        [format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes(), &pieces, b"0\r\n\r\n"].concat()
    }
}
