//! The Uploads API on your own machine: for tests, for development, with no key and no bill.
//!
//! [`LocalServer`] is for a test: on a free port, in a temporary folder, gone when dropped, and open to questions
//! about what arrived. [`Server`] listens where you say and keeps a folder of your choice; it is what
//! `openai-uploads serve` runs. Both answer the four operations of the [Uploads API](crate::apis::uploads_api)
//! and of the Files API retrieve, content, list and delete, as [`Configuration`]'s base URL plus `/uploads…` and
//! `/files…`.
//!
//! The rules are the API's. What breaks one is answered with the API's error object, by a status that the
//! official clients know what to do with: 400 for what is wrong in itself (they do not retry), 401, 404, 405, 408,
//! 413, 415, 431, and 507 for a full disk (which they do retry). Each answer has an `x-request-id`.
//!
//! # What can be relied on
//!
//! - A part that was acknowledged, a completion, a cancellation and a deletion outlive the process, however it
//!   ends. They are in the operating system's hands and not flushed to the disk: a machine that loses power may
//!   lose its last seconds.
//! - A part that was not acknowledged leaves nothing behind, at the latest when the folder is next opened.
//! - Memory does not grow with the length of a part or a file, and completing copies nothing.
//! - One server at a time works on a folder.
//!
//! # Going wrong on purpose
//!
//! [`Faults`] say what goes wrong and for [which requests](When); [`Clock`] lets an hour pass at once.
//!
//! ```
//! use openai_uploads::apis::uploads_api::create_upload;
//! use openai_uploads::models::CreateUploadRequest;
//! use openai_uploads::models::create_upload_request::Purpose;
//! use openai_uploads::server::{Fault, Faults, LocalServer, Server, When};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Every second part fails once, as if the service were overloaded.
//! let fault = Fault::fail(503).header("retry-after", "1");
//! let faults = Faults::new().with(fault, When::every(2).on("addUploadPart"));
//! let server = LocalServer::start_with(Server::builder().faults(faults)).await?;
//! let announcement = CreateUploadRequest::new("a.jsonl".into(), Purpose::Batch, 5, "text/jsonl".into());
//! let upload = create_upload(&server.configuration(), announcement).await?;
//! assert_eq!(server.uploads()[0].upload, upload);
//! # Ok(())
//! # }
//! ```
//!
//! [`Configuration`]: crate::apis::configuration::Configuration

#[macro_use]
mod field_name;

mod app;
mod body;
mod clock;
mod connection;
mod exchange;
mod faults;
mod files;
mod id;
mod journal;
mod listen;
mod local;
mod multipart;
mod part_form;
mod refusal;
mod reply;
mod route;
mod store;
mod strict;
mod striking;
mod uploads;
mod wire;

/// What fuzz targets call.
#[cfg(fuzzing)]
pub mod fuzzing {
    /// Reads a form that arrives in pieces of the given length.
    ///
    /// # Errors
    ///
    /// When it is not a form.
    pub async fn read_form(
        body: &[u8],
        boundary: &str,
        piece: usize,
    ) -> Result<Vec<(String, Vec<u8>)>, String> {
        super::multipart::fields(body, boundary, piece).await.map_err(|error| format!("{error:?}"))
    }
}

pub use clock::Clock;
pub use faults::{Fault, Faults, InvalidWhen, When};
pub use journal::SeenRequest;
pub use listen::{Server, ServerBuilder, StartError};
pub use local::LocalServer;
pub use store::{StoredPart, StoredUpload};
