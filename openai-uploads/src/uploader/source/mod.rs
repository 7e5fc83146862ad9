//! Where the bytes of an upload come from: a file, memory, a reader or an object in a store.
//!
//! A [`Source`] has an [`Origin`] and is opened into an [`OpenSource`]. Whatever can be read more than once is
//! [`Content`], and all of it is read through a [`SourceRange`]: the parts, the digest and the preflight check.

mod buffers;
mod content;
mod file;
mod file_content;
mod file_reader;
mod identity;
mod memory;
#[cfg(feature = "object-store")]
mod object;
mod range;
mod reader;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use tokio::io::AsyncRead;
use tokio::task::spawn_blocking;

pub(crate) use self::buffers::Buffers;
pub(crate) use self::content::{Content, RangeStream};
#[cfg(test)]
pub(crate) use self::file::SourceFile;
pub use self::identity::FileIdentity;
pub(crate) use self::range::SourceRange;
use self::reader::{Reader, SizedReader, read_part};
#[cfg(feature = "object-store")]
use crate::objects::Object;

/// What is uploaded, with its file name and MIME type.
///
/// | source | memory | retried | resumed |
/// |---|---|---|---|
/// | [`path`](Self::path) | about 1 MiB for each request in flight | yes | yes |
/// | [`bytes`](Self::bytes) | the bytes themselves | yes | no |
/// | `object`, with the feature `object-store` | about 2 MiB for each request in flight | yes | yes, also on another machine |
/// | [`reader`](Self::reader) | a part for each request in flight, and one more | yes | no |
///
/// Paths convert into a source of a file; [`Bytes`] and `Vec<u8>` do not, because they have no file name.
///
/// ```
/// use openai_uploads::uploader::Source;
///
/// let file = Source::from("data/train.jsonl");
/// assert_eq!(file.file_name(), "train.jsonl");
///
/// let memory = Source::bytes("notes.txt", "some text");
/// assert_eq!(memory.mime_type(), "text/plain");
/// ```
#[derive(Debug)]
pub struct Source {
    origin: Box<dyn Origin>,
    /// `None` for a source that is sent under its own name.
    file_name: Option<String>,
    mime_type: Option<String>,
}

/// Where the bytes of a source come from. It has not been opened yet.
pub(crate) trait Origin: fmt::Debug + Send {
    /// The name that it has of itself; empty if it has none.
    fn file_name(&self) -> String {
        String::new()
    }

    /// The name in messages, of a source that is sent as `file_name`.
    fn display_name(&self, file_name: &str) -> String {
        file_name.to_owned()
    }

    /// The length in bytes, found without opening it. Blocks while the file system answers.
    fn length(&self) -> io::Result<u64>;

    /// Whether it can be read only once.
    fn is_reader(&self) -> bool {
        false
    }

    fn open(self: Box<Self>, buffers: Buffers) -> BoxFuture<'static, io::Result<OpenContent>>;
}

impl Source {
    /// The maximum part size that is chosen for a reader: 16 MiB.
    pub const READER_MAX_PART_SIZE: u64 = 16 * 1024 * 1024;

    /// The maximum length of an object that is read into memory: 1 MiB.
    #[cfg(feature = "object-store")]
    pub const OBJECT_MEMORY: u64 = 1024 * 1024;

