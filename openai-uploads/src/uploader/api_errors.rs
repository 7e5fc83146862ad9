//! What OpenAI's errors mean for another attempt.
//!
//! The status alone does not say it: a quota that is used up is 429, like a rate limit, and proxies and compatible
//! servers answer with statuses of their own. What the error says decides.

use reqwest::StatusCode;

use super::error::{Failure, Step};
use crate::models::ErrorResponse;
use crate::models::upload::Status;
use crate::runtime::{ApiError, Decision, Error};

/// How often a reply that cannot be read is asked for: one that was cut short may be whole the next time, and one
/// in another format never is.
const MAX_UNREADABLE_REPLIES: u32 = 3;

/// How often a connection is tried to a server that has never answered: the address is probably wrong.
const MAX_FIRST_CONNECTIONS: u32 = 4;

/// What has to change before another attempt can succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The key or the account. The same upload can be resumed afterwards.
    Account,
    /// The file, or how it is described.
    File,
}

/// The errors after which another attempt fails too, by `code` or `type`.
const FINAL_CODES: &[(&str, Cause)] = &[
    ("insufficient_quota", Cause::Account),
    ("quota_exceeded", Cause::Account),
    ("billing_hard_limit_reached", Cause::Account),
    ("billing_not_active", Cause::Account),
    ("billing_limit", Cause::Account),
    ("payment_required", Cause::Account),
    ("insufficient_funds", Cause::Account),
    ("insufficient_credits", Cause::Account),
    ("access_terminated", Cause::Account),
    ("account_deactivated", Cause::Account),
    ("account_suspended", Cause::Account),
    ("account_disabled", Cause::Account),
    ("account_inactive", Cause::Account),
    ("account_not_active", Cause::Account),
    ("organization_deactivated", Cause::Account),
    ("organization_suspended", Cause::Account),
    ("project_archived", Cause::Account),
    ("user_deactivated", Cause::Account),
    ("invalid_api_key", Cause::Account),
    ("incorrect_api_key", Cause::Account),
    ("api_key_expired", Cause::Account),
    ("api_key_revoked", Cause::Account),
    ("api_key_disabled", Cause::Account),
    ("invalid_authentication", Cause::Account),
    ("authentication_error", Cause::Account),
    ("permission_error", Cause::Account),
    ("permission_denied", Cause::Account),
    ("insufficient_permissions", Cause::Account),
    ("missing_scope", Cause::Account),
    ("ip_not_authorized", Cause::Account),
    ("invalid_organization", Cause::Account),
    ("mismatched_organization", Cause::Account),
    ("mismatched_project", Cause::Account),
    ("unsupported_country_region_territory", Cause::Account),
    ("storage_limit", Cause::Account),
    ("unsupported_file", Cause::File),
    ("unsupported_mime_type", Cause::File),
    ("invalid_file", Cause::File),
    ("invalid_mime_type", Cause::File),
    ("invalid_purpose", Cause::File),
    ("unsupported_purpose", Cause::File),
    ("file_too_large", Cause::File),
    ("content_policy_violation", Cause::File),
];

/// The errors that pass by themselves, by `code` or `type`. Their messages may well speak of quota and billing.
const PASSING_CODES: &[&str] = &["rate_limit", "too_many_requests", "requests", "tokens", "overloaded"];

/// Phrases of messages whose error code is not specific. A message has all words of one entry, in any case.
const FINAL_PHRASES: &[(&[&str], Cause)] = &[
    (&["exceeded your current quota"], Cause::Account),
    (&["check your plan and billing"], Cause::Account),
    (&["insufficient quota"], Cause::Account),
    (&["billing hard limit"], Cause::Account),
    (&["billing", "not active"], Cause::Account),
    (&["incorrect api key"], Cause::Account),
    (&["invalid api key"], Cause::Account),
    (&["api key", "expired"], Cause::Account),
    (&["api key", "revoked"], Cause::Account),
    (&["api key", "disabled"], Cause::Account),
    (&["invalid subscription key"], Cause::Account),
    (&["account", "deactivated"], Cause::Account),
    (&["account", "suspended"], Cause::Account),
    (&["account", "disabled"], Cause::Account),
    (&["account", "terminated"], Cause::Account),
    (&["account", "not active"], Cause::Account),
    (&["organization", "deactivated"], Cause::Account),
    (&["organization", "suspended"], Cause::Account),
    (&["exceeded its storage limit"], Cause::Account),
    (&["unsupported file"], Cause::File),
    (&["file type", "not supported"], Cause::File),
    (&["file is too large"], Cause::File),
];

/// What has to change before another attempt can succeed; `None` if the error says nothing of the kind.
pub(super) fn final_cause(error: &ApiError<ErrorResponse>) -> Option<Cause> {
    cause_of([error.code(), error.error_type()], &error.message)
}

