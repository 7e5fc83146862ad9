//! A shard that another machine can continue.

use std::fs::File;
use std::io;
use std::path::Path;

use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};
use tokio::task::spawn_blocking;

use super::Error;
use super::answers::AnswerFile;
use super::error::joined;
use super::folder::Folder;
use super::state::{ShardState, Step};

/// A shard, and what another machine recognises its requests by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SharedShard {
    #[serde(flatten)]
    pub(super) state: ShardState,
    /// The MD5 of its requests in hexadecimal.
    pub(super) md5: String,
}

impl SharedShard {
    /// Computes the digest of the shard's requests in the work folder.
    fn of(state: ShardState, folder: &Folder) -> io::Result<Self> {
        let md5 = md5_of(&folder.texts_of_shard(state.number, AnswerFile::Requests))?;
        Ok(Self { state, md5 })
    }

    /// The shard as another machine continues it, which has no result files.
    pub(super) fn elsewhere(&self) -> ShardState {
        let step = match self.state.step.clone() {
            Step::Recorded(ended) => Step::Ended(ended),
            step => step,
        };
        ShardState { step, ..self.state.clone() }
    }

    /// Whether `other` has the same requests.
    pub(super) fn has_requests_of(&self, other: &Self) -> bool {
        let description = |shard: &Self| {
            let ShardState { number, round, group, lines, bytes, .. } = shard.state;
            (number, round, group, lines, bytes)
        };
        description(self) == description(other) && self.md5 == other.md5
    }
}

/// The shards with the digests of their requests.
pub(super) async fn all_of(shards: Vec<ShardState>, folder: &Folder) -> Result<Vec<SharedShard>, Error> {
    let folder = folder.clone();
    let digesting = spawn_blocking(move || {
        let shards = shards.into_iter().map(|shard| SharedShard::of(shard, &folder));
        shards.collect::<io::Result<Vec<_>>>().map_err(Error::work(folder.path()))
    });
    joined(digesting.await)
}

fn md5_of(path: &Path) -> io::Result<String> {
    let (mut file, mut digest) = (File::open(path)?, Md5::new());
    let mut buffer = vec![0; 1 << 18];
    loop {
        let read = io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            return Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        digest.update(&buffer[..read]);
    }
}
