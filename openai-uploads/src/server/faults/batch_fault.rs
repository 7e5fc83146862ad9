//! Faults of batches.

use std::fmt;
use std::str::FromStr;

use super::When;

/// One thing that goes wrong with a batch.
///
/// As text, such as on a command line, the faults are `fail-validation`, `token-limit`, `expire=0.5`, `fail-lines=0.1`,
/// `empty-ids`, `slow=10` and `cancel=0.5`.
///
/// ```
/// use openai_uploads::server::BatchFault;
///
/// assert_eq!("expire=0.5".parse(), Ok(BatchFault::Expire(0.5)));
/// assert!("expire=2".parse::<BatchFault>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum BatchFault {
    /// The batch fails because its first line is invalid.
    FailValidation,
    /// The batch fails because too many tokens are enqueued: `token_limit_exceeded`.
    TokenLimit,
    /// The batch expires after this share of its requests, from 0 to 1.
    Expire(f64),
    /// This share of the requests, from 0 to 1, fails with status 429, 500 or 503.
    FailLines(f64),
    /// The ids of result files that do not exist are empty strings.
    EmptyIds,
    /// The requests take this many times as long.
    Slow(f64),
    /// The batch is cancelled after this share of its requests, from 0 to 1.
    Cancel(f64),
}

impl BatchFault {
    /// Why the fault can never happen, or `None` if it can.
    pub(super) fn problem(&self, when: &When) -> Option<String> {
        let (name, value, maximum) = match *self {
            Self::Expire(share) => ("expire", share, 1.0),
            Self::FailLines(share) => ("fail-lines", share, 1.0),
            Self::Cancel(share) => ("cancel", share, 1.0),
            Self::Slow(factor) => ("slow", factor, 1_000_000.0),
            Self::FailValidation | Self::TokenLimit | Self::EmptyIds => ("", 0.0, 0.0),
        };
        if !(0.0..=maximum).contains(&value) {
            return Some(format!("`{name}` is a number from 0 to {maximum}, not {value}"));
        }
        let on_operation = when.operation.is_some();
        on_operation
            .then(|| format!("`{self}` applies to batches, not to an operation"))
            .or_else(|| when.problem())
    }
}

impl fmt::Display for BatchFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FailValidation => f.write_str("fail-validation"),
            Self::TokenLimit => f.write_str("token-limit"),
            Self::Expire(share) => write!(f, "expire={share}"),
            Self::FailLines(share) => write!(f, "fail-lines={share}"),
            Self::EmptyIds => f.write_str("empty-ids"),
            Self::Slow(factor) => write!(f, "slow={factor}"),
            Self::Cancel(share) => write!(f, "cancel={share}"),
        }
    }
}

impl FromStr for BatchFault {
    type Err = InvalidBatchFault;

    fn from_str(text: &str) -> Result<Self, InvalidBatchFault> {
        let invalid =
            |problem: &str| InvalidBatchFault { text: text.to_owned(), problem: problem.to_owned() };
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let number = value.and_then(|value| value.parse::<f64>().ok());
        let fault = match (name, value, number) {
            ("fail-validation", None, _) => Self::FailValidation,
            ("token-limit", None, _) => Self::TokenLimit,
            ("empty-ids", None, _) => Self::EmptyIds,
            ("expire", _, Some(share)) => Self::Expire(share),
            ("fail-lines", _, Some(share)) => Self::FailLines(share),
            ("cancel", _, Some(share)) => Self::Cancel(share),
            ("slow", _, Some(factor)) => Self::Slow(factor),
            _ => return Err(invalid("there is no such fault")),
        };
        match fault.problem(&When::always()) {
            Some(problem) => Err(invalid(&problem)),
            None => Ok(fault),
        }
    }
}

/// An error for text that is not a fault of a batch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid batch fault `{text}`: {problem}\n\
     the faults are fail-validation, token-limit, expire=SHARE, fail-lines=SHARE, empty-ids, slow=FACTOR and cancel=SHARE"
)]
pub struct InvalidBatchFault {
    text: String,
    problem: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_read_from_its_text() {
        for fault in [
            BatchFault::FailValidation,
            BatchFault::TokenLimit,
            BatchFault::Expire(0.5),
            BatchFault::FailLines(0.125),
            BatchFault::EmptyIds,
            BatchFault::Slow(10.0),
            BatchFault::Cancel(0.0),
        ] {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        for text in ["", "expire", "expire=x", "expire=2", "expire=NaN", "slow=-1", "empty-ids=1", "fail"] {
            assert!(text.parse::<BatchFault>().is_err(), "{text}");
        }
    }
}
