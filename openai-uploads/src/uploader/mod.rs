//! Sends files of up to 8 GiB, over several connections at a time, and goes on where it stopped.
//!
//! # The model
//!
//! The API takes a file in parts: an upload is *created* with the file's name, purpose and length; *parts* of at
//! most 64 MiB are added to it, in any order and side by side; it is *completed* with the list of the parts, and
//! a file comes of it. An upload that is not completed within an hour of its creation expires.
//!
//! An [`Uploader`] does all of that. It is made once, from a [`Configuration`] and [`Options`], and used for many
//! files; all of them share its limit on what is under way. [`Uploader::upload`] describes one upload of one
//! [`Source`]; awaiting it sends the file.
//!
//! ```
//! # #[cfg(feature = "server")]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let server = openai_uploads::server::LocalServer::start().await?;
//! # let configuration = server.configuration();
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("train.jsonl");
//! # std::fs::write(&path, "{\"prompt\":\"Hi\",\"completion\":\"Hello\"}\n".repeat(10))?;
//! use openai_uploads::Uploader;
//! use openai_uploads::models::create_upload_request::Purpose;
//!
//! // Configuration::from_env()? has the key and, where they are set, the server, organization and project.
//! let uploader = Uploader::new(configuration);
//! let uploaded = uploader.upload(&path, Purpose::FineTune).await?;
//! println!("{}", uploaded.file.id);
//! # assert_eq!(server.content(&uploaded.file.id)?, std::fs::read(&path)?);
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "server"))]
//! # fn main() {}
//! ```
//!
//! # What happens on the way
//!
//! 1. **Check.** The source is opened and measured. For the purposes that [`preflight`] knows, the lines are
//!    looked at. What can be refused is refused here, before the server hears of it.
//! 2. **Plan.** The file is cut into parts of one size, such that all connections finish together; see [`Plan`].
//! 3. **Create or resume.** If the same file was being uploaded to the same place, that upload goes on and only
//!    the parts that are missing are sent. Otherwise one is created.
//! 4. **Send.** Each part has a connection to itself and is read from the file while it is sent. A part that
//!    fails is sent again, by itself, when its [`RetryPolicy`] says so; one that stands still for
//!    [`Options::stall_limit`] has failed. When nothing else is left to do, a part that is far slower than its
//!    peers is sent over a second connection too, and the first to arrive counts.
//! 5. **Complete.** The server is given the list of parts and the MD5 of the content, which was computed
//!    alongside. The file that it names has to have as many bytes as the source.
//!
//! # What is left when it stops
//!
//! | it stops because | on the server | beside the file | the next run |
//! |---|---|---|---|
//! | the file arrived | the file | nothing | |
//! | the process was killed, or the future dropped | the upload and its parts | the [`State`] | goes on |
//! | retrying was of no use, the key was refused, the disk failed | the upload and its parts | the state | goes on |
//! | the server refused the upload, or the file changed | nothing: it is cancelled | nothing | begins anew |
//! | [`UploadHandle::cancel`] was called | nothing: it is cancelled | nothing | begins anew |
//!
//! Bytes in memory and readers have no state; after a failure of theirs the upload is cancelled on the server. So
//! it is with [`Resume::Off`].
//!
//! A state is of use only for the same file (path, length, modification time, inode), server, purpose, name, MIME
//! type and time to live, and only while the server keeps the upload. Where it is of no use the upload begins
//! afresh and [`Event::Afresh`] says why; a damaged state is one of those reasons and never an error. While an
//! upload runs, its state is locked: a second one of the same file is refused with [`UploadError::Busy`].
//!
//! # Following it
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use openai_uploads::Uploader;
//! use openai_uploads::apis::configuration::Configuration;
//! use openai_uploads::models::create_upload_request::Purpose;
//! use openai_uploads::uploader::{Event, Options};
//!
//! let options = Options { concurrency: 4, ..Options::default() };
//! let uploader = Uploader::with_options(Configuration::from_env()?, options);
//! let upload = uploader.upload("video.mp4", Purpose::Vision).on_event(|event| match event {
//!     Event::BytesSent { sent, of } => eprintln!("{sent} of {of} bytes"),
//!     Event::Retrying { step, reason, .. } => eprintln!("{step} failed and is tried again: {reason}"),
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
//! # What it costs
//!
//! About 1 MiB of memory for each connection, whatever the length of the file and of its parts; for sources that
//! are no files see [`Source`]. The MD5 takes a core a second and a half for each gigabyte, beside the sending: on
//! a line faster than that it is what the upload waits for in the end, and [`Options::md5`] switches it off.

