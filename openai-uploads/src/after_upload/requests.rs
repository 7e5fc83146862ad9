//! Requests with retries.

use std::future::IntoFuture;

use tokio::time::sleep;

use super::{Error, Event, FollowUp};
use crate::models::ErrorResponse;
use crate::runtime::{self, Call, GaveUp, LimitFrom, Retry};

/// The media type of replies that are read leniently: compatible servers leave out much.
pub(super) const JSON: &str = "application/json";

type Failure = runtime::Error<ErrorResponse>;

impl FollowUp {
    /// Sends a request that may safely be sent twice.
    pub(super) async fn repeatable<T: Send + 'static>(
        &self,
        step: &'static str,
        call: impl Fn() -> Call<T, ErrorResponse>,
    ) -> Result<T, Error> {
        let done = self.send(step, true, call).await;
        done.map_err(|gave_up| Error::Request { step, source: Box::new(gave_up.error) })
    }

    /// Sends a request. One that is not idempotent is sent again only if the server has certainly not acted on it.
    pub(super) async fn send<T: Send + 'static>(
        &self,
        step: &'static str,
        is_idempotent: bool,
        call: impl Fn() -> Call<T, ErrorResponse>,
    ) -> Result<T, GaveUp<Failure>> {
        let decide = |error: &Failure, _| error.retry_decision(is_idempotent);
        let pause = |retry: Retry<'_, Failure>| {
            self.notify(&Event::Retrying { step, wait: retry.wait, reason: retry.error.to_string() });
            sleep(retry.wait)
        };
        self.options.retry.run(LimitFrom::Start, |_| call().into_future(), decide, pause).await
    }
}
