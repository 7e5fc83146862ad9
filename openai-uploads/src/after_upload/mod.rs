//! What follows an upload: files in a vector store, and fine-tuning jobs.
//!
//! [`FollowUp`] adds files to a vector store or starts a fine-tuning job, and waits for the end.
//!
//! ```no_run
//! use openai_uploads::after_upload::FollowUp;
//! use openai_uploads::apis::configuration::Configuration;
//! use openai_uploads::models::CreateFineTuningJobRequest;
//! use openai_uploads::{Purpose, Uploader};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let configuration = Configuration::from_env()?;
//! let uploader = Uploader::new(configuration.clone());
//! let uploaded = uploader.upload("train.jsonl", Purpose::FineTune).await?;
//!
//! let follow_up = FollowUp::new(configuration).on_event(|event| println!("{event:?}"));
//! let request = CreateFineTuningJobRequest::new("gpt-4.1-mini-2025-04-14".into(), uploaded.file.id);
//! let job = follow_up.start_fine_tuning(&request).await?;
//! let job = follow_up.wait_for_job(&job.id).await?;
//! println!("{:?}", job.fine_tuned_model);
//! # Ok(())
//! # }
//! ```

mod error;
mod event;
mod file_batch;
mod fine_tuning;
mod job;
mod polling;
mod requests;
mod vector_store;

use std::sync::Arc;
use std::time::Duration;

pub use error::Error;
pub use event::Event;
pub use file_batch::{FileBatch, FileCounts};
pub use job::{FineTuningJob, JobError};
pub use vector_store::{Attached, FailedFile};

use crate::apis::configuration::Configuration;
use crate::runtime::RetryPolicy;

/// Does what follows an upload. Dropping a future stops waiting; the server continues what it has started.
#[derive(Clone)]
pub struct FollowUp {
    configuration: Configuration,
    options: Options,
    listener: Arc<dyn Fn(&Event) + Send + Sync>,
}

/// How to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The maximum time between two requests for a state. The first come sooner. 10 seconds by default.
    pub max_poll: Duration,
    /// When failed requests are sent again.
    pub retry: RetryPolicy,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_poll: Duration::from_secs(10), retry: RetryPolicy::default() }
    }
}

impl FollowUp {
    /// Creates it with default options.
    pub fn new(configuration: Configuration) -> Self {
        Self::with_options(configuration, Options::default())
    }

    /// Creates it with these options.
    pub fn with_options(configuration: Configuration, options: Options) -> Self {
        Self { configuration, options, listener: Arc::new(|_| {}) }
    }

    /// Calls `listener` with each event.
    #[must_use]
    pub fn on_event(self, listener: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        Self { listener: Arc::new(listener), ..self }
    }

    fn notify(&self, event: &Event) {
        (self.listener)(event);
    }
}

impl std::fmt::Debug for FollowUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FollowUp")
            .field("configuration", &self.configuration)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
