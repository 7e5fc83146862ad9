//! One upload: a future, the handle that cancels it, and its result.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream;
use tokio::sync::{mpsc, watch};

use super::event::Listeners;
use super::{Event, Resume, Source, Uploader};
use crate::models::create_upload_request::Purpose;
use crate::models::{FileExpirationAfter, OpenAiFile};

/// An upload that has not started yet: awaiting it sends the file.
///
/// # Cancellation
///
/// The future works only while it is polled. When it is dropped, the requests in flight stop where they are. The state
/// of a file stays, and the next upload of the same file resumes it; the bytes of the parts in flight are lost.
/// Uploads of bytes and readers cannot be resumed, and their parts stay on the server until the upload expires
/// there: stop those with [`UploadHandle::cancel`].
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

/// The result of an upload.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Uploaded {
    /// The file, as the server describes it. What the server leaves out is as it was requested.
    pub file: OpenAiFile,
    /// The id of the upload that made the file. `None` if the file was sent by the Files API.
    pub upload_id: Option<String>,
    /// The MD5 of the content in hexadecimal, if it was computed. The server has compared it. The Files API takes none.
    pub md5: Option<String>,
    /// The bytes that were sent. Less than the file has if the upload was resumed.
    pub sent_bytes: u64,
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

    /// Sets the time after which the server deletes the file.
    pub fn with_expires_after(self, expires_after: FileExpirationAfter) -> Self {
        Self { expires_after: Some(expires_after), ..self }
    }

    /// Sets where the state of this upload is kept, in place of [`Options::resume`](super::Options::resume).
    pub fn with_resume(self, resume: Resume) -> Self {
        Self { resume, ..self }
    }

    /// Calls `listener` with each event. It runs within the upload's own future, so the upload waits for it.
    pub fn on_event(mut self, listener: impl FnMut(&Event) + Send + 'static) -> Self {
        self.listeners.add(listener);
        self
    }

    /// Returns the events as a stream, which ends with the upload. They wait in memory until they are read.
    pub fn events(&mut self) -> impl Stream<Item = Event> + Send + Unpin + use<> {
        let (sender, receiver) = mpsc::unbounded_channel();
        // A stream that was dropped does not stop the upload.
        self.listeners.add(move |event| drop(sender.send(event.clone())));
        Box::pin(stream::unfold(receiver, |mut receiver| async { Some((receiver.recv().await?, receiver)) }))
    }

    /// Returns a handle that cancels the upload.
    pub fn handle(&self) -> UploadHandle {
        self.handle.clone()
    }
}

impl UploadHandle {
    /// Stops the upload, cancels it on the server and removes its state. The upload then returns
    /// [`UploadError::Cancelled`](super::UploadError::Cancelled); it has to be polled to do so.
    ///
    /// An upload that is being completed is not cancelled, nor a file of which all bytes are sent: it ends as it would
    /// have.
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

    /// The output of `future`; `None` if [`cancel`](Self::cancel) is called before it is ready.
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
