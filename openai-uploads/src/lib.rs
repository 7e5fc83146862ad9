//! Gets files of up to 8 GB to OpenAI.
//!
//! | to | use |
//! |---|---|
//! | send files: in parallel, resumable, verified | [`Uploader`] |
//! | call the Uploads API one request at a time | [`apis::uploads_api`] with the types of [`models`] |
//! | find what is wrong with a `batch` or `fine-tune` file before it is sent | [`preflight`] |
//! | try and test without a key or a network | `server`, the feature `server` |
//! | do it from a shell | the command `openai-uploads`, the feature `cli` |
//!
//! ```no_run
//! use openai_uploads::apis::configuration::Configuration;
//! use openai_uploads::{Purpose, Uploader};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let uploader = Uploader::new(Configuration::from_env()?);
//! let uploaded = uploader.upload("train.jsonl", Purpose::FineTune).await?;
//! println!("{}", uploaded.file.id);
//! # Ok(())
//! # }
//! ```
//!
//! Functions and models are generated from an OpenAPI document and rest on [`runtime`], which is written by hand.
//! Everything needs a Tokio runtime with time and I/O enabled.
//!
//! # Features
//!
//! - `rustls` (default): TLS in Rust, with the machine's own root certificates.
//! - `native-tls`: TLS by the machine's own library.
//! - `server`: a local Uploads server.
//! - `cli`: the command.

// First, since its macros are in scope only for what follows.
#[macro_use]
pub mod runtime;

mod api_key;
pub mod batch;
mod environment;
#[rustfmt::skip] // `cargo xtask codegen` writes it as it is to stay.
mod generated;
pub mod list;
#[cfg(feature = "server")]
pub mod server;
pub mod uploader;

pub use api_key::read_api_key_file;
pub use generated::models::create_upload_request::Purpose;
pub use generated::{apis, models};
pub use uploader::{Uploader, preflight};
