//! Runs any number of requests as batches: splits, uploads, waits, fetches and merges.
//!
//! # Model
//!
//! The Batch API takes a file of up to 50,000 requests to one endpoint and model, and answers within 24 hours with
//! two files in no order: the responses, and the failures. A [`BatchRunner`] takes requests of any number, endpoint and
//! model, and writes their answers in the order of the requests:
//!
//! 1. **Check.** [`preflight`](crate::preflight) reads all input files. Lines that the server would refuse, and
//!    duplicate ids, are errors. Nothing has been sent then.
//! 2. **Split.** The lines are grouped by endpoint and model, and each group is split into the fewest batches that the
//!    limits of the service allow, all of about the same size.
//! 3. **Submit.** Each shard is uploaded, and its batch is created, as many at a time as [`Options`] allow. A batch that
//!    fails because the model's queue is full waits and is created again.
//! 4. **Wait.** The batches are polled until they end.
//! 5. **Fetch.** Both result files are downloaded. Each request must have one line in one of them.
//! 6. **Retry.** With [`Options::retry_failed`], requests that expired, were rate limited or met a fault of the server
//!    are sent again in new batches.
//! 7. **Merge.** The responses go to the results file, in the order of the input; requests without a response go to
//!    `NAME.errors.jsonl`, with the reasons.
//!
//! ```
//! # #[cfg(feature = "server")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = openai_uploads::server::LocalServer::start().await?;
//! # let configuration = server.configuration();
//! # let folder = tempfile::tempdir()?;
//! # let (requests, results) = (folder.path().join("requests.jsonl"), folder.path().join("results.jsonl"));
//! # let body = r#"{"model":"gpt-5-mini","input":"Hi"}"#;
//! # std::fs::write(&requests, format!(r#"{{"custom_id":"1","method":"POST","url":"/v1/responses","body":{body}}}"#))?;
//! use openai_uploads::Uploader;
//! use openai_uploads::batch::{BatchRunner, Options};
//!
//! // Configuration::from_env()? has the key and the server.
//! let runner = BatchRunner::new(Uploader::new(configuration), Options::default());
//! let summary = runner.run(requests, results).await?;
//! println!("{} of {} requests have an answer", summary.answered, summary.lines);
//! # assert_eq!(summary.answered, 1);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "server"))]
//! # fn main() {}
//! ```
//!
//! # State after an interruption
//!
//! The folder `NAME.batch` beside the results holds the state of the run, its requests and the result files so far. It
//! is readable by its owner only, holds no secrets, and is removed at the end. After a kill, an error or a dropped
//! future, the same call continues the run. No batch is created twice: each has the id of the run and of its shard in
//! its metadata, so a batch whose reply was lost is found in the list of batches.
//!
//! With `SharedState` (feature `object-store`) the state is in an object of a store too. Another machine then
//! continues a run whose machine has died.

mod answers;
mod client;
mod error;
mod event;
mod finish;
mod folder;
mod goal;
mod index;
mod index_thread;
mod input;
mod merge;
mod options;
mod plan;
mod queue;
mod record;
mod result_line;
mod round;
mod run;
mod runner;
mod settings;
mod shard;
#[cfg(feature = "object-store")]
mod shared;
#[cfg(not(feature = "object-store"))]
#[path = "not_shared.rs"]
mod shared;
mod shared_shard;
mod source;
mod split;
mod state;
mod status;
mod summary;
mod write_behind;

pub use error::{Error, InvalidInput};
pub use event::{Event, Shard, ShardProgress};
pub use options::Options;
pub use run::Run;
pub use runner::BatchRunner;
#[cfg(feature = "object-store")]
pub use shared::SharedState;
pub use source::{Input, ReaderInput};
pub use state::{BatchFault, Usage};
pub use status::ShardStatus;
pub use summary::Summary;

use options::Limits;
