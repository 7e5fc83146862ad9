//! Each reply that a document declares, to answer with, and the comparison with what a client reads.

use fastrand::Rng;
use serde_json::{Value, json};

use super::agreement_spec::{elements, members, without_nulls};
use super::everything_client::Outcome;
use super::everything_document::{DeclaredOperation, Direction, Everything};
use super::everything_server::Answer;
use super::everything_values::Drawing;

/// A reply.
pub(crate) struct Declared<'a> {
    /// The status in the document.
    pub(crate) status: &'a str,
    pub(crate) media: Option<&'a str>,
    pub(crate) success: bool,
    pub(crate) answer: Answer,
    /// The expected result in the client.
    value: Value,
}

/// Each reply with each media type, from the examples and drawn a number of times.
pub(crate) fn declared<'a>(
    document: &'a Everything,
    operation: &DeclaredOperation<'a>,
    times: usize,
    rng: &mut Rng,
) -> Vec<Declared<'a>> {
    let responses = &operation.node["responses"];
    let some_succeed = members(responses).any(|(status, _)| status.starts_with('2'));
    let mut found = Vec::new();
    for (status, response) in members(responses) {
        let response = document.resolve(response);
        let success = status.starts_with('2') || status == "default" && !some_succeed;
        let mut drawing = Drawing::new(document, Direction::Received, rng);
        let mut push = |media: Option<&'a str>, value: Value, drawing: &mut Drawing<'_>| {
            let mut headers = headers(document, response, drawing);
            headers.extend(media.map(|media| ("content-type".to_owned(), media.to_owned())));
            let (body, in_pieces) = body(media, &value);
            let status_sent = status_of(status, responses, success);
            let answer = Answer { status: status_sent, headers, body, in_pieces };
            let value = if streams(media) && success { json!(answer.body) } else { value };
            found.push(Declared { status, media, success, answer, value });
        };
        for (media, content) in members(&response["content"]) {
            let shown = content.get("example").into_iter();
            let listed =
                members(&content["examples"]).map(|(_, example)| &document.resolve(example)["value"]);
            for example in shown.chain(listed) {
                push(Some(media), example.clone(), &mut drawing);
            }
            for _ in 0..times {
                let value = drawn(media, content, &mut drawing);
                push(Some(media), value, &mut drawing);
            }
        }
        if members(&response["content"]).next().is_none() {
            push(None, Value::Null, &mut drawing);
        }
    }
    found
}

fn drawn(media: &str, content: &Value, drawing: &mut Drawing<'_>) -> Value {
    match content.get("schema") {
        Some(schema) if media == "text/event-stream" => (0..3).map(|_| drawing.draw(schema)).collect(),
        Some(schema) if !streams(Some(media)) => drawing.draw(schema),
        _ => json!("\u{89}PNG\r\n\u{1a}\n and so on"),
    }
}

/// Whether it is neither JSON nor text nor events.
fn streams(media: Option<&str>) -> bool {
    media.is_some_and(|media| !media.ends_with("json") && !media.starts_with("text/"))
}

fn body(media: Option<&str>, value: &Value) -> (Vec<u8>, bool) {
    match (media, value) {
        (None, _) => (Vec::new(), false),
        (Some("text/event-stream"), events) => {
            let events = elements(events).map(|event| format!("event: e\ndata: {event}\n\n"));
            (events.collect::<String>().into_bytes(), true)
        }
        // Bytes that are not text.
        (media, Value::String(text)) if streams(media) => {
            (text.chars().map(|letter| letter as u8).collect(), true)
        }
        (Some(media), Value::String(text)) if !media.ends_with("json") => (text.clone().into_bytes(), false),
        (_, value) => (value.to_string().into_bytes(), false),
    }
}

/// A concrete status for one of the document: a status within a range, or one that only `default` covers.
fn status_of(status: &str, responses: &Value, success: bool) -> u16 {
    let candidates = match status {
        "default" if success => vec![200, 202],
        "default" => vec![500, 507, 418],
        "4XX" => vec![404, 409, 418],
        "5XX" => vec![503],
        "2XX" => vec![200, 203],
        status => return status.parse().unwrap(),
    };
    let declared = |status: &u16| {
        responses.get(status.to_string()).is_some()
            || members(responses).any(|(range, _)| range == format!("{}XX", status / 100))
    };
    let ranged = status != "default";
    let free =
        |candidate: &&u16| responses.get(candidate.to_string()).is_none() && (ranged || !declared(candidate));
    *candidates.iter().find(free).expect("a status is left")
}

fn headers(document: &Everything, response: &Value, drawing: &mut Drawing<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, header) in members(&response["headers"]) {
        let header = document.resolve(header);
        let value = header.get("example").cloned().unwrap_or_else(|| drawing.draw(&header["schema"]));
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let text = match &value {
            Value::Array(elements) => elements.iter().map(plain).collect::<Vec<_>>().join(","),
            value => plain(value),
        };
        if text.is_ascii() {
            found.push((name.to_owned(), text));
        }
    }
    found
}

/// The differences between the reply that was sent and the one that was read.
pub(crate) fn disagreement(declared: &Declared<'_>, head_only: bool, outcome: &Outcome) -> Option<String> {
    let sent = &declared.answer;
    let value = if head_only { &Value::Null } else { &declared.value };
    let same = |read: &Value| without_nulls(read) == without_nulls(value);
    let has_headers = |headers: &reqwest::header::HeaderMap| {
        sent.headers.iter().all(|(name, text)| headers.get(name).is_some_and(|found| found == text.as_str()))
    };
    let fine = match outcome {
        Outcome::Success { status, headers, body } => {
            declared.success && *status == sent.status && has_headers(headers) && same(body)
        }
        Outcome::Failure { status, headers, body, entity } => {
            let typed = declared.media.is_some_and(|media| media.ends_with("json")) && !head_only;
            let read = entity.as_ref().is_some_and(same) || !typed && entity.is_none();
            !declared.success && *status == sent.status && has_headers(headers) && *body == sent.body && read
        }
        Outcome::Refused(_) | Outcome::Unread(_) => false,
    };
    (!fine).then(|| format!("{} {value} is read as {outcome:?}", sent.status))
}
