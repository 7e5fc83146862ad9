//! What happens during an upload, as it happens.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Part, Plan, Step};
use crate::models::OpenAiFile;
use crate::preflight;

/// Something that happened during an upload.
///
/// In order: [`Checking`](Self::Checking), [`Planned`](Self::Planned), [`Resumed`](Self::Resumed) or
/// [`Created`](Self::Created), the parts, [`Completing`](Self::Completing), [`Done`](Self::Done). A file that is sent by
/// the Files API has [`FileStarted`](Self::FileStarted) in place of the upload and its parts. After
/// [`Restarted`](Self::Restarted) the upload starts from the beginning, with another plan.
/// [`Retrying`](Self::Retrying), [`WaitingForServer`](Self::WaitingForServer) and [`Warning`](Self::Warning) come at
/// any time. A failure is not an event: the upload returns it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Something that may be a mistake, but does not stop the upload.
    Warning(Warning),
    /// The content is checked before anything is sent. Comes when the check begins, and then about ten times a
    /// second.
    Checking {
        /// The bytes that have been checked.
        checked: u64,
        /// The bytes of the file.
        bytes: u64,
    },
    /// The parts of the file are known. Nothing has been sent yet.
    Planned {
        /// The parts, with those that the server has already.
        plan: Plan,
    },
    /// An earlier upload is resumed.
    Resumed {
        /// Its id.
        upload_id: String,
        /// How many parts the server has already.
        parts: usize,
        /// How many bytes that is.
        bytes: u64,
    },
    /// An earlier upload cannot be resumed: the file is sent from the beginning.
    Restarted {
        /// Why.
        reason: RestartReason,
    },
    /// The upload was created on the server.
    Created {
        /// Its id.
        upload_id: String,
        /// The time until it expires.
        lifetime: Duration,
        /// Where its state is kept, if it is.
        state: Option<PathBuf>,
    },
    /// The whole file is being sent by one request, by the Files API.
    FileStarted {
        /// The number of the attempt, counted from 1.
        attempt: u32,
    },
    /// A part is being sent.
    PartStarted {
        /// The part.
        part: Part,
        /// The number of the attempt, counted from 1.
        attempt: u32,
    },
    /// A part is far slower than the others and is sent over a second connection too.
    Hedged {
        /// The part.
        part: Part,
    },
    /// More has been sent. Comes about ten times a second while the numbers change.
    Progress(Progress),
    /// The server has a part.
    PartDone {
        /// The part.
        part: Part,
        /// Its id on the server.
        part_id: String,
    },
    /// A request failed and will be sent again.
    Retrying {
        /// What the request is for.
        step: Step,
        /// The number of attempts so far.
        attempts: u32,
        /// The wait before the next attempt.
        wait: Duration,
        /// Why it failed.
        reason: String,
    },
    /// The server has not answered for a while. Comes after 15 seconds and then every 15 seconds, for requests
    /// without a body that could show progress, and for a whole file once all its bytes are sent.
    WaitingForServer {
        /// What the request is for.
        step: Step,
        /// How long it has waited.
        waited: Duration,
    },
    /// The server has all parts, and the upload is being completed.
    Completing {
        /// The MD5 of the content in hexadecimal, if it was computed.
        md5: Option<String>,
    },
    /// The file exists.
    Done {
        /// The file, as the server describes it.
        file: OpenAiFile,
    },
}

/// How much of a file has been sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes of finished parts and of parts that are being sent. Falls when a part is sent again; never more
    /// than `bytes`.
    pub sent: u64,
    /// The bytes of finished parts. Only these are kept when the upload stops.
    pub finished: u64,
    /// The bytes of the file.
    pub bytes: u64,
    /// The number of finished parts. A file that is sent by one request is one part.
    pub parts_finished: usize,
    /// The number of parts in all, if the rate stays as it is.
    pub parts_expected: usize,
}

/// Something that may be a mistake, but does not stop an upload.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Something about the file and its purpose.
    #[error(transparent)]
    Content(preflight::Warning),
    /// The state cannot be written, or not be removed when it is no longer needed. An upload without a state
    /// cannot be resumed; one with an old state sends the parts again that are not in it.
    #[error("the state of the upload cannot be kept in {}: {message}", .path.display())]
    State {
        /// The state file.
        path: PathBuf,
        /// The operating system's error.
        message: String,
    },
    /// An upload that is no longer wanted could not be cancelled on the server. It expires by itself.
    #[error("upload {upload_id} could not be cancelled and is left to expire: {message}")]
    NotCancelled {
        /// Its id.
        upload_id: String,
        /// Why not.
        message: String,
    },
}

/// Why an upload starts from the beginning instead of resuming an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestartReason {
    /// The file has changed.
    SourceChanged,
    /// The earlier upload went to another server.
    BaseUrlChanged {
        /// The base URL of that server.
        earlier: String,
    },
    /// The earlier upload was for another purpose.
    PurposeChanged {
        /// That purpose.
        earlier: String,
    },
    /// The earlier upload gave the file another name, MIME type or time to live.
    DescriptionChanged,
    /// The server does not accept the earlier upload any more: it is unknown, cancelled or expired.
    Refused {
        /// The server's message.
        message: String,
    },
    /// The state file is damaged.
    Damaged {
        /// What is wrong with it.
        message: String,
    },
}

impl fmt::Display for RestartReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SourceChanged => f.write_str("the file has changed"),
            Self::BaseUrlChanged { earlier } => write!(f, "the earlier upload went to {earlier}"),
            Self::PurposeChanged { earlier } => write!(f, "the earlier upload was for `{earlier}`"),
            Self::DescriptionChanged => {
                f.write_str("the earlier upload gave the file another name, MIME type or time to live")
            }
            Self::Refused { message } => write!(f, "the server no longer accepts the upload: {message}"),
            Self::Damaged { message } => write!(f, "its state is damaged: {message}"),
        }
    }
}

/// The listeners of an upload. Each is called from within the upload's own future, one event at a time.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Listener>>);

type Listener = Box<dyn FnMut(&Event) + Send>;

impl Listeners {
    pub(super) fn add(&mut self, listener: impl FnMut(&Event) + Send + 'static) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    pub(super) fn emit(&self, event: &Event) {
        for listener in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter_mut() {
            listener(event);
        }
    }
}

impl fmt::Debug for Listeners {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listeners")
    }
}
