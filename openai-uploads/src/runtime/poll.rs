//! Waiting for something on the server: the same request again and again.

use std::fmt;
use std::time::Duration;

use super::api_error::ErrorBody;
use super::call::Call;
use super::error::{Error, InputError};
use super::platform::{Instant, now, sleep};
use super::retry::retry_after;

/// How often and how long a [`Call`] is repeated by [`poll_until`](Call::poll_until).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PollPolicy {
    /// The wait after the first reply. Each wait is half as long again as the one before. 1 second by default.
    pub first_wait: Duration,
    /// The maximum wait, unless the server asks for more with `Retry-After`. 30 seconds by default.
    pub max_wait: Duration,
    /// The maximum time. No request is sent after it. Unlimited by default.
    pub time_limit: Option<Duration>,
}

/// Why a [`Call`] was not repeated any more.
#[derive(Debug)]
#[non_exhaustive]
pub enum PollError<T, E> {
    /// A request failed, and its retries too.
    Call(Error<E>),
    /// The time limit passed. The last reply was not yet the one that was waited for.
    TimeLimit {
        /// The last reply.
        last: T,
        /// The number of requests.
        requests: u32,
    },
}

impl Default for PollPolicy {
    fn default() -> Self {
        Self { first_wait: Duration::from_secs(1), max_wait: Duration::from_secs(30), time_limit: None }
    }
}

impl PollPolicy {
    /// A policy with a maximum time.
    pub fn within(time_limit: Duration) -> Self {
        Self { time_limit: Some(time_limit), ..Self::default() }
    }
}

impl<T, E: ErrorBody, V> Call<T, E, V> {
    /// Sends the request until `is_done` accepts the body of a reply, and returns that body.
    ///
    /// Between two requests it waits as long as the reply asks for with `Retry-After`, or else as `policy` says. Each
    /// request has the timeout and the retries of the call. The first failure ends the polling.
    ///
    /// When the future is dropped, no more requests are sent. The operation on the server continues.
    ///
    /// # Errors
    ///
    /// A request that failed, and the end of the time limit. A request that is not idempotent, such as a `POST`, is not
    /// sent at all: the server would act on each.
    pub async fn poll_until(
        self,
        mut is_done: impl FnMut(&T) -> bool,
        policy: PollPolicy,
    ) -> Result<T, PollError<T, E>> {
        let operation = self.request.operation.id;
        if !self.request.is_idempotent() {
            let message = format!("{operation} cannot be polled, since the server would act on each request");
            return Err(Error::from(InputError::new(message)).into());
        }
        let started = Instant::now();
        let mut own_wait = policy.first_wait.min(policy.max_wait);
        let mut requests = 0_u32;
        loop {
            let once =
                || InputError::new(format!("{operation} cannot be polled, since its body is a stream"));
            let call = self.try_clone().ok_or_else(|| Error::from(once()))?;
            let reply = call.response().await?;
            requests = requests.saturating_add(1);
            if is_done(&reply.body) {
                return Ok(reply.body);
            }
            // A server that always asks for no wait would otherwise get requests without end.
            let asked = retry_after(&reply.headers, now()).filter(|asked| !asked.is_zero());
            let wait = asked.unwrap_or(own_wait);
            let end = started.elapsed().checked_add(wait);
            if policy.time_limit.is_some_and(|limit| end.is_none_or(|end| end > limit)) {
                return Err(PollError::TimeLimit { last: reply.body, requests });
            }
            sleep(wait).await;
            own_wait = (own_wait + own_wait / 2).min(policy.max_wait);
        }
    }
}

impl<T, E> From<Error<E>> for PollError<T, E> {
    fn from(error: Error<E>) -> Self {
        Self::Call(error)
    }
}

impl<T, E> fmt::Display for PollError<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(error) => fmt::Display::fmt(error, f),
            Self::TimeLimit { requests: 1, .. } => {
                f.write_str("not done within the time limit, after 1 request")
            }
            Self::TimeLimit { requests, .. } => {
                write!(f, "not done within the time limit, after {requests} requests")
            }
        }
    }
}

impl<T: fmt::Debug, E: fmt::Debug> std::error::Error for PollError<T, E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Call(error) => std::error::Error::source(error),
            Self::TimeLimit { .. } => None,
        }
    }
}
