//! Buffers for the bytes of files.

use std::sync::{Arc, Mutex, PoisonError};

/// The length of a buffer, and of a read from a disk. Long enough that handing it to another thread costs little.
pub(super) const CHUNK: usize = 256 * 1024;

/// Buffers that are used again, since a new one costs as much as filling it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Box<[u8]>>>>);

impl Buffers {
    pub(super) fn take(&self) -> Buffer {
        let used = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let bytes = used.unwrap_or_else(|| vec![0; CHUNK].into_boxed_slice());
        Buffer { bytes, filled: 0, pool: self.clone() }
    }
}

/// A buffer that returns to its pool when nobody uses a piece of it any more.
pub(super) struct Buffer {
    pub(super) bytes: Box<[u8]>,
    pub(super) filled: usize,
    pool: Buffers,
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[..self.filled]
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.pool.0.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
    }
}
