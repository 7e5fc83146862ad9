//! Writes the index of checked lines on a thread of its own, so that hashing the ids does not hold up the check.

use std::io;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::index::{IdDigest, IndexWriter, Line};

/// How many lines are passed to the thread at a time.
const LINES: usize = 1024;

/// How many blocks of lines may wait.
const QUEUE: usize = 4;

/// A line whose id is not hashed yet. [`Line`] describes the rest.
pub(super) struct UnhashedLine {
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) group: u32,
    pub(super) inputs: u32,
}

/// The lines of an index that another thread writes.
pub(super) struct IndexThread {
    full: SyncSender<Block>,
    block: Block,
    count: u64,
}

/// Lines, each with the end of its id in `ids`.
#[derive(Default)]
struct Block {
    lines: Vec<(UnhashedLine, usize)>,
    ids: Vec<u8>,
}

/// Calls `work`, whose lines another thread hashes and writes. All is written when this returns.
pub(super) fn write_index<T>(path: &Path, work: impl FnOnce(&mut IndexThread) -> T) -> io::Result<T> {
    let mut writer = IndexWriter::create(path)?;
    let (full, blocks) = sync_channel::<Block>(QUEUE);
    thread::scope(|scope| {
        let writing = scope.spawn(move || -> io::Result<()> {
            let mut number = 0;
            for block in blocks {
                let mut start = 0;
                for (line, end) in block.lines {
                    let UnhashedLine { offset, length, group, inputs } = line;
                    let id = IdDigest::of(&block.ids[start..end]);
                    writer.push(Line { number, offset, length, group, inputs, id })?;
                    (number, start) = (number + 1, end);
                }
            }
            writer.finish()
        });
        let mut lines = IndexThread { full, block: Block::default(), count: 0 };
        let result = work(&mut lines);
        lines.send();
        drop(lines);
        writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(result)
    })
}

impl IndexThread {
    /// Adds the next line.
    pub(super) fn push(&mut self, line: UnhashedLine, custom_id: &str) {
        self.block.ids.extend_from_slice(custom_id.as_bytes());
        self.block.lines.push((line, self.block.ids.len()));
        self.count += 1;
        if self.block.lines.len() == LINES {
            self.send();
        }
    }

    /// The number of lines so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn send(&mut self) {
        // A thread that met an error takes no more, and `write_index` returns the error.
        let _ = self.full.send(std::mem::take(&mut self.block));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::index;

    #[test]
    fn lines_are_numbered_and_have_the_digests_of_their_ids() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let count = 3 * LINES as u64 + 1;
        let pushed = write_index(&path, |lines| {
            for offset in 0..count {
                let line = UnhashedLine { offset, length: 1, group: 2, inputs: 3 };
                lines.push(line, &format!("id-{offset}"));
            }
            lines.count()
        });
        assert_eq!(pushed.unwrap(), count);
        let lines: Vec<_> = index::lines(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(lines.len() as u64, count);
        for (line, number) in lines.iter().zip(0..) {
            assert_eq!((line.number, line.offset), (number, number));
            assert_eq!(line.id, IdDigest::of(format!("id-{number}").as_bytes()));
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_the_error() {
        let written = write_index(Path::new("/dev/full"), |lines| {
            for offset in 0..100 * LINES as u64 {
                lines.push(UnhashedLine { offset, length: 1, group: 0, inputs: 0 }, "id");
            }
        });
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
