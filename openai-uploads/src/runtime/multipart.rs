//! Multipart bodies (RFC 2046 §5.1): parts in order, each with headers of its own.

use std::borrow::Cow;

use bytes::Bytes;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::Value;

use super::binary::Binary;
use super::error::InputError;
use super::file_or::FileOr;
use super::idempotency_key::random_key;
use super::parameter::{Style, header_text, plain};
use super::platform::{BoxFuture, Chunks};

/// The parts of a multipart body, in order.
#[derive(Debug, Default)]
pub struct Parts {
    list: Vec<Part>,
    /// The position of the first part that was left out.
    left_out: Option<usize>,
    error: Option<String>,
}

/// A part of a multipart body.
#[derive(Debug)]
pub struct Part {
    /// The name in a form.
    name: Option<Cow<'static, str>>,
    content: Content,
    content_type: Option<Cow<'static, str>>,
    headers: Vec<(&'static str, String)>,
    error: Option<String>,
}

#[derive(Debug)]
enum Content {
    Bytes(Bytes),
    File(Binary),
    /// Parts within the part.
    Parts(Parts),
}

impl Parts {
    /// Creates a body without parts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part.
    #[must_use]
    pub fn part(mut self, part: impl Into<Part>) -> Self {
        let position = self.list.len();
        if let Some(left_out) = self.left_out {
            let message = format!(
                "part {} is left out and a later one is not, which would take its position",
                left_out + 1
            );
            self.fail(message);
        }
        let part = part.into();
        if let Some(error) = &part.error {
            self.fail(format!("part {} {error}", position + 1));
        }
        self.list.push(part);
        self
    }

    /// Adds a part if there is one. A part after one that is left out is an error: positions are all that a reader
    /// knows parts by.
    #[must_use]
    pub fn optional(mut self, part: Option<impl Into<Part>>) -> Self {
        match part {
            Some(part) => self.part(part),
            None => {
                self.left_out.get_or_insert(self.list.len());
                self
            }
        }
    }

    /// Adds several parts.
    #[must_use]
    pub fn all(self, parts: impl IntoIterator<Item = impl Into<Part>>) -> Self {
        parts.into_iter().fold(self, Self::part)
    }

    pub(super) fn fail(&mut self, error: String) {
        self.error.get_or_insert(error);
    }

    fn is_repeatable(&self) -> bool {
        self.list.iter().all(|part| match &part.content {
            Content::Bytes(_) => true,
            Content::File(file) => file.is_repeatable(),
            Content::Parts(parts) => parts.is_repeatable(),
        })
    }

    fn try_clone(&self) -> Option<Self> {
        let list = self.list.iter().map(Part::try_clone).collect::<Option<_>>()?;
        Some(Self { list, left_out: self.left_out, error: self.error.clone() })
    }