    /// A file, sent under its own name.
    ///
    /// It is opened when the upload starts and read while it is sent. The upload fails if the file changes
    /// meanwhile.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self { origin: Box::new(path.into()), file_name: None, mime_type: None }
    }

    /// Bytes in memory.
    pub fn bytes(file_name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes: Bytes = bytes.into();
        Self { origin: Box::new(bytes), file_name: Some(file_name.into()), mime_type: None }
    }

    /// The next `length` bytes of a reader. It need not be able to seek.
    ///
    /// A part is read into memory before it is sent, and kept until it is finished, so that it can be retried.
    /// Memory is therefore limited to the part size times the number of requests in flight, plus one part. Unless
    /// [`Options::part_size`](super::Options::part_size) is set, a part has at most
    /// [`Source::READER_MAX_PART_SIZE`] bytes: 144 MiB in all for eight requests.
    ///
    /// The upload fails if the reader ends before `length` bytes. Bytes after them are not read.
    pub fn reader(
        file_name: impl Into<String>,
        length: u64,
        reader: impl AsyncRead + Send + Unpin + 'static,
    ) -> Self {
        let origin = Box::new(SizedReader { length, reader: Box::new(reader) });
        Self { origin, file_name: Some(file_name.into()), mime_type: None }
    }

    /// An object in a store, or on a web server, sent under the last component of its key.
    ///
    /// Its ranges are read while the parts are sent, and nothing is written to disk. The upload fails if the object
    /// changes meanwhile. An object of up to [`Source::OBJECT_MEMORY`] bytes is read into memory instead. A longer one
    /// has no MD5, which would need a second read, and for the purposes that [`preflight`](crate::preflight) knows it
    /// is read twice.
    #[cfg(feature = "object-store")]
    pub fn object(object: Object) -> Self {
        Self { origin: Box::new(object), file_name: None, mime_type: None }
    }

    /// Sets the name of the file on the server.
    #[must_use]
    pub fn with_file_name(self, file_name: impl Into<String>) -> Self {
        Self { file_name: Some(file_name.into()), ..self }
    }

    /// Sets the MIME type of the file.
    #[must_use]
    pub fn with_mime_type(self, mime_type: impl Into<String>) -> Self {
        Self { mime_type: Some(mime_type.into()), ..self }
    }

    /// The name of the file on the server. By default the last component of the path.
    pub fn file_name(&self) -> String {
        self.file_name.clone().unwrap_or_else(|| self.origin.file_name())
    }

    /// The MIME type of the file. By default it is guessed from the extension of the file name, or
    /// `application/octet-stream`.
    pub fn mime_type(&self) -> String {
        self.mime_type.clone().unwrap_or_else(|| guessed_mime_type(&self.file_name()))
    }

    /// The length in bytes, found without opening the file. Blocks while the file system answers.
    pub(crate) fn length(&self) -> io::Result<u64> {
        self.origin.length()
    }

    /// The name in messages: the path, or the file name.
    pub(crate) fn display_name(&self) -> String {
        self.origin.display_name(&self.file_name())
    }

    pub(crate) fn is_reader(&self) -> bool {
        self.origin.is_reader()
    }

    /// [`length`](Self::length) on the blocking thread pool.
    pub(crate) async fn measure(self) -> (io::Result<u64>, Option<Self>) {
        match spawn_blocking(move || (self.length(), self)).await {
            Ok((length, source)) => (length, Some(source)),
            Err(error) => (Err(error.into()), None),
        }
    }

    pub(crate) async fn open(self, buffers: Buffers) -> io::Result<OpenSource> {
        let (name, file_name, mime_type) = (self.display_name(), self.file_name(), self.mime_type());
        let is_named = self.file_name.is_some();
        let content = self.origin.open(buffers).await?;
        let length = content.length();
        Ok(OpenSource { name, file_name, is_named, mime_type, length, content })
    }
}

