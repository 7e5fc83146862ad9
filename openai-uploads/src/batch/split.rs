//! Writes the lines of each planned batch into a file of its own.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::Limits;
use super::index::{self, IdDigest};
use super::plan::{Division, PlannedShard};
use super::write_behind::{BehindFile, WriteBehind, write_behind};

/// A line of a shard, as the list beside the shard has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShardLine {
    /// Its place among the request lines of the input, from 0.
    pub(super) number: u64,
    /// Its bytes in the shard, without the line feed.
    pub(super) length: u32,
    /// How many inputs it embeds.
    pub(super) inputs: u32,
    /// The digest of its `custom_id`.
    pub(super) id: IdDigest,
}

/// Copies the lines of the index out of `sources`, which it counts its offsets over, into one file a batch.
///
/// `limits` are those of each group. `path` names the files of a shard, by its place in the returned list: the requests,
/// and the list of its lines.
pub(super) fn write_shards(
    index: &Path,
    sources: &[PathBuf],
    limits: Vec<Limits>,
    path: impl Fn(usize) -> (PathBuf, PathBuf),
) -> io::Result<Vec<PlannedShard>> {
    let capacity = ((4 << 20) / limits.len().max(1)).clamp(1 << 12, 1 << 18);
    let mut division = Division::new(limits);
    let mut source = Sources::open(sources)?;
    write_behind(|behind| {
        let mut open: HashMap<u32, OpenShard<'_>> = HashMap::new();
        for line in index::lines(index)? {
            let line = line?;
            let place = division.add(&line);
            let shard = match open.entry(line.group) {
                Entry::Occupied(shard) => shard.into_mut(),
                Entry::Vacant(free) => free.insert(OpenShard::create(behind, place, capacity, &path)?),
            };
            if shard.place != place {
                let full = std::mem::replace(shard, OpenShard::create(behind, place, capacity, &path)?);
                full.finish()?;
            }
            source.copy(line.offset, line.length, &mut shard.requests)?;
            shard.requests.write_all(b"\n")?;
            let listed =
                ShardLine { number: line.number, length: line.length, inputs: line.inputs, id: line.id };
            shard.lines.write_all(&listed.to_bytes())?;
        }
        open.into_values().try_for_each(OpenShard::finish)
    })?;
    Ok(division.into_shards())
}

/// The files of the batch that a group's next lines go to.
struct OpenShard<'a> {
    place: usize,
    requests: BehindFile<'a>,
    lines: BehindFile<'a>,
}

impl<'a> OpenShard<'a> {
    fn create(
        behind: &'a WriteBehind,
        place: usize,
        capacity: usize,
        path: impl Fn(usize) -> (PathBuf, PathBuf),
    ) -> io::Result<Self> {
        let (requests, lines) = path(place);
        Ok(Self {
            place,
            requests: behind.file(File::create(requests)?, capacity),
            lines: behind.file(File::create(lines)?, capacity),
        })
    }

    fn finish(mut self) -> io::Result<()> {
        self.requests.flush()?;
        self.lines.flush()
    }
}

impl ShardLine {
    const SIZE: usize = 32;

    fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.length.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.inputs.to_le_bytes());
        bytes[16..].copy_from_slice(&self.id.to_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        Self {
            number: u64::from_le_bytes(std::array::from_fn(|index| bytes[index])),
            length: u32::from_le_bytes(std::array::from_fn(|index| bytes[8 + index])),
            inputs: u32::from_le_bytes(std::array::from_fn(|index| bytes[12 + index])),
            id: IdDigest::from_bytes(std::array::from_fn(|index| bytes[16 + index])),
        }
    }

    /// Reads the list of a shard's lines. A batch has at most some 100,000.
    pub(super) fn read_all(path: &Path) -> io::Result<Vec<Self>> {
        let bytes = std::fs::read(path)?;
        if bytes.len() % Self::SIZE != 0 {
            return Err(io::Error::new(ErrorKind::InvalidData, format!("{} is damaged", path.display())));
        }
        Ok(bytes.chunks_exact(Self::SIZE).map(Self::from_bytes).collect())
    }
}

/// Several files, read as one after the other.
struct Sources {
    reader: BufReader<Box<dyn Read>>,
    position: u64,
}

impl Sources {
    fn open(paths: &[PathBuf]) -> io::Result<Self> {
        let mut all: Box<dyn Read> = Box::new(io::empty());
        for path in paths {
            all = Box::new(all.chain(File::open(path)?));
        }
        Ok(Self { reader: BufReader::with_capacity(1 << 18, all), position: 0 })
    }

    /// Copies `length` bytes from `offset` on, which lies behind all that was copied before.
    fn copy(&mut self, offset: u64, length: u32, to: &mut impl Write) -> io::Result<()> {
        let skipped = offset - self.position;
        self.take(skipped, |_| Ok(()))?;
        self.take(u64::from(length), |bytes| to.write_all(bytes))?;
        self.position = offset + u64::from(length);
        Ok(())
    }

    fn take(&mut self, mut length: u64, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        while length > 0 {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Err(ErrorKind::UnexpectedEof.into());
            }
            let taken = buffer.len().min(usize::try_from(length).unwrap_or(usize::MAX));
            each(&buffer[..taken])?;
            self.reader.consume(taken);
            length -= taken as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::batch::index::{IndexWriter, Line};

    fn limits(lines: u64) -> Limits {
        Limits { lines, bytes: u64::MAX, embedding_inputs: u64::MAX }
    }

    #[test]
    fn lines_go_to_the_batches_of_their_group_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("one"), "\u{feff}a0\n\nb1\r\n").unwrap();
        fs::write(at("two"), "a2\na3").unwrap();
        let mut index = IndexWriter::create(&at("index")).unwrap();
        for (number, offset, group) in [(0, 3, 0), (1, 7, 1), (2, 11, 0), (3, 14, 0)] {
            let id = IdDigest::of(&[number]);
            index.push(Line { number: u64::from(number), offset, length: 2, group, inputs: 0, id }).unwrap();
        }
        index.finish().unwrap();
        let path = |shard: usize| (at(&format!("{shard}.jsonl")), at(&format!("{shard}.lines")));
        let shards = write_shards(&at("index"), &[at("one"), at("two")], vec![limits(2); 2], path).unwrap();
        let sizes: Vec<_> = shards.iter().map(|shard| (shard.group, shard.size.lines)).collect();
        assert_eq!(sizes, [(0, 2), (1, 1), (0, 1)]);
        let texts = [0, 1, 2].map(|shard| fs::read_to_string(path(shard).0).unwrap());
        assert_eq!(texts, ["a0\na2\n", "b1\n", "a3\n"]);
        let numbers = ShardLine::read_all(&path(0).1).unwrap();
        assert_eq!(numbers.iter().map(|line| line.number).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(numbers[1].id, IdDigest::of(&[2]));
    }

    #[test]
    fn a_source_that_became_shorter_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("one"), "a0").unwrap();
        let mut index = IndexWriter::create(&at("index")).unwrap();
        index
            .push(Line { number: 0, offset: 0, length: 3, group: 0, inputs: 0, id: IdDigest::of(b"") })
            .unwrap();
        index.finish().unwrap();
        let path = |_| (at("s"), at("l"));
        let error = write_shards(&at("index"), &[at("one")], vec![limits(1)], path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}
