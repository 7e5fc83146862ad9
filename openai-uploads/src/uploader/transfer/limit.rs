//! What is in flight at a time, over all the files of an uploader.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::future::maybe_done;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

use crate::models::AddUploadPartRequest;

/// The unit in which files are counted: 16 MiB. The smallest file counts as one, so that with eight connections 32 files
/// are open at most, which is enough for them never to wait for each other's round trips.
const UNIT: u64 = AddUploadPartRequest::DATA_MAX_LENGTH / 4;

/// A limit on requests, and one on files.
///
/// An upload expires an hour after its creation, so files that wait must not have been created yet. They are
/// admitted one after another, each when what is left of those before it keeps the connections busy no longer;
/// the connections then pass from one file to the next without a gap, and small files are sent side by side.
#[derive(Clone, Debug)]
pub(crate) struct Limit {
    concurrency: usize,
    requests: Arc<Semaphore>,
    units: Arc<Semaphore>,
    total_units: u32,
    turn: Arc<Mutex<()>>,
}

/// A file that was admitted. What is left of it counts against the limit.
#[derive(Debug)]
pub(crate) struct Admission {
    units: u32,
    /// The units of one connection.
    share: u32,
    permit: OwnedSemaphorePermit,
}

/// A request that may be sent.
pub(crate) type Slot = OwnedSemaphorePermit;

/// The turn of one file to start. Others wait for it in the order in which they asked.
pub(crate) type Turn = OwnedMutexGuard<()>;

impl Limit {
    pub(crate) fn new(concurrency: usize) -> Self {
        let concurrency = concurrency.clamp(1, Semaphore::MAX_PERMITS);
        // One part of the largest size for each connection.
        let total_units = units(AddUploadPartRequest::DATA_MAX_LENGTH.saturating_mul(concurrency as u64));
        let permits = usize::try_from(total_units).unwrap_or(usize::MAX);
        Self {
            concurrency,
            requests: Arc::new(Semaphore::new(concurrency)),
            units: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            total_units,
            turn: Arc::default(),
        }
    }

    /// The maximum number of requests in flight.
    pub(crate) fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// Takes a place in the queue of files at once, runs `prepare`, and then waits for the file's turn. An error of
    /// `prepare` does not wait.
    pub(crate) async fn turn_after<T, E>(
        &self,
        prepare: impl Future<Output = Result<T, E>>,
    ) -> Result<(T, Turn), E> {
        let mut turn = pin!(maybe_done(self.turn.clone().lock_owned()));
        // The first poll takes the place.
        poll_fn(|context| {
            let _ = turn.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        let prepared = prepare.await?;
        turn.as_mut().await;
        let turn = turn.take_output().expect("it has just been awaited");
        Ok((prepared, turn))
    }

    /// Waits until a file of `bytes` bytes may start. Files start in the order in which they ask.
    pub(crate) async fn admit(&self, bytes: u64) -> Admission {
        let units = units(bytes).min(self.total_units);
        let permit = self.units.clone().acquire_many_owned(units).await.expect("it is never closed");
        let share = units.div_ceil(u32::try_from(self.concurrency).unwrap_or(u32::MAX));
        Admission { units, share, permit }
    }

    /// Waits until a request may be sent. Requests are sent in the order in which they ask.
    pub(crate) async fn slot(&self) -> Slot {
        self.requests.clone().acquire_owned().await.expect("it is never closed")
    }

    /// Takes a place in the queue of requests, ends the `turn`, and waits until the request may be sent. So the next file
    /// gets ready meanwhile.
    pub(crate) async fn slot_after_turn(&self, turn: Option<Turn>) -> Slot {
        let mut slot = pin!(maybe_done(self.slot()));
        // The first poll takes the place.
        poll_fn(|context| {
            let _ = slot.as_mut().poll(context);
            Poll::Ready(())
        })
        .await;
        drop(turn);
        slot.as_mut().await;
        slot.take_output().expect("it has just been awaited")
    }

    /// A slot without a waiter.
    pub(crate) fn spare_slot(&self) -> Option<Slot> {
        self.requests.clone().try_acquire_owned().ok()
    }
}

impl Admission {
    /// Lets other files in as far as the `bytes` that are left of this one leave room.
    pub(crate) fn set_remaining(&mut self, bytes: u64) {
        self.shrink_to(units(bytes));
    }

    /// Lets other files use the connection of a part that waits.
    pub(crate) fn yield_connection(&mut self) {
        self.shrink_to(self.units.saturating_sub(self.share));
    }

    fn shrink_to(&mut self, units: u32) {
        let units = units.min(self.units);
        drop(self.permit.split((self.units - units) as usize));
        self.units = units;
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
    async fn a_large_file_uses_all_connections_until_near_its_end() {
        let limit = Limit::new(8);
        let mut large = limit.admit(8 << 30).await;
        let mut next = Box::pin(limit.admit(1));
        assert!(next.as_mut().now_or_never().is_none());
        large.set_remaining(4 << 30);
        assert!(next.as_mut().now_or_never().is_none());
        large.set_remaining((512 << 20) - UNIT);
        assert!(next.now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_file_whose_parts_all_wait_does_not_block_others() {
        let limit = Limit::new(8);
        let mut throttled = limit.admit(8 << 30).await;
        throttled.yield_connection();
        assert!(limit.admit(1).now_or_never().is_some());
        assert!(limit.admit(8 << 30).now_or_never().is_none());
        for _ in 0..10 {
            throttled.yield_connection();
        }
        assert!(limit.admit(8 << 30).now_or_never().is_some());
        throttled.set_remaining(8 << 30);
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
    async fn turns_come_in_the_order_of_the_first_poll() {
        let limit = Limit::new(8);
        let order = std::sync::Mutex::new(Vec::new());
        // The first takes longest to prepare.
        let files = (0..5_u64).map(|file| {
            let (limit, order) = (&limit, &order);
            async move {
                let pause = tokio::time::sleep(std::time::Duration::from_millis(20 - 4 * file));
                let prepare = pause.map(|()| if file == 3 { Err(()) } else { Ok(()) });
                let turn = limit.turn_after(prepare).await;
                order.lock().unwrap().push((file, turn.is_ok()));
            }
        });
        futures_util::future::join_all(files).await;
        let order = order.into_inner().unwrap();
        assert_eq!(order, [(3, false), (0, true), (1, true), (2, true), (4, true)]);
    }

    #[tokio::test]
    async fn a_file_that_waits_for_a_slot_lets_the_next_one_get_ready_and_stays_first() {
        let limit = Limit::new(1);
        let slot = limit.slot().await;
        let ready = async || limit.turn_after(async { Ok::<_, ()>(()) }).await.unwrap().1;
        let mut first = Box::pin(limit.slot_after_turn(Some(ready().await)));
        assert!(first.as_mut().now_or_never().is_none());
        let mut second = Box::pin(limit.slot_after_turn(Some(ready().await)));
        assert!(second.as_mut().now_or_never().is_none());
        drop(slot);
        assert!(second.as_mut().now_or_never().is_none());
        let slot = first.await;
        assert!(second.as_mut().now_or_never().is_none());
        drop(slot);
        assert!(second.now_or_never().is_some());
    }

    #[tokio::test]
    async fn every_concurrency_is_accepted() {
        for concurrency in [0, 1, usize::MAX] {
            let limit = Limit::new(concurrency);
            let _file = limit.admit(u64::MAX).await;
            let slot = limit.slot().await;
            assert_eq!(limit.spare_slot().is_none(), concurrency < 2);
            drop(slot);
        }
    }
}