impl From<PathBuf> for Source {
    /// The file at this path.
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for Source {
    /// The file at this path.
    fn from(path: &PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Source {
    /// The file at this path.
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<&str> for Source {
    /// The file at this path.
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl From<String> for Source {
    /// The file at this path.
    fn from(path: String) -> Self {
        Self::path(path)
    }
}

/// A source that is open and whose length is known.
pub(crate) struct OpenSource {
    /// The name in messages.
    pub(crate) name: String,
    pub(crate) file_name: String,
    /// Whether the caller chose the file name; otherwise it comes from the path.
    pub(crate) is_named: bool,
    pub(crate) mime_type: String,
    pub(crate) length: u64,
    content: OpenContent,
}

/// What an opened source is read from.
pub(crate) enum OpenContent {
    Range(Arc<dyn Content>),
    Reader {
        length: u64,
        /// `None` once it has been taken. The lock makes it `Sync`; it is never contended.
        reader: std::sync::Mutex<Option<Reader>>,
    },
}

impl OpenContent {
    fn length(&self) -> u64 {
        match self {
            Self::Range(content) => content.length(),
            Self::Reader { length, .. } => *length,
        }
    }
}

/// The bytes of an open source, handed out in order.
pub(crate) enum SourceBytes {
    Range(SourceRange),
    Reader(Option<Reader>),
}

impl OpenSource {
    /// What the source is read from, unless it can be read only once.
    pub(crate) fn content(&self) -> Option<&Arc<dyn Content>> {
        match &self.content {
            OpenContent::Range(content) => Some(content),
            OpenContent::Reader { .. } => None,
        }
    }

    /// The whole source, unless it can be read only once.
    pub(crate) fn range(&self) -> Option<SourceRange> {
        self.content().cloned().map(SourceRange::whole)
    }

    /// What the source is recognised by when its upload is resumed.
    pub(crate) fn identity(&self) -> Option<&FileIdentity> {
        self.content()?.identity()
    }

    pub(crate) fn can_be_read_again(&self) -> bool {
        matches!(self.content, OpenContent::Range(_))
    }

    /// The bytes. Those of a reader can be taken once.
    pub(crate) fn bytes(&mut self) -> SourceBytes {
        match &mut self.content {
            OpenContent::Range(content) => SourceBytes::Range(SourceRange::whole(content.clone())),
            OpenContent::Reader { reader, .. } => SourceBytes::Reader(
                reader.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).take(),
            ),
        }
    }
}

impl SourceBytes {
    /// The bytes from `start` to `end`. A reader has to be asked for them in order.
    pub(crate) async fn take(&mut self, start: u64, end: u64) -> io::Result<SourceRange> {
        match self {
            Self::Range(range) => Ok(range.slice(start..end)),
            Self::Reader(reader) => {
                let taken = reader.take().ok_or_else(|| io::Error::other("it cannot be read twice"))?;
                let (bytes, rest) = read_part(taken, end - start).await?;
                *reader = Some(rest);
                Ok(SourceRange::memory(bytes))
            }
        }
    }

    pub(crate) fn is_reader(&self) -> bool {
        matches!(self, Self::Reader(_))
    }
}

fn guessed_mime_type(file_name: &str) -> String {
    let extension = Path::new(file_name).extension().unwrap_or_default();
    // JSON Lines, the most frequent format, has no type registered with IANA.
    if extension.eq_ignore_ascii_case("jsonl") {
        return "text/jsonl".to_owned();
    }
    mime_guess::from_path(file_name).first_or_octet_stream().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mime_type_is_guessed_from_the_file_name() {
        for (name, mime_type) in [
            ("a.jsonl", "text/jsonl"),
            ("a.JSONL", "text/jsonl"),
            ("a.pdf", "application/pdf"),
            ("a.png", "image/png"),
            ("a.txt", "text/plain"),
            ("a", "application/octet-stream"),
            ("", "application/octet-stream"),
        ] {
            assert_eq!(Source::bytes(name, "").mime_type(), mime_type, "{name}");
        }
        assert_eq!(Source::path("/x/a.png").with_mime_type("image/webp").mime_type(), "image/webp");
        assert_eq!(Source::path("/x/a.bin").with_file_name("a.png").mime_type(), "image/png");
    }

    #[test]
    fn paths_of_every_type_become_a_file_under_its_own_name() {
        let path = PathBuf::from("/x/a.png");
        for source in [
            Source::from("/x/a.png"),
            Source::from("/x/a.png".to_owned()),
            Source::from(path.as_path()),
            Source::from(&path),
            Source::from(path.clone()),
        ] {
            assert_eq!((source.file_name().as_str(), source.display_name().as_str()), ("a.png", "/x/a.png"));
        }
    }

    #[tokio::test]
    async fn a_reader_is_read_in_order_and_once() {
        let source = Source::reader("a", 6, std::io::Cursor::new(b"abcdefgh"));
        let mut source = source.open(Buffers::default()).await.unwrap();
        assert!(source.range().is_none() && !source.can_be_read_again());
        let mut bytes = source.bytes();
        let mut text = Vec::new();
        for (start, end) in [(0, 4), (4, 6)] {
            let range = bytes.take(start, end).await.unwrap();
            io::Read::read_to_end(&mut range.reader(), &mut text).unwrap();
        }
        assert_eq!(text, b"abcdef");
        assert!(source.bytes().take(0, 1).await.is_err());
    }
}
