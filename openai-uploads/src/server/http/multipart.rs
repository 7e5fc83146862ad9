//! A streaming parser for `multipart/form-data` (RFC 7578, RFC 2046 §5.1). It passes bytes on without copying them,
//! because copying dominates the time for parts of 64 MiB.

use std::mem;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use memchr::memmem;

use super::body::BodyError;

/// A form that is read field by field.
pub(in super::super) struct Multipart<S> {
    body: S,
    /// The end of a field's content: a line break, two hyphens and the boundary.
    delimiter: memmem::Finder<'static>,
    /// Bytes that were received but not read.
    rest: Bytes,
    /// Bytes before `rest` that may be the beginning of a delimiter.
    held: Bytes,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// In the content of a field, or in the preamble.
    Bytes,
    /// Right after a delimiter.
    Delimiter,
    End,
}

/// Why a form cannot be read.
#[derive(Debug, PartialEq)]
pub(in super::super) enum FormError {
    Body(BodyError),
    Form(&'static str),
}

impl From<BodyError> for FormError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

const HEAD_END: &[u8] = b"\r\n\r\n";
/// The maximum size of a field's headers.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The maximum length of a boundary (RFC 2046 §5.1.1).
const MAX_BOUNDARY_LENGTH: usize = 70;

/// The boundary in a `Content-Type`, if there is one.
pub(in super::super) fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary").filter(|boundary| (1..=MAX_BOUNDARY_LENGTH).contains(&boundary.len()))
}

impl<S: Stream<Item = Result<Bytes, BodyError>> + Unpin> Multipart<S> {
    pub(in super::super) fn new(body: S, boundary: &str) -> Self {
        let delimiter = memmem::Finder::new(&format!("\r\n--{boundary}")).into_owned();
        // The first delimiter has no line break before it, unless there is a preamble.
        Self { body, delimiter, rest: Bytes::new(), held: Bytes::from_static(b"\r\n"), state: State::Bytes }
    }

    /// The next field, or none at the end of the form. The unread content of the previous one is skipped.
    pub(in super::super) async fn next_field(&mut self) -> Result<Option<Field>, FormError> {
        while self.chunk().await?.is_some() {}
        if self.state == State::End {
            return Ok(None);
        }
        let head = self.head().await?;
        if self.state == State::End {
            // The epilogue means nothing, but it is part of the request.
            while self.body.next().await.transpose()?.is_some() {}
            return Ok(None);
        }
        self.state = State::Bytes;
        Field::parse(&head).map(Some)
    }

    /// The next bytes of the field's content, or none at its end.
    pub(in super::super) async fn chunk(&mut self) -> Result<Option<Bytes>, FormError> {
        while self.state == State::Bytes {
            if !self.held.is_empty() {
                if let Some(bytes) = self.resolve_held().await? {
                    return Ok(Some(bytes));
                }
                continue;
            }
            if self.rest.is_empty() {
                self.rest = self.more().await?;
            }
            let needle = self.delimiter.needle();
            let bytes;
            if let Some(at) = self.delimiter.find(&self.rest) {
                bytes = self.rest.split_to(at);
                self.rest.advance(needle.len());
                self.state = State::Delimiter;
            } else {
                let partial = partial_match(&self.rest, needle);
                bytes = self.rest.split_to(self.rest.len() - partial);
                self.held = mem::take(&mut self.rest);
            }
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Decides whether the held bytes begin a delimiter, and returns them if they do not.
    async fn resolve_held(&mut self) -> Result<Option<Bytes>, FormError> {
        let needle = self.delimiter.needle().len();
        let mut window = BytesMut::from(&self.held[..]);
        while window.len() < needle {
            if self.rest.is_empty() {
                self.rest = self.more().await?;
            }
            let missing = (needle - window.len()).min(self.rest.len());
            window.extend_from_slice(&self.rest.split_to(missing));
        }
        if window == self.delimiter.needle() {
            self.held = Bytes::new();
            self.state = State::Delimiter;
            return Ok(None);
        }
        // The first byte does not begin a delimiter, but a later one may.
        let partial = partial_match(&window[1..], self.delimiter.needle());
        let bytes = window.split_to(window.len() - partial).freeze();
        self.held = window.freeze();
        // Before the first field, these bytes are skipped, the added line break among them.
        Ok(Some(bytes))
    }

    /// The headers of a field. Sets the state to `End` after the last delimiter.
    async fn head(&mut self) -> Result<Bytes, FormError> {
        let mut head = BytesMut::new();
        loop {
            if self.rest.is_empty() {
                self.rest = self.more().await?;
            }
            let before = head.len();
            let some = self.rest.len().min(MAX_HEAD_BYTES - before);
            head.extend_from_slice(&self.rest[..some]);
            if head.starts_with(b"--") {
                self.state = State::End;
                return Ok(Bytes::new());
            }
            let searched = before.saturating_sub(HEAD_END.len() - 1);
            if let Some(at) = memmem::find(&head[searched..], HEAD_END) {
                head.truncate(searched + at + HEAD_END.len());
                self.rest.advance(head.len() - before);
                return Ok(head.freeze());
            }
            if head.len() == MAX_HEAD_BYTES {
                return Err(FormError::Form("the headers of a field are too long"));
            }
            self.rest.advance(some);
        }
    }

    async fn more(&mut self) -> Result<Bytes, FormError> {
        loop {
            match self.body.next().await.transpose()? {
                Some(bytes) if bytes.is_empty() => {}
                Some(bytes) => return Ok(bytes),
                None => return Err(FormError::Form("it ends before its last boundary")),
            }
        }
    }
}

/// How many bytes at the end of `bytes` are a proper prefix of `needle`.
fn partial_match(bytes: &[u8], needle: &[u8]) -> usize {
    let max = bytes.len().min(needle.len() - 1);
    (1..=max).rev().find(|&length| bytes.ends_with(&needle[..length])).unwrap_or(0)
}

/// The name of a field, and of its file if it has one.
#[derive(Debug, PartialEq)]
pub(in super::super) struct Field {
    pub(in super::super) name: String,
    pub(in super::super) file_name: Option<String>,
}

impl Field {
    /// Reads the headers of a field. They begin with the rest of the delimiter's line.
    fn parse(head: &[u8]) -> Result<Self, FormError> {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split("\r\n");
        if lines.next().is_some_and(|line| !line.trim().is_empty()) {
            return Err(FormError::Form("something follows a boundary on its line"));
        }
        let disposition = lines
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"));
        let disposition = disposition.map_or("", |(_, value)| value);
        let name = parameter(disposition, "name").ok_or(FormError::Form("a field has no name"))?;
        Ok(Self { name, file_name: parameter(disposition, "filename") })
    }
}

/// The value of a parameter of a header such as `form-data; name="data"`.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header.split_once(';')?.1;
    loop {
        let (name, value) = rest.split_once('=')?;
        let value = value.trim_start();
        let (value, after) = if let Some(quoted) = value.strip_prefix('"') {
            unquote(quoted)?
        } else {
            let end = value.find(';').unwrap_or(value.len());
            (value[..end].trim().to_owned(), &value[end..])
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after.split_once(';')?.1;
    }
}

/// The content of a quoted string, and the text after its closing quote.
fn unquote(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            character => value.push(character),
        }
    }
    None
}

