//! WebAssembly in a browser, a worker or Node.js: one thread, and the requests of `fetch`.

pub(super) mod chunks;
pub(super) mod client;
pub(super) mod clock;
pub(super) mod futures;
pub(super) mod proxy;
pub(super) mod random;
