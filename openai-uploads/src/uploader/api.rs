//! Which API a file is sent by.

use std::fmt;
use std::str::FromStr;

use super::error::UploadError;
use crate::models::{CreateFileRequest, CreateUploadRequest};

/// The API that a file is sent by.
///
/// Written as text, it is `files` or `uploads`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Api {
    /// The Files API: one request, `POST /files`. A file has at most [`CreateFileRequest::FILE_MAX_LENGTH`] bytes.
    Files,
    /// The Uploads API: parts in parallel, which can be resumed. It takes two requests besides the parts.
    Uploads,
}

impl Api {
    /// All names.
    pub const KNOWN: [&str; 2] = ["files", "uploads"];

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Uploads => "uploads",
        }
    }

    /// Fails if a file of `bytes` bytes is too large for the API.
    pub(super) fn check_length(self, bytes: u64) -> Result<(), UploadError> {
        let max = match self {
            Self::Files => CreateFileRequest::FILE_MAX_LENGTH,
            Self::Uploads => CreateUploadRequest::BYTES_MAXIMUM,
        };
        if bytes > max { Err(UploadError::TooLarge { bytes, max }) } else { Ok(()) }
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no API `{0}`; give files or uploads")]
pub struct UnknownApi(String);

impl FromStr for Api {
    type Err = UnknownApi;

    fn from_str(name: &str) -> Result<Self, UnknownApi> {
        let api = [Self::Files, Self::Uploads].into_iter().find(|api| api.as_str() == name);
        api.ok_or_else(|| UnknownApi(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_has_a_name_and_a_maximum() {
        for api in [Api::Files, Api::Uploads] {
            assert_eq!(api.as_str().parse(), Ok(api));
        }
        assert!("parts".parse::<Api>().is_err());
        let max = CreateFileRequest::FILE_MAX_LENGTH;
        assert!(Api::Files.check_length(max).is_ok() && Api::Files.check_length(max + 1).is_err());
        assert!(Api::Uploads.check_length(max + 1).is_ok());
    }
}
