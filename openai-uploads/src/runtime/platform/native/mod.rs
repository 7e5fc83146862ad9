//! An operating system: threads, Tokio's timers, and connections of our own.

pub(super) mod client;
pub(super) mod clock;
pub(super) mod futures;
pub(crate) mod multipart;
pub(super) mod proxy;
pub(super) mod random;
