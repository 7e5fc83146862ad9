//! The lease of the machine that works on a run.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::record::Record;
use crate::objects::{Condition, Location, ObjectError, Version};

/// How often a write is tried again if the version differs and the object is still this machine's: the reply to an
/// earlier write was lost.
const WRITES: u32 = 3;

/// How often it is seen whether the lease has ended.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The lease of the machine that works on a run. It is renewed for as long as this exists.
#[derive(Debug)]
pub(in crate::batch) struct Lease {
    location: Location,
    owner: String,
    time: Duration,
    status: Mutex<Status>,
    has_ended: Notify,
    /// What is in the store. The lock lets one write follow the other; the last one has all changes until then.
    written: tokio::sync::Mutex<Written>,
}

#[derive(Debug)]
struct Status {
    record: Record,
    /// How often the record has changed.
    changes: u64,
    /// When the last successful write began.
    renewed: Renewal,
    /// Whether another machine has taken the run over, or the run is finished.
    is_lost: bool,
}

/// When a lease was renewed, by two clocks: one stands still while the machine sleeps, the other can be set.
#[derive(Clone, Copy, Debug)]
struct Renewal {
    running: Instant,
    clock: SystemTime,
}

#[derive(Debug)]
struct Written {
    version: Version,
    changes: u64,
}

impl Lease {
    /// Writes the record if the condition holds, and renews the lease from then on.
    pub(super) async fn take(
        location: Location,
        mut record: Record,
        condition: Condition,
    ) -> Result<Arc<Self>, ObjectError> {
        record.writes += 1;
        let renewed = Renewal::now();
        let version = location.write(record.text().into(), condition).await?;
        let lease = Arc::new(Self {
            location,
            owner: record.owner.clone(),
            time: Duration::from_millis(record.lease_ms),
            status: Mutex::new(Status { record, changes: 0, renewed, is_lost: false }),
            has_ended: Notify::new(),
            written: tokio::sync::Mutex::new(Written { version, changes: 0 }),
        });
        tokio::spawn(renew(Arc::downgrade(&lease), lease.time / 3));
        Ok(lease)
    }

    /// The URL of the object.
    pub(super) fn url(&self) -> String {
        self.location.url()
    }

