//! The index of the request lines: the place and length of each line, and its group.
//!
//! It is a file of fixed-size records, so any number of lines takes no memory.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;

use md5::{Digest, Md5};

/// One request line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its place among the request lines of the input, from 0.
    pub(super) number: u64,
    /// Its first byte, counted over all source files in their order.
    pub(super) offset: u64,
    /// Its bytes, without the line feed.
    pub(super) length: u32,
    /// Its group: lines of one endpoint and model.
    pub(super) group: u32,
    /// How many inputs it embeds; 0 for other endpoints.
    pub(super) inputs: u32,
    /// The digest of its `custom_id`.
    pub(super) id: IdDigest,
}

/// The MD5 of a `custom_id`, to find equal ids. It protects nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct IdDigest([u8; 16]);

impl IdDigest {
    pub(super) fn of(custom_id: &[u8]) -> Self {
        Self(Md5::digest(custom_id).into())
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The first 8 bytes.
    fn start(self) -> u64 {
        u64::from_be_bytes(std::array::from_fn(|index| self.0[index]))
    }

    /// Maps digests evenly to numbers from 0 to `parts`.
    fn part(self, parts: u64) -> u64 {
        let [a, b, c, d, ..] = self.0;
        (u64::from(u32::from_be_bytes([a, b, c, d])) * parts) >> 32
    }
}

impl Line {
    const SIZE: usize = 44;

    fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.offset.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.length.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.group.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.inputs.to_le_bytes());
        bytes[28..].copy_from_slice(&self.id.0);
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::SIZE]) -> Self {
        let u64_at = |at: usize| u64::from_le_bytes(std::array::from_fn(|index| bytes[at + index]));
        let u32_at = |at: usize| u32::from_le_bytes(std::array::from_fn(|index| bytes[at + index]));
        Self {
            number: u64_at(0),
            offset: u64_at(8),
            length: u32_at(16),
            group: u32_at(20),
            inputs: u32_at(24),
            id: IdDigest(std::array::from_fn(|index| bytes[28 + index])),
        }
    }
}

/// Writes an index, one line after the other.
pub(super) struct IndexWriter(BufWriter<File>);

impl IndexWriter {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Ok(Self(BufWriter::with_capacity(1 << 16, File::create(path)?)))
    }

    pub(super) fn push(&mut self, line: Line) -> io::Result<()> {
        self.0.write_all(&line.to_bytes())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Reads the lines of the index at `path`, in order.
pub(super) fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<Line>>> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(path)?);
    Ok(std::iter::from_fn(move || {
        let mut bytes = [0; Line::SIZE];
        match reader.read_exact(&mut bytes) {
            Ok(()) => Some(Ok(Line::from_bytes(&bytes))),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
            Err(error) => Some(Err(error)),
        }
    }))
}

/// How many ids are compared at a time, by 8 bytes of each.
const IDS_AT_A_TIME: u64 = 1 << 21;

/// Finds two lines of the index at `path` with the same `custom_id`: the first pair in the order of the input.
///
/// Reads the index once per two million lines and sorts a share of the ids each time, so memory stays at 16 MB.
pub(super) fn find_repeated_id(path: &Path, count: u64) -> io::Result<Option<(Line, Line)>> {
    let parts = count.div_ceil(IDS_AT_A_TIME).max(1);
    for part in 0..parts {
        let mut starts = Vec::new();
        for line in lines(path)? {
            let id = line?.id;
            if id.part(parts) == part {
                starts.push(id.start());
            }
        }
        starts.sort_unstable();
        // Different ids hardly ever begin with the same 8 bytes, but they may.
        if starts.windows(2).any(|pair| pair[0] == pair[1]) {
            return find_first_pair(path, count);
        }
    }
    Ok(None)
}

/// How many whole ids are compared at a time, at 24 bytes each.
const WHOLE_IDS_AT_A_TIME: u64 = 1 << 20;

/// Finds the first pair of lines with the same `custom_id`.
fn find_first_pair(path: &Path, count: u64) -> io::Result<Option<(Line, Line)>> {
    let parts = count.div_ceil(WHOLE_IDS_AT_A_TIME).max(1);
    let mut found: Option<(u64, u64)> = None;
    for part in 0..parts {
        let mut ids = Vec::new();
        for line in lines(path)? {
            let line = line?;
            if line.id.part(parts) == part {
                ids.push((line.id, line.number));
            }
        }
        ids.sort_unstable();
        let repeated =
            ids.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[1].1, pair[0].1));
        found = repeated.chain(found).min();
    }
    let Some((second, first)) = found else { return Ok(None) };
    let mut pair = (None, None);
    for line in lines(path)? {
        let line = line?;
        if line.number == first {
            pair.0 = Some(line);
        } else if line.number == second {
            pair.1 = Some(line);
            break;
        }
    }
    Ok(pair.0.zip(pair.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, id: &str) -> Line {
        let id = IdDigest::of(id.as_bytes());
        Line { number, offset: 100, length: 99, group: 3, inputs: 2, id }
    }

    fn index_of(list: &[Line]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let mut writer = IndexWriter::create(&path).unwrap();
        list.iter().for_each(|line| writer.push(*line).unwrap());
        writer.finish().unwrap();
        (folder, path)
    }

    #[test]
    fn lines_read_as_they_were_written() {
        let list = [line(0, "a"), line(u64::MAX, "b")];
        let (_folder, path) = index_of(&[list[0], Line { offset: u64::MAX, length: u32::MAX, ..list[1] }]);
        let read: Vec<_> = lines(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(read[0], list[0]);
        assert_eq!((read[1].offset, read[1].length), (u64::MAX, u32::MAX));
    }

    #[test]
    fn the_first_repeated_id_is_found() {
        let ids = ["a", "b", "c", "b", "d", "a"];
        let list: Vec<_> = ids.iter().zip(0..).map(|(id, number)| line(number, id)).collect();
        let (_folder, path) = index_of(&list);
        for count in [6, 5 * IDS_AT_A_TIME] {
            assert_eq!(find_repeated_id(&path, count).unwrap(), Some((list[1], list[3])), "{count}");
        }
        let (_folder, path) = index_of(&list[..3]);
        assert_eq!(find_repeated_id(&path, 3).unwrap(), None);
    }
}
