//! The network link that a server simulates on each connection.

use std::io::{self, Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use clap::Args;

/// A rate and a delay.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Link {
    /// The maximum rate of each connection.
    #[arg(long, value_parser = rate)]
    rate: Option<u64>,

    /// The delay before each reply.
    #[arg(long, value_parser = humantime::parse_duration)]
    latency: Option<Duration>,
}

fn rate(text: &str) -> Result<u64, String> {
    text.strip_suffix("/s").unwrap_or(text).parse().map(|rate: ByteSize| rate.as_u64())
}

impl Link {
    /// Waits as long as a reply takes to arrive.
    pub(super) fn wait(self) {
        thread::sleep(self.latency.unwrap_or_default());
    }

    /// Copies to the end, no faster than the link.
    pub(super) fn copy(self, mut from: impl Read, to: &mut impl Write) -> io::Result<()> {
        let Some(rate) = self.rate.filter(|rate| *rate > 0) else {
            return io::copy(&mut from, to).map(drop);
        };
        let (begun, mut copied) = (Instant::now(), 0);
        loop {
            // The bytes of a hundredth of a second at a time.
            let read = io::copy(&mut (&mut from).take((rate / 100).max(1)), to)?;
            if read == 0 {
                return Ok(());
            }
            copied += read;
            let due = Duration::from_nanos(copied.saturating_mul(1_000_000_000) / rate);
            thread::sleep(due.saturating_sub(begun.elapsed()));
        }
    }
}
