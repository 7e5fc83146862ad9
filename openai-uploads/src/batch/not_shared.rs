//! In place of `shared` in a build without object stores: there, no state is in a store.

use std::future::Future;

use super::Error;
use super::event::Listener;
use super::folder::Folder;
use super::shared_shard::SharedShard;
use super::state::{RunState, ShardState};

#[derive(Clone, Debug)]
pub(super) enum SharedState {}

#[derive(Clone, Debug)]
pub(super) enum Shared {}

#[derive(Debug)]
pub(super) struct Claim {
    pub(super) shared: Shared,
    pub(super) is_taken_over: bool,
    pub(super) earlier: Option<EarlierRun>,
}

#[derive(Debug)]
pub(super) struct EarlierRun {
    pub(super) state: RunState,
    pub(super) shards: Vec<SharedShard>,
}

#[expect(clippy::unused_async, reason = "with stores they write to one")]
impl SharedState {
    pub(super) async fn claim(&self, _: &Folder, _: &Listener) -> Result<Claim, Error> {
        match *self {}
    }

    pub(super) async fn claim_own(&self, _: &Folder, _: &Listener) -> Result<Shared, Error> {
        match *self {}
    }
}

#[expect(clippy::unused_async, reason = "with stores they write to one")]
impl Shared {
    pub(super) async fn save_run(&self, _: &RunState) -> Result<(), Error> {
        match *self {}
    }

    pub(super) async fn save_shards(&self, _: &RunState, _: Vec<SharedShard>) -> Result<(), Error> {
        match *self {}
    }

    pub(super) async fn save_shard(&self, _: &ShardState) -> Result<(), Error> {
        match *self {}
    }

    pub(super) fn shard(&self, _: u32) -> Option<SharedShard> {
        match *self {}
    }

    pub(super) fn last_round(&self) -> u32 {
        match *self {}
    }

    pub(super) fn url(&self) -> String {
        match *self {}
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        match *self {}
    }

    pub(super) async fn with_lease<T>(&self, _: impl Future<Output = T>) -> Result<T, Error> {
        match *self {}
    }
}
