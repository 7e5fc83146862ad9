//! A transport that records what another one sends and receives.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use futures_util::future::BoxFuture;
use reqwest::Body;
use reqwest::header::{CONNECTION, CONTENT_LENGTH, DATE, SET_COOKIE, TRANSFER_ENCODING};

use super::super::error::InputError;
use super::super::transport::{Transport, TransportRequest, TransportResult};
use super::exchange::{Cleaner, Content, Exchange, Recorded};
use super::memory::{TestReply, take_body};

/// A transport that records what another one sends and receives, for a [`Replayer`](super::Replayer).
///
/// The recording is a file with an object of JSON on each line. It has no credentials: of a request it has the
/// operation, the method, the path, the query and the body, and of headers nothing. In all of that, and in the reply,
/// the credentials of the configuration are replaced with `[redacted]`, if they have at least 4 characters. Look
/// through a recording before you publish it: only you know what else is secret in it.
///
/// Bodies are held in memory, and a reply that streams arrives as a whole. A request without a reply is not recorded.
#[derive(Debug)]
pub struct Recorder<T> {
    inner: T,
    file: Mutex<File>,
}

impl<T: Transport> Recorder<T> {
    /// Creates a transport that records what `inner` sends and receives, in place of what is in the file.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn new(inner: T, path: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { inner, file: Mutex::new(File::create(path)?) })
    }
}

impl<T: Transport> Transport for Recorder<T> {
    fn send(&self, mut sent: TransportRequest) -> BoxFuture<'_, TransportResult> {
        Box::pin(async move {
            let body = take_body(&mut sent.request).await?;
            let cleaner = Cleaner::new(&sent);
            let request = Recorded::new(&sent, &body, &cleaner);
            if !body.is_empty() {
                *sent.request.body_mut() = Some(Body::from(body));
            }
            let response = self.inner.send(sent).await?;
            let (status, url) = (response.status().as_u16(), response.url().clone());
            let left_out = [CONNECTION, CONTENT_LENGTH, DATE, SET_COOKIE, TRANSFER_ENCODING];
            let headers = response.headers().iter().filter(|(name, _)| !left_out.contains(name));
            let headers = headers.filter_map(|(name, value)| {
                Some((name.to_string(), String::from_utf8(value.as_bytes().to_vec()).ok()?))
            });
            let headers: Vec<(String, String)> = headers.collect();
            let content_headers = response.headers().clone();
            let body = response.bytes().await?;
            let reply = Content::new(&body, &content_headers, &cleaner);
            let mut recorded: BTreeMap<String, String> = BTreeMap::new();
            for (name, value) in &headers {
                let value = cleaner.clean(value);
                // Several headers of one name mean the same as one with a list (RFC 9110 §5.3).
                let list = recorded.remove(name).map(|before| format!("{before}, {value}"));
                recorded.insert(name.clone(), list.unwrap_or(value));
            }
            let exchange = Exchange { request, status, headers: recorded, reply };
            let mut line = serde_json::to_vec(&exchange)?;
            line.push(b'\n');
            let written = self.file.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line);
            written.map_err(|error| InputError::io("the recording cannot be written", error))?;
            let reply = TestReply::new(status, body);
            headers
                .into_iter()
                .fold(reply, |reply, (name, value)| reply.header(name, value))
                .into_response(url)
        })
    }
}
