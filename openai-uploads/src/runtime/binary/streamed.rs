//! Files, streams, and bytes in memory, which are read while they are sent.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};

use super::super::error::InputError;
use super::super::platform::Chunks;
use super::{Binary, OpenSource};

/// The length of the chunks that a file is read in.
const CHUNK: u64 = 256 * 1024;

type Inspect = Arc<Mutex<dyn FnMut(&Bytes) + Send>>;
type ByteChunks = BoxStream<'static, io::Result<Bytes>>;
type Open = Arc<Mutex<dyn FnMut() -> ByteChunks + Send>>;

/// Where the bytes come from.
pub(super) struct Source {
    origin: Origin,
    inspect: Option<Inspect>,
}

enum Origin {
    File {
        path: PathBuf,
        range: Option<Range<u64>>,
    },
    Bytes(Bytes),
    /// A stream that can be read only once.
    Stream {
        length: u64,
        stream: Option<ByteChunks>,
    },
    Repeatable {
        length: u64,
        open: Open,
    },
}

impl Binary {
    /// Sends a whole file. Its length is read when it is sent.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Origin::File { path: path.into(), range: None }.into())
    }

    /// Sends the bytes of a file from `range.start` up to, not including, `range.end`.
    pub fn range(path: impl Into<PathBuf>, range: Range<u64>) -> Self {
        Self::new(Origin::File { path: path.into(), range: Some(range) }.into())
    }

    /// Sends a stream of `length` bytes. A stream with fewer or more bytes fails the request.
    ///
    /// It can be read once. So the request is not retried, and a redirect (307 or 308) is an error; see
    /// [`repeatable`](Self::repeatable).
    pub fn stream(length: u64, stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Self {
        Self::new(Origin::Stream { length, stream: Some(stream.boxed()) }.into())
    }

    /// Sends a stream of `length` bytes that `open` opens, and opens again if the request is sent again: after a
    /// redirect, or as a retry.
    pub fn repeatable<S>(length: u64, mut open: impl FnMut() -> S + Send + 'static) -> Self
    where
        S: Stream<Item = io::Result<Bytes>> + Send + 'static,
    {
        let open = Arc::new(Mutex::new(move || open().boxed()));
        Self::new(Origin::Repeatable { length, open }.into())
    }

    /// Calls `inspect` with each chunk that the connection takes, to count the bytes sent.
    #[must_use]
    pub fn inspect(mut self, inspect: impl FnMut(&Bytes) + Send + 'static) -> Self {
        self.source.inspect = Some(Arc::new(Mutex::new(inspect)));
        self
    }
}

impl Source {
    pub(super) fn bytes(bytes: Bytes) -> Self {
        Origin::Bytes(bytes).into()
    }

    pub(super) fn is_repeatable(&self) -> bool {
        !matches!(self.origin, Origin::Stream { .. })
    }

    pub(super) fn try_clone(&self) -> Option<Self> {
        let origin = match &self.origin {
            Origin::File { path, range } => Origin::File { path: path.clone(), range: range.clone() },
            Origin::Bytes(bytes) => Origin::Bytes(bytes.clone()),
            Origin::Stream { .. } => return None,
            Origin::Repeatable { length, open } => Origin::Repeatable { length: *length, open: open.clone() },
        };
        Some(Self { origin, inspect: self.inspect.clone() })
    }

    pub(super) async fn open(&mut self) -> Result<OpenSource, InputError> {
        let (length, stream, name) = match &mut self.origin {
            Origin::File { path, range } => {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
                let (length, stream) = open_file(path.clone(), range.clone()).await?;
                (length, stream, name)
            }
            Origin::Bytes(bytes) => (bytes.len() as u64, stream::iter([Ok(bytes.clone())]).boxed(), None),
            Origin::Stream { length, stream } => {
                let stream = stream.take();
                let stream = stream.ok_or_else(|| InputError::new("a stream can be sent only once"))?;
                (*length, exactly(*length, stream).boxed(), None)
            }
            Origin::Repeatable { length, open } => {
                let stream = open.lock().unwrap_or_else(PoisonError::into_inner)();
                (*length, exactly(*length, stream).boxed(), None)
            }
        };
        let stream = match self.inspect.clone() {
            Some(inspect) => {
                let inspect =
                    move |chunk: &Bytes| inspect.lock().unwrap_or_else(PoisonError::into_inner)(chunk);
                stream.inspect_ok(inspect).boxed()
            }
            None => stream,
        };
        Ok(OpenSource { chunks: Chunks::of_stream(length, stream), name })
    }
}

impl From<Origin> for Source {
    fn from(origin: Origin) -> Self {
        Self { origin, inspect: None }
    }
}

async fn open_file(path: PathBuf, range: Option<Range<u64>>) -> Result<(u64, ByteChunks), InputError> {
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
        .map_err(|error| InputError::io(format!("byte {} of {name} cannot be read", range.start), error))?;
    Ok((file, range.end - range.start, path.to_owned()))
}

/// Fails when `stream` has fewer or more than `length` bytes.
fn exactly(length: u64, stream: ByteChunks) -> impl Stream<Item = io::Result<Bytes>> + Send {
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

/// Wraps an error of a body. [`InputError::behind`] finds it in the error of the request.
fn failed(error: InputError) -> io::Error {
    io::Error::other(error)
}

impl From<PathBuf> for Binary {
    fn from(path: PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&PathBuf> for Binary {
    fn from(path: &PathBuf) -> Self {
        Self::path(path)
    }
}

impl From<&Path> for Binary {
    fn from(path: &Path) -> Self {
        Self::path(path)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::File { path, range: None } => path.fmt(f),
            Origin::File { path, range: Some(range) } => (path, range).fmt(f),
            Origin::Bytes(bytes) => bytes.len().fmt(f),
            Origin::Stream { length, .. } | Origin::Repeatable { length, .. } => length.fmt(f),
        }
    }
}
