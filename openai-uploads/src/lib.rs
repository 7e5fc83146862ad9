//! Gets files of up to 8 GiB to OpenAI.
//!
//! | to | use |
//! |---|---|
//! | send files: in parallel, resumable, verified | [`Uploader`] |
//! | add files to a vector store, or start a fine-tuning job, and wait | [`after_upload`] |
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
//! # A client of your own
//!
//! Requests go through a shared [`reqwest::Client`] that reads the proxies of the environment. For other proxies,
//! certificates or timeouts, build one and give it to the configuration:
//!
//! ```
//! use std::time::Duration;
//!
//! use openai_uploads::apis::configuration::Configuration;
//! use openai_uploads::runtime::{client_builder, reqwest};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = client_builder()
//!         .http1_only() // Each part of an upload has a connection of its own.
//!         .proxy(reqwest::Proxy::https("http://proxy.example:3128")?)
//!         .connect_timeout(Duration::from_secs(20))
//!         .build()?;
//!     let configuration = Configuration::default().with_client(client);
//!     # drop(configuration);
//!     Ok(())
//! }
//! ```
//!
//! Start from [`client_builder`](runtime::client_builder), which follows no redirect: `reqwest` itself sends headers such
//! as `api-key` to the host that a redirect names. Credentials belong into the configuration and not into the default
//! headers of the client, which go to every host.
//!
//! # Features
//!
//! - `rustls` (default): TLS by rustls, with the root certificates of the machine. It is the feature `rustls` of
//!   `reqwest`, so other users of `reqwest` in the same program keep working.
//! - `native-tls`: TLS by the library of the operating system.
//!
//! Without either, `https` URLs need another crate that turns on TLS for `reqwest`.
//! - `keyring`: API keys in the keyring of the system, `KeyringEntry`.
//! - `azure-identity`: Microsoft Entra tokens for Azure OpenAI, `EntraTokens`.
//! - `server`: a local Uploads server.
//! - `cli`: the command.

// First, since its macros are in scope only for what follows.
#[macro_use]
pub mod runtime;

pub mod after_upload;
mod api_error;
mod api_key;
pub mod batch;
mod client;
#[cfg(feature = "azure-identity")]
mod entra;
mod environment;
#[rustfmt::skip] // `cargo xtask codegen` writes it as it is to stay.
mod generated;
#[cfg(feature = "object-store")]
pub mod objects;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "keyring")]
mod system_keyring;
pub mod uploader;

pub use api_key::{ApiKeyFile, read_api_key_file};
#[cfg(feature = "azure-identity")]
pub use entra::EntraTokens;
pub use generated::models::create_upload_request::Purpose;
pub use generated::{apis, models};
#[cfg(feature = "keyring")]
pub use system_keyring::KeyringEntry;
pub use uploader::{Uploader, preflight};
