//! A local server for tests and development, without a key, a bill or a network.
//!
//! [`LocalServer`] is for tests: it uses a free port and a temporary folder, stops when dropped, and reports the
//! requests that arrived. [`Server`] listens on a given address and keeps its data in a given folder; the command
//! `openai-uploads serve` runs it. Both serve every operation of [`apis`](crate::apis).
//!
//! The rules are those of the API. Errors have the API's error object and a status that the official clients
//! handle: 400 for invalid requests (not retried), 401, 404, 405, 408, 413, 415, 431, and 507 for a full disk
//! (retried). Every response has an `x-request-id`.
//!
//! # Guarantees
//!
//! - Acknowledged parts, files, completions, cancellations and deletions survive the end of the process, even
//!   SIGKILL. They are written but not flushed to the disk, so a power failure may lose the last seconds.
//! - Parts that were not acknowledged are removed, at the latest when the folder is opened again.
//! - Memory does not grow with the size of parts and files, and completing an upload copies nothing.
//! - One server at a time uses a folder.
//!
//! # The page
//!
//! At `/` a page shows, live, uploads, files, batches and the last requests, and switches faults. It needs no API key,
//! so it is served on loopback only, unless [`ServerBuilder::page`] asks for it elsewhere.
//!
//! # Fault injection
//!
//! [`Faults`] inject failures into [chosen requests](When). [`Clock`] lets an hour pass at once.
//!
//! ```
//! use openai_uploads::apis::uploads_api::create_upload;
//! use openai_uploads::models::CreateUploadRequest;
//! use openai_uploads::models::create_upload_request::Purpose;
//! use openai_uploads::server::{Fault, Faults, LocalServer, Server, When};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Every second part fails, as if the service were overloaded.
//! let fault = Fault::fail(503).header("retry-after", "1");
//! let faults = Faults::new().with(fault, When::every(2).on("addUploadPart"));
//! let server = LocalServer::start_with(Server::builder().faults(faults)).await?;
//! let request = CreateUploadRequest::new("a.jsonl".into(), Purpose::Batch, 5, "text/jsonl".into());
//! let upload = create_upload(&server.configuration(), request).await?;
//! assert_eq!(server.uploads()[0].upload, upload);
//! # Ok(())
//! # }
//! ```

mod api;
mod app;
mod batch;
mod bound_server;
mod builder;
mod clock;
mod fault_layer;
mod faults;
mod http;
mod id;
mod journal;
mod local;
mod operations;
mod page;
mod router;
mod start_error;
mod store;

/// Entry points of fuzz params.
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
        super::http::fields(body, boundary, piece).await.map_err(|error| format!("{error:?}"))
    }
}

pub use batch::Answers;
pub use bound_server::Server;
pub use builder::ServerBuilder;
pub use clock::Clock;
pub use faults::{BatchFault, Fault, Faults, InvalidBatchFault, InvalidFault, InvalidWhen, When};
pub use journal::SeenRequest;
pub use local::LocalServer;
pub use start_error::StartError;
pub use store::{StoredPart, StoredUpload};
