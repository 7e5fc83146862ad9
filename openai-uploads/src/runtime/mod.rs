//! The hand-written part of a generated crate: configuration, credentials, requests, replies and errors.

mod api_error;
mod base64;
mod binary;
mod call;
mod client_credentials;
mod compression;
mod configuration;
mod credentials;
mod error;
mod events;
mod excerpt;
mod file_or;
mod form;
mod idempotency_key;
mod lines;
mod link_header;
#[macro_use]
#[allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "a document may have no object, enumeration or union"
)]
pub(crate) mod model;
mod multipart;
mod operation;
mod pages;
mod parameter;
mod platform;
mod poll;
mod redaction;
mod reply;
mod request;
mod request_body;
mod retry;
mod secret;
mod security;
mod send;
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub mod testing;
mod token;
mod transport;
mod transport_error;
mod url;
#[cfg(feature = "webhooks")]
mod webhook;

// The crates whose types are in the public API, so that a program can name them in the version used here.
pub use {bytes, futures_util, reqwest, secrecy, serde, serde_json};

pub use api_error::{ApiError, ErrorBody};
pub use base64::{Base64, Base64Error};
pub use binary::Binary;
pub use call::{Call, Decode, NoEvents, Response};
pub use client_credentials::ClientCredentials;
pub use configuration::{BasicAuth, Configuration};
pub use error::{DecodeError, Error, InputError, describe};
pub use events::{Event, EventError, EventForm, EventStream, EventsWithFields};
pub use file_or::FileOr;
pub use form::Form;
pub use lines::LineStream;
pub use multipart::{Part, Parts};
pub use operation::Operation;
pub use pages::{NextPage, Pages};
pub use parameter::{ArrayFormat, Style};
pub use platform::default_client;
#[cfg(not(target_arch = "wasm32"))]
pub use platform::{SharedClient, client_builder};
pub use poll::{PollError, PollPolicy};
pub use reply::{ByteStream, MAX_REPLY_BYTES, Reply};
pub use request::Request;
pub use retry::{Decision, GaveUp, LimitFrom, Retry, RetryPolicy, RetrySafety};
pub use secret::SecretString;
pub use security::{ApiKeyLocation, SecurityScheme};
pub use token::{RefreshingToken, Token, TokenError, TokenProvider};
#[cfg(not(target_arch = "wasm32"))]
pub use token::{TokenCommand, TokenFile};
pub use transport::{Transport, TransportRequest, TransportResult};
pub use transport_error::{TransportError, TransportErrorKind};
pub use url::check_base_url;
#[cfg(feature = "webhooks")]
pub use webhook::{Webhook, WebhookError, WebhookSecret};
