//! When a failed request is sent again: one policy, one classification of failures, one loop.
//!
//! Nothing here knows an API. Code that knows more about its errors passes its own decisions to
//! [`RetryPolicy::run`].

use std::future::Future;
use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBuilder};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};

use super::api_error::ApiError;
use super::error::Error;
use super::platform::{Instant, now, random};

/// How often a server may ask for a wait that is shorter than the policy's own.
const SHORT_WAITS: u32 = 5;

/// When a failed request is sent again, and for how long.
///
/// A retry waits as long as the server asks for with `Retry-After`. Without that header, waits grow exponentially
/// from [`first_wait`](Self::first_wait) to [`max_wait`](Self::max_wait), and each is shortened by up to a half at
/// random, so that clients that failed together do not return together.
///
/// [`RetrySafety`] lists the failures that are retried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// The maximum time for a request and its retries. No retry starts after it. 10 minutes by default.
    pub time_limit: Duration,
    /// The maximum number of times that a request is sent. Unlimited by default; `Some(1)` never retries.
    pub max_attempts: Option<u32>,
    /// The wait before the first retry. It doubles with each retry. 0.5 seconds by default.
    pub first_wait: Duration,
    /// The maximum wait between two attempts, unless the server asks for more. 8 seconds by default.
    pub max_wait: Duration,
    /// The maximum wait that a server may ask for. If it asks for more, the request fails. 2 minutes by default.
    pub max_retry_after: Duration,
}

/// Whether a failed request can be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RetrySafety {
    /// No. The same request would fail again: the input is wrong, the server refused it, or its reply cannot be
    /// read.
    Never,
    /// Yes, if it does no harm when the server acts on it twice. The connection broke, time ran out, or the server
    /// answered 408, 409, 429 or 5xx.
    IfIdempotent,
    /// Yes. The server has not acted on the request: a new token could not be fetched, the connection was refused, the
    /// server answered 408, 429, 502, 503 or 504 with `Retry-After`, or it sent `x-should-retry: true`.
    Always,
}

/// What to do after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Do not send the request again.
    GiveUp,
    /// Send the request again, after this wait if the server asks for one.
    Retry(Option<Duration>),
}

/// The moment from which [`RetryPolicy::time_limit`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitFrom {
    /// The first attempt.
    Start,
    /// The first failure. For a request whose body takes long to send.
    FirstFailure,
}

/// A retry that is about to start.
#[derive(Debug)]
pub struct Retry<'a, E> {
    /// The failure.
    pub error: &'a E,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The wait before the next attempt.
    pub wait: Duration,
}

/// The failure of a request that is not sent again.
#[derive(Debug)]
pub struct GaveUp<E> {
    /// The last failure.
    pub error: E,
    /// The number of attempts.
    pub attempts: u32,
    /// The wait that the server asked for, if it was longer than [`RetryPolicy::max_retry_after`].
    pub wait_too_long: Option<Duration>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(600),
            max_attempts: None,
            first_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(8),
            max_retry_after: Duration::from_secs(120),
        }
    }
}

impl RetryPolicy {
    /// A policy that sends each request once.
    pub fn never() -> Self {
        Self::at_most(1)
    }

    /// A policy that sends each request at most `attempts` times.
    pub fn at_most(attempts: u32) -> Self {
        Self { max_attempts: Some(attempts), ..Self::default() }
    }

