//! Files that a thread of their own writes, so that one core reads while the other writes.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// How many full buffers may wait to be written.
const QUEUE: usize = 4;

/// The thread that writes files. See [`write_behind`].
pub(super) struct WriteBehind {
    full: SyncSender<(Arc<File>, Vec<u8>)>,
    written: Receiver<Vec<u8>>,
}

/// Calls `work`, whose files another thread writes. All is written when this returns.
pub(super) fn write_behind<T>(work: impl FnOnce(&WriteBehind) -> io::Result<T>) -> io::Result<T> {
    let (full, to_write) = sync_channel::<(Arc<File>, Vec<u8>)>(QUEUE);
    let (used, written) = sync_channel(QUEUE);
    thread::scope(|scope| {
        let writing = scope.spawn(move || {
            for (file, mut bytes) in to_write {
                (&*file).write_all(&bytes)?;
                bytes.clear();
                // A buffer that nobody wants is dropped.
                let _ = used.try_send(bytes);
            }
            Ok(())
        });
        let result = work(&WriteBehind { full, written });
        let writing = writing.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        // What the thread met is the cause of what `work` met.
        writing.and(result)
    })
}

impl WriteBehind {
    /// A buffered file. Nothing is written of what is not flushed.
    pub(super) fn file(&self, file: File, capacity: usize) -> BehindFile<'_> {
        BehindFile { behind: self, file: Arc::new(file), buffer: Vec::with_capacity(capacity), capacity }
    }
}

/// A buffered file that a [`WriteBehind`] writes.
pub(super) struct BehindFile<'a> {
    behind: &'a WriteBehind,
    file: Arc<File>,
    buffer: Vec<u8>,
    capacity: usize,
}

impl Write for BehindFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.buffer.len() + bytes.len() > self.capacity {
            self.flush()?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        let spare = self.behind.written.try_recv();
        let spare = spare.unwrap_or_else(|_| Vec::with_capacity(self.capacity));
        let full = std::mem::replace(&mut self.buffer, spare);
        self.behind.full.send((Arc::clone(&self.file), full)).map_err(|_| ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn each_file_gets_its_bytes_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        write_behind(|behind| {
            let mut files = ["a", "b"].map(|name| behind.file(File::create(at(name)).unwrap(), 7));
            for number in 0..1000 {
                write!(files[number % 2], "{number} ")?;
            }
            files[0].write_all(&[b'x'; 100])?;
            files.iter_mut().try_for_each(Write::flush)
        })
        .unwrap();
        let numbers = |from| (from..1000).step_by(2).map(|number| format!("{number} ")).collect::<String>();
        assert_eq!(fs::read_to_string(at("a")).unwrap(), numbers(0) + &"x".repeat(100));
        assert_eq!(fs::read_to_string(at("b")).unwrap(), numbers(1));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_the_error() {
        let written = write_behind(|behind| {
            let mut file = behind.file(File::options().write(true).open("/dev/full")?, 10);
            loop {
                file.write_all(b"0123456789")?;
            }
            #[expect(unreachable_code, reason = "the type of the result")]
            Ok(())
        });
        assert_eq!(written.unwrap_err().kind(), ErrorKind::StorageFull);
    }
}
