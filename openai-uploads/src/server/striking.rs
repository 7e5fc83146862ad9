//! Faults, as they strike requests.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::future::{self, Either};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::oneshot;

use super::app::{self, App};
use super::faults::{Effect, Faults, Pick, When};
use super::refusal::Refusal;
use super::wire::Switch;

/// Faults, and how many requests each has looked at.
#[derive(Debug, Default)]
pub(super) struct Striking {
    faults: Faults,
    seen: Vec<AtomicU64>,
}

/// Put on an answer that the client is not to get: the connection is closed instead.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut;

impl Striking {
    pub(super) fn new(faults: Faults) -> Self {
        let seen = faults.list.iter().map(|_| AtomicU64::new(0)).collect();
        Self { faults, seen }
    }

    /// How many bytes a second a connection may carry each way.
    pub(super) fn rate(&self) -> Option<u64> {
        self.faults.rate
    }

    /// What happens to a request for `operation`: how long it is delayed, and what else.
    fn effects(&self, operation: Option<&str>) -> (Duration, Option<&Effect>) {
        let mut delay = Duration::ZERO;
        let mut other = None;
        for (index, ((fault, when), seen)) in self.faults.list.iter().zip(&self.seen).enumerate() {
            if !self.strikes(when, operation, index as u64, seen) {
                continue;
            }
            match &fault.0 {
                Effect::Delay(time) => delay = delay.saturating_add(*time),
                effect => other = other.or(Some(effect)),
            }
        }
        (delay, other)
    }

    fn strikes(&self, when: &When, operation: Option<&str>, fault: u64, seen: &AtomicU64) -> bool {
        if when.operation.is_some() && when.operation.as_deref() != operation {
            return false;
        }
        let number = seen.fetch_add(1, Ordering::Relaxed) + 1;
        match when.pick {
            Pick::Always => true,
            Pick::Every(n) => number.is_multiple_of(n),
            Pick::First(n) => number <= n,
            Pick::Nth(n) => number == n,
            Pick::Share(share) => draw(self.faults.seed, fault, number) < share,
        }
    }
}

/// A number from 0 up to 1 that depends on nothing else: `SplitMix64`'s output function over the three.
fn draw(seed: u64, fault: u64, number: u64) -> f64 {
    let mut bits = seed ^ fault.rotate_left(32);
    for _ in 0..2 {
        bits = bits.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
    }
    f64::from((bits >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}

/// Lets faults strike a request on its way.
pub(super) async fn strike(
    State(app): State<Arc<App>>,
    path: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let operation = app::operation(request.method(), path.as_ref()).map(|operation| operation.id);
    let (delay, effect) = app.striking.effects(operation);
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match effect {
        None | Some(Effect::Delay(_)) => next.run(request).await,
        Some(Effect::Fail { status, headers }) => {
            let message = format!("Failed on purpose, with status {}.", status.as_u16());
            Refusal::new(*status, message).code("failed_on_purpose").headers(headers.clone()).into_response()
        }
        Some(Effect::Forget) => {
            let (mut head, body) = request.into_parts();
            let params = RawPathParams::from_request_parts(&mut head, &()).await.ok();
            let ids: Vec<String> =
                params.iter().flat_map(|params| params.iter()).map(|(_, id)| id.to_owned()).collect();
            let request = Request::from_parts(head, body);
            let forgotten = app.store(move |store| Ok(ids.iter().try_for_each(|id| store.forget(id))?)).await;
            match forgotten {
                Ok(()) => next.run(request).await,
                Err(refused) => Refusal::of_upload(refused, "", "").into_response(),
            }
        }
        Some(Effect::CutReply(after)) => {
            let switch = request.extensions().get::<Arc<Switch>>().cloned();
            let response = next.run(request).await;
            if let Some(switch) = switch {
                switch.cut_after(*after);
            }
            response
        }
        Some(Effect::CutRequest(after)) => match until(*after, request, next).await {
            Some(response) => response,
            None => (axum::Extension(Cut), ()).into_response(),
        },
        Some(Effect::Stall(after)) => match until(*after, request, next).await {
            Some(response) => response,
            None => future::pending().await,
        },
    }
}

/// Answers the request, unless `after` bytes of its body arrive: then it is dropped where it stands.
async fn until(after: u64, request: Request, next: Next) -> Option<Response> {
    if after == 0 {
        return None;
    }
    let (reached, is_reached) = oneshot::channel();
    let request = request.map(|body| Body::new(Tripwire { body, left: after, reached: Some(reached) }));
    match future::select(is_reached, pin!(next.run(request))).await {
        Either::Left((Ok(()), _)) => None,
        // The body went away without reaching so far.
        Either::Left((Err(_), answer)) => Some(answer.await),
        Either::Right((response, _)) => Some(response),
    }
}

/// A body that tells when so many bytes of it have been read, and has no more from then on.
struct Tripwire {
    body: Body,
    left: u64,
    reached: Option<oneshot::Sender<()>>,
}

impl HttpBody for Tripwire {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = &mut *self;
        if this.left == 0 {
            return Poll::Pending;
        }
        let mut frame = Pin::new(&mut this.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &mut frame
            && let Some(bytes) = frame.data_mut()
        {
            let most = usize::try_from(this.left).unwrap_or(usize::MAX);
            bytes.truncate(most);
            this.left -= bytes.len() as u64;
            if this.left == 0
                && let Some(reached) = this.reached.take()
            {
                // Nobody listens once the request is answered.
                let _ = reached.send(());
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::super::faults::Fault;
    use super::*;

    fn struck(when: When, operations: &[Option<&str>]) -> Vec<usize> {
        let striking = Striking::new(Faults::new().with(Fault::fail(503), when));
        let strikes = |operation| striking.effects(operation).1.is_some();
        let each = operations.iter().copied().map(strikes).enumerate();
        each.filter_map(|(number, struck)| struck.then_some(number + 1)).collect()
    }

    #[test]
    fn a_fault_strikes_the_requests_it_names() {
        let six = [None; 6];
        assert_eq!(struck(When::always(), &six), [1, 2, 3, 4, 5, 6]);
        assert_eq!(struck(When::every(3), &six), [3, 6]);
        assert_eq!(struck(When::first(2), &six), [1, 2]);
        assert_eq!(struck(When::nth(4), &six), [4]);
        assert_eq!(struck(When::every(0), &six), [0; 0]);
        let mixed = [Some("a"), Some("b"), Some("a"), None, Some("a")];
        assert_eq!(struck(When::every(2).on("a"), &mixed), [3]);
    }

    #[test]
    fn a_share_is_about_that_share_and_the_same_from_the_same_seed() {
        let many = vec![None; 10_000];
        let tenth = struck(When::share(0.1), &many);
        assert!((900..1100).contains(&tenth.len()), "{}", tenth.len());
        assert_eq!(tenth, struck(When::share(0.1), &many));
        assert_eq!(struck(When::share(0.0), &many), [0; 0]);
        assert_eq!(struck(When::share(1.0), &many).len(), many.len());
    }

    #[test]
    fn delays_add_up_and_the_first_other_fault_decides() {
        let faults = Faults::new()
            .with(Fault::delay(Duration::from_secs(1)), When::always())
            .with(Fault::stall(1), When::always())
            .with(Fault::delay(Duration::from_secs(2)), When::always())
            .with(Fault::forget(), When::always());
        assert_eq!(Striking::new(faults).effects(None), (Duration::from_secs(3), Some(&Effect::Stall(1))));
    }
}