    /// Sends a request until it succeeds, `decide` stops the retries, or a limit of the policy is reached.
    ///
    /// `send` gets the number of the attempt, counted from 1. `decide` gets a failure and that number. `pause` is
    /// called before each retry and returns the future that waits; [`tokio::time::sleep`] is the usual one.
    ///
    /// When the future is dropped, the current attempt stops and no other follows.
    ///
    /// # Errors
    ///
    /// The last failure, with the number of attempts.
    pub async fn run<T, E, S, P>(
        &self,
        limit_from: LimitFrom,
        mut send: impl FnMut(u32) -> S,
        mut decide: impl FnMut(&E, u32) -> Decision,
        mut pause: impl FnMut(Retry<'_, E>) -> P,
    ) -> Result<T, GaveUp<E>>
    where
        S: Future<Output = Result<T, E>>,
        P: Future<Output = ()>,
    {
        let started = Instant::now();
        let mut first_failure = None;
        let mut waits = self.waits();
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match send(attempts).await {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            let first_failure = *first_failure.get_or_insert_with(Instant::now);
            let since = match limit_from {
                LimitFrom::Start => started,
                LimitFrom::FirstFailure => first_failure,
            };
            let own_wait = waits.next().unwrap_or(self.max_wait);
            let wait = match decide(&error, attempts) {
                Decision::GiveUp => return Err(GaveUp { error, attempts, wait_too_long: None }),
                Decision::Retry(Some(asked)) if asked > self.max_retry_after => {
                    return Err(GaveUp { error, attempts, wait_too_long: Some(asked) });
                }
                // A server that always asks for no wait would otherwise get requests without end.
                Decision::Retry(Some(asked)) if attempts > SHORT_WAITS => asked.max(own_wait),
                Decision::Retry(asked) => asked.unwrap_or(own_wait),
            };
            let is_last = self.max_attempts.is_some_and(|max| attempts >= max);
            let is_too_late = since.elapsed().checked_add(wait).is_none_or(|end| end > self.time_limit);
            if is_last || is_too_late || attempts == u32::MAX {
                return Err(GaveUp { error, attempts, wait_too_long: None });
            }
            let pause = pause(Retry { error: &error, attempts, wait });
            drop(error);
            pause.await;
        }
    }

    /// The waits without a `Retry-After`.
    fn waits(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        // backon adds up to a whole wait at random, so it gets half of each.
        ExponentialBuilder::new()
            .with_min_delay(self.first_wait.min(self.max_wait) / 2)
            .with_max_delay(self.max_wait / 2)
            .with_jitter()
            .with_jitter_seed(random())
            .without_max_times()
            .build()
    }
}

impl<E> Error<E> {
    /// Whether the same request may succeed when it is sent again.
    pub fn is_retryable(&self) -> bool {
        self.retry_safety() != RetrySafety::Never
    }

    /// Whether the same request can be sent again, and under which condition.
    pub fn retry_safety(&self) -> RetrySafety {
        match self {
            Self::Transport(error) if !error.is_retryable() => RetrySafety::Never,
            Self::Transport(error) if error.is_connect() => RetrySafety::Always,
            Self::Transport(_) => RetrySafety::IfIdempotent,
            Self::Api(error) => error.retry_safety(),
            Self::Token(error) if error.is_retryable() => RetrySafety::Always,
            Self::Decode(_) | Self::Input(_) | Self::Token(_) => RetrySafety::Never,
        }
    }

    /// The decision for a request that is idempotent or not.
    pub fn retry_decision(&self, is_idempotent: bool) -> Decision {
        match self.retry_safety() {
            RetrySafety::Always => Decision::Retry(self.retry_after()),
            RetrySafety::IfIdempotent if is_idempotent => Decision::Retry(self.retry_after()),
            RetrySafety::IfIdempotent | RetrySafety::Never => Decision::GiveUp,
        }
    }

    /// The wait that the server asks for, if it asks for one.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after()
    }
}

impl<E> ApiError<E> {
    fn retry_safety(&self) -> RetrySafety {
        match self.headers.get("x-should-retry").map(HeaderValue::as_bytes) {
            Some(b"true") => return RetrySafety::Always,
            Some(b"false") => return RetrySafety::Never,
            _ => {}
        }
        let has_not_acted = matches!(
            self.status,
            StatusCode::REQUEST_TIMEOUT
                | StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        );
        if has_not_acted && self.headers.contains_key(RETRY_AFTER) {
            RetrySafety::Always
        } else if has_not_acted || self.status == StatusCode::CONFLICT || self.status.is_server_error() {
            RetrySafety::IfIdempotent
        } else {
            RetrySafety::Never
        }
    }

    /// The wait that the server asks for.
    ///
    /// It is read from `retry-after-ms` (milliseconds) or else from `Retry-After`: seconds or an HTTP date (RFC
    /// 9110 §10.2.3). A date in the past means no wait.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, now())
    }
}

