//! The table of answers: for each request line, the outcome and the place of its answer.
//!
//! It is a file of fixed-size records, one for each line of the input, in the order of the input. A record is
//! replaced when its line is answered, or answered again by a later batch.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// The state of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    /// The number of the shard whose result files contain the text.
    pub(super) shard: u32,
    /// The file of the shard.
    pub(super) file: AnswerFile,
    /// The offset of the text in that file.
    pub(super) offset: u64,
    /// The length of the text in bytes, without the line feed.
    pub(super) length: u32,
}

/// The outcome of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Not yet known.
    Pending,
    /// A response with a status below 400.
    Answered,
    /// An error that sending again does not fix.
    Failed,
    /// A temporary error: expired, rate limited, or a fault of the server.
    MayPass,
    /// Its batch ended without a result for it.
    Missing,
    /// Its batch failed as a whole.
    BatchFailed,
    /// Its batch was cancelled before it ran.
    Cancelled,
}

/// The file of a shard that contains the text of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum AnswerFile {
    Requests,
    Output,
    Errors,
}

impl Answer {
    const SIZE: usize = 18;
    const PENDING: Self =
        Self { outcome: Outcome::Pending, shard: 0, file: AnswerFile::Requests, offset: 0, length: 0 };

    fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        bytes[0] = self.outcome as u8;
        bytes[1] = self.file as u8;
        bytes[2..6].copy_from_slice(&self.shard.to_le_bytes());
        bytes[6..10].copy_from_slice(&self.length.to_le_bytes());
        bytes[10..].copy_from_slice(&self.offset.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; Self::SIZE]) -> io::Result<Self> {
        let outcomes = [
            Outcome::Pending,
            Outcome::Answered,
            Outcome::Failed,
            Outcome::MayPass,
            Outcome::Missing,
            Outcome::BatchFailed,
            Outcome::Cancelled,
        ];
        let files = [AnswerFile::Requests, AnswerFile::Output, AnswerFile::Errors];
        let outcome = outcomes.get(usize::from(bytes[0])).copied();
        let (Some(outcome), Some(file)) = (outcome, files.get(usize::from(bytes[1])).copied()) else {
            return Err(io::Error::new(ErrorKind::InvalidData, "the table of answers is damaged"));
        };
        Ok(Self {
            outcome,
            file,
            shard: u32::from_le_bytes(std::array::from_fn(|index| bytes[2 + index])),
            length: u32::from_le_bytes(std::array::from_fn(|index| bytes[6 + index])),
            offset: u64::from_le_bytes(std::array::from_fn(|index| bytes[10 + index])),
        })
    }
}

/// The table in the file at `path`.
#[derive(Clone, Debug)]
pub(super) struct AnswerTable {
    path: PathBuf,
}

/// How many records are replaced with one write.
const BLOCK: u64 = 4096;

impl AnswerTable {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Creates a table of `lines` lines, all of them pending.
    pub(super) fn create(&self, lines: u64) -> io::Result<()> {
        debug_assert_eq!(Answer::PENDING.to_bytes(), [0; Answer::SIZE]);
        File::create(&self.path)?.set_len(lines * Answer::SIZE as u64)
    }

    /// Whether the table has a record for each of `lines` lines, pending or not.
    pub(super) fn is_whole(&self, lines: u64) -> io::Result<bool> {
        match std::fs::metadata(&self.path) {
            Ok(metadata) => Ok(metadata.len() == lines * Answer::SIZE as u64),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the outcome of each line is known.
    pub(super) fn is_complete(&self) -> io::Result<bool> {
        for answer in self.read()? {
            match answer {
                Ok(answer) if answer.outcome != Outcome::Pending => {}
                Err(error) if error.kind() != ErrorKind::InvalidData => return Err(error),
                _ => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Replaces the records of some lines. `answers` has line numbers in ascending order.
    pub(super) fn update(&self, answers: &[(u64, Answer)]) -> io::Result<()> {
        let mut file = File::options().read(true).write(true).open(&self.path)?;
        // A block may also hold records of another shard, which is recorded at the same time.
        file.lock()?;
        let mut rest = answers;
        while let Some((first, _)) = rest.first() {
            let within = rest.partition_point(|(number, _)| *number < first + BLOCK);
            let (block, after) = rest.split_at(within);
            let lines = block.last().map_or(0, |(last, _)| last - first + 1);
            let mut bytes = vec![0; usize::try_from(lines).unwrap_or_default() * Answer::SIZE];
            let from = SeekFrom::Start(first * Answer::SIZE as u64);
            file.seek(from)?;
            file.read_exact(&mut bytes)?;
            for (number, answer) in block {
                let at = usize::try_from(number - first).unwrap_or_default() * Answer::SIZE;
                bytes[at..at + Answer::SIZE].copy_from_slice(&answer.to_bytes());
            }
            file.seek(from)?;
            file.write_all(&bytes)?;
            rest = after;
        }
        Ok(())
    }

    /// All records, in the order of the input.
    pub(super) fn read(&self) -> io::Result<impl Iterator<Item = io::Result<Answer>>> {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&self.path)?);
        Ok(std::iter::from_fn(move || {
            let mut bytes = [0; Answer::SIZE];
            match reader.read_exact(&mut bytes) {
                Ok(()) => Some(Answer::from_bytes(&bytes)),
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
                Err(error) => Some(Err(error)),
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_replaced_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let table = AnswerTable::at(folder.path().join("answers"));
        table.create(10_000).unwrap();
        let answer = |shard| Answer {
            outcome: Outcome::MayPass,
            shard,
            file: AnswerFile::Errors,
            offset: u64::from(shard) << 33,
            length: 7,
        };
        table.update(&[(0, answer(1)), (4096, answer(2)), (9_999, answer(3))]).unwrap();
        table.update(&[(4096, answer(4))]).unwrap();
        table.update(&[]).unwrap();
        let all: Vec<_> = table.read().unwrap().map(Result::unwrap).collect();
        assert_eq!(all.len(), 10_000);
        assert_eq!([all[0], all[4096], all[9_999]], [answer(1), answer(4), answer(3)]);
        assert!(
            all.iter().enumerate().all(|(at, all)| [0, 4096, 9_999].contains(&at) || *all == Answer::PENDING)
        );
    }

    #[test]
    fn shards_with_alternate_lines_are_recorded_at_the_same_time() {
        const LINES: u64 = 20_000;
        let folder = tempfile::tempdir().unwrap();
        let table = AnswerTable::at(folder.path().join("answers"));
        table.create(LINES).unwrap();
        std::thread::scope(|scope| {
            for shard in 1..=4 {
                let table = &table;
                scope.spawn(move || {
                    let answer = Answer { outcome: Outcome::Answered, shard, ..Answer::PENDING };
                    let lines = (u64::from(shard) - 1..LINES).step_by(4);
                    table.update(&lines.map(|line| (line, answer)).collect::<Vec<_>>()).unwrap();
                });
            }
        });
        let shards = table.read().unwrap().map(|answer| answer.unwrap().shard);
        assert!(shards.eq((0..20_000).map(|line| line % 4 + 1)));
    }

    #[test]
    fn a_damaged_table_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let table = AnswerTable::at(folder.path().join("answers"));
        std::fs::write(&table.path, [99; Answer::SIZE]).unwrap();
        assert!(table.read().unwrap().next().unwrap().is_err());
    }
}
