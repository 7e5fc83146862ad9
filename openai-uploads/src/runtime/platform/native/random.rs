//! Random numbers. They differ from each other, and may be known to others.

use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

pub(crate) fn random() -> u64 {
    // Each of these has keys of its own, from the operating system.
    RandomState::new().hash_one(Instant::now())
}
