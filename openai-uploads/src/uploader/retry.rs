//! Whether a request that failed is sent again, and when.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::Instant;

use super::{Failure, RetryPolicy};
use crate::runtime::{Error, describe};

/// How often a reply that cannot be read is asked for: one that was cut short reads well the next time, and one
/// in a form of its own never does.
const UNREADABLE_REPLIES: u32 = 3;

/// How often a connection is tried for that never stood before: most likely the address is wrong.
const FIRST_CONNECTIONS: u32 = 4;

/// The times that one request was sent, and the waits between them.
pub(super) struct Attempts<'a> {
    policy: &'a RetryPolicy,
    waits: ExponentialBackoff,
    made: u32,
    first_failure: Option<Instant>,
    server_seen: bool,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(policy: &'a RetryPolicy) -> Self {
        // backon adds up to the whole of a wait at random, so half of each is what it adds to.
        let waits = ExponentialBuilder::new()
            .with_min_delay(policy.first_wait / 2)
            .with_max_delay(policy.longest_wait / 2)
            .with_jitter()
            .without_max_times()
            .build();
        Self { policy, waits, made: 0, first_failure: None, server_seen: true }
    }

    /// Gives up sooner where no connection can be made, since none has been made before.
    pub(super) fn at_first_contact(self) -> Self {
        Self { server_seen: false, ..self }
    }

    /// Counts one more and says which it is, from 1.
    pub(super) fn begin(&mut self) -> u32 {
        self.made += 1;
        self.made
    }

    pub(super) fn made(&self) -> u32 {
        self.made
    }

    /// How long to wait until the request is sent again, and why; or the failure back where it is not.
    pub(super) fn wait_after(&mut self, failure: Failure) -> Result<(Duration, String), Box<Failure>> {
        let since = *self.first_failure.get_or_insert_with(Instant::now);
        if !self.is_worth_it(&failure) || self.made >= self.policy.attempts {
            return Err(Box::new(failure));
        }
        let wait = match asked_wait(&failure) {
            Some(asked) if asked > self.policy.longest_asked_wait => {
                return Err(Box::new(failure.with_wait_too_long(asked, self.policy.longest_asked_wait)));
            }
            Some(asked) => asked,
            None => self.waits.next().unwrap_or(self.policy.longest_wait),
        };
        if since.elapsed() + wait > self.policy.time_limit {
            return Err(Box::new(failure));
        }
        Ok((wait, describe(&failure)))
    }

    fn is_worth_it(&self, failure: &Failure) -> bool {
        match failure {
            Failure::Call(Error::Decode(_)) => self.made < UNREADABLE_REPLIES,
            Failure::Call(Error::Transport(error)) if error.is_connect() && !self.server_seen => {
                self.made < FIRST_CONNECTIONS
            }
            Failure::Call(error) => error.is_retryable(),
            Failure::Stalled { .. } | Failure::NoReply { .. } => true,
            Failure::WaitTooLong { .. } | Failure::Senseless { .. } => false,
        }
    }
}

fn asked_wait(failure: &Failure) -> Option<Duration> {
    match failure {
        Failure::Call(error) => error.retry_after(),
        _ => None,
    }
}

impl Failure {
    fn with_wait_too_long(self, asked: Duration, limit: Duration) -> Self {
        match self {
            Self::Call(call) => Self::WaitTooLong { asked, limit, call },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stalled() -> Failure {
        Failure::Stalled { limit: Duration::from_secs(30) }
    }

    #[tokio::test]
    async fn waits_double_up_to_the_longest_with_jitter() {
        let policy = RetryPolicy::default();
        for _ in 0..100 {
            let mut attempts = Attempts::new(&policy);
            for longest in [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000] {
                attempts.begin();
                let (wait, _) = attempts.wait_after(stalled()).unwrap();
                let longest = Duration::from_millis(longest);
                assert!((longest / 2..=longest).contains(&wait), "{wait:?} is not up to {longest:?}");
            }
            attempts.begin();
            assert!(attempts.wait_after(stalled()).is_err(), "ten attempts are all");
        }
    }

    #[tokio::test]
    async fn a_limit_in_time_holds_before_the_one_in_attempts() {
        let policy = RetryPolicy { time_limit: Duration::ZERO, ..RetryPolicy::default() };
        let mut attempts = Attempts::new(&policy);
        attempts.begin();
        assert!(attempts.wait_after(stalled()).is_err());
    }

    #[tokio::test]
    async fn never_is_once() {
        let policy = RetryPolicy::never();
        let mut attempts = Attempts::new(&policy);
        attempts.begin();
        assert!(attempts.wait_after(stalled()).is_err());
    }
}
