//! The state of a run in an object of a store, so that another machine can continue the run.
//!
//! The object has the run, the step of each shard, and the machine that works on it. Each write names the version that it
//! replaces, and renews the lease of the machine. A machine that finds the object of another one watches it: if the
//! object changes, the other machine works, and this one stops; if it does not change for the time of the lease, this
//! one takes the run over. Clocks of different machines are never compared.

mod lease;
mod machine;
mod record;

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use self::lease::Lease;
use self::machine::Machine;
use self::record::Record;
use super::Error;
use super::event::{Event, Listener};
use super::folder::Folder;
use super::shared_shard::SharedShard;
use super::state::{RunState, ShardState};
use crate::objects::{Condition, Location, ObjectError};

/// How often a machine is looked at within its lease.
const LOOKS: u32 = 6;

/// The state of a run in an object of a store, so that another machine can continue the run (feature `object-store`).
///
/// Cheap to clone; clones are the same state. Use it within one Tokio runtime, and for one run at a time.
#[derive(Clone)]
pub struct SharedState {
    location: Location,
    lease: Duration,
    claimed: Arc<tokio::sync::Mutex<Option<Arc<Lease>>>>,
}

/// A run that this machine has claimed.
#[derive(Debug)]
pub(super) struct Claim {
    pub(super) shared: Shared,
    /// Whether another machine worked on the run last. What this work folder has of an earlier run is of no use then.
    pub(super) is_taken_over: bool,
    /// The run as the store has it, once its requests were split.
    pub(super) earlier: Option<EarlierRun>,
}

/// A run as the store has it.
#[derive(Debug)]
pub(super) struct EarlierRun {
    pub(super) state: RunState,
    pub(super) shards: Vec<SharedShard>,
}

/// How a machine is watched.
enum Watched {
    /// There was no sign of life of it.
    Silent,
    /// It has stopped, and says so.
    Released,
}

/// A run whose state is in a store.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Lease>);

impl SharedState {
    /// The default time of a lease.
    pub const LEASE: Duration = Duration::from_secs(60);

    /// A state at `location`, which must not be that of the results.
    pub fn new(location: Location) -> Self {
        Self { location, lease: Self::LEASE, claimed: Arc::default() }
    }

    /// Sets how long the state must not have changed before another machine takes the run over. This machine writes it
    /// three times as often.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease: lease.max(Duration::from_millis(100)), ..self }
    }

    /// Whether there is a state in the store: a run that is not finished.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn exists(&self) -> Result<bool, ObjectError> {
        Ok(self.location.read().await?.is_some())
    }

    /// Lets another machine take the run over at once. To be called when this one stops.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them. Another machine then waits for the end of the lease.
    pub async fn release(&self) -> Result<(), ObjectError> {
        let Some(lease) = self.claimed.lock().await.take() else { return Ok(()) };
        lease.release().await
    }

    /// Removes the state. To be called when the results are where they belong: until then another machine can still
    /// fetch them.
    ///
    /// # Errors
    ///
    /// [`ObjectError`] lists them.
    pub async fn remove(&self) -> Result<(), ObjectError> {
        if let Some(lease) = self.claimed.lock().await.take() {
            lease.end().await;
        }
        self.location.remove().await
    }

    /// Claims the run for the machine of this work folder.
    pub(super) async fn claim(&self, folder: &Folder, listener: &Listener) -> Result<Claim, Error> {
        self.claim_if(folder, true, listener).await
    }

    /// Claims the run, unless another machine worked on it last.
    pub(super) async fn claim_own(&self, folder: &Folder, listener: &Listener) -> Result<Shared, Error> {
        Ok(self.claim_if(folder, false, listener).await?.shared)
    }

    /// `takes_over`: whether the run of another machine is claimed too.
    async fn claim_if(&self, folder: &Folder, takes_over: bool, listener: &Listener) -> Result<Claim, Error> {
        let machine = Machine::of(folder).map_err(Error::work(folder.path()))?;
        let claim = self.take(&machine, takes_over, listener).await?;
        machine.set_known(folder).map_err(Error::work(folder.path()))?;
        *self.claimed.lock().await = Some(Arc::clone(&claim.shared.0));
        Ok(claim)
    }

    async fn take(&self, machine: &Machine, takes_over: bool, listener: &Listener) -> Result<Claim, Error> {
        loop {
            let Some(stored) = self.location.read().await.map_err(|error| self.error(error))? else {
                if machine.is_known {
                    return Err(Error::FinishedElsewhere { state: self.location.url() });
                }
                let record = Record::new(machine.id.clone(), self.lease);
                let shared = self.write(record, Condition::Absent).await?;
                return Ok(Claim { shared, is_taken_over: false, earlier: None });
            };
            let record = self.parse(&stored.bytes)?;
            let is_own = record.owner == machine.id;
            if !is_own && !takes_over {
                return Err(Error::RunsElsewhere { state: self.location.url() });
            }
            if !is_own && !record.is_released {
                match self.watch(&record, listener).await? {
                    Watched::Silent => {}
                    Watched::Released => continue,
                }
            }
            let earlier = record.run.clone().map(|state| {
                let shards = record.shards.values().cloned().collect();
                EarlierRun { state, shards }
            });
            let taken = Record {
                owner: machine.id.clone(),
                is_released: false,
                lease_ms: Record::milliseconds(self.lease),
                ..record
            };
            let shared = self.write(taken, Condition::Unchanged(stored.version)).await?;
            return Ok(Claim { shared, is_taken_over: !is_own, earlier });
        }
    }

    /// Waits for a sign of life of the machine that has the lease. If there is none in time, its run may be taken over.
    async fn watch(&self, seen: &Record, listener: &Listener) -> Result<Watched, Error> {
        let lease = Duration::from_millis(seen.lease_ms);
        let state = self.location.url();
        listener.notify(&Event::WaitingForLease { state: state.clone(), lease });
        for _ in 0..LOOKS {
            sleep(lease / LOOKS).await;
            let stored = self.location.read().await.map_err(|error| self.error(error))?;
            let Some(stored) = stored else { return Err(Error::FinishedElsewhere { state }) };
            let now = self.parse(&stored.bytes)?;
            if now.is_released {
                return Ok(Watched::Released);
            }
            if (&now.owner, now.writes) != (&seen.owner, seen.writes) {
                return Err(Error::RunsElsewhere { state });
            }
        }
        Ok(Watched::Silent)
    }

    fn parse(&self, bytes: &[u8]) -> Result<Record, Error> {
        Record::parse(bytes).map_err(|what| Error::OtherRun { folder: self.location.url().into(), what })
    }

    async fn write(&self, record: Record, condition: Condition) -> Result<Shared, Error> {
        match Lease::take(self.location.clone(), record, condition).await {
            Ok(lease) => Ok(Shared(lease)),
            Err(ObjectError::Conflict { .. }) => Err(Error::RunsElsewhere { state: self.location.url() }),
            Err(error) => Err(self.error(error)),
        }
    }

    fn error(&self, error: ObjectError) -> Error {
        Error::Store { state: self.location.url(), source: error.into() }
    }
}

