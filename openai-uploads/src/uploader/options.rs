//! Uploader configuration.

use std::path::PathBuf;
use std::time::Duration;

use crate::preflight::Provider;
use crate::runtime::RetryPolicy;

/// Uploader configuration.
///
/// ```
/// use openai_uploads::uploader::{Options, Resume};
///
/// let mut options = Options::default();
/// options.concurrency = 4;
/// options.resume = Resume::Off;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The maximum number of requests in flight, over all files of an uploader. 8 by default; 0 counts as 1.
    pub concurrency: usize,
    /// The bytes of a part. By default they follow the rate of the line: a part takes about 4 seconds, so an upload
    /// that stops loses only seconds of work. See [`Plan`](super::Plan).
    pub part_size: Option<u64>,
    /// The maximum rate in bytes a second at which content is sent, over all connections of an uploader and its
    /// clones. No maximum by default; 0 counts as 1. Requests without content are not counted.
    pub max_rate: Option<u64>,
    /// When a failed request is sent again. By default for up to 10 minutes.
    pub retry: RetryPolicy,
    /// The maximum time in which a part sends no byte. Then its request has failed and is sent again. 30 seconds
    /// by default.
    ///
    /// After the last byte the reply may take four times as long: bytes may still be in buffers on the way, and
    /// the server has to store them.
    pub stall_limit: Duration,
    /// Whether a part that is far slower than the others is sent over a second connection too, when nothing else is
    /// left to send. The first copy to finish counts. On by default.
    pub hedging: bool,
    /// Whether the MD5 of the content is computed meanwhile and sent on completion, for the server to compare. On by
    /// default.
    pub md5: bool,
    /// Where the state of an unfinished upload is kept. Only files and objects can be resumed.
    pub resume: Resume,
    /// Whether the lines of a file are checked before anything is sent, for the purposes that
    /// [`preflight`](crate::preflight) knows. On by default; a reader is never checked.
    pub preflight: bool,
    /// The provider whose rules apply to the check. By default the one at the base URL.
    pub provider: Option<Provider>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 8,
            part_size: None,
            max_rate: None,
            retry: RetryPolicy::default(),
            stall_limit: Duration::from_secs(30),
            hedging: true,
            md5: true,
            resume: Resume::Beside,
            preflight: true,
            provider: None,
        }
    }
}

/// Where the state of an unfinished upload is kept.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Resume {
    /// Beside the file, at the path that [`State::path_beside`](super::State::path_beside) returns. The state of an object
    /// is in its store, under the same prefix, so that another machine can resume the upload. An object of less than
    /// 8 MiB and one on a web server have none.
    #[default]
    Beside,
    /// In this file. Uploads that run at the same time must not share it.
    At(PathBuf),
    /// In this object, which other machines can reach. Uploads that run at the same time must not share it.
    #[cfg(feature = "object-store")]
    Object(crate::objects::Location),
    /// Nowhere: an upload that stops starts from the beginning the next time.
    Off,
}
