//! A transport that answers from a recording.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

use futures_util::future::BoxFuture;

use super::super::error::InputError;
use super::super::transport::{Transport, TransportRequest, TransportResult};
use super::exchange::{Cleaner, Exchange, Recorded};
use super::memory::{TestReply, take_body};

/// A transport that answers from the recording of a [`Recorder`](super::Recorder).
///
/// A request is answered with the first reply to an equal one that was not used yet: with the same operation, method,
/// path, query and body. The host may be another one. A request that was not recorded is an error.
#[derive(Debug)]
pub struct Replayer {
    left: Mutex<Vec<Exchange>>,
}

impl Replayer {
    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or is not a recording.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let text = fs::read_to_string(path)?;
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let exchanges = lines.map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                let place =
                    format!("line {} of {} is not of a recording: {error}", index + 1, path.display());
                io::Error::new(io::ErrorKind::InvalidData, place)
            })
        });
        Ok(Self { left: Mutex::new(exchanges.collect::<io::Result<_>>()?) })
    }

    fn take(&self, request: &Recorded) -> Option<Exchange> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let index = left.iter().position(|exchange| exchange.request == *request)?;
        Some(left.remove(index))
    }
}

impl Transport for Replayer {
    fn send(&self, mut sent: TransportRequest) -> BoxFuture<'_, TransportResult> {
        Box::pin(async move {
            let body = take_body(&mut sent.request).await?;
            let recorded = Recorded::new(&sent, &body, &Cleaner::new(&sent));
            let exchange = self.take(&recorded).ok_or_else(|| {
                let (method, target) = (&recorded.method, &recorded.target);
                InputError::new(format!(
                    "the recording has no reply left for {method} {target}; record it again"
                ))
            })?;
            let reply = TestReply::new(exchange.status, exchange.reply.bytes()?);
            let reply =
                exchange.headers.into_iter().fold(reply, |reply, (name, value)| reply.header(name, value));
            reply.into_response(sent.request.url().clone())
        })
    }
}
