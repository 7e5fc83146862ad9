//! Bytes that JSON encodes as Base64: `format: byte`.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

/// The encoding of RFC 4648 §4. Missing padding is accepted.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes that JSON encodes as Base64 (RFC 4648 §4).
///
/// The text is kept as received, so it is written back unchanged, and invalid Base64 does not make the whole reply
/// unreadable. [`decode`](Self::decode) returns the bytes.
///
/// ```ignore
/// let content = Base64::from(b"hello".to_vec());
/// assert_eq!(content.as_str(), "aGVsbG8=");
/// assert_eq!(content.decode()?, b"hello");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base64(String);

/// A text is not Base64.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not Base64: {0}")]
pub struct Base64Error(#[from] base64::DecodeError);

impl Base64 {
    /// Wraps a text that is Base64 already.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Decodes the text. White space in it is skipped, and the padding may be missing.
    ///
    /// # Errors
    ///
    /// When the text is not Base64.
    pub fn decode(&self) -> Result<Vec<u8>, Base64Error> {
        let text: Vec<u8> = self.0.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Ok(ENGINE.decode(text)?)
    }
}

impl fmt::Display for Base64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Vec<u8>> for Base64 {
    fn from(bytes: Vec<u8>) -> Self {
        Self::from(bytes.as_slice())
    }
}

impl From<&[u8]> for Base64 {
    fn from(bytes: &[u8]) -> Self {
        Self(ENGINE.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_written_as_base64_and_read_back() {
        let content = Base64::from(b"hello".as_slice());
        assert_eq!(serde_json::to_string(&content).unwrap(), r#""aGVsbG8=""#);
        assert_eq!(serde_json::from_str::<Base64>(r#""aGVsbG8=""#).unwrap().decode().unwrap(), b"hello");
    }

    #[test]
    fn lines_and_missing_padding_decode() {
        assert_eq!(Base64::from_text("aGVs\nbG8\n").decode().unwrap(), b"hello");
    }

    #[test]
    fn a_text_that_is_not_base64_is_kept_and_does_not_decode() {
        let broken: Base64 = serde_json::from_str(r#""{broken}""#).unwrap();
        assert_eq!(serde_json::to_string(&broken).unwrap(), r#""{broken}""#);
        assert!(broken.decode().unwrap_err().to_string().starts_with("not Base64: "));
    }
}
