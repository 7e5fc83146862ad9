//! Compressed replies. Some servers and proxies send them although no request asks for compression.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::{MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

use super::platform::DECODES_REPLIES;

/// A decoder of a reply's `Content-Encoding` (RFC 9110 §8.4), which gets the body chunk by chunk.
pub(super) enum Decoder {
    Identity,
    Gzip {
        decoder: Box<MultiGzDecoder<Vec<u8>>>,
        is_empty: bool,
    },
    Deflate {
        decoder: Box<ZlibDecoder<Vec<u8>>>,
        is_empty: bool,
    },
    /// The body arrives decoded.
    Decoded,
    /// An encoding that cannot be decoded.
    Unknown(String),
}

impl Decoder {
    pub(super) fn new(headers: &HeaderMap) -> Self {
        let encodings = headers.get_all(CONTENT_ENCODING).iter();
        let encodings = encodings.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        let encodings: Vec<String> = encodings
            .map(|encoding| String::from_utf8_lossy(encoding).trim().to_ascii_lowercase())
            .filter(|encoding| !matches!(encoding.as_str(), "" | "identity"))
            .collect();
        match encodings.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] => Self::Identity,
            _ if DECODES_REPLIES => Self::Decoded,
            ["gzip" | "x-gzip"] => {
                Self::Gzip { decoder: Box::new(MultiGzDecoder::new(Vec::new())), is_empty: true }
            }
            ["deflate"] => Self::Deflate { decoder: Box::new(ZlibDecoder::new(Vec::new())), is_empty: true },
            _ => Self::Unknown(encodings.join(", ")),
        }
    }

    pub(super) fn is_identity(&self) -> bool {
        matches!(self, Self::Identity)
    }

    /// Decodes a chunk of the body.
    pub(super) fn decode(&mut self, chunk: Bytes) -> io::Result<Bytes> {
        match self {
            Self::Identity | Self::Decoded => Ok(chunk),
            Self::Gzip { decoder, is_empty } => {
                *is_empty &= chunk.is_empty();
                decoder.write_all(&chunk)?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
            Self::Deflate { decoder, is_empty } => {
                *is_empty &= chunk.is_empty();
                decoder.write_all(&chunk)?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
            Self::Unknown(encoding) => {
                let message = format!("its content encoding `{encoding}` is not supported");
                Err(io::Error::new(io::ErrorKind::Unsupported, message))
            }
        }
    }

    /// Returns what is left once the whole body was decoded. Fails when the body ended too early.
    pub(super) fn finish(&mut self) -> io::Result<Bytes> {
        match self {
            Self::Gzip { decoder, is_empty: false } => {
                decoder.try_finish()?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
            Self::Deflate { decoder, is_empty: false } => {
                decoder.try_finish()?;
                Ok(std::mem::take(decoder.get_mut()).into())
            }
            _ => Ok(Bytes::new()),
        }
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{GzEncoder, ZlibEncoder};

    use super::*;

    fn decode(encoding: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, encoding.parse().unwrap())]);
        let mut decoder = Decoder::new(&headers);
        let mut decoded = Vec::new();
        for byte in body {
            decoded.extend(decoder.decode(Bytes::copy_from_slice(&[*byte]))?);
        }
        decoded.extend(decoder.finish()?);
        Ok(decoded)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_compressed_body_is_decoded_however_it_is_cut() {
        let mut deflate = ZlibEncoder::new(Vec::new(), Compression::fast());
        deflate.write_all(b"text").unwrap();
        for (encoding, body) in [
            ("gzip", gzip(b"text")),
            ("X-GZip", gzip(b"text")),
            ("identity, gzip", [gzip(b"te"), gzip(b"xt")].concat()),
            ("deflate", deflate.finish().unwrap()),
            ("identity", b"text".to_vec()),
        ] {
            assert_eq!(decode(encoding, &body).unwrap(), b"text", "{encoding}");
            assert_eq!(decode(encoding, b"").unwrap(), b"", "{encoding}");
        }
    }

    #[test]
    fn a_body_that_is_cut_short_or_encoded_in_another_way_is_an_error() {
        let body = gzip(b"text");
        decode("gzip", &body[..body.len() - 1]).unwrap_err();
        decode("gzip", b"text").unwrap_err();
        let error = decode("br", b"x").unwrap_err();
        assert!(error.to_string().contains("`br`"), "{error}");
    }
}
