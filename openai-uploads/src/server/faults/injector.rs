//! Decides which faults apply to a request.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::switched::Switched;
use super::{BatchFault, Effect, Fault, Faults, When, presets};

/// Decides which faults apply to a request, and counts the requests of each fault.
///
/// The faults of the server's settings come first, and are on. The presets follow, and are off.
#[derive(Debug)]
pub(in super::super) struct Injector {
    pub(super) requests: Vec<Switched<Fault>>,
    pub(super) batches: Vec<Switched<BatchFault>>,
    /// The maximum transfer rate of each connection, and whether it applies.
    pub(super) rate: Option<u64>,
    pub(super) limits_rate: AtomicBool,
    seed: u64,
}

impl Injector {
    pub(in super::super) fn new(faults: Faults) -> Self {
        let Faults { list, batches, rate, seed } = faults;
        Self {
            requests: switched(list, presets::requests()),
            batches: switched(batches, presets::batches()),
            rate,
            limits_rate: AtomicBool::new(true),
            seed,
        }
    }

    /// The maximum transfer rate of a new connection, in bytes a second for each direction.
    pub(in super::super) fn rate(&self) -> Option<u64> {
        self.rate.filter(|_| self.limits_rate.load(Ordering::Relaxed))
    }

    /// The faults of the next request: how long it is delayed, and the other fault that applies to it.
    pub(in super::super) fn effects(&self, operation: Option<&str>) -> (Duration, Option<&Effect>) {
        let mut delay = Duration::ZERO;
        let mut other = None;
        for (index, switched) in self.requests.iter().enumerate() {
            let only = switched.when.operation.as_deref();
            if only.is_some() && only != operation {
                continue;
            }
            if !switched.applies(|number| draw(self.seed, index as u64, number)) {
                continue;
            }
            match &switched.fault.effect {
                Effect::Delay(time) => delay = delay.saturating_add(*time),
                effect => other = other.or(Some(effect)),
            }
        }
        (delay, other)
    }

    /// The faults of a new batch.
    pub(in super::super) fn batch_faults(&self) -> Vec<BatchFault> {
        let faults = self.batches.iter().enumerate();
        let applying = faults.filter(|(index, switched)| {
            switched.applies(|number| draw(self.seed, u64::MAX - *index as u64, number))
        });
        applying.map(|(_, switched)| switched.fault).collect()
    }
}

/// The faults of the settings, which are on, and the presets that are not among them.
fn switched<F: PartialEq>(faults: Vec<(F, When)>, presets: Vec<(F, When)>) -> Vec<Switched<F>> {
    let others: Vec<_> = presets.into_iter().filter(|preset| !faults.contains(preset)).collect();
    let of = |is_on| move |(fault, when)| Switched::new(fault, when, is_on);
    faults.into_iter().map(of(true)).chain(others.into_iter().map(of(false))).collect()
}

/// A number from 0 up to 1 that depends on the position of a batch and of a line in it.
pub(in super::super) fn share_hash(batch: u64, line: u64) -> f64 {
    draw(batch, 0, line + 1)
}

/// A number from 0 up to 1 that depends on its arguments only: `SplitMix64`'s output function over the three.
fn draw(seed: u64, fault: u64, number: u64) -> f64 {
    let mut bits = seed ^ fault.rotate_left(32);
    for _ in 0..2 {
        bits = bits.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
    }
    f64::from((bits >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the requests, counted from 1, that a fault applies to.
    fn affected(when: When, operations: &[Option<&str>]) -> Vec<usize> {
        let injector = Injector::new(Faults::new().with(Fault::fail(503), when));
        let applies = |operation| injector.effects(operation).1.is_some();
        let each = operations.iter().copied().map(applies).enumerate();
        each.filter_map(|(number, applies)| applies.then_some(number + 1)).collect()
    }

    #[test]
    fn a_fault_applies_to_the_requests_that_its_condition_names() {
        let six = [None; 6];
        assert_eq!(affected(When::always(), &six), [1, 2, 3, 4, 5, 6]);
        assert_eq!(affected(When::every(3), &six), [3, 6]);
        assert_eq!(affected(When::first(2), &six), [1, 2]);
        assert_eq!(affected(When::nth(4), &six), [4]);
        let mixed = [Some("a"), Some("b"), Some("a"), None, Some("a")];
        assert_eq!(affected(When::every(2).on("a"), &mixed), [3]);
    }

    #[test]
    fn a_share_of_requests_is_reproducible_by_its_seed() {
        let many = vec![None; 10_000];
        let tenth = affected(When::share(0.1), &many);
        assert!((900..1100).contains(&tenth.len()), "{}", tenth.len());
        assert_eq!(tenth, affected(When::share(0.1), &many));
        assert_eq!(affected(When::share(0.0), &many), [0; 0]);
        assert_eq!(affected(When::share(1.0), &many).len(), many.len());
    }

    #[test]
    fn delays_add_up_and_the_first_other_fault_decides() {
        let faults = Faults::new()
            .with(Fault::delay(Duration::from_secs(1)), When::always())
            .with(Fault::stall(1), When::always())
            .with(Fault::delay(Duration::from_secs(2)), When::always())
            .with(Fault::forget(), When::always());
        assert_eq!(Injector::new(faults).effects(None), (Duration::from_secs(3), Some(&Effect::Stall(1))));
    }
}
