//! Objects in stores: Amazon S3, Google Cloud Storage, Azure Blob Storage and web servers (feature `object-store`).
//!
//! [`Stores`] turns URLs into [`Location`]s, with the credentials of the environment. A location that is looked up is
//! an [`Object`]: one version of its content. [`Source::object`](crate::uploader::Source::object) uploads it.
//!
//! ```no_run
//! use openai_uploads::apis::configuration::Configuration;
//! use openai_uploads::objects::Stores;
//! use openai_uploads::uploader::Source;
//! use openai_uploads::{Purpose, Uploader};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let object = Stores::new().location("s3://bucket/train.jsonl")?.look_up().await?;
//! let uploader = Uploader::new(Configuration::from_env()?);
//! let uploaded = uploader.upload(Source::object(object), Purpose::FineTune).await?;
//! println!("{}", uploaded.file.id);
//! # Ok(())
//! # }
//! ```
//!
//! # URLs
//!
//! | URL | store | credentials |
//! |---|---|---|
//! | `s3://BUCKET/KEY` | Amazon S3, or what `AWS_ENDPOINT_URL` names | the variables `AWS_…` |
//! | `gs://BUCKET/KEY` | Google Cloud Storage | the variables `GOOGLE_…` |
//! | `az://CONTAINER/KEY`, `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/KEY` | Azure Blob Storage | the variables `AZURE_STORAGE_…` |
//! | `https://HOST/PATH`, `http://HOST/PATH` | a web server; also a presigned URL | none |
//!
//! The builders of the crate [`object_store`] list all variables: [`AmazonS3Builder::from_env`], for instance. A key is
//! taken as it stands; only the path of a web server is percent-encoded. The query of a URL may be a signature, so it
//! is shown nowhere.
//!
//! [`AmazonS3Builder::from_env`]: object_store::aws::AmazonS3Builder::from_env

mod error;
mod location;
mod object;
mod reader;
mod reason;
mod store;
mod stores;

pub use object_store;

pub use self::error::ObjectError;
pub use self::location::{Condition, Location, Stored, Version};
pub use self::object::Object;
pub use self::reader::ObjectReader;
pub use self::stores::Stores;
