//! What is under way at a time, over all the files of an uploader.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::models::AddUploadPartRequest;

/// What files are counted in: 16 MiB. The smallest file counts as one, so that with eight connections 32 files
/// are open at most, which is enough for them never to wait for each other's round trips.
const UNIT: u64 = AddUploadPartRequest::DATA_MAX_LENGTH / 4;

/// A limit on requests, and one on files.
///
/// An upload lives for an hour from its creation, so files that wait must not have been created yet. They are
/// let in one after another, each when what is left to send of those before it keeps the connections busy no
/// longer; the connections then pass from one file to the next without a gap, and small files go side by side.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    requests: Arc<Semaphore>,
    units: Arc<Semaphore>,
    units_in_all: u32,
}

/// A file that was let in. What is left to send of it counts against the limit.
#[derive(Debug)]
pub(super) struct Admission {
    units: u32,
    permit: OwnedSemaphorePermit,
}

/// A request that may be sent.
pub(super) type Slot = OwnedSemaphorePermit;

impl Limit {
    pub(super) fn new(concurrency: usize) -> Self {
        let concurrency = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        // One part of the largest size for each connection.
        let units_in_all = units(AddUploadPartRequest::DATA_MAX_LENGTH.saturating_mul(concurrency as u64));
        let permits = usize::try_from(units_in_all).unwrap_or(usize::MAX);
        Self {
            requests: Arc::new(Semaphore::new(concurrency)),
            units: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            units_in_all,
        }
    }

    /// Waits until a file of `bytes` bytes may begin. Files begin in the order in which they ask.
    pub(super) async fn admit(&self, bytes: u64) -> Admission {
        let units = units(bytes).min(self.units_in_all);
        let permit = self.units.clone().acquire_many_owned(units).await.expect("it is never closed");
        Admission { units, permit }
    }

    /// Waits until a request may be sent. Requests are sent in the order in which they ask.
    pub(super) async fn slot(&self) -> Slot {
        self.requests.clone().acquire_owned().await.expect("it is never closed")
    }

    /// A slot that nobody waits for.
    pub(super) fn spare_slot(&self) -> Option<Slot> {
        self.requests.clone().try_acquire_owned().ok()
    }
}

impl Admission {
    /// Lets others in as far as `bytes` bytes, which are left to send of this file, leave room.
    pub(super) fn left(&mut self, bytes: u64) {
        let left = units(bytes).min(self.units);
        drop(self.permit.split((self.units - left) as usize));
        self.units = left;
    }
}

fn units(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT).max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_large_file_keeps_others_out_until_its_end_is_near() {
        let limit = Limit::new(8);
        let mut large = limit.admit(8 << 30).await;
        let mut next = Box::pin(limit.admit(1));
        assert!(next.as_mut().now_or_never().is_none());
        large.left(4 << 30);
        assert!(next.as_mut().now_or_never().is_none());
        large.left((512 << 20) - UNIT);
        assert!(next.now_or_never().is_some());
    }

    #[tokio::test]
    async fn small_files_go_side_by_side_and_empty_ones_count() {
        let limit = Limit::new(1);
        let admitted: Vec<_> = futures_util::future::join_all((0..4).map(|_| limit.admit(0))).await;
        assert!(limit.admit(0).now_or_never().is_none());
        drop(admitted);
        assert!(limit.admit(0).now_or_never().is_some());
    }

    #[tokio::test]
    async fn any_concurrency_will_do() {
        for concurrency in [0, 1, usize::MAX] {
            let limit = Limit::new(concurrency);
            let _file = limit.admit(u64::MAX).await;
            let slot = limit.slot().await;
            assert_eq!(limit.spare_slot().is_none(), concurrency < 2);
            drop(slot);
        }
    }
}
