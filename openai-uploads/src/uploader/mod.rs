//! Uploads files of up to 8 GiB: small ones in one request, large ones in parallel, resumable and verified.
//!
//! # The model
//!
//! The Files API takes a file of up to 512 MiB in one request. It is used for files of up to
//! [`Options::FILES_API_MAX_BYTES`], and for larger ones where a server has no uploads; [`Options::api`] forces either.
//!
//! The Uploads API takes a file in parts. An upload is *created* with the file's name, purpose and length. *Parts* of
//! at most 64 MiB are added to it, in any order and side by side. Then it is *completed* with the list of the parts,
//! and the server makes a file of them. An upload that is not completed within an hour of its creation expires.
//!
//! An [`Uploader`] does all of that. It is made once, from a [`Configuration`] and [`Options`], and used for many
//! files, which share its limit on requests in flight. [`Uploader::upload`] describes the upload of a [`Source`];
//! awaiting it sends the file.
//!
//! ```
//! # #[cfg(feature = "server")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = openai_uploads::server::LocalServer::start().await?;
//! # let configuration = server.configuration();
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("notes.txt");
//! # std::fs::write(&path, "some text")?;
//! use openai_uploads::{Purpose, Uploader};
//!
//! // Configuration::from_env()? has the key and, where they are set, the server, organization and project.
//! let uploader = Uploader::new(configuration);
//! let uploaded = uploader.upload(&path, Purpose::Assistants).await?;
//! println!("{}", uploaded.file.id);
//! # assert_eq!(server.content(&uploaded.file.id)?, std::fs::read(&path)?);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "server"))]
//! # fn main() {}
//! ```
//!
//! # The steps
//!
//! 1. **Check.** The source is opened and measured. For the purposes that [`preflight`] knows, the lines are
//!    checked. What the server would refuse is refused here, before anything is sent.
//!    A small file is then sent in one request, and sent again as the [`RetryPolicy`] says. The rest of the list is for
//!    uploads in parts.
//! 2. **Create or resume.** If the same file was being uploaded to the same server, that upload is resumed and only
//!    the missing parts are sent. The first of them is small and sent alone: if the server does not have the upload
//!    any more, little is lost. Otherwise an upload is created.
//! 3. **Send.** Each part has a connection to itself and is read from the file while it is sent. Its size follows the
//!    rate of the connection; see [`Plan`]. A part that fails is sent again as its [`RetryPolicy`] says; one that sends
//!    nothing for [`Options::stall_limit`] has failed. When nothing else is left to send, a part that is far slower
//!    than the others is sent over a second connection too (hedging).
//! 4. **Complete.** The server gets the list of parts and the MD5 of the content, which was computed meanwhile.
//!
//! # Errors
//!
//! Replies are read leniently: only ids have to be there. What an error says decides whether its request is sent
//! again: a quota that is used up, an invalid key or an unsupported file fail at once, whatever the status. All
//! other failures that may pass are retried for [`RetryPolicy::time_limit`].
//!
//! # State after an interruption
//!
//! | the upload stops because | on the server | beside the file | the next run |
//! |---|---|---|---|
//! | it is finished | the file | nothing | |
//! | the process was killed, or the future dropped | the upload and its parts | the [`State`] | resumes it |
//! | retries did not help, the key or the account was refused, the disk failed | the upload and its parts | the state | resumes it |
//! | the server refused the upload, or the file changed | nothing: it is cancelled | nothing | starts from the beginning |
//! | [`UploadHandle::cancel`] was called | nothing: it is cancelled | nothing | starts from the beginning |
//!
//! A file that is sent in one request has no state: after a failure nothing is left anywhere. Bytes in memory and
//! readers have no state either; after any failure their upload is cancelled on the server. The same holds with
//! [`Resume::Off`].
//!
//! A state is used only for the same file (see [`FileIdentity`]), server, purpose, file name, MIME type and time to
//! live, and only while the server has the upload; the local clock does not matter. If it cannot be used, the upload
//! starts from the beginning and [`Event::Restarted`] says why; a damaged state is one of those reasons and never
//! an error. While an upload runs, its state is locked: a second upload of the same file fails with
//! [`UploadError::Locked`].
//!
//! # Progress
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use openai_uploads::apis::configuration::Configuration;
//! use openai_uploads::uploader::{Event, Options};
//! use openai_uploads::{Purpose, Uploader};
//!
//! let mut options = Options::default();
//! options.concurrency = 4;
//! let uploader = Uploader::with_options(Configuration::from_env()?, options);
//! let upload = uploader.upload("video.mp4", Purpose::Vision).on_event(|event| match event {
//!     Event::Progress(progress) => eprintln!("{} of {} bytes", progress.sent, progress.bytes),
//!     Event::Retrying { step, wait, reason, .. } => eprintln!("{step} failed, retrying in {wait:.1?}: {reason}"),
//!     _ => {}
//! });
//! let handle = upload.handle();
//! tokio::spawn(async move {
//!     if tokio::signal::ctrl_c().await.is_ok() {
//!         handle.cancel();
//!     }
//! });
//! upload.await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Cost
//!
//! About 1 MiB of memory for each connection, whatever the length of the file and of its parts; for other sources
//! see [`Source`]. The MD5 takes a core a second and a half for each gigabyte while the file is sent. On a line that
//! is faster than that, the upload waits for it in the end; [`Options::md5`] switches it off.

