//! HTTP as the server speaks it: connections, bodies, responses. Knows no operation.

mod body;
mod connection;
mod exchange;
mod multipart;
mod range;
mod response;
mod strict;
mod wire;

pub(super) use body::{IncomingBody, content_length, expect_content_type, read_json};
pub(super) use connection::{ConnectionSettings, serve};
pub(super) use exchange::{CloseConnection, Exchanges};
#[cfg(fuzzing)]
pub(super) use multipart::fields;
pub(super) use multipart::{Field, FormError, Multipart, boundary};
pub(super) use range::RequestedRange;
pub(super) use response::{ErrorResponse, excerpt, field_name, json};
pub(super) use strict::read_value;
pub(super) use wire::ConnectionState;
