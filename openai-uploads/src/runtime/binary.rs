//! Bytes that are streamed out: what `format: binary` takes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

use super::error::InputError;

/// How much of a file is in memory at a time while it is sent: 256 KiB.
const CHUNK: u64 = 256 * 1024;

/// Bytes that are streamed out, of a length known before the first is sent.
///
/// A file is read while it is sent, 256 KiB at a time, so memory does not grow with it.
pub struct Binary {
    source: Source,
    file_name: Option<String>,
    content_type: Option<String>,
    inspect: Option<Inspect>,
}

type Inspect = Box<dyn FnMut(&Bytes) + Send>;

enum Source {
    File { path: PathBuf, range: Option<Range<u64>> },
    Bytes(Bytes),
    Stream { length: u64, stream: BoxStream<'static, io::Result<Bytes>> },
}

impl Binary {
    /// The whole of a file, as long as it is when it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Source::File { path: path.into(), range: None })
    }

    /// The bytes of a file from `range.start` up to, not including, `range.end`.
    pub fn range(path: impl Into<PathBuf>, range: Range<u64>) -> Self {
        Self::new(Source::File { path: path.into(), range: Some(range) })
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Source::Bytes(bytes.into()))
    }

    /// A stream of `length` bytes. One that ends before or goes on after that fails the request.
    pub fn stream(length: u64, stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self::new(Source::Stream { length, stream: stream.boxed() })
    }

    fn new(source: Source) -> Self {
        Self { source, file_name: None, content_type: None, inspect: None }
    }

    /// The file name that a multipart form gives (RFC 7578 §4.2); by default the path's last component, or
    /// the field's name.
    #[must_use]
    pub fn file_name(self, file_name: impl Into<String>) -> Self {
        Self { file_name: Some(file_name.into()), ..self }
    }

    /// The media type of the bytes, in place of `application/octet-stream`.
    #[must_use]
    pub fn content_type(self, content_type: impl Into<String>) -> Self {
        Self { content_type: Some(content_type.into()), ..self }
    }

    /// The same bytes, of the media type `content_type` unless they have one.
    pub(super) fn or_content_type(self, content_type: &str) -> Self {
        Self { content_type: self.content_type.or_else(|| Some(content_type.to_owned())), ..self }
    }

    /// Calls `inspect` with each chunk when the connection takes it, to count what is sent.
    #[must_use]
    pub fn inspect(self, inspect: impl FnMut(&Bytes) + Send + 'static) -> Self {
        Self { inspect: Some(Box::new(inspect)), ..self }
    }

    /// Opens what the bytes come from, so that what is missing is found before anything is sent.
    pub(super) async fn open(self) -> Result<OpenBinary, InputError> {
        let path_name = match &self.source {
            Source::File { path, .. } => path.file_name().map(|name| name.to_string_lossy().into_owned()),
            Source::Bytes(_) | Source::Stream { .. } => None,
        };
        let (length, stream) = match self.source {
            Source::File { path, range } => open_file(path, range).await?,
            Source::Bytes(bytes) => (bytes.len() as u64, stream::iter([Ok(bytes)]).boxed()),
            Source::Stream { length, stream } => (length, exactly(length, stream).boxed()),
        };
        let stream = match self.inspect {
            Some(mut inspect) => stream.inspect_ok(move |chunk| inspect(chunk)).boxed(),
            None => stream,
        };
        Ok(OpenBinary {
            length,
            stream,
            file_name: self.file_name.or(path_name),
            content_type: self.content_type,
        })
    }
}

/// A [`Binary`] whose source is open and whose length is known.
pub(super) struct OpenBinary {
    pub(super) length: u64,
    pub(super) stream: BoxStream<'static, io::Result<Bytes>>,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
}

async fn open_file(
    path: PathBuf,
    range: Option<Range<u64>>,
) -> Result<(u64, BoxStream<'static, io::Result<Bytes>>), InputError> {
    let opened = tokio::task::spawn_blocking(move || open_range(&path, range)).await;
    let (file, left, path) =
        opened.map_err(|error| InputError::io("a file could not be opened", error.into()))??;
    let chunks = stream::try_unfold((file, left), move |(mut file, left)| {
        let path = path.clone();
        async move {
            if left == 0 {
                return Ok(None);
            }
            let read = tokio::task::spawn_blocking(move || {
                let wanted = left.min(CHUNK);
                // `wanted` is at most CHUNK, so it fits.
                let mut chunk = Vec::with_capacity(wanted as usize);
                (&mut file).take(wanted).read_to_end(&mut chunk).map(|_| (file, chunk, wanted))
            });
            let (file, chunk, wanted) = read.await?.map_err(|error| {
                failed(InputError::io(format!("{} cannot be read", path.display()), error))
            })?;
            if (chunk.len() as u64) < wanted {
                return Err(failed(InputError::new(format!(
                    "{} became shorter while it was being sent; nothing more of it is sent",
                    path.display()
                ))));
            }
            Ok(Some((Bytes::from(chunk), (file, left - wanted))))
        }
    });
    Ok((left, chunks.boxed()))
}

fn open_range(path: &Path, range: Option<Range<u64>>) -> Result<(File, u64, PathBuf), InputError> {
    let name = path.display();
    let mut file =
        File::open(path).map_err(|error| InputError::io(format!("{name} cannot be opened"), error))?;
    let metadata =
        file.metadata().map_err(|error| InputError::io(format!("{name} cannot be read"), error))?;
    if metadata.is_dir() {
        return Err(InputError::new(format!("{name} is a folder; give a file")));
    }
    let length = metadata.len();
    let range = range.unwrap_or(0..length);
    if range.start > range.end || range.end > length {
        return Err(InputError::new(format!(
            "the range {}..{} is not within {name}, which has {length} bytes",
            range.start, range.end
        )));
    }
    file.seek(SeekFrom::Start(range.start))
        .map_err(|error| InputError::io(format!("{name} has no byte {} to go to", range.start), error))?;
    Ok((file, range.end - range.start, path.to_owned()))
}

/// Passes `stream` on and fails where it is not of `length` bytes.
fn exactly(
    length: u64,
    stream: BoxStream<'static, io::Result<Bytes>>,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    stream::try_unfold((stream, length), move |(mut stream, left)| async move {
        match stream.next().await {
            Some(Err(error)) => Err(failed(InputError::io("the stream to be sent failed", error))),
            Some(Ok(chunk)) if chunk.len() as u64 <= left => {
                let left = left - chunk.len() as u64;
                Ok(Some((chunk, (stream, left))))
            }
            None if left == 0 => Ok(None),
            Some(Ok(_)) => {
                Err(failed(InputError::new(format!("the stream to be sent has more than {length} bytes"))))
            }
            None => Err(failed(InputError::new(format!(
                "the stream to be sent ended {left} bytes short of {length}"
            )))),
        }
    })
}

/// An error of a body, in the form that comes back out of a failed request.
fn failed(error: InputError) -> io::Error {
    io::Error::other(error)
}

impl From<PathBuf> for Binary {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Binary {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl From<Bytes> for Binary {
    fn from(bytes: Bytes) -> Self {
        Self::bytes(bytes)
    }
}

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

impl fmt::Debug for Binary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source: &dyn fmt::Debug = match &self.source {
            Source::File { path, range: None } => path,
            Source::File { path, range: Some(range) } => &(path, range),
            Source::Bytes(bytes) => &bytes.len(),
            Source::Stream { length, .. } => length,
        };
        f.debug_struct("Binary").field("source", source).finish_non_exhaustive()
    }
}
