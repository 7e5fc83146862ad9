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
/// In order: [`Checking`](Self::Checking), [`Planned`](Self::Planned), then [`Resumed`](Self::Resumed) or
/// [`Created`](Self::Created), the parts, [`Completing`](Self::Completing), [`Done`](Self::Done).
/// [`Afresh`](Self::Afresh) comes where there was something to go on from and it is of no use,
/// [`Retrying`](Self::Retrying) and [`Warning`](Self::Warning) at any time. A failure is not an event: the upload
/// returns it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// Something that does not stop the upload, yet may not be meant.
    Warning(Warning),
    /// The content is looked at, before anything is sent: a few seconds for each gigabyte.
    Checking,
    /// How the file will be sent. Nothing has been sent yet.
    Planned {
        /// The parts.
        plan: Plan,
    },
    /// An upload that broke off goes on.
    Resumed {
        /// Its id.
        upload_id: String,
        /// How the file was cut when the upload was created.
        plan: Plan,
        /// How many parts have arrived already.
        parts: usize,
        /// How many bytes that is.
        bytes: u64,
    },
    /// There was something to go on from, and it is of no use: the file is sent from the beginning.
    Afresh {
        /// Why.
        reason: Afresh,
    },
    /// The server knows of the upload now.
    Created {
        /// Its id.
        upload_id: String,
        /// When the server forgets it, in seconds since 1970.
        expires_at: u64,
        /// Where its state is kept from here on, where it is.
        state: Option<PathBuf>,
    },
    /// A part is being sent.
    PartStarted {
        /// The part.
        part: Part,
        /// 1 for the first time, and one more for each repetition.
        attempt: u32,
    },
    /// A part is far slower than its peers and is being sent over a second connection too.
    SentAgain {
        /// The part.
        part: Part,
    },
    /// How much has been sent. Comes about ten times a second while the number moves.
    BytesSent {
        /// The bytes of parts that arrived and of parts under way. Less than before when a part has to be
        /// repeated; never more than `of`.
        sent: u64,
        /// The bytes of the file.
        of: u64,
    },
    /// A part arrived.
    PartDone {
        /// The part.
        part: Part,
        /// The id that the server gave it.
        part_id: String,
    },
    /// A request failed and will be sent again.
    Retrying {
        /// What it is for.
        step: Step,
        /// How often it has been sent so far.
        attempts: u32,
        /// How long it waits until then.
        wait: Duration,
        /// Why it failed.
        reason: String,
    },
    /// All parts have arrived, and the server is asked to make a file of them.
    Completing {
        /// The MD5 of the content in hexadecimal, where it was computed.
        md5: Option<String>,
    },
    /// The file exists.
    Done {
        /// As the server describes it.
        file: OpenAiFile,
    },
}

/// Something that does not stop an upload, yet may not be meant.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// Something about the file and its purpose.
    #[error(transparent)]
    Content(preflight::Warning),
    /// The state cannot be written, or not be removed when it is no longer needed. An upload without a state
    /// cannot be resumed; one with an old state sends again what is not in it.
    #[error("the state of the upload cannot be kept in {}: {message}", .path.display())]
    State {
        /// The state file.
        path: PathBuf,
        /// What the operating system says.
        message: String,
    },
    /// An upload that is no longer wanted could not be cancelled on the server. It expires there by itself.
    #[error("upload {upload_id} could not be cancelled and is left to expire: {message}")]
    NotCancelled {
        /// Its id.
        upload_id: String,
        /// Why not.
        message: String,
    },
}

/// Why an upload does not go on from where an earlier one stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Afresh {
    /// The source is not what it was.
    SourceChanged,
    /// The earlier upload went to another server.
    BaseUrlChanged {
        /// That one.
        earlier: String,
    },
    /// The earlier upload was for another purpose.
    PurposeChanged {
        /// That one.
        earlier: String,
    },
    /// The earlier upload gave the file another name, MIME type or time to live.
    DescriptionChanged,
    /// The earlier upload has expired or is about to.
    Expired,
    /// The server will not go on with the earlier upload: it is unknown there, cancelled or expired.
    Refused {
        /// What the server said.
        message: String,
    },
    /// The state file cannot be understood.
    Damaged {
        /// What is wrong with it.
        message: String,
    },
}

impl fmt::Display for Afresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SourceChanged => f.write_str("the file has changed since"),
            Self::BaseUrlChanged { earlier } => write!(f, "the earlier upload went to {earlier}"),
            Self::PurposeChanged { earlier } => write!(f, "the earlier upload was for `{earlier}`"),
            Self::DescriptionChanged => {
                f.write_str("the earlier upload gave the file another name, MIME type or time to live")
            }
            Self::Expired => f.write_str("the earlier upload has expired"),
            Self::Refused { message } => write!(f, "the server does not go on with it: {message}"),
            Self::Damaged { message } => write!(f, "its state is damaged: {message}"),
        }
    }
}

/// What events are given to. Each is called from within the upload's own future, one event at a time.
#[derive(Default)]
pub(super) struct Listeners(Mutex<Vec<Listener>>);

type Listener = Box<dyn FnMut(&Event) + Send>;

impl Listeners {
    pub(super) fn add(&mut self, listener: impl FnMut(&Event) + Send + 'static) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    pub(super) fn tell(&self, event: &Event) {
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