fn cause_of(codes: [Option<&str>; 2], message: &str) -> Option<Cause> {
    let normal = |code: &str| code.to_lowercase().replace(['-', ' ', '.'], "_");
    let codes: Vec<_> = codes.into_iter().flatten().map(normal).collect();
    let by_code = FINAL_CODES.iter().find(|(code, _)| codes.iter().any(|one| one.contains(code)));
    if let Some((_, cause)) = by_code {
        return Some(*cause);
    }
    if codes.iter().any(|code| PASSING_CODES.iter().any(|passing| code.contains(passing))) {
        return None;
    }
    let message = message.to_lowercase();
    let by_phrase = FINAL_PHRASES.iter().find(|(words, _)| words.iter().all(|word| message.contains(word)));
    by_phrase.map(|(_, cause)| *cause)
}

/// What to do after a failure. `has_connected` says whether the server has ever answered.
pub(super) fn decide(step: Step, failure: &Failure, attempts: u32, has_connected: bool) -> Decision {
    match failure {
        // The server may have created an upload or a file, and nothing but its id could cancel or delete it.
        Failure::Call(Error::Decode(_)) if matches!(step, Step::Create | Step::File) => Decision::GiveUp,
        Failure::Call(Error::Decode(_)) if attempts < MAX_UNREADABLE_REPLIES => Decision::Retry(None),
        Failure::Call(Error::Transport(error)) if error.is_connect() && !has_connected => {
            let is_worth_it = error.is_retryable() && attempts < MAX_FIRST_CONNECTIONS;
            if is_worth_it { Decision::Retry(None) } else { Decision::GiveUp }
        }
        // A server without the Uploads API will not have it a moment later.
        Failure::Call(Error::Api(error))
            if step == Step::Create && error.status == StatusCode::NOT_IMPLEMENTED =>
        {
            Decision::GiveUp
        }
        Failure::Call(error) if error.api().is_some_and(|error| final_cause(error).is_some()) => {
            Decision::GiveUp
        }
        // A part that is sent twice, and an upload that is created twice, do no harm: only the parts that the
        // completion lists count, and an upload expires. A file whose reply was lost may be there twice.
        Failure::Call(error) => error.retry_decision(true),
        Failure::Stalled { .. } | Failure::NoReply { .. } | Failure::Source(_) => Decision::Retry(None),
        Failure::WaitTooLong { .. } | Failure::UnexpectedResponse { .. } => Decision::GiveUp,
    }
}

/// Whether the server gives as its reason that the upload has this status. The API does not define how, but an
/// error hardly says so without the word: in the code, or in the message after one of a few verbs. That an upload
/// could not *be* completed is something else.
pub(super) fn says_status_is(status: &Status, error: &ApiError<ErrorResponse>) -> bool {
    let code = error.code().unwrap_or_default().to_lowercase();
    let message = error.message.to_lowercase();
    let verbs = ["is", "was", "been", "has", "already"];
    (code.contains(status.as_str()) && !code.contains("not"))
        || verbs.iter().any(|verb| message.contains(&format!("{verb} {status}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(code: &str, kind: &str, message: &str) -> Option<Cause> {
        let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
        cause_of([given(code), given(kind)], message)
    }

    #[test]
    fn an_error_of_the_account_or_the_file_is_final_by_its_code_its_type_or_its_message() {
        for (code, kind, message, expected) in [
            ("insufficient_quota", "", "", Cause::Account),
            ("", "insufficient_quota", "", Cause::Account),
            ("InsufficientQuota", "", "You exceeded your current quota, please check it.", Cause::Account),
            ("billing_hard_limit_reached", "invalid_request_error", "", Cause::Account),
            ("invalid_api_key", "", "", Cause::Account),
            ("", "", "Incorrect API key provided: sk-.", Cause::Account),
            ("401", "", "Access denied due to invalid subscription key", Cause::Account),
            ("", "", "Your account has been deactivated.", Cause::Account),
            ("account-deactivated", "", "", Cause::Account),
            ("unsupported_file", "", "", Cause::File),
            ("", "invalid_request_error", "Unsupported file type: exe", Cause::File),
        ] {
            assert_eq!(cause(code, kind, message), Some(expected), "{code} {kind} {message}");
        }
    }

    #[test]
    fn a_rate_limit_passes_although_its_message_speaks_of_billing() {
        for (code, kind, message) in [
            (
                "rate_limit_exceeded",
                "requests",
                "Rate limit reached. Visit https://x/account/billing to add funds.",
            ),
            ("429", "", "exceeded call rate limit; go to https://aka.ms/oai/quotaincrease for more quota"),
            ("", "", "The engine is overloaded"),
            ("", "", ""),
        ] {
            assert_eq!(cause(code, kind, message), None, "{code} {kind} {message}");
        }
    }

    #[test]
    fn a_reply_to_create_that_cannot_be_read_is_never_asked_for_again() {
        let unexpected = Failure::unexpected("no id");
        assert_eq!(decide(Step::Create, &unexpected, 1, true), Decision::GiveUp);
        let stalled = Failure::Stalled { limit: std::time::Duration::from_secs(1) };
        assert_eq!(decide(Step::Part(0), &stalled, 100, true), Decision::Retry(None));
    }
}
