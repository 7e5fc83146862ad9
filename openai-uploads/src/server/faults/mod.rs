//! Fault injection: what goes wrong on purpose, and for which requests.

mod batch_fault;
mod injector;
mod presets;
mod switched;
mod switches;
mod when;
mod words;

use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::operations::{by_id, has_body, names_an_object};

pub use batch_fault::{BatchFault, InvalidBatchFault};
pub(super) use injector::{Injector, share_hash};
pub(super) use switches::SwitchedFault;
pub use when::{InvalidWhen, When};

/// The faults that a server injects. By default there are none.
///
/// Several faults may apply to one request: all delays add up, and of the other faults the first one decides.
///
/// ```
/// use std::time::Duration;
/// use openai_uploads::server::{Fault, Faults, When};
///
/// let faults = Faults::new()
///     .with(Fault::delay(Duration::from_millis(100)), When::always())
///     .with(Fault::fail(503).header("retry-after", "1"), When::every(3))
///     .with(Fault::cut_reply(0), When::share(0.1).on("addUploadPart"))
///     .rate(20_000_000)
///     .seed(7);
/// assert!(!faults.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    list: Vec<(Fault, When)>,
    batches: Vec<(BatchFault, When)>,
    rate: Option<u64>,
    seed: u64,
}

impl Faults {
    /// No faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault and the requests that it applies to.
    ///
    /// A fault that can never happen is an error when the server starts: [`StartError::Fault`].
    ///
    /// [`StartError::Fault`]: super::StartError::Fault
    #[must_use]
    pub fn with(mut self, fault: Fault, when: When) -> Self {
        self.list.push((fault, when));
        self
    }

    /// Adds a fault of batches and the batches that it applies to, in the order of their creation.
    ///
    /// ```
    /// use openai_uploads::server::{BatchFault, Faults, When};
    ///
    /// let faults = Faults::new().with_batch(BatchFault::Expire(0.5), When::nth(1));
    /// assert!(!faults.is_empty());
    /// ```
    #[must_use]
    pub fn with_batch(mut self, fault: BatchFault, when: When) -> Self {
        self.batches.push((fault, when));
        self
    }

    /// Limits the transfer rate of each connection, in bytes a second for each direction. 0 means no limit.
    #[must_use]
    pub fn rate(mut self, bytes_per_second: u64) -> Self {
        self.rate = (bytes_per_second > 0).then_some(bytes_per_second);
        self
    }

    /// Sets the seed of [`When::share`], so that a run can be repeated. 0 by default.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether there are no faults and no rate limit.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.batches.is_empty() && self.rate.is_none()
    }

    /// Refuses faults that can never happen.
    pub(super) fn check(&self) -> Result<(), InvalidFault> {
        self.list.iter().try_for_each(|(fault, when)| fault.check(when))?;
        let problem = self.batches.iter().find_map(|(fault, when)| fault.problem(when));
        problem.map_or(Ok(()), |problem| Err(InvalidFault(problem)))
    }
}

/// One thing that goes wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    effect: Effect,
    /// Why the fault is invalid, if it is.
    problem: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    Fail { status: StatusCode, headers: HeaderMap },
    Delay(Duration),
    CutRequest(u64),
    CutReply(u64),
    Stall(u64),
    Forget,
}

impl From<Effect> for Fault {
    fn from(effect: Effect) -> Self {
        Self { effect, problem: None }
    }
}

