//! Which requests a fault applies to.

use std::str::FromStr;

use super::super::operations::{OPERATIONS, by_id};

/// Which requests a fault applies to.
///
/// As text, such as on a command line, it is a list of `every=N`, `share=P`, `first=N` or `nth=N` (at most one of
/// these) and `on=OPERATION_ID`, separated by commas. The empty text means every request.
///
/// ```
/// use openai_uploads::server::When;
///
/// assert_eq!("every=3,on=addUploadPart".parse(), Ok(When::every(3).on("addUploadPart")));
/// assert_eq!(When::split("503@share=0.25"), Ok(("503", When::share(0.25))));
/// assert_eq!(When::split("503"), Ok(("503", When::always())));
/// assert!("on=addPart".parse::<When>().is_err());
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

    /// The `n`th request, the 2`n`th, and so on.
    pub fn every(n: u64) -> Self {
        Self::of(Pick::Every(n))
    }

    /// A random share of the requests, from 0 to 1. The choice depends on [`Faults::seed`](super::Faults::seed) only.
    pub fn share(share: f64) -> Self {
        Self::of(Pick::Share(share))
    }

    /// The first `n` requests.
    pub fn first(n: u64) -> Self {
        Self::of(Pick::First(n))
    }

    /// The `n`th request only, counted from 1.
    pub fn nth(n: u64) -> Self {
        Self::of(Pick::Nth(n))
    }

    /// Only requests for this operation, counted by themselves. The name is the `operationId` in the spec, such as
    /// `createUpload`.
    #[must_use]
    pub fn on(mut self, operation_id: impl Into<String>) -> Self {
        self.operation = Some(operation_id.into());
        self
    }

    /// Splits `VALUE@WHEN`, the form of command line options. Without `@` it is [`When::always`].
    ///
    /// # Errors
    ///
    /// The text after `@` is not a [`When`].
    pub fn split(text: &str) -> Result<(&str, Self), InvalidWhen> {
        match text.split_once('@') {
            Some((value, when)) => Ok((value, when.parse()?)),
            None => Ok((text, Self::always())),
        }
    }

    /// Why this matches no request, or `None` if it can match one.
    pub(super) fn problem(&self) -> Option<String> {
        match self.pick {
            Pick::Every(0) => return Some("`every=0` matches no request".to_owned()),
            Pick::First(0) => return Some("`first=0` matches no request".to_owned()),
            Pick::Nth(0) => return Some("`nth=0` matches no request; the first is `nth=1`".to_owned()),
            Pick::Share(share) if !(0.0..=1.0).contains(&share) => {
                return Some(format!("a share is a number from 0 to 1, not {share}"));
            }
            _ => {}
        }
        let operation = self.operation.as_ref()?;
        let known = OPERATIONS.map(|operation| operation.id).join(", ");
        by_id(operation).is_none().then(|| format!("no operation is named `{operation}`; there are {known}"))
    }

    /// Whether this matches the `number`th request, counted from 1. `draw` is a random number from 0 to 1.
    pub(super) fn matches(&self, number: u64, draw: impl FnOnce() -> f64) -> bool {
        match self.pick {
            Pick::Always => true,
            Pick::Every(n) => number.is_multiple_of(n),
            Pick::First(n) => number <= n,
            Pick::Nth(n) => number == n,
            Pick::Share(share) => draw() < share,
        }
    }
}

impl FromStr for When {
    type Err = InvalidWhen;

    fn from_str(text: &str) -> Result<Self, InvalidWhen> {
        let invalid = || InvalidWhen::new(text, "it is not of this form");
        let mut pick = None;
        let mut operation = None;
        for item in text.split(',').filter(|item| !item.is_empty()) {
            let (key, value) = item.split_once('=').ok_or_else(invalid)?;
            let number = || value.parse().map_err(|_| invalid());
            let picked = match key {
                "every" => Pick::Every(number()?),
                "first" => Pick::First(number()?),
                "nth" => Pick::Nth(number()?),
                "share" => Pick::Share(value.parse().map_err(|_| invalid())?),
                "on" if operation.is_none() && !value.is_empty() => {
                    operation = Some(value.to_owned());
                    continue;
                }
                _ => return Err(invalid()),
            };
            if pick.replace(picked).is_some() {
                return Err(InvalidWhen::new(text, "only one of every, first, nth and share is allowed"));
            }
        }
        let when = Self { pick: pick.unwrap_or(Pick::Always), operation };
        match when.problem() {
            Some(problem) => Err(InvalidWhen::new(text, problem)),
            None => Ok(when),
        }
    }
}

/// An error for text that is not a [`When`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid condition `{text}`: {problem}\n\
     a condition is every=N, first=N, nth=N or share=P (0 to 1), and on=OPERATION for one operation, separated by commas"
)]
pub struct InvalidWhen {
    text: String,
    problem: String,
}

impl InvalidWhen {
    fn new(text: &str, problem: impl Into<String>) -> Self {
        Self { text: text.to_owned(), problem: problem.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_matches_no_request_is_an_error() {
        for text in [
            "every",
            "every=0",
            "first=0",
            "nth=0",
            "every=x",
            "share=1.5",
            "share=NaN",
            "share=-1",
            "every=2,nth=3",
            "on=",
            "often=2",
            "on=createUpload,on=createUpload",
            "on=addPart",
            "on=createupload",
        ] {
            let error = text.parse::<When>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("invalid condition `{text}`: ")), "{error}");
        }
        assert_eq!("".parse(), Ok(When::always()));
    }

    #[test]
    fn an_unknown_operation_is_reported_with_the_known_ones() {
        let error = "on=addPart".parse::<When>().unwrap_err().to_string();
        assert!(error.contains("no operation is named `addPart`; there are createFile, "), "{error}");
        assert!(OPERATIONS.iter().all(|operation| error.contains(operation.id)), "{error}");
    }
}
