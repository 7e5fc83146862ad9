//! What is uploaded: a file, bytes in memory, or a reader.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt};

use super::UploadError;
use super::file::SourceFile;
use super::stop::Stop;

/// What is uploaded, and the name and MIME type that the server is told.
///
/// | source | memory | retried | resumed |
/// |---|---|---|---|
/// | [`path`](Self::path) | about 1 MiB for each request under way | yes | yes |
/// | [`bytes`](Self::bytes) | the bytes themselves | yes | no |
/// | [`reader`](Self::reader) | a part for each request under way, and one more | yes | no |
#[derive(Debug)]
pub struct Source {
    content: Content,
    filename: String,
    mime_type: Option<String>,
}

enum Content {
    Path(PathBuf),
    Bytes(Bytes),
    Reader { length: u64, reader: Reader },
}

pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;

impl Source {
    /// A file, sent under its own name.
    ///
    /// It is opened when the upload begins and read while it is sent. It may not change until then.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let filename = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self { content: Content::Path(path), filename, mime_type: None }
    }

    /// Bytes in memory.
    pub fn bytes(filename: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { content: Content::Bytes(bytes.into()), filename: filename.into(), mime_type: None }
    }

    /// The next `length` bytes of a reader, which need not be able to go back.
    ///
    /// A part is read into memory before it is sent and kept until it has arrived, so that it can be sent again.
    /// Memory is therefore bounded by the size of a part times the number of requests under way, and one part
    /// more. Unless [`Options::part_size`](super::Options::part_size) is set, a part has at most
    /// [`Source::READER_PART_MAXIMUM`] bytes: 144 MiB in all for eight requests.
    ///
    /// A reader that ends before `length` bytes fails the upload; what it has beyond them is left unread.
    pub fn reader(
        filename: impl Into<String>,
        length: u64,
        reader: impl AsyncRead + Send + Unpin + 'static,
    ) -> Self {
        let content = Content::Reader { length, reader: Box::new(reader) };
        Self { content, filename: filename.into(), mime_type: None }
    }

    /// The most bytes of a part that is chosen for a reader: 16 MiB.
    pub const READER_PART_MAXIMUM: u64 = 16 * 1024 * 1024;

    /// Gives the file this name on the server.
    #[must_use]
    pub fn with_filename(self, filename: impl Into<String>) -> Self {
        Self { filename: filename.into(), ..self }
    }

    /// Gives the file this MIME type.
    #[must_use]
    pub fn with_mime_type(self, mime_type: impl Into<String>) -> Self {
        Self { mime_type: Some(mime_type.into()), ..self }
    }

    /// The name that the server is told.
    pub fn filename(&self) -> &str {
        &self.filename
    }

    /// The MIME type that the server is told: the one that was given, or else what the end of the name says, or
    /// `application/octet-stream`.
    pub fn mime_type(&self) -> String {
        self.mime_type.clone().unwrap_or_else(|| guessed_from(&self.filename))
    }

    /// Opens the source, so that what is missing is found before anything is sent.
    pub(super) async fn open(self) -> Result<Opened, UploadError> {
        let mime_type = self.mime_type();
        let (name, length, content) = match self.content {
            Content::Path(path) => {
                let name = path.display().to_string();
                let opened = tokio::task::spawn_blocking(move || SourceFile::open(&path)).await;
                let file = opened
                    .map_err(io::Error::from)
                    .and_then(|opened| opened)
                    .map_err(|source| UploadError::Source { name: name.clone(), source, state: None })?;
                (name, file.identity().length, OpenContent::File(Arc::new(file)))
            }
            Content::Bytes(bytes) => (self.filename.clone(), bytes.len() as u64, OpenContent::Bytes(bytes)),
            Content::Reader { length, reader } => {
                (self.filename.clone(), length, OpenContent::Reader(Mutex::new(Some(reader))))
            }
        };
        Ok(Opened { name, filename: self.filename, mime_type, length, content })
    }

    /// [`length`](Self::length), asked for where waiting for a disk holds nobody up.
    pub(super) async fn measured(self) -> Result<(u64, Self), UploadError> {
        let name = self.filename.clone();
        let measured = tokio::task::spawn_blocking(move || Ok((self.length()?, self))).await;
        measured.unwrap_or_else(|error| Err(UploadError::Source { name, source: error.into(), state: None }))
    }

    pub(super) fn is_reader(&self) -> bool {
        matches!(self.content, Content::Reader { .. })
    }

    /// How many bytes there are, found without opening anything.
    pub(super) fn length(&self) -> Result<u64, UploadError> {
        match &self.content {
            Content::Path(path) => SourceFile::length(path).map_err(|source| UploadError::Source {
                name: path.display().to_string(),
                source,
                state: None,
            }),
            Content::Bytes(bytes) => Ok(bytes.len() as u64),
            Content::Reader { length, .. } => Ok(*length),
        }
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for Source {
    fn from(path: &PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&str> for Source {
    /// The file at this path.
    fn from(path: &str) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{path:?}"),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Reader { length, .. } => write!(f, "a reader of {length} bytes"),
        }
    }
}

fn guessed_from(filename: &str) -> String {
    let extension = Path::new(filename).extension().unwrap_or_default();
    // Most of what is uploaded is JSON Lines, for which nothing is registered with IANA.
    if extension.eq_ignore_ascii_case("jsonl") {
        return "text/jsonl".to_owned();
    }
    mime_guess::from_path(filename).first_or_octet_stream().essence_str().to_owned()
}

/// A source that is open and whose length is known.
pub(super) struct Opened {
    /// What messages call it.
    pub(super) name: String,
    pub(super) filename: String,
    pub(super) mime_type: String,
    pub(super) length: u64,
    pub(super) content: OpenContent,
}

pub(super) enum OpenContent {
    File(Arc<SourceFile>),
    Bytes(Bytes),
    /// `None` once it was taken. Behind a lock because a reader need not be `Sync`; nobody waits for it.
    Reader(Mutex<Option<Reader>>),
}

impl Opened {
    pub(super) fn file(&self) -> Option<&Arc<SourceFile>> {
        match &self.content {
            OpenContent::File(file) => Some(file),
            OpenContent::Bytes(_) | OpenContent::Reader(_) => None,
        }
    }

    pub(super) fn can_be_read_again(&self) -> bool {
        !matches!(self.content, OpenContent::Reader(_))
    }

    /// Fails when the source is not what it was when it was opened.
    pub(super) async fn check(&self) -> Result<(), Stop> {
        match self.file() {
            Some(file) => check_file(file.clone()).await,
            None => Ok(()),
        }
    }
}

/// Fails when the file is not what it was when it was opened.
pub(super) async fn check_file(file: Arc<SourceFile>) -> Result<(), Stop> {
    match tokio::task::spawn_blocking(move || file.change()).await.map_err(io::Error::from).flatten() {
        Ok(None) => Ok(()),
        Ok(Some(what)) => Err(Stop::Changed(what)),
        Err(error) => Err(Stop::Source(error)),
    }
}

/// Reads the next `length` bytes and gives the reader back.
pub(super) async fn read_part(mut reader: Reader, length: u64) -> io::Result<(Bytes, Reader)> {
    let mut buffer = Vec::with_capacity(usize::try_from(length).map_err(io::Error::other)?);
    let mut part = (&mut reader).take(length);
    while part.limit() > 0 {
        if part.read_buf(&mut buffer).await? == 0 {
            let message = format!("it ended {} bytes early", part.limit());
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
        }
    }
    Ok((buffer.into(), reader))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mime_type_is_guessed_from_the_name() {
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
        assert_eq!(Source::path("/x/a.bin").with_filename("a.png").mime_type(), "image/png");
    }
}