impl Fault {
    /// Answers with `status`, from 400 to 599, and the API's error object. The operation is not performed.
    pub fn fail(status: u16) -> Self {
        let failure = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error());
        let problem =
            failure.is_none().then(|| format!("a failure has a status from 400 to 599, not {status}"));
        let status = failure.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { effect: Effect::Fail { status, headers: HeaderMap::new() }, problem }
    }

    /// Adds a header, such as `retry-after`, to the response of [`Fault::fail`]. Other faults have no response.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match (&mut self.effect, HeaderName::from_str(name), HeaderValue::from_str(value)) {
            (Effect::Fail { headers, .. }, Ok(name), Ok(value)) => drop(headers.append(name, value)),
            (Effect::Fail { .. }, ..) => {
                self.problem.get_or_insert(format!("the header `{name}` cannot be sent"));
            }
            _ => {
                self.problem.get_or_insert(format!("`{name}` is set on a fault that sends no headers"));
            }
        }
        self
    }

    /// Waits before the request is handled. The request's body is not read meanwhile.
    pub fn delay(time: Duration) -> Self {
        Effect::Delay(time).into()
    }

    /// Closes the connection without a response after `after` bytes of the request's body. With 0 it closes after
    /// the headers. Shorter bodies are not affected.
    pub fn cut_request(after: u64) -> Self {
        Effect::CutRequest(after).into()
    }

    /// Performs the operation, then closes the connection after `after` bytes of the response, headers included.
    /// With 0 the client receives nothing. Shorter responses are not affected.
    pub fn cut_reply(after: u64) -> Self {
        Effect::CutReply(after).into()
    }

    /// Reads `after` bytes of the request's body, then nothing more, and never responds. The connection stays open
    /// until the client closes it or the server stops. Shorter bodies are not affected.
    pub fn stall(after: u64) -> Self {
        Effect::Stall(after).into()
    }

    /// Deletes the upload, file or batch that the request names, before handling it, so that the response is 404.
    /// Requests that name none are not affected.
    pub fn forget() -> Self {
        Effect::Forget.into()
    }

    fn check(&self, when: &When) -> Result<(), InvalidFault> {
        let problem = self.problem.clone().or_else(|| when.problem()).or_else(|| {
            let operation = by_id(when.operation.as_deref()?)?;
            let id = operation.id;
            match self.effect {
                Effect::CutRequest(1..) | Effect::Stall(1..) if !has_body(operation) => {
                    Some(format!("requests for `{id}` have no body, so it cannot end after some bytes"))
                }
                Effect::Forget if !names_an_object(operation) => {
                    Some(format!("requests for `{id}` name no upload, file or batch to forget"))
                }
                _ => None,
            }
        });
        problem.map_or(Ok(()), |problem| Err(InvalidFault(problem)))
    }
}

/// An error for a fault that can never happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid fault: {0}")]
pub struct InvalidFault(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_that_can_never_happen_is_an_error() {
        let check = |fault: Fault, when: When| Faults::new().with(fault, when).check();
        let fail = || Fault::fail(503);
        for (fault, when) in [
            (Fault::fail(200), When::always()),
            (Fault::fail(399), When::always()),
            (Fault::fail(600), When::always()),
            (fail().header("a b", "1"), When::always()),
            (fail().header("a", "1\n"), When::always()),
            (Fault::delay(Duration::ZERO).header("retry-after", "1"), When::always()),
            (Fault::forget().header("retry-after", "1"), When::always()),
            (fail(), When::always().on("addPart")),
            (fail(), When::every(0)),
            (fail(), When::first(0)),
            (fail(), When::nth(0)),
            (fail(), When::share(1.1)),
            (fail(), When::share(f64::NAN)),
            (Fault::forget(), When::always().on("createUpload")),
            (Fault::stall(1), When::always().on("cancelUpload")),
            (Fault::cut_request(1), When::always().on("listFiles")),
        ] {
            assert!(check(fault.clone(), when.clone()).is_err(), "{fault:?} {when:?}");
        }
        for (fault, when) in [
            (fail().header("retry-after", "1"), When::share(0.0)),
            (Fault::forget(), When::always()),
            (Fault::forget(), When::always().on("retrieveBatch")),
            (Fault::stall(0), When::always().on("cancelUpload")),
            (Fault::cut_reply(1), When::always().on("listFiles")),
        ] {
            assert_eq!(check(fault, when), Ok(()));
        }
    }
}
