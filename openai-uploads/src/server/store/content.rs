//! Reads stored bytes.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream;
use tokio::task::spawn_blocking;

/// The content of a file: parts in order.
#[derive(Clone, Debug)]
pub(in super::super) struct Content {
    parts: Vec<(PathBuf, u64)>,
}

/// The size of one read.
const PIECE: usize = 256 * 1024;

impl Content {
    /// The content of these paths, each with its size.
    pub(super) fn new(parts: Vec<(PathBuf, u64)>) -> Self {
        Self { parts }
    }

    /// The size in bytes.
    pub(in super::super) fn length(&self) -> u64 {
        self.parts.iter().map(|(_, bytes)| bytes).sum()
    }

    /// Passes all bytes to `take`, a piece at a time. Blocks on the disk.
    pub(in super::super) fn read(&self, mut take: impl FnMut(&[u8])) -> io::Result<()> {
        let mut reader = Reader::new(self.clone(), 0..self.length());
        let mut piece = vec![0; PIECE];
        loop {
            match reader.read(&mut piece)? {
                0 => return Ok(()),
                read => take(&piece[..read]),
            }
        }
    }

    /// A reader of all bytes.
    pub(in super::super) fn reader(self) -> Reader {
        let length = self.length();
        Reader::new(self, 0..length)
    }

    /// The bytes of a range within [`length`](Self::length). If the file is deleted meanwhile, the stream ends with an
    /// error.
    pub(in super::super) fn stream(
        self,
        range: Range<u64>,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + 'static {
        stream::try_unfold(Reader::new(self, range), |mut reader| async {
            let read = spawn_blocking(move || {
                let mut piece = vec![0; PIECE];
                let read = reader.read(&mut piece)?;
                piece.truncate(read);
                Ok::<_, io::Error>((piece, reader))
            });
            let (piece, reader) = read.await.map_err(io::Error::other)??;
            Ok((!piece.is_empty()).then(|| (Bytes::from(piece), reader)))
        })
    }
}

/// Reads a range of the content, one part after another.
#[derive(Debug)]
pub(in super::super) struct Reader {
    parts: std::vec::IntoIter<(PathBuf, u64)>,
    open: Option<(File, u64)>,
    skip: u64,
    left: u64,
}

impl Reader {
    fn new(content: Content, range: Range<u64>) -> Self {
        let left = range.end.saturating_sub(range.start);
        Self { parts: content.parts.into_iter(), open: None, skip: range.start, left }
    }
}

impl Read for Reader {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.left == 0 {
                return Ok(0);
            }
            let Some((file, in_part)) = &mut self.open else {
                let Some((path, bytes)) = self.parts.next() else {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                };
                let skipped = self.skip.min(bytes);
                self.skip -= skipped;
                if skipped < bytes {
                    let mut file = File::open(path)?;
                    file.seek(SeekFrom::Start(skipped))?;
                    self.open = Some((file, bytes - skipped));
                }
                continue;
            };
            if *in_part == 0 {
                self.open = None;
                continue;
            }
            let max = self.left.min(*in_part).min(piece.len() as u64);
            let max = usize::try_from(max).unwrap_or(piece.len());
            let read = file.read(&mut piece[..max])?;
            if read == 0 && max > 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            *in_part -= read as u64;
            self.left -= read as u64;
            return Ok(read);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_range_of_parts_is_the_range_of_their_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let whole = b"abcdefghij";
        let mut parts = Vec::new();
        for (n, range) in [0..3, 3..3, 3..4, 4..10].into_iter().enumerate() {
            let path = dir.path().join(n.to_string());
            std::fs::write(&path, &whole[range.clone()]).unwrap();
            parts.push((path, range.len() as u64));
        }
        let content = Content::new(parts);
        assert_eq!(content.length(), 10);
        for start in 0..=10 {
            for end in start..=10 {
                let mut read = Vec::new();
                Reader::new(content.clone(), start as u64..end as u64).read_to_end(&mut read).unwrap();
                assert_eq!(read, &whole[start..end]);
            }
        }
    }

    #[test]
    fn a_part_that_lost_bytes_is_an_error_and_not_a_shorter_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("part");
        std::fs::write(&path, b"abc").unwrap();
        let content = Content::new(vec![(path, 4)]);
        assert_eq!(content.read(|_| {}).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
