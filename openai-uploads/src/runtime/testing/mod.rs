//! Transports for tests of code that uses a generated client: without a socket, and without a server.

mod exchange;
mod memory;
mod recorder;
mod replayer;

pub use memory::{MemoryTransport, TestReply, TestRequest};
pub use recorder::Recorder;
pub use replayer::Replayer;
