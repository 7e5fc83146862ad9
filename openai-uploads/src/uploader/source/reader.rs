//! A reader whose bytes are uploaded.

use std::fmt;
use std::io;

use bytes::Bytes;
use futures_util::future::{self, BoxFuture, FutureExt};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::buffers::Buffers;
use super::{OpenContent, Origin};

pub(super) type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// The next `length` bytes of a reader.
pub(super) struct SizedReader {
    pub(super) length: u64,
    pub(super) reader: Reader,
}

impl Origin for SizedReader {
    fn length(&self) -> io::Result<u64> {
        Ok(self.length)
    }

    fn is_reader(&self) -> bool {
        true
    }

    fn open(self: Box<Self>, _: Buffers) -> BoxFuture<'static, io::Result<OpenContent>> {
        let Self { length, reader } = *self;
        let reader = std::sync::Mutex::new(Some(reader));
        future::ready(Ok(OpenContent::Reader { length, reader })).boxed()
    }
}

impl fmt::Debug for SizedReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a reader of {} bytes", self.length)
    }
}

/// Reads the next `length` bytes and returns them with the reader.
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
