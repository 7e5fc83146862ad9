//! What every generated operation rests on: configuration, credentials, sending a request, reading a reply,
//! errors, and bodies that stream. Knows no operation.

mod base64;
mod binary;
mod call;
mod configuration;
mod error;
mod events;
mod form;
mod integer;
mod loss;
mod members;
#[macro_use]
#[allow(unused_macros, reason = "a document may have no object")]
mod object;
#[macro_use]
#[allow(unused_macros, reason = "a document may have no enumeration")]
mod open_enum;
mod operation;
mod parameter;
mod reply;
mod request;
mod retry;
mod security;
#[macro_use]
#[allow(unused_macros, reason = "a document may have no union")]
mod union;

pub use base64::{Base64, Base64Error};
pub use binary::Binary;
pub use call::{Call, Decode, NoEvents, Response};
pub use configuration::{BasicAuth, Configuration, default_client};
pub use error::{ApiError, DecodeError, Error, ErrorBody, InputError, TransportError};
pub use events::{Event, EventError, EventForm, EventStream, EventsWithFields};
pub use form::{FileOr, Form};
#[doc(hidden)]
pub use loss::note_unnamed;
pub use members::{Members, Writer};
pub use object::{Object, read_object, write_object};
pub use operation::Operation;
pub use parameter::{ArrayFormat, Style};
pub use reply::{ByteStream, Reply};
pub use request::Request;
pub use security::{ApiKeyLocation, SecurityScheme};
pub use union::{Candidates, write_tagged};
