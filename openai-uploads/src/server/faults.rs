//! Trouble on purpose: what goes wrong, and for which requests.

use std::str::FromStr;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

/// Everything that a server does wrong on purpose; by default nothing.
///
/// Faults are tried in the order in which they were added. Several may strike one request: every delay is
/// waited for, and of the others the first that strikes decides.
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
    pub(super) list: Vec<(Fault, When)>,
    pub(super) rate: Option<u64>,
    pub(super) seed: u64,
}

impl Faults {
    /// No faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fault and which requests it strikes.
    #[must_use]
    pub fn with(mut self, fault: Fault, when: When) -> Self {
        self.list.push((fault, when));
        self
    }

    /// Limits how fast each connection takes and gives bytes, in bytes a second for each direction.
    /// 0 is no limit.
    #[must_use]
    pub fn rate(mut self, bytes_per_second: u64) -> Self {
        self.rate = (bytes_per_second > 0).then_some(bytes_per_second);
        self
    }

    /// Fixes what [`When::share`] draws, so that a run can be repeated. 0 by default.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Whether nothing goes wrong on purpose.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.rate.is_none()
    }
}

/// One thing that goes wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault(pub(super) Effect);

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Effect {
    Fail { status: StatusCode, headers: HeaderMap },
    Delay(Duration),
    CutRequest(u64),
    CutReply(u64),
    Stall(u64),
    Forget,
}

impl Fault {
    /// Answers with `status` and the API's error object, without doing what was asked.
    ///
    /// A status outside 400 to 599 becomes 500: an answer that succeeds is no failure.
    pub fn fail(status: u16) -> Self {
        let status = StatusCode::from_u16(status)
            .ok()
            .filter(|status| status.is_client_error() || status.is_server_error())
            .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self(Effect::Fail { status, headers: HeaderMap::new() })
    }

    /// Adds a header to the answer of [`Fault::fail`], `retry-after` for one. Nothing happens for other
    /// faults, or if the name or the value is not allowed in a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Effect::Fail { headers, .. } = &mut self.0
            && let (Ok(name), Ok(value)) = (HeaderName::from_str(name), HeaderValue::from_str(value))
        {
            headers.append(name, value);
        }
        self
    }

    /// Waits before the request is looked at; the request's body is not read meanwhile.
    pub fn delay(time: Duration) -> Self {
        Self(Effect::Delay(time))
    }

    /// Closes the connection, with no answer, once `after` bytes of the request's body have arrived.
    /// With 0 that is as soon as its headers have; a body with fewer bytes is not touched.
    pub fn cut_request(after: u64) -> Self {
        Self(Effect::CutRequest(after))
    }

    /// Does what was asked, then closes the connection after `after` bytes of the answer, its headers
    /// counted. With 0 the client gets no byte; an answer with fewer bytes arrives whole.
    pub fn cut_reply(after: u64) -> Self {
        Self(Effect::CutReply(after))
    }

    /// Reads `after` bytes of the request's body and then nothing more, and never answers. The connection
    /// stays open until the client closes it or the server stops. A body with fewer bytes is not touched.
    pub fn stall(after: u64) -> Self {
        Self(Effect::Stall(after))
    }

    /// Forgets the upload that the request is about, with all its parts, before answering: the answer is
    /// 404. A request that names no upload is not touched.
    pub fn forget() -> Self {
        Self(Effect::Forget)
    }
}

/// Which requests a fault strikes.
///
/// Written as text, as on a command line, it is a list of `every=N`, `share=P`, `first=N` or `nth=N` (at most
/// one of these) and `on=OPERATION_ID`, separated by commas; the empty text strikes every request.
///
/// ```
/// use openai_uploads::server::When;
///
/// assert_eq!("every=3,on=addUploadPart".parse(), Ok(When::every(3).on("addUploadPart")));
/// assert_eq!(When::split("503@share=0.25"), Ok(("503", When::share(0.25))));
/// assert_eq!(When::split("503"), Ok(("503", When::always())));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    pub(super) pick: Pick,
    pub(super) operation: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Pick {
    Always,
    Every(u64),
    Share(f64),
    First(u64),
    Nth(u64),
}

impl When {
    fn of(pick: Pick) -> Self {
        Self { pick, operation: None }
    }

    /// Every request.
    pub fn always() -> Self {
        Self::of(Pick::Always)
    }

    /// The `n`th request, the 2`n`th, and so on. 0 strikes none.
    pub fn every(n: u64) -> Self {
        Self::of(Pick::Every(n))
    }

    /// A random share of the requests, between 0 and 1; drawn from [`Faults::seed`].
    pub fn share(share: f64) -> Self {
        Self::of(Pick::Share(share))
    }

    /// The first `n` requests.
    pub fn first(n: u64) -> Self {
        Self::of(Pick::First(n))
    }

    /// The `n`th request alone, counted from 1.
    pub fn nth(n: u64) -> Self {
        Self::of(Pick::Nth(n))
    }

    /// Counts and strikes only requests for this operation, by its `operationId` in the spec (`createUpload`,
    /// `addUploadPart`, …). The Files API's are `listFiles`, `retrieveFile`, `downloadFile` and `deleteFile`.
    #[must_use]
    pub fn on(mut self, operation_id: impl Into<String>) -> Self {
        self.operation = Some(operation_id.into());
        self
    }

    /// Takes `VALUE@WHEN` apart, as a flag has it; without an `@` it is [`When::always`].
    ///
    /// # Errors
    ///
    /// What follows the `@` is not as described at [`When`].
    pub fn split(text: &str) -> Result<(&str, Self), InvalidWhen> {
        match text.split_once('@') {
            Some((value, when)) => Ok((value, when.parse()?)),
            None => Ok((text, Self::always())),
        }
    }
}

impl FromStr for When {
    type Err = InvalidWhen;

    fn from_str(text: &str) -> Result<Self, InvalidWhen> {
        let invalid = || InvalidWhen(text.to_owned());
        let mut pick = None;
        let mut operation = None;
        for item in text.split(',').filter(|item| !item.is_empty()) {
            let (key, value) = item.split_once('=').ok_or_else(invalid)?;
            let number = || value.parse().ok().filter(|n| *n > 0).ok_or_else(invalid);
            let picked = match key {
                "every" => Pick::Every(number()?),
                "first" => Pick::First(number()?),
                "nth" => Pick::Nth(number()?),
                "share" => {
                    let share = value.parse().ok().filter(|share| (0.0..=1.0).contains(share));
                    Pick::Share(share.ok_or_else(invalid)?)
                }
                "on" if operation.is_none() && !value.is_empty() => {
                    operation = Some(value.to_owned());
                    continue;
                }
                _ => return Err(invalid()),
            };
            if pick.replace(picked).is_some() {
                return Err(invalid());
            }
        }
        Ok(Self { pick: pick.unwrap_or(Pick::Always), operation })
    }
}

/// Text that does not say which requests a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not say which requests: write every=N, first=N, nth=N or share=P (0 to 1), \
     and on=OPERATION_ID to choose one operation, separated by commas"
)]
pub struct InvalidWhen(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_when_is_refused() {
        for text in
            ["every", "every=0", "every=x", "share=1.5", "every=2,nth=3", "on=", "often=2", "on=a,on=b"]
        {
            assert_eq!(text.parse::<When>(), Err(InvalidWhen(text.to_owned())), "{text}");
        }
        assert_eq!("".parse(), Ok(When::always()));
    }

    #[test]
    fn a_failure_is_never_a_success() {
        assert_eq!(Fault::fail(200), Fault::fail(500));
        assert_ne!(Fault::fail(503), Fault::fail(500));
    }
}
