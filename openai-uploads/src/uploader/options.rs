//! Uploader configuration.

use std::path::PathBuf;
use std::time::Duration;

use super::api::Api;
use crate::models::CreateFileRequest;
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
    /// The API that files are sent by. By default the Files API takes files of up to
    /// [`FILES_API_MAX_BYTES`](Self::FILES_API_MAX_BYTES) unless [`part_size`](Self::part_size) is set, and files of up
    /// to 512 MiB where the server has no Uploads API. The Uploads API takes all others.
    pub api: Option<Api>,
    /// The bytes of a part. By default they follow the rate of the connection: a part takes about 4 seconds, so an
    /// upload that stops loses only seconds of work. See [`Plan`](super::Plan).
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

impl Options {
    /// The maximum size of a file that is sent by the Files API if nothing else is chosen: 4 MiB.
    ///
    /// One request instead of three saves two round trips, but has one connection, cannot be resumed, and starts from
    /// the first byte after a failure. At 20 MB/s a connection and 100 ms a request both take the same time for 8 MiB;
    /// the limit is half of that, since a failure costs all that was sent.
    pub const FILES_API_MAX_BYTES: u64 = 4 * 1024 * 1024;

    /// The API for a file of `bytes` bytes. `lacks_uploads` says that the server has no Uploads API.
    pub(super) fn api_for(&self, bytes: u64, lacks_uploads: bool) -> Api {
        let is_small = bytes <= Self::FILES_API_MAX_BYTES && self.part_size.is_none();
        let has_no_choice = lacks_uploads && bytes <= CreateFileRequest::FILE_MAX_LENGTH;
        let by_size = if is_small || has_no_choice { Api::Files } else { Api::Uploads };
        self.api.unwrap_or(by_size)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            concurrency: 8,
            api: None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_decides_on_the_api_unless_the_options_do() {
        const SMALL: u64 = Options::FILES_API_MAX_BYTES;
        const MAX: u64 = CreateFileRequest::FILE_MAX_LENGTH;
        let options = Options::default();
        for (bytes, lacks_uploads, api) in [
            (0, false, Api::Files),
            (SMALL, false, Api::Files),
            (SMALL + 1, false, Api::Uploads),
            (SMALL + 1, true, Api::Files),
            (MAX, true, Api::Files),
            (MAX + 1, true, Api::Uploads),
        ] {
            assert_eq!(options.api_for(bytes, lacks_uploads), api, "{bytes} {lacks_uploads}");
        }
        let in_parts = Options { part_size: Some(1), ..Options::default() };
        assert_eq!(in_parts.api_for(1, false), Api::Uploads);
        for api in [Api::Files, Api::Uploads] {
            let forced = Options { api: Some(api), ..Options::default() };
            assert_eq!((forced.api_for(1, true), forced.api_for(MAX + 1, false)), (api, api));
        }
    }
}
