//! `multipart/form-data` (RFC 7578, RFC 2046 §5.1) read as it comes, its bytes handed on without being copied:
//! for parts of 64 MiB, copying is what a crate for it would spend most of its time on.

use std::mem;

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use memchr::memmem;

use super::body::Broken;

/// A form that is read field by field.
pub(super) struct Multipart<S> {
    body: S,
    /// What ends a field's bytes: a line break, two hyphens and the boundary.
    delimiter: memmem::Finder<'static>,
    /// What came and is not read yet.
    rest: Bytes,
    /// Bytes before `rest` that may be the beginning of a delimiter.
    held: Bytes,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Before the end of a field's bytes, or of what comes before the first field.
    Bytes,
    /// Right behind a delimiter.
    Delimiter,
    End,
}

/// Why a form cannot be read.
#[derive(Debug, PartialEq)]
pub(super) enum Malformed {
    Broken(Broken),
    Form(&'static str),
}

impl From<Broken> for Malformed {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

const HEAD_END: &[u8] = b"\r\n\r\n";
/// The most bytes that a field's headers may have.
const HEAD_MOST: usize = 16 * 1024;
/// The most characters that a boundary may have (RFC 2046 §5.1.1).
const BOUNDARY_MOST: usize = 70;

/// The boundary that a `Content-Type` names, if it names one.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    parameter(content_type, "boundary").filter(|boundary| (1..=BOUNDARY_MOST).contains(&boundary.len()))
}

impl<S: Stream<Item = Result<Bytes, Broken>> + Unpin> Multipart<S> {
    pub(super) fn new(body: S, boundary: &str) -> Self {
        let delimiter = memmem::Finder::new(&format!("\r\n--{boundary}")).into_owned();
        // The first delimiter has no line break before it, unless something comes before that.
        Self { body, delimiter, rest: Bytes::new(), held: Bytes::from_static(b"\r\n"), state: State::Bytes }
    }

    /// The name of the next field; none at the end of the form. Bytes of the last one that were not read are
    /// passed over.
    pub(super) async fn next_field(&mut self) -> Result<Option<String>, Malformed> {
        while self.chunk().await?.is_some() {}
        if self.state == State::End {
            return Ok(None);
        }
        let head = self.head().await?;
        if self.state == State::End {
            // What comes behind the last delimiter means nothing, but is part of the request.
            while self.body.next().await.transpose()?.is_some() {}
            return Ok(None);
        }
        self.state = State::Bytes;
        field_name(&head).map(Some)
    }

    /// The next bytes of the field; none at its end.
    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, Malformed> {
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
                let begun = begun(&self.rest, needle);
                bytes = self.rest.split_to(self.rest.len() - begun);
                self.held = mem::take(&mut self.rest);
            }
            if !bytes.is_empty() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Finds out whether the bytes held are the beginning of a delimiter. They are handed on if they are not.
    async fn resolve_held(&mut self) -> Result<Option<Bytes>, Malformed> {
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
        // At least its first byte is no beginning of a delimiter; a later one may be.
        let begun = begun(&window[1..], self.delimiter.needle());
        let bytes = window.split_to(window.len() - begun).freeze();
        self.held = window.freeze();
        // Before the first field the line break was put there by us; nobody looks at those bytes.
        Ok(Some(bytes))
    }

    /// What is between a delimiter and a field's bytes; sets the state to the end if that was the last one.
    async fn head(&mut self) -> Result<Bytes, Malformed> {
        let mut head = BytesMut::new();
        loop {
            if self.rest.is_empty() {
                self.rest = self.more().await?;
            }
            let before = head.len();
            let some = self.rest.len().min(HEAD_MOST - before);
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
            if head.len() == HEAD_MOST {
                return Err(Malformed::Form("the headers of a field are too long"));
            }
            self.rest.advance(some);
        }
    }

    async fn more(&mut self) -> Result<Bytes, Malformed> {
        loop {
            match self.body.next().await.transpose()? {
                Some(bytes) if bytes.is_empty() => {}
                Some(bytes) => return Ok(bytes),
                None => return Err(Malformed::Form("it ends before its last boundary")),
            }
        }
    }
}

/// How many bytes at the end of `bytes` are the beginning of `needle`, but not all of it.
fn begun(bytes: &[u8], needle: &[u8]) -> usize {
    let most = bytes.len().min(needle.len() - 1);
    (1..=most).rev().find(|&length| bytes.ends_with(&needle[..length])).unwrap_or(0)
}

/// The name that a field's headers give it. They begin with what is left of the delimiter's line.
fn field_name(head: &[u8]) -> Result<String, Malformed> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.split("\r\n");
    if lines.next().is_some_and(|line| !line.trim().is_empty()) {
        return Err(Malformed::Form("something follows a boundary on its line"));
    }
    let disposition = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"));
    let name = disposition.and_then(|(_, value)| parameter(value, "name"));
    name.ok_or(Malformed::Form("a field has no name"))
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

/// What a quoted string holds, and what follows its closing quote.
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
pub(super) async fn fields(
    form: &[u8],
    boundary: &str,
    piece: usize,
) -> Result<Vec<(String, Vec<u8>)>, Malformed> {
    let pieces: Vec<_> = form.chunks(piece).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let mut form = Multipart::new(futures_util::stream::iter(pieces), boundary);
    let mut fields = Vec::new();
    while let Some(name) = form.next_field().await? {
        let mut value = Vec::new();
        while let Some(bytes) = form.chunk().await? {
            assert!(!bytes.is_empty());
            value.extend_from_slice(&bytes);
        }
        fields.push((name, value));
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_is_the_same_however_it_is_cut_into_pieces() {
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
    async fn what_is_no_form_is_refused_and_never_cut_short() {
        let whole = b"--cut\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\nabc\r\n--cut--";
        assert_eq!(fields(whole, "cut", 7).await.unwrap().len(), 1);
        for length in 0..whole.len() {
            assert!(fields(&whole[..length], "cut", 7).await.is_err(), "{length} bytes");
        }
        let nameless = b"--cut\r\n\r\nabc\r\n--cut--";
        assert_eq!(fields(nameless, "cut", 3).await, Err(Malformed::Form("a field has no name")));
        let other = b"--cutter\r\nContent-Disposition: form-data; name=a\r\n\r\nabc\r\n--cut--";
        assert!(fields(other, "cut", 3).await.is_err());
        let endless = [b"--cut\r\n".as_slice(), &vec![b'a'; 2 * HEAD_MOST]].concat();
        assert!(fields(&endless, "cut", 1000).await.is_err());
    }

    #[test]
    fn a_boundary_is_read_as_clients_write_it() {
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