pub mod preflight;

mod body;
mod check;
mod content;
mod digest;
mod error;
mod event;
mod file;
mod limit;
mod lock;
mod options;
mod part;
mod plan;
mod requests;
mod resume;
mod retry;
mod run;
mod sending;
mod session;
mod source;
mod state;
mod state_file;
mod stop;
mod upload;

use std::sync::Arc;

pub use error::{Failure, Step, UploadError};
pub use event::{Afresh, Event, Warning};
pub use file::FileIdentity;
pub use options::{Options, Resume, RetryPolicy};
pub use plan::{Part, Plan};
pub use source::Source;
pub use state::{SavedState, State};
pub use upload::{Upload, UploadHandle, Uploaded};

use self::body::Buffers;
use self::limit::Limit;
use crate::apis::configuration::Configuration;
use crate::models::create_upload_request::Purpose;

/// Uploads files, as [the module](self) describes.
///
/// Cheap to clone. Clones share one limit on what is under way: files begin in the order in which their uploads
/// are first polled, small ones side by side, and a large one lets the next in when its end is near.
#[derive(Clone, Debug)]
pub struct Uploader {
    configuration: Arc<Configuration>,
    options: Arc<Options>,
    limit: Limit,
    buffers: Buffers,
}

impl Uploader {
    /// An uploader with the default [`Options`].
    pub fn new(configuration: Configuration) -> Self {
        Self::with_options(configuration, Options::default())
    }

    /// An uploader that goes about it as `options` say.
    pub fn with_options(configuration: Configuration, options: Options) -> Self {
        let limit = Limit::new(options.concurrency);
        let (configuration, options) = (Arc::new(configuration), Arc::new(options));
        Self { configuration, options, limit, buffers: Buffers::default() }
    }

    /// How it goes about it.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Where it uploads to.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// How `source` would be cut, without sending anything.
    ///
    /// # Errors
    ///
    /// [`UploadError::Source`] when the file is missing or is none; [`UploadError::TooLarge`];
    /// [`UploadError::Options`] when it cannot be cut into parts of the size that was asked for.
    pub fn plan(&self, source: &Source) -> Result<Plan, UploadError> {
        let bytes = source.length()?;
        self.plan_for(bytes, source.is_reader())
    }

    /// Describes an upload of `source` for `purpose`. Nothing happens until it is awaited.
    ///
    /// # Errors
    ///
    /// The upload itself fails with an [`UploadError`], each of which says when it comes.
    ///
    /// ```no_run
    /// # async fn example(uploader: openai_uploads::Uploader) -> Result<(), openai_uploads::uploader::UploadError> {
    /// use openai_uploads::uploader::Source;
    ///
    /// let source = Source::path("data.bin").with_filename("lines.jsonl").with_mime_type("text/jsonl");
    /// let uploaded = uploader.upload(source, "fine-tune").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn upload(&self, source: impl Into<Source>, purpose: impl Into<Purpose>) -> Upload {
        Upload::new(self.clone(), source.into(), purpose.into())
    }

    fn plan_for(&self, bytes: u64, is_reader: bool) -> Result<Plan, UploadError> {
        if let Some(part_size) = self.options.part_size {
            return Plan::with_part_size(bytes, part_size);
        }
        let plan = Plan::new(bytes, self.options.concurrency)?;
        if is_reader && plan.part_size() > Source::READER_PART_MAXIMUM {
            return Plan::with_part_size(bytes, Source::READER_PART_MAXIMUM);
        }
        Ok(plan)
    }
}