    /// Opens the parts between lines of `boundary`.
    fn open<'a>(&'a mut self, boundary: &'a str) -> BoxFuture<'a, Result<Chunks, InputError>> {
        Box::pin(async move {
            if let Some(error) = &self.error {
                return Err(InputError::new(error));
            }
            let mut chunks = Chunks::default();
            for (index, part) in self.list.iter_mut().enumerate() {
                let (content, content_type, file_name) = part.open(boundary).await?;
                let line_break = if index == 0 { "" } else { "\r\n" };
                let headers = part.headers(content_type.as_deref(), file_name.as_deref())?;
                chunks.push(format!("{line_break}--{boundary}\r\n{headers}\r\n"));
                chunks.append(content);
            }
            let line_break = if self.list.is_empty() { "" } else { "\r\n" };
            chunks.push(format!("{line_break}--{boundary}--\r\n"));
            Ok(chunks)
        })
    }
}

impl Part {
    /// A string, number or boolean as its text, anything else as JSON.
    pub fn value(value: &impl Serialize) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => Self::of_value(&value),
            Err(error) => {
                let error = Some(format!("cannot be written: {error}"));
                Self { error, ..Self::new(Content::Bytes(Bytes::new())) }
            }
        }
    }

    pub(super) fn of_value(value: &Value) -> Self {
        match value {
            Value::Array(_) | Value::Object(_) | Value::Null => {
                Self::text(value.to_string()).content_type("application/json")
            }
            scalar => Self::text(plain(scalar)),
        }
    }

    pub(super) fn text(text: String) -> Self {
        Self::new(Content::Bytes(text.into()))
    }

    /// A file. The media type is that of the file, or else `application/octet-stream`.
    pub fn file(file: impl Into<Binary>) -> Self {
        Self::new(Content::File(file.into()))
    }

    /// A file or a value.
    pub fn file_or<T: Serialize>(value: impl Into<FileOr<T>>) -> Self {
        match value.into() {
            FileOr::File(file) => Self::file(file),
            FileOr::Other(value) => Self::value(&value),
        }
    }

    /// Parts within a part, of the media type `multipart/mixed`.
    pub fn parts(parts: impl Into<Parts>) -> Self {
        Self::new(Content::Parts(parts.into())).content_type("multipart/mixed")
    }

    fn new(content: Content) -> Self {
        Self { name: None, content, content_type: None, headers: Vec::new(), error: None }
    }

    /// Sets the media type. One of a [`Binary`] comes first.
    #[must_use]
    pub fn content_type(self, content_type: impl Into<Cow<'static, str>>) -> Self {
        Self { content_type: Some(content_type.into()), ..self }
    }

    /// Sets the media type of a part that is a file.
    #[must_use]
    pub fn file_type(self, content_type: &'static str) -> Self {
        match self.content {
            Content::File(_) => self.content_type(content_type),
            _ => self,
        }
    }

    /// Adds a header; `None` adds nothing.
    #[must_use]
    pub fn header(self, name: &'static str, value: &impl Serialize) -> Self {
        self.header_with(name, value, Style::SIMPLE)
    }

    /// Adds a header of another style; `None` adds nothing.
    #[must_use]
    pub fn header_with(mut self, name: &'static str, value: &impl Serialize, style: Style) -> Self {
        match serde_json::to_value(value) {
            Ok(Value::Null) => {}
            Ok(value) => self.headers.push((name, header_text(&value, style))),
            Err(error) => {
                self.error.get_or_insert(format!("has a header `{name}` that cannot be written: {error}"));
            }
        }
        self
    }

    /// Names the part, as a field of a form.
    pub(super) fn named(self, name: Cow<'static, str>) -> Self {
        Self { name: Some(name), ..self }
    }

    fn try_clone(&self) -> Option<Self> {
        let content = match &self.content {
            Content::Bytes(bytes) => Content::Bytes(bytes.clone()),
            Content::File(file) => Content::File(file.try_clone()?),
            Content::Parts(parts) => Content::Parts(parts.try_clone()?),
        };
        let Self { name, content_type, headers, error, .. } = self;
        Some(Self {
            name: name.clone(),
            content,
            content_type: content_type.clone(),
            headers: headers.clone(),
            error: error.clone(),
        })
    }

    /// Opens the content. Returns it with its media type and the name of a file.
    async fn open(&mut self, boundary: &str) -> Result<(Chunks, Option<String>, Option<String>), InputError> {
        let content_type = self.content_type.as_deref();
        match &mut self.content {
            Content::Bytes(bytes) => {
                let mut chunks = Chunks::default();
                chunks.push(bytes.clone());
                Ok((chunks, content_type.map(str::to_owned), None))
            }
            Content::File(file) => {
                let file = file.open().await?;
                let content_type =
                    file.content_type.or_else(|| Some(content_type.unwrap_or(BYTES).to_owned()));
                Ok((file.chunks, content_type, file.file_name.or(Some(String::new()))))
            }
            Content::Parts(parts) => {
                // The line of the outer boundary begins no line of this one, nor the other way round.
                let boundary = format!("in-{boundary}");
                let content_type = with_boundary(content_type.unwrap_or("multipart/mixed"), &boundary);
                Ok((parts.open(&boundary).await?, Some(content_type), None))
            }
        }
    }

    /// The lines of the part's headers.
    fn headers(&self, content_type: Option<&str>, file_name: Option<&str>) -> Result<String, InputError> {
        let mut lines = String::new();
        let has_own = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-disposition"));
        if let Some(name) = self.name.as_deref().filter(|_| !has_own) {
            let file_name = file_name.map(|file| if file.is_empty() { name } else { file });
            let file_name = file_name.map(|file| format!("; filename=\"{}\"", quoted_file_name(file)));
            let (name, file_name) = (quoted(name), file_name.unwrap_or_default());
            lines.push_str(&format!("Content-Disposition: form-data; name=\"{name}\"{file_name}\r\n"));
        }
        if let Some(content_type) = content_type {
            check_media_type(content_type)?;
            lines.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        for (name, value) in &self.headers {
            if HeaderName::from_bytes(name.as_bytes()).is_err() || HeaderValue::from_str(value).is_err() {
                let message =
                    format!("the header `{name}` of a part has a character that no header can carry");
                return Err(InputError::new(message));
            }
            lines.push_str(&format!("{name}: {value}\r\n"));
        }
        Ok(lines)
    }
}

