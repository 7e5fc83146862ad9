//! The body of a request, before it is sent.

use bytes::Bytes;

use super::binary::Binary;
use super::multipart::Multipart;

/// The body of a request.
pub(super) enum RequestBody {
    None,
    Bytes(Bytes),
    Binary(Binary),
    Multipart(Multipart),
}

impl RequestBody {
    /// Whether the body can be sent again after it was sent.
    pub(super) fn is_repeatable(&self) -> bool {
        match self {
            Self::None | Self::Bytes(_) => true,
            Self::Binary(binary) => binary.is_repeatable(),
            Self::Multipart(body) => body.is_repeatable(),
        }
    }

    /// Returns the same body for another request, if it can be sent again.
    pub(super) fn try_clone(&self) -> Option<Self> {
        Some(match self {
            Self::None => Self::None,
            Self::Bytes(bytes) => Self::Bytes(bytes.clone()),
            Self::Binary(binary) => Self::Binary(binary.try_clone()?),
            Self::Multipart(body) => Self::Multipart(body.try_clone()?),
        })
    }
}
