//! An operating system: threads, Tokio's timers, and connections of our own.

pub(super) mod chunks;
pub(super) mod client;
pub(super) mod clock;
pub(super) mod futures;
pub(super) mod proxy;
pub(super) mod random;