const BYTES: &str = "application/octet-stream";

impl From<Parts> for Part {
    fn from(parts: Parts) -> Self {
        Self::parts(parts)
    }
}

/// A multipart body of a media type.
pub(super) struct Multipart {
    content_type: Cow<'static, str>,
    parts: Parts,
}

impl Multipart {
    pub(super) fn new(content_type: impl Into<Cow<'static, str>>, parts: Parts) -> Self {
        Self { content_type: content_type.into(), parts }
    }

    /// Whether the body can be sent again after it was opened.
    pub(super) fn is_repeatable(&self) -> bool {
        self.parts.is_repeatable()
    }

    /// Returns the same body for another request, if it can be sent again.
    pub(super) fn try_clone(&self) -> Option<Self> {
        Some(Self { content_type: self.content_type.clone(), parts: self.parts.try_clone()? })
    }

    /// Opens the body, whose length is then known. Its files are streamed.
    pub(super) async fn open(&mut self) -> Result<OpenMultipart, InputError> {
        let boundary = random_key();
        let chunks = self.parts.open(&boundary).await?;
        let content_type = with_boundary(&self.content_type, &boundary);
        Ok(OpenMultipart { content_type, chunks })
    }
}

/// A [`Multipart`] whose files are open and whose length is known.
pub(super) struct OpenMultipart {
    pub(super) content_type: String,
    pub(super) chunks: Chunks,
}

/// A media type with the boundary as its last parameter, in place of another one.
fn with_boundary(content_type: &str, boundary: &str) -> String {
    let is_other = |parameter: &&str| {
        let name = parameter.split('=').next().unwrap_or_default();
        !name.trim().eq_ignore_ascii_case("boundary")
    };
    let parameters: Vec<&str> = content_type.split(';').filter(is_other).collect();
    format!("{}; boundary={boundary}", parameters.join(";").trim_end())
}

/// A part's name for quotes, escaped as HTML §4.10.21.8 defines.
fn quoted(name: &str) -> String {
    in_one_line(name).replace('"', "%22")
}

/// A file's name for quotes (RFC 9110 §5.6.4), without line breaks.
fn quoted_file_name(name: &str) -> String {
    in_one_line(name).replace('\\', "\\\\").replace('"', "\\\"")
}

/// A name without line breaks, which could begin a header: escaped as HTML §4.10.21.8 defines.
fn in_one_line(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A")
}

/// Checks a media type: `type/subtype`, both tokens (RFC 6838 §4.2), and parameters that a header can carry.
fn check_media_type(content_type: &str) -> Result<(), InputError> {
    let is_token = |text: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+*%'`|~".contains(&byte);
        !text.is_empty() && text.bytes().all(is_plain)
    };
    let bare = content_type.split(';').next().unwrap_or_default().trim_end();
    let halves = bare.split_once('/');
    let is_one = halves.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype));
    if is_one && HeaderValue::from_str(content_type).is_ok() {
        return Ok(());
    }
    Err(InputError::new(format!("`{content_type}` is not a media type (RFC 6838), as `text/plain` is")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_boundary_is_the_last_parameter() {
        for (content_type, expected) in [
            ("multipart/mixed", "multipart/mixed; boundary=b"),
            ("multipart/related; type=\"text/html\"", "multipart/related; type=\"text/html\"; boundary=b"),
            ("multipart/mixed;boundary=x; charset=utf-8", "multipart/mixed; charset=utf-8; boundary=b"),
            ("multipart/mixed; BOUNDARY = x", "multipart/mixed; boundary=b"),
        ] {
            assert_eq!(with_boundary(content_type, "b"), expected);
        }
    }

    #[test]
    fn a_media_type_has_a_type_and_a_subtype() {
        for good in ["text/plain", "application/vnd.a+json; charset=utf-8", "image/*"] {
            assert!(check_media_type(good).is_ok(), "{good}");
        }
        for bad in ["no media type", "text", "text/", "/plain", "text/plain\r\nX: y", "text/ä"] {
            assert!(check_media_type(bad).is_err(), "{bad}");
        }
    }
}
