//! The MD5 of the content, computed while the content is sent.

use std::io;

use md5::{Digest as _, Md5};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::super::plan::MAX_PARTS;
use crate::uploader::source::SourceRange;

/// How much is computed before the thread is given back, so that a digest that is no longer wanted ends soon.
const STEP: u64 = 8 * 1024 * 1024;

/// Takes the ranges of the content, in order.
pub(crate) struct DigestInput(mpsc::Sender<SourceRange>);

/// Computes the digest. Stops when it is dropped.
pub(crate) struct Digest(JoinHandle<io::Result<String>>);

impl Digest {
    /// Starts a digest. At most `waiting` ranges wait for it; then the input waits.
    pub(crate) fn start(waiting: usize) -> (DigestInput, Self) {
        let (sender, ranges) = mpsc::channel(waiting.clamp(1, 1 + MAX_PARTS));
        (DigestInput(sender), Self(tokio::spawn(compute(ranges))))
    }

    /// The digest in hexadecimal, once the input has been dropped and all of it is read.
    pub(crate) async fn finish(mut self) -> io::Result<String> {
        (&mut self.0).await.map_err(io::Error::from).flatten()
    }
}

impl Drop for Digest {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl DigestInput {
    pub(crate) async fn add(&self, range: SourceRange) {
        // A digest that has failed returns its error at the end.
        let _ = self.0.send(range).await;
    }
}

async fn compute(mut ranges: mpsc::Receiver<SourceRange>) -> io::Result<String> {
    let mut md5 = Md5::new();
    while let Some(range) = ranges.recv().await {
        let mut at = 0;
        while at < range.len() {
            let step = range.slice(at..at.saturating_add(STEP));
            at += step.len();
            md5 = spawn_blocking(move || add(md5, step)).await??;
        }
    }
    Ok(format!("{:032x}", u128::from_be_bytes(md5.finalize().into())))
}

fn add(mut md5: Md5, range: SourceRange) -> io::Result<Md5> {
    let mut reader = range.reader();
    loop {
        let chunk = reader.chunk()?;
        if chunk.is_empty() {
            return Ok(md5);
        }
        md5.update(&chunk);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::uploader::source::{Buffers, SourceFile};
    use std::sync::Arc;

    #[tokio::test]
    async fn file_and_memory_have_one_digest_however_they_are_cut() {
        let length = STEP + 300_000;
        let bytes: Vec<u8> = (0..length).map(|i| (i * 31 % 251).to_le_bytes()[0]).collect();
        let expected = format!("{:032x}", u128::from_be_bytes(Md5::digest(&bytes).into()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, &bytes).unwrap();
        let of_file = SourceRange::whole(Arc::new(SourceFile::open(&path, Buffers::default()).unwrap()));
        let of_memory = SourceRange::memory(bytes.into());

        let (input, digest) = Digest::start(1);
        input.add(of_file.clone()).await;
        drop(input);
        assert_eq!(digest.finish().await.unwrap(), expected);

        let (input, digest) = Digest::start(10);
        input.add(of_memory.slice(0..STEP + 1)).await;
        input.add(of_file.slice(STEP + 1..length)).await;
        drop(input);
        assert_eq!(digest.finish().await.unwrap(), expected);
    }

    #[tokio::test]
    async fn an_empty_content_has_a_digest_too() {
        let (input, digest) = Digest::start(1);
        drop(input);
        assert_eq!(digest.finish().await.unwrap(), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, "short").unwrap();
        let file = Arc::new(SourceFile::open(&path, Buffers::default()).unwrap());
        std::fs::File::options().write(true).open(&path).unwrap().set_len(2).unwrap();
        let (input, digest) = Digest::start(1);
        input.add(SourceRange::whole(file)).await;
        drop(input);
        assert_eq!(digest.finish().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