    /// Reads the record.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Record) -> T) -> T {
        read(&self.status().record)
    }

    /// Changes the record, and waits until the store has it.
    pub(super) async fn change(&self, change: impl FnOnce(&mut Record)) -> Result<(), ObjectError> {
        let changes = {
            let mut status = self.status();
            change(&mut status.record);
            status.changes += 1;
            status.changes
        };
        self.write(changes).await
    }

    /// Writes the record, unless another call has written these changes.
    async fn write(&self, changes: u64) -> Result<(), ObjectError> {
        let mut written = self.written.lock().await;
        if written.changes >= changes {
            return Ok(());
        }
        for _ in 0..WRITES {
            if self.is_lost() {
                break;
            }
            let (text, changes) = {
                let mut status = self.status();
                status.record.writes += 1;
                (status.record.text(), status.changes)
            };
            let began = Renewal::now();
            match self.location.write(text.into(), Condition::Unchanged(written.version.clone())).await {
                Ok(version) => {
                    *written = Written { version, changes };
                    self.status().renewed = began;
                    return Ok(());
                }
                Err(ObjectError::Conflict { .. } | ObjectError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
            let stored = self.location.read().await?;
            match stored
                .filter(|stored| Record::parse(&stored.bytes).is_ok_and(|record| record.owner == self.owner))
            {
                Some(stored) => written.version = stored.version,
                None => self.lose(),
            }
        }
        Err(ObjectError::Conflict { url: self.url() })
    }

    /// Lets another machine take the run over at once. A run that has not been split leaves nothing.
    pub(super) async fn release(&self) -> Result<(), ObjectError> {
        if self.is_lost() {
            return Ok(());
        }
        let is_empty = self.read(|record| record.run.is_none());
        let released = match is_empty {
            true => self.change(|_| ()).await,
            false => self.change(|record| record.is_released = true).await,
        };
        self.end().await;
        if is_empty && released.is_ok() {
            return self.location.remove().await;
        }
        released
    }

    /// Ends the lease: nothing is written any more.
    pub(super) async fn end(&self) {
        let _no_write = self.written.lock().await;
        self.lose();
    }

    /// Whether another machine has taken the run over.
    pub(super) fn is_lost(&self) -> bool {
        self.status().is_lost
    }

    /// Waits until another machine may take the run over: a while before the lease ends.
    pub(super) async fn expiry(&self) {
        loop {
            let ended = self.has_ended.notified();
            let (is_lost, renewed) = {
                let status = self.status();
                (status.is_lost, status.renewed)
            };
            let left = (self.time * 2 / 3).saturating_sub(renewed.age());
            if is_lost || left.is_zero() {
                return;
            }
            tokio::select! {
                // After the machine has slept, less is left than it seemed.
                () = sleep(left.min(LOOK_EVERY)) => {}
                () = ended => {}
            }
        }
    }

    fn lose(&self) {
        self.status().is_lost = true;
        self.has_ended.notify_waiters();
    }

    fn status(&self) -> MutexGuard<'_, Status> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Renewal {
    fn now() -> Self {
        Self { running: Instant::now(), clock: SystemTime::now() }
    }

    /// The longer of the times that have passed by the two clocks.
    fn age(&self) -> Duration {
        self.running.elapsed().max(self.clock.elapsed().unwrap_or_default())
    }
}

/// Renews the lease until it is lost or nobody needs it.
async fn renew(lease: Weak<Lease>, pause: Duration) {
    loop {
        sleep(pause).await;
        let Some(lease) = lease.upgrade().filter(|lease| !lease.is_lost()) else { return };
        // A write that fails is made again after the next pause. Whoever needs the lease sees that it ends.
        let _ = lease.change(|_| ()).await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use object_store::memory::InMemory;
    use object_store::path::Path;

    use super::*;
    use crate::objects::object_store;

    const TIME: Duration = Duration::from_secs(60);

    fn location() -> Location {
        Location::in_store(Arc::new(InMemory::new()), "memory://", Path::from("state"))
    }

    async fn take(location: &Location, owner: &str) -> Arc<Lease> {
        let stored = location.read().await.unwrap();
        let condition = stored.map_or(Condition::Absent, |stored| Condition::Unchanged(stored.version));
        Lease::take(location.clone(), Record::new(owner.to_owned(), TIME), condition).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_is_renewed_until_another_machine_takes_it() {
        let location = location();
        let first = take(&location, "a").await;
        let writes = || async {
            let stored = location.read().await.unwrap().unwrap();
            Record::parse(&stored.bytes).unwrap().writes
        };
        let before = writes().await;
        sleep(TIME * 2).await;
        assert!(writes().await >= before + 5);
        assert!(tokio::time::timeout(TIME * 2, first.expiry()).await.is_err());
        let second = take(&location, "b").await;
        assert!(first.change(|_| ()).await.is_err() && first.is_lost());
        first.expiry().await;
        assert!(second.change(|_| ()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_lease_ends_while_the_machine_sleeps() {
        let lease = take(&location(), "a").await;
        lease.status().renewed.clock -= TIME;
        assert!(tokio::time::timeout(LOOK_EVERY, lease.expiry()).await.is_ok());
        lease.change(|_| ()).await.unwrap();
        assert!(tokio::time::timeout(LOOK_EVERY, lease.expiry()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_whose_reply_was_lost_does_not_lose_the_lease() {
        let location = location();
        let lease = take(&location, "a").await;
        let text = lease.read(Record::text);
        location.write(text.into(), Condition::Always).await.unwrap();
        lease.change(|_| ()).await.unwrap();
        location.remove().await.unwrap();
        assert!(lease.change(|_| ()).await.is_err() && lease.is_lost());
    }
}
