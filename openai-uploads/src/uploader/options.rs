//! How an uploader goes about it.

use std::path::PathBuf;
use std::time::Duration;

use crate::preflight::Provider;

/// How an [`Uploader`](super::Uploader) goes about it.
///
/// ```
/// use openai_uploads::uploader::{Options, Resume};
///
/// let options = Options { concurrency: 4, resume: Resume::Off, ..Options::default() };
/// assert!(options.md5);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// How many requests are under way at a time, over all the files of an uploader. 8 by default; 0 counts
    /// as 1.
    pub concurrency: usize,
    /// The bytes of a part; chosen by [`Plan::new`](super::Plan::new) by default. An upload that is resumed
    /// keeps the parts that it was begun with.
    pub part_size: Option<u64>,
    /// When a request that failed is sent again.
    pub retry: RetryPolicy,
    /// A part of which the connection takes no byte for this long has failed and is sent again. 30 seconds by
    /// default.
    ///
    /// Once the last byte is out, the reply may take four times as long: bytes that the connection took may
    /// still be on their way, and the server has to store them.
    pub stall_limit: Duration,
    /// Whether a part that is far slower than its peers is sent a second time when a connection has nothing
    /// else to do; the first to arrive counts. On by default.
    pub second_sending: bool,
    /// Whether the MD5 of the content is computed alongside and sent on completion, for the server to compare.
    /// On by default.
    pub md5: bool,
    /// Where the state of an unfinished upload is kept. Only files can be resumed; for other sources this is
    /// without effect.
    pub resume: Resume,
    /// Whether the lines of a file are checked before anything is sent, for the purposes that
    /// [`preflight`](crate::preflight) knows. On by default; a reader is never checked.
    pub preflight: bool,
    /// The service whose rules the file is checked by. By default the one at the base URL.
    pub provider: Option<Provider>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 8,
            part_size: None,
            retry: RetryPolicy::default(),
            stall_limit: Duration::from_secs(30),
            second_sending: true,
            md5: true,
            resume: Resume::Beside,
            preflight: true,
            provider: None,
        }
    }
}

/// Where the state of an unfinished upload is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Resume {
    /// Beside the file, under the name that [`State::path_beside`](super::State::path_beside) gives.
    #[default]
    Beside,
    /// In this file. It must not be shared by uploads that run at the same time.
    At(PathBuf),
    /// Nowhere: an upload that breaks off begins anew.
    Off,
}

/// When a request that failed is sent again, each part, the creation and the completion counted by itself.
///
/// Which failures are worth it is [`Error::retryable`](crate::apis::Error::retryable)'s to say. The wait is the
/// one that the server asks for, or else `first_wait` doubling up to `longest_wait`, each cut by up to its half
/// at random so that clients that failed together do not come back together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent in all. 10 by default; 0 counts as 1.
    pub attempts: u32,
    /// How long after its first failure a request may be sent again. 10 minutes by default.
    pub time_limit: Duration,
    /// The wait after the first failure. Half a second by default.
    pub first_wait: Duration,
    /// What the wait doubles up to. 8 seconds by default.
    pub longest_wait: Duration,
    /// The longest wait that a server may ask for; where it asks for more, the request has failed for good. 2
    /// minutes by default.
    pub longest_asked_wait: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 10,
            time_limit: Duration::from_secs(600),
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(8),
            longest_asked_wait: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// Nothing is sent twice.
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }
}
