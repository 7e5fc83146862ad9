//! The time, and waiting: the clocks and the timers of JavaScript. Those of the standard library and of Tokio panic here.

use std::future::Future;
use std::pin::pin;
use std::time::{Duration, SystemTime};

use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use web_time::web::SystemTimeExt;

pub(crate) use web_time::Instant;

/// The maximum wait of one timer, in milliseconds. A longer one would end at once.
const MAX_WAIT: u32 = i32::MAX as u32;

/// A time limit was exceeded.
#[derive(Debug)]
pub(crate) struct Elapsed;

pub(crate) fn now() -> SystemTime {
    web_time::SystemTime::now().to_std()
}

pub(crate) async fn sleep(wait: Duration) {
    let mut left = wait.as_micros().div_ceil(1000);
    while left > 0 {
        let step = u32::try_from(left).unwrap_or(MAX_WAIT).min(MAX_WAIT);
        TimeoutFuture::new(step).await;
        left -= u128::from(step);
    }
}

pub(crate) async fn timeout<F: Future>(limit: Duration, future: F) -> Result<F::Output, Elapsed> {
    match select(pin!(future), pin!(sleep(limit))).await {
        Either::Left((output, _)) => Ok(output),
        Either::Right(_) => Err(Elapsed),
    }
}
