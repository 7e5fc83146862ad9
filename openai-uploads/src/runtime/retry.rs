//! Whether and when a failed request is worth sending again. Nothing here sends anything.

use std::time::{Duration, SystemTime};

use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::api_error::ApiError;
use super::error::Error;

impl<E> Error<E> {
    /// Whether the same request may succeed when it is sent again.
    ///
    /// True for connection errors and timeouts and for the statuses 408, 409, 429 and 5xx, unless the reply's
    /// `x-should-retry` says otherwise; never for bad input or an answer that cannot be read.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_retryable(),
            Self::Api(error) => error.is_retryable(),
            Self::Decode(_) | Self::Input(_) => false,
        }
    }

    /// How long the server asks to wait, where it does.
    pub fn retry_after(&self) -> Option<Duration> {
        self.api()?.retry_after()
    }
}

impl<E> ApiError<E> {
    fn is_retryable(&self) -> bool {
        match self.headers.get("x-should-retry").map(reqwest::header::HeaderValue::as_bytes) {
            Some(b"true") => true,
            Some(b"false") => false,
            _ => {
                let retried =
                    [StatusCode::REQUEST_TIMEOUT, StatusCode::CONFLICT, StatusCode::TOO_MANY_REQUESTS];
                retried.contains(&self.status) || self.status.is_server_error()
            }
        }
    }

    /// How long the server asks to wait: `retry-after-ms` in milliseconds, or `retry-after` in seconds or as
    /// an HTTP date (RFC 9110 §10.2.3), a date gone by being no wait at all.
    pub fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers, SystemTime::now())
    }
}

fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let number = |text: &str, unit: f64| {
        let number: f64 = text.parse().ok()?;
        Duration::try_from_secs_f64(number * unit).ok()
    };
    if let Some(wait) = text("retry-after-ms").and_then(|text| number(text, 0.001)) {
        return Some(wait);
    }
    let text = text(RETRY_AFTER.as_str())?;
    number(text, 1.0).or_else(|| {
        let date = httpdate::parse_http_date(text).ok()?;
        Some(date.duration_since(now).unwrap_or_default())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(name, value.parse().unwrap());
        retry_after(&headers, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn a_wait_is_read_in_each_of_its_forms() {
        assert_eq!(wait("retry-after-ms", "1500"), Some(Duration::from_millis(1500)));
        assert_eq!(wait("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(wait("retry-after", "0.25"), Some(Duration::from_millis(250)));
        assert_eq!(wait("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT"), Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_wait_that_makes_no_sense_is_none() {
        for value in ["-1", "NaN", "soon", "1e400"] {
            assert_eq!(wait("retry-after", value), None, "{value}");
        }
    }
}
