//! One line of a result file: the `custom_id` of the request, and how it ended.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::answers::Outcome;
use super::index::IdDigest;

/// The members that decide the outcome. The body of the response is skipped.
#[derive(Deserialize)]
struct ResultLine<'a> {
    #[serde(borrow)]
    custom_id: Cow<'a, str>,
    response: Option<Response>,
    #[serde(borrow)]
    error: Option<LineError<'a>>,
}

#[derive(Deserialize)]
struct Response {
    status_code: Option<u16>,
}

#[derive(Deserialize)]
struct LineError<'a> {
    #[serde(borrow)]
    code: Option<Cow<'a, str>>,
}

/// The codes of temporary errors.
const CODES_THAT_MAY_PASS: [&str; 4] = ["batch_expired", "rate_limit_exceeded", "server_error", "timeout"];

/// Reads the `custom_id` and the outcome from a line. `None`: the line is not a result.
pub(super) fn read(line: &[u8]) -> Option<(IdDigest, Outcome)> {
    let line: ResultLine<'_> = serde_json::from_slice(line).ok()?;
    let outcome = match (line.response.map(|response| response.status_code), line.error) {
        (Some(Some(status)), _) if status >= 400 => of_status(status),
        (Some(_), None) => Outcome::Answered,
        (_, Some(error)) => of_code(error.code.as_deref().unwrap_or_default()),
        (None, None) => return None,
    };
    Some((IdDigest::of(line.custom_id.as_bytes()), outcome))
}

fn of_status(status: u16) -> Outcome {
    match status {
        408 | 409 | 429 | 500.. => Outcome::MayPass,
        _ => Outcome::Failed,
    }
}

fn of_code(code: &str) -> Outcome {
    match code {
        "batch_cancelled" => Outcome::Cancelled,
        code if CODES_THAT_MAY_PASS.contains(&code) => Outcome::MayPass,
        _ => Outcome::Failed,
    }
}

/// Why a request failed, from a result line.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Reason {
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    pub(super) status_code: Option<u64>,
}

/// Reads why the request of a line failed.
pub(super) fn reason(line: &Value) -> Reason {
    let response = &line["response"];
    let said = [&line["error"], &response["body"]["error"], &response["body"]];
    let text = |name: &str| said.iter().find_map(|said| said[name].as_str().map(str::to_owned));
    Reason { code: text("code"), message: text("message"), status_code: response["status_code"].as_u64() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(line: Value) -> Option<Outcome> {
        let (id, outcome) = read(line.to_string().as_bytes())?;
        assert_eq!(id, IdDigest::of("é".as_bytes()));
        Some(outcome)
    }

    #[test]
    fn a_result_line_contains_the_outcome() {
        let with = |response: Value, error: Value| {
            outcome(json!({"id": "r", "custom_id": "é", "response": response, "error": error}))
        };
        let status = |status: u16| with(json!({"status_code": status, "body": {"error": {}}}), Value::Null);
        assert_eq!(status(200), Some(Outcome::Answered));
        assert_eq!(status(400), Some(Outcome::Failed));
        assert_eq!(status(429), Some(Outcome::MayPass));
        assert_eq!(status(503), Some(Outcome::MayPass));
        let code = |code: &str| with(Value::Null, json!({"code": code, "message": "m"}));
        assert_eq!(code("batch_expired"), Some(Outcome::MayPass));
        assert_eq!(code("batch_cancelled"), Some(Outcome::Cancelled));
        assert_eq!(code("invalid_request"), Some(Outcome::Failed));
        assert_eq!(with(Value::Null, Value::Null), None);
        assert_eq!(outcome(json!({"custom_id": "é", "response": {"body": {}}})), Some(Outcome::Answered));
        assert_eq!(read(br#"{"id": "r"}"#), None);
        assert_eq!(read(b"{"), None);
    }

    #[test]
    fn the_reason_is_found_in_either_place() {
        let expired = json!({"response": null, "error": {"code": "batch_expired", "message": "late"}});
        assert_eq!(reason(&expired).code.as_deref(), Some("batch_expired"));
        let refused =
            json!({"response": {"status_code": 400, "body": {"error": {"message": "no", "code": null}}}});
        let refused = reason(&refused);
        assert_eq!(
            (refused.status_code, refused.message.as_deref(), refused.code),
            (Some(400), Some("no"), None)
        );
    }
}
