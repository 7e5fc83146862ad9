//! One upload: a future, the handle that cancels it, and what comes of it.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream;
use tokio::sync::{mpsc, watch};

use super::event::Listeners;
use super::{Event, Resume, Source, UploadError, Uploader};
use crate::models::create_upload_request::Purpose;
use crate::models::{FileExpirationAfter, OpenAiFile};

/// An upload that has been described and not begun: awaiting it sends the file.
///
/// # Stopping
///
/// The future does its work while it is polled, and only then. When it is dropped, the requests under way stop
/// where they are; for a file the state stays, and the next upload of the same file goes on from there. For
/// bytes and readers nothing can go on, and what has arrived stays on the server until the upload expires there:
/// end those with [`UploadHandle::cancel`].
#[must_use = "nothing is sent until the upload is awaited"]
#[derive(Debug)]
pub struct Upload {
    pub(super) uploader: Uploader,
    pub(super) source: Source,
    pub(super) purpose: Purpose,
    pub(super) expires_after: Option<FileExpirationAfter>,
    pub(super) resume: Resume,
    pub(super) listeners: Listeners,
    handle: UploadHandle,
}

/// What came of an upload.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Uploaded {
    /// The file, as the server describes it. It has as many bytes as the source.
    pub file: OpenAiFile,
    /// The upload that made it.
    pub upload_id: String,
    /// The MD5 of the content in hexadecimal, where it was computed. The server has compared it.
    pub md5: Option<String>,
}

/// Cancels an upload from elsewhere. Clones cancel the same upload.
#[derive(Clone)]
pub struct UploadHandle {
    cancelled: Arc<watch::Sender<bool>>,
}

impl Upload {
    pub(super) fn new(uploader: Uploader, source: Source, purpose: Purpose) -> Self {
        let resume = uploader.options().resume.clone();
        let handle = UploadHandle { cancelled: Arc::new(watch::Sender::new(false)) };
        Self {
            uploader,
            source,
            purpose,
            expires_after: None,
            resume,
            listeners: Listeners::default(),
            handle,
        }
    }

    /// Lets the file expire on the server.
    pub fn with_expires_after(self, expires_after: FileExpirationAfter) -> Self {
        Self { expires_after: Some(expires_after), ..self }
    }

    /// Keeps this upload's state there, whatever [`Options::resume`](super::Options::resume) says.
    pub fn with_resume(self, resume: Resume) -> Self {
        Self { resume, ..self }
    }

    /// Calls `listener` with each event, from within the upload's own future: the upload waits for it.
    pub fn on_event(mut self, listener: impl FnMut(&Event) + Send + 'static) -> Self {
        self.listeners.add(listener);
        self
    }

    /// The events as a stream, which ends with the upload. They wait in memory until they are read.
    pub fn events(&mut self) -> impl Stream<Item = Event> + Send + Unpin + use<> {
        let (sender, receiver) = mpsc::unbounded_channel();
        // A stream that was dropped is no reason to stop.
        self.listeners.add(move |event| drop(sender.send(event.clone())));
        Box::pin(stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) }))
    }

    /// A handle to cancel the upload by.
    pub fn handle(&self) -> UploadHandle {
        self.handle.clone()
    }
}

impl IntoFuture for Upload {
    type Output = Result<Uploaded, UploadError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(super::run::run(self))
    }
}

impl UploadHandle {
    /// Stops the upload, cancels it on the server and removes its state. It then returns
    /// [`UploadError::Cancelled`], which the upload has to be polled to do.
    ///
    /// An upload that is being completed is not taken back: it ends as it would have.
    pub fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    /// Whether [`cancel`](Self::cancel) was called.
    pub fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Waits until [`cancel`](Self::cancel) is called.
    pub(super) async fn cancelled(&self) {
        // The sender is in `self`, so the wait does not end without a call.
        let _ = self.cancelled.subscribe().wait_for(|cancelled| *cancelled).await;
    }

    /// What `future` gives, or nothing when [`cancel`](Self::cancel) is called before.
    pub(super) async fn unless_cancelled<F: Future>(&self, future: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            () = self.cancelled() => None,
            output = future => Some(output),
        }
    }
}

impl fmt::Debug for UploadHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadHandle").field("is_cancelled", &self.is_cancelled()).finish()
    }
}
