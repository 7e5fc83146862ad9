//! A request with its reply, as a line of a recording.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::form::is_json;
use super::super::redaction::Redaction;
use super::super::transport::{TransportRequest, redacted_pair};

/// A request with its reply. It has no credentials: of the request's headers it has none but the media type.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Exchange {
    pub(super) request: Recorded,
    pub(super) status: u16,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) reply: Content,
}

/// What distinguishes a request from others in a recording.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Recorded {
    pub(super) operation: String,
    pub(super) method: String,
    /// The path and the query. The host may be another one when the recording is replayed.
    pub(super) target: String,
    pub(super) body: Content,
}

/// The bytes of a body.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Content {
    Json(Value),
    Text(String),
    Base64(String),
}

/// Removes the credentials of a request from texts that are kept.
pub(super) struct Cleaner {
    redaction: Arc<Redaction>,
    /// The pairs of the query that may be credentials.
    pairs: Vec<String>,
}

impl Cleaner {
    pub(super) fn new(request: &TransportRequest) -> Self {
        let pairs = request.secret_pairs().into_iter().map(str::to_owned).collect();
        Self { redaction: request.redaction.clone(), pairs }
    }

    pub(super) fn clean(&self, text: &str) -> String {
        let text =
            self.pairs.iter().fold(text.to_owned(), |text, pair| text.replace(pair, &redacted_pair(pair)));
        self.redaction.apply_strictly(&text)
    }
}

impl Recorded {
    /// Describes a request. `body` is its whole body.
    pub(super) fn new(request: &TransportRequest, body: &Bytes, cleaner: &Cleaner) -> Self {
        let content_type = request.request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        // A form's boundary is another one each time.
        let boundary =
            content_type.and_then(|value| value.split_once("boundary=")).map(|(_, boundary)| boundary);
        let boundary = boundary.filter(|boundary| !boundary.is_empty());
        let body = match boundary {
            Some(boundary) => replaced(body, boundary.as_bytes(), b"boundary").into(),
            None => body.clone(),
        };
        Self {
            operation: request.operation.id.to_owned(),
            method: request.request.method().to_string(),
            target: cleaner.clean(&request.redacted_target()),
            body: Content::new(&body, request.request.headers(), cleaner),
        }
    }
}

/// Replaces each `from`, which is not empty, in bytes that need not be text.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut result = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        result.extend_from_slice(&rest[..at]);
        result.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    result.extend_from_slice(rest);
    result
}

impl Content {
    /// `headers` are those of the same message.
    pub(super) fn new(bytes: &[u8], headers: &HeaderMap, cleaner: &Cleaner) -> Self {
        let Ok(text) = std::str::from_utf8(bytes) else { return Self::Base64(BASE64_STANDARD.encode(bytes)) };
        let text = cleaner.clean(text);
        let content_type =
            headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        // Other text may look like JSON, and would be written in another way: 1.10 as 1.1.
        let value = if is_json(content_type) { serde_json::from_str(&text).ok() } else { None };
        value.map_or_else(|| Self::Text(text), Self::Json)
    }

    pub(super) fn bytes(&self) -> Result<Bytes, base64::DecodeError> {
        match self {
            Self::Json(value) => Ok(value.to_string().into()),
            Self::Text(text) => Ok(text.clone().into()),
            Self::Base64(text) => BASE64_STANDARD.decode(text).map(Into::into),
        }
    }
}
