//! Reads a file in blocks that are cut between characters.

use std::io::{self, Read};

/// A reader of blocks.
pub(super) struct Blocks<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The number of bytes in the buffer.
    filled: usize,
    /// The number of these bytes that were passed on. The others begin the next block.
    passed: usize,
    is_at_end: bool,
}

/// Some bytes of a file.
pub(super) struct Block<'a> {
    pub(super) bytes: &'a [u8],
    /// The number of bytes that were read for it.
    pub(super) read: u64,
    pub(super) is_utf8: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads `length` bytes at a time, which are more than a character has.
    pub(super) fn new(reader: R, length: usize) -> Self {
        Self { reader, buffer: vec![0; length], filled: 0, passed: 0, is_at_end: false }
    }

    /// Reads the next block. Only the last one is shorter, and may end within a character. `None` at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Block<'_>>> {
        if self.is_at_end {
            return Ok(None);
        }
        self.buffer.copy_within(self.passed..self.filled, 0);
        let kept = self.filled - self.passed;
        let read = fill(&mut self.reader, &mut self.buffer[kept..])?;
        self.filled = kept + read;
        self.is_at_end = self.filled < self.buffer.len();
        let filled = &self.buffer[..self.filled];
        self.passed = if self.is_at_end { filled.len() } else { filled.len() - incomplete_character(filled) };
        let bytes = &filled[..self.passed];
        Ok(Some(Block { bytes, read: read as u64, is_utf8: str::from_utf8(bytes).is_ok() }))
    }
}

/// Reads until the buffer is full or the reader ends. Returns how many bytes were read.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The number of bytes at the end that begin a character without its last byte.
fn incomplete_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(from) = tail.iter().rposition(|byte| *byte >= 0xc0) else { return 0 };
    let length = match tail[from] {
        0xf0.. => 4,
        0xe0.. => 3,
        _ => 2,
    };
    let begun = tail.len() - from;
    if begun < length { begun } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_all_bytes_and_are_cut_between_characters() {
        let text = "aä€😀b".repeat(7);
        for length in 5..text.len() + 2 {
            let mut blocks = Blocks::new(text.as_bytes(), length);
            let (mut all, mut read) = (Vec::new(), 0);
            while let Some(block) = blocks.next().unwrap() {
                assert!(block.is_utf8, "blocks of {length}");
                all.extend_from_slice(block.bytes);
                read += block.read;
            }
            assert_eq!((all, read), (text.clone().into_bytes(), text.len() as u64), "blocks of {length}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_passed_on() {
        for bytes in [&b"abcdef\xe2\x82"[..], b"\xff\xff\xff\xff\xff\xff\xff", b"abc\xf0\xf0\xf0"] {
            let mut blocks = Blocks::new(bytes, 5);
            let (mut all, mut is_utf8) = (Vec::new(), true);
            while let Some(block) = blocks.next().unwrap() {
                all.extend_from_slice(block.bytes);
                is_utf8 &= block.is_utf8;
            }
            assert_eq!((&all[..], is_utf8), (bytes, false));
        }
    }
}
