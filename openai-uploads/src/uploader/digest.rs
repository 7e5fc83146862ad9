//! The MD5 of the content, computed while the content is sent.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use md5::{Digest as _, Md5};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

use super::Plan;
use super::file::SourceFile;

/// How much is computed before the thread is given back, so that one that is no longer wanted ends soon.
const STEP: usize = 8 * 1024 * 1024;

/// What is read from a file at a time.
const CHUNK: usize = 256 * 1024;

/// A stretch of the content; they have to come in order.
pub(super) enum Stretch {
    /// Read from the file. What has just been sent, or is being sent, is still in the system's memory.
    Of(Arc<SourceFile>, Range<u64>),
    /// In memory.
    Bytes(Bytes),
}

/// Takes the content.
#[derive(Clone)]
pub(super) struct Feed(mpsc::Sender<Stretch>);

/// Computes the digest, until it is dropped.
pub(super) struct Digest(JoinHandle<io::Result<String>>);

impl Digest {
    /// Up to `waiting` stretches wait in memory before the feed has to.
    pub(super) fn new(waiting: usize) -> (Feed, Self) {
        let (sender, stretches) = mpsc::channel(waiting.clamp(1, 1 + Plan::PARTS_MAXIMUM));
        (Feed(sender), Self(tokio::spawn(compute(stretches))))
    }

    /// The digest in hexadecimal, once the feed has been dropped and all of it is computed.
    pub(super) async fn finish(mut self) -> io::Result<String> {
        (&mut self.0).await.map_err(io::Error::from).flatten()
    }
}

impl Drop for Digest {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Feed {
    pub(super) async fn give(&self, stretch: Stretch) {
        // A digest that has failed says so at the end.
        let _ = self.0.send(stretch).await;
    }
}

async fn compute(mut stretches: mpsc::Receiver<Stretch>) -> io::Result<String> {
    let mut state = (Md5::new(), Vec::new());
    while let Some(stretch) = stretches.recv().await {
        let mut rest = Some(stretch);
        while let Some(stretch) = rest {
            (state, rest) = spawn_blocking(move || step(state, stretch)).await??;
        }
    }
    Ok(format!("{:032x}", u128::from_be_bytes(state.0.finalize().into())))
}

type State = (Md5, Vec<u8>);

/// Takes in the first of a stretch and gives back what is left of it.
fn step((mut md5, mut buffer): State, stretch: Stretch) -> io::Result<(State, Option<Stretch>)> {
    let rest = match stretch {
        Stretch::Bytes(mut bytes) => {
            let now = bytes.split_to(bytes.len().min(STEP));
            md5.update(&now);
            (!bytes.is_empty()).then_some(Stretch::Bytes(bytes))
        }
        Stretch::Of(file, range) => {
            let end = range.end.min(range.start + STEP as u64);
            buffer.resize(CHUNK, 0);
            let mut at = range.start;
            while at < end {
                let length = usize::try_from(end - at).expect("it is at most STEP").min(CHUNK);
                let chunk = &mut buffer[..length];
                file.read_exact_at(chunk, at)?;
                md5.update(&*chunk);
                at += chunk.len() as u64;
            }
            (end < range.end).then(|| Stretch::Of(file, end..range.end))
        }
    };
    Ok(((md5, buffer), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn file_and_memory_give_one_digest_however_they_are_cut() {
        let bytes: Vec<u8> = (0..STEP + CHUNK + 777).map(|i| (i * 31 % 251).to_le_bytes()[0]).collect();
        let expected = format!("{:032x}", u128::from_be_bytes(Md5::digest(&bytes).into()));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, &bytes).unwrap();
        let file = Arc::new(SourceFile::open(&path).unwrap());
        let length = bytes.len() as u64;
        let bytes = Bytes::from(bytes);

        let (feed, digest) = Digest::new(1);
        feed.give(Stretch::Of(file.clone(), 0..length)).await;
        drop(feed);
        assert_eq!(digest.finish().await.unwrap(), expected);

        let (feed, digest) = Digest::new(10);
        feed.give(Stretch::Bytes(bytes.slice(..=STEP))).await;
        feed.give(Stretch::Of(file, STEP as u64 + 1..length)).await;
        drop(feed);
        assert_eq!(digest.finish().await.unwrap(), expected);
    }

    #[tokio::test]
    async fn nothing_has_a_digest_too() {
        let (feed, digest) = Digest::new(1);
        drop(feed);
        assert_eq!(digest.finish().await.unwrap(), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[tokio::test]
    async fn a_file_that_became_shorter_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        std::fs::write(&path, "short").unwrap();
        let file = Arc::new(SourceFile::open(&path).unwrap());
        let (feed, digest) = Digest::new(1);
        feed.give(Stretch::Of(file, 0..6)).await;
        drop(feed);
        assert_eq!(digest.finish().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
