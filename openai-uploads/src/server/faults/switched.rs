//! A fault that can be switched on and off.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::When;

/// A fault and its switch.
#[derive(Debug)]
pub(super) struct Switched<F> {
    pub(super) fault: F,
    pub(super) when: When,
    is_on: AtomicBool,
    /// How many requests or batches it has considered since it was switched on.
    seen: AtomicU64,
    injected: AtomicU64,
}

impl<F> Switched<F> {
    pub(super) fn new(fault: F, when: When, is_on: bool) -> Self {
        Self {
            fault,
            when,
            is_on: AtomicBool::new(is_on),
            seen: AtomicU64::new(0),
            injected: AtomicU64::new(0),
        }
    }

    /// Counts the next request or batch, and returns whether the fault applies to it. `draw` is a random number from 0
    /// to 1, for the position of the request.
    pub(super) fn applies(&self, draw: impl FnOnce(u64) -> f64) -> bool {
        if !self.is_on.load(Ordering::Relaxed) {
            return false;
        }
        let number = self.seen.fetch_add(1, Ordering::Relaxed) + 1;
        let applies = self.when.matches(number, || draw(number));
        if applies {
            self.injected.fetch_add(1, Ordering::Relaxed);
        }
        applies
    }

    /// Switches the fault. When it is switched on, its requests are counted from 1 again.
    pub(super) fn set(&self, is_on: bool) {
        if is_on && !self.is_on.load(Ordering::Relaxed) {
            self.seen.store(0, Ordering::Relaxed);
        }
        self.is_on.store(is_on, Ordering::Relaxed);
    }

    pub(super) fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    /// How many times it was injected.
    pub(super) fn injected(&self) -> u64 {
        self.injected.load(Ordering::Relaxed)
    }
}