/// Reads a whole form that arrives in pieces of the given length.
#[cfg(any(test, fuzzing))]
pub(in super::super) async fn fields(
    form: &[u8],
    boundary: &str,
    piece: usize,
) -> Result<Vec<(String, Vec<u8>)>, FormError> {
    let pieces: Vec<_> = form.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let mut form = Multipart::new(futures_util::stream::iter(pieces), boundary);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await? {
        let mut value = Vec::new();
        while let Some(bytes) = form.chunk().await? {
            assert!(!bytes.is_empty());
            value.extend_from_slice(&bytes);
        }
        fields.push((field.name, value));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_is_read_alike_in_chunks_of_any_size() {
        let form =
            b"before\r\n--cut  \r\nContent-Disposition: form-data; filename=\"a;b\\\"c\"; name=\"data\"\r\n\
            Content-Type: text/plain\r\n\r\n\r\n--cu\r\r\n--\r\n-\r\n\r\n--cut\r\n\
            content-disposition:form-data;name=empty\r\n\r\n\r\n--cut--\r\nbehind";
        let expected = vec![
            ("data".to_owned(), b"\r\n--cu\r\r\n--\r\n-\r\n".to_vec()),
            ("empty".to_owned(), Vec::new()),
        ];
        for piece in 1..=form.len() {
            assert_eq!(fields(form, "cut", piece).await.as_ref(), Ok(&expected), "pieces of {piece}");
        }
    }

    #[tokio::test]
    async fn a_malformed_form_is_an_error_and_never_shortened() {
        let whole = b"--cut\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nabc\r\n--cut--";
        assert_eq!(fields(whole, "cut", 7).await.unwrap().len(), 1);
        for length in 0..whole.len() {
            assert!(fields(&whole[..length], "cut", 7).await.is_err(), "{length} bytes");
        }
        let nameless = b"--cut\r\n\r\nabc\r\n--cut--";
        assert_eq!(fields(nameless, "cut", 3).await, Err(FormError::Form("a field has no name")));
        let other = b"--cutter\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--cut--";
        assert!(fields(other, "cut", 3).await.is_err());
        let endless = [b"--cut\r\n".as_slice(), &vec![b'a'; 2 * MAX_HEAD_BYTES]].concat();
        assert!(fields(&endless, "cut", 1000).await.is_err());
    }

    #[test]
    fn boundaries_are_read_in_every_notation() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("multipart/form-data; charset=utf-8; BOUNDARY=\"a b\"").as_deref(), Some("a b"));
        for none in
            ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a"]
        {
            assert_eq!(boundary(none), None);
        }
        assert_eq!(boundary(&format!("multipart/form-data; boundary={}", "a".repeat(71))), None);
    }
}