pub mod preflight;

mod api;
mod api_errors;
mod check;
mod context;
mod error;
mod event;
mod options;
mod plan;
mod replies;
mod requests;
mod resume;
mod run;
mod source;
mod stop;
mod transfer;
mod upload;
mod whole_file;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use self::api::{Api, UnknownApi};
pub use self::error::{Failure, Step, UploadError};
pub use self::event::{Event, Progress, RestartReason, Warning};
pub use self::options::{Options, Resume};
pub use self::plan::{Part, Plan};
pub use self::resume::{DamagedState, SavedPart, SavedState, State};
pub use self::source::{FileIdentity, Source};
pub use self::upload::{Upload, UploadHandle, Uploaded};
pub use crate::runtime::RetryPolicy;

use self::plan::PartSizes;
use self::source::Buffers;
use self::transfer::{Limit, RateLimit};
use crate::apis::configuration::Configuration;
use crate::models::AddUploadPartRequest;
use crate::models::create_upload_request::Purpose;

/// Uploads files; [the module](self) describes how.
///
/// Cheap to clone. Clones share one limit on requests in flight and one on the rate. Files start in the order in which
/// their uploads are first polled: small ones side by side, and after a large one the next when little of it is left or
/// its parts have to wait.
#[derive(Clone, Debug)]
pub struct Uploader {
    configuration: Arc<Configuration>,
    options: Arc<Options>,
    limit: Limit,
    rate_limit: RateLimit,
    buffers: Buffers,
    /// Whether the server has ever answered.
    has_connected: Arc<AtomicBool>,
    /// Whether the server is known to have no Uploads API.
    lacks_uploads: Arc<AtomicBool>,
}

impl Uploader {
    /// Creates an uploader with the default [`Options`].
    pub fn new(configuration: Configuration) -> Self {
        Self::with_options(configuration, Options::default())
    }

    /// Creates an uploader with `options`. Its requests are sent again as [`Options::retry`] says, and not as the
    /// configuration does.
    pub fn with_options(configuration: Configuration, options: Options) -> Self {
        Self {
            limit: Limit::new(options.concurrency),
            rate_limit: RateLimit::new(options.max_rate),
            configuration: Arc::new(configuration.with_retry(RetryPolicy::never())),
            options: Arc::new(options),
            buffers: Buffers::default(),
            has_connected: Arc::default(),
            lacks_uploads: Arc::default(),
        }
    }

    /// The options.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The same uploader, which does not check lines: the caller has done so.
    pub(crate) fn without_preflight(mut self) -> Self {
        Arc::make_mut(&mut self.options).preflight = false;
        self
    }

    /// The configuration of its requests.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// Returns how `source` would be sent, without sending anything: by which API, and in which parts.
    ///
    /// # Errors
    ///
    /// [`UploadError::Source`] if the source is not a regular file that exists; [`UploadError::TooLarge`];
    /// [`UploadError::Options`] if [`Options::part_size`] does not fit the file.
    pub fn plan(&self, source: &Source) -> Result<Plan, UploadError> {
        let name = source.display_name();
        let bytes = source.length().map_err(|source| UploadError::Source { name, source, state: None })?;
        self.plan_for(bytes, source.is_reader())
    }

    /// Describes an upload of `source` for `purpose`. Nothing happens until it is awaited.
    ///
    /// A purpose that this version does not know is `Purpose::from("name")`.
    ///
    /// # Errors
    ///
    /// The upload itself fails with an [`UploadError`].
    ///
    /// ```no_run
    /// # async fn example(uploader: openai_uploads::Uploader) -> Result<(), openai_uploads::uploader::UploadError> {
    /// use openai_uploads::Purpose;
    /// use openai_uploads::uploader::Source;
    ///
    /// let source = Source::path("data.bin").with_file_name("lines.jsonl").with_mime_type("text/jsonl");
    /// let uploaded = uploader.upload(source, Purpose::FineTune).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, source: impl Into<Source>, purpose: Purpose) -> Upload {
        Upload::new(self.clone(), source.into(), purpose)
    }

    /// The API that a file of `bytes` bytes is sent by.
    fn api_for(&self, bytes: u64) -> Api {
        self.options.api_for(bytes, self.lacks_uploads.load(Ordering::Relaxed))
    }

    fn plan_for(&self, bytes: u64, is_reader: bool) -> Result<Plan, UploadError> {
        match self.api_for(bytes) {
            Api::Files => Plan::one_request(bytes),
            Api::Uploads => Ok(Plan::of(&self.part_sizes(bytes, is_reader)?, bytes, None)),
        }
    }

    fn part_sizes(&self, bytes: u64, is_reader: bool) -> Result<PartSizes, UploadError> {
        match self.options.part_size {
            Some(part_size) => PartSizes::fixed(bytes, part_size),
            None => {
                let max = AddUploadPartRequest::DATA_MAX_LENGTH;
                let max = if is_reader { max.min(Source::READER_MAX_PART_SIZE) } else { max };
                PartSizes::by_rate(bytes, self.options.concurrency, max)
            }
        }
    }
}