impl Shared {
    /// Stores the run.
    pub(super) async fn save_run(&self, run: &RunState) -> Result<(), Error> {
        self.change(|record| record.set_run(run)).await
    }

    /// Stores the run and these shards. Others of the same run stay: another machine may have begun a later round.
    pub(super) async fn save_shards(&self, run: &RunState, shards: Vec<SharedShard>) -> Result<(), Error> {
        self.change(|record| {
            if record.run.as_ref().is_none_or(|known| known.run != run.run) {
                record.shards.clear();
            }
            record.set_run(run);
            record.shards.extend(shards.into_iter().map(|shard| (shard.state.number, shard)));
        })
        .await
    }

    /// Stores the step of a shard.
    pub(super) async fn save_shard(&self, shard: &ShardState) -> Result<(), Error> {
        self.change(|record| {
            if let Some(known) = record.shards.get_mut(&shard.number) {
                known.state = shard.clone();
            }
        })
        .await
    }

    /// The shard with this number, if the store has it: another machine may have sent requests again.
    pub(super) fn shard(&self, number: u32) -> Option<SharedShard> {
        self.0.read(|record| record.shards.get(&number).cloned())
    }

    /// The last round that some machine has begun.
    pub(super) fn last_round(&self) -> u32 {
        self.0.read(|record| record.shards.values().map(|shard| shard.state.round).max().unwrap_or_default())
    }

    /// The URL of the state.
    pub(super) fn url(&self) -> String {
        self.0.url()
    }

    /// Fails if another machine has taken the run over.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.0.is_lost() { Err(Error::RunsElsewhere { state: self.0.url() }) } else { Ok(()) }
    }

    /// Does what only the machine with the lease may do, and stops it before another one may take the run over.
    pub(super) async fn with_lease<T>(&self, work: impl Future<Output = T>) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.0.expiry() => {
                self.check()?;
                let source = std::io::Error::new(std::io::ErrorKind::TimedOut, "it could not be written in time");
                Err(Error::Store { state: self.0.url(), source })
            }
            output = work => Ok(output),
        }
    }

    async fn change(&self, change: impl FnOnce(&mut Record)) -> Result<(), Error> {
        self.0.change(change).await.map_err(|error| match error {
            ObjectError::Conflict { .. } => Error::RunsElsewhere { state: self.0.url() },
            error => Error::Store { state: self.0.url(), source: error.into() },
        })
    }
}

impl fmt::Debug for SharedState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.location.fmt(f)
    }
}