/// The wait that the headers of a reply ask for.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str, unit: f64| {
        let seconds = text.parse::<f64>().ok()? * unit;
        // A number that is too large is still a request to wait.
        let is_too_large =
            seconds >= Duration::MAX.as_secs_f64() && text.starts_with(|first: char| first.is_ascii_digit());
        if is_too_large { Some(Duration::MAX) } else { Duration::try_from_secs_f64(seconds).ok() }
    };
    if let Some(wait) = text("retry-after-ms").and_then(|text| number(text, 0.001)) {
        return Some(wait);
    }
    let text = text(RETRY_AFTER.as_str())?;
    number(text, 1.0).or_else(|| {
        let date = httpdate::parse_http_date(text).ok()?;
        // The local clock may be wrong; the server's own is in `Date`.
        let servers = headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
        Some(date.duration_since(servers.unwrap_or(now)).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::ready;
    use tokio::time::sleep;

    const NOW: Decision = Decision::Retry(Some(Duration::ZERO));
    const OWN_WAIT: Decision = Decision::Retry(None);

    /// Runs `policy` with a request that always fails, and returns its waits and the last failure. Waits are cut
    /// short.
    fn failing(policy: &RetryPolicy, decision: Decision, max: u32) -> (Vec<Duration>, GaveUp<&'static str>) {
        let mut waits = Vec::new();
        let run = policy.run(
            LimitFrom::Start,
            |_| ready(Err::<(), _>("no")),
            |_, attempts| if attempts > max { Decision::GiveUp } else { decision },
            |retry| {
                waits.push(retry.wait);
                ready(())
            },
        );
        let gave_up = block_on(run).unwrap_err();
        (waits, gave_up)
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
    }

    #[test]
    fn waits_double_up_to_the_maximum_with_jitter() {
        for _ in 0..20 {
            let (waits, _) = failing(&RetryPolicy::default(), OWN_WAIT, 9);
            for (wait, most) in waits.into_iter().zip([500, 1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000]) {
                let most = Duration::from_millis(most);
                assert!((most / 2..=most).contains(&wait), "{wait:?} is not up to {most:?}");
            }
        }
    }

    #[test]
    fn attempts_are_unlimited_within_the_time_limit() {
        let policy = RetryPolicy { time_limit: Duration::from_millis(200), ..RetryPolicy::default() };
        let policy = RetryPolicy { max_wait: Duration::from_millis(2), ..policy };
        let begin = Instant::now();
        let (_, gave_up) = failing(&policy, OWN_WAIT, u32::MAX);
        assert!(gave_up.attempts > 20, "{} attempts", gave_up.attempts);
        assert!(begin.elapsed() >= Duration::from_millis(190));
    }

    #[test]
    fn the_time_limit_counts_from_the_start_or_from_the_first_failure() {
        let policy = RetryPolicy { time_limit: Duration::from_millis(200), ..RetryPolicy::default() };
        for (limit_from, attempts) in [(LimitFrom::Start, 1), (LimitFrom::FirstFailure, 2)] {
            let run = policy.run(
                limit_from,
                async |_| {
                    sleep(Duration::from_millis(210)).await;
                    Err::<(), _>(())
                },
                |(), _| NOW,
                |retry| sleep(retry.wait),
            );
            assert_eq!(block_on(run).unwrap_err().attempts, attempts);
        }
    }

    #[test]
    fn no_limit_overflows() {
        let policy = RetryPolicy {
            time_limit: Duration::MAX,
            max_retry_after: Duration::MAX,
            max_wait: Duration::MAX,
            first_wait: Duration::MAX,
            max_attempts: None,
        };
        let (waits, gave_up) = failing(&policy, Decision::Retry(Some(Duration::MAX)), 3);
        assert!(waits.len() + 1 == gave_up.attempts as usize, "{waits:?}");
        failing(&policy, OWN_WAIT, 3);
    }

    #[test]
    fn a_server_that_asks_for_no_wait_is_still_waited_for() {
        let (waits, _) = failing(&RetryPolicy::default(), NOW, 12);
        assert_eq!(waits[..5], [Duration::ZERO; 5]);
        assert!(waits[5..].iter().all(|wait| *wait >= Duration::from_secs(4)), "{waits:?}");
    }

    #[test]
    fn a_wait_longer_than_the_maximum_is_an_error() {
        let wait = Duration::from_secs(121);
        let (waits, gave_up) = failing(&RetryPolicy::default(), Decision::Retry(Some(wait)), u32::MAX);
        assert!(waits.is_empty());
        assert_eq!(gave_up.wait_too_long, Some(wait));
    }

    #[test]
    fn never_sends_once_and_a_success_ends_the_loop() {
        let (_, gave_up) = failing(&RetryPolicy::never(), NOW, u32::MAX);
        assert_eq!((gave_up.attempts, gave_up.error), (1, "no"));

        let policy = RetryPolicy::default();
        let third = policy.run(
            LimitFrom::Start,
            |attempt| ready(if attempt < 3 { Err(()) } else { Ok(attempt) }),
            |(), _| NOW,
            |_| ready(()),
        );
        assert_eq!(block_on(third).unwrap(), 3);
    }

    fn api_error(status: u16, headers: &[(&'static str, &str)]) -> Error<serde_json::Value> {
        let headers = headers
            .iter()
            .map(|(name, value)| (reqwest::header::HeaderName::from_static(name), value.parse().unwrap()));
        let status = StatusCode::from_u16(status).unwrap();
        let url = reqwest::Url::parse("http://localhost").unwrap();
        Error::Api(Box::new(ApiError::new(status, headers.collect(), bytes::Bytes::new(), &url, None)))
    }

    #[test]
    fn an_error_says_whether_the_request_can_be_retried() {
        use RetrySafety::{Always, IfIdempotent, Never};
        let after = ("retry-after", "1");
        for (status, headers, safety) in [
            (408, &[][..], IfIdempotent),
            (409, &[], IfIdempotent),
            (409, &[after], IfIdempotent),
            (429, &[], IfIdempotent),
            (429, &[after], Always),
            (500, &[after], IfIdempotent),
            (502, &[], IfIdempotent),
            (503, &[after], Always),
            (504, &[after], Always),
            (400, &[after], Never),
            (404, &[], Never),
            (503, &[("x-should-retry", "false"), after], Never),
            (400, &[("x-should-retry", "true")], Always),
        ] {
            let error = api_error(status, headers);
            assert_eq!(error.retry_safety(), safety, "{status} {headers:?}");
            assert_eq!(error.is_retryable(), safety != Never);
            let may_repeat = error.retry_decision(true) != Decision::GiveUp;
            assert_eq!(may_repeat, safety != Never, "an idempotent request");
            let may_repeat = error.retry_decision(false) != Decision::GiveUp;
            assert_eq!(may_repeat, safety == Always, "a request that is not idempotent");
        }
    }

    fn wait(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn each_format_of_a_wait_is_read() {
        assert_eq!(wait("retry-after-ms", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(wait("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(wait("retry-after", "0.25"), Some(Duration::from_millis(250)));
        assert_eq!(wait("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT"), Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_wait_of_any_length_is_read() {
        for value in ["99999999999999999999999", "18446744073709551615", "1e400"] {
            assert_eq!(wait("retry-after", value), Some(Duration::MAX), "{value}");
        }
        assert_eq!(wait("retry-after-ms", "1e400"), Some(Duration::MAX));
    }

    #[test]
    fn a_date_is_compared_with_the_servers_own_clock() {
        let mut headers = HeaderMap::new();
        headers.insert("date", "Thu, 01 Jan 1970 01:00:00 GMT".parse().unwrap());
        headers.insert("retry-after", "Thu, 01 Jan 1970 01:00:05 GMT".parse().unwrap());
        for local in [0, 10_000_000] {
            let local = SystemTime::UNIX_EPOCH + Duration::from_secs(local);
            assert_eq!(retry_after(&headers, local), Some(Duration::from_secs(5)));
        }
    }

    #[test]
    fn an_invalid_wait_is_ignored() {
        for value in ["-1", "-1e400", "NaN", "inf", "soon"] {
            assert_eq!(wait("retry-after", value), None, "{value}");
        }
    }
}
