//! Reads the replies to an upload's requests, as far as the uploader needs them.
//!
//! Only the ids have to be there. Compatible servers leave out, rename or retype everything else, and an upload
//! should not fail for that after its bytes were sent. An error is the message of a reply that cannot be used.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::models::upload::Status;
use crate::models::{CreateUploadRequest, OpenAiFile, Upload};

/// The media type that is asked for.
pub(super) const JSON: &str = "application/json";

/// A longer lifetime is not plausible.
const MAX_LIFETIME_SECONDS: f64 = 30.0 * 86_400.0;

/// How many characters of a reply an error shows.
const SHOWN: usize = 120;

/// An upload that was created.
#[derive(Debug, PartialEq)]
pub(super) struct CreatedUpload {
    pub(super) id: String,
    /// The time until it expires, by the server's clock alone.
    pub(super) lifetime: Duration,
}

/// What a reply to a completion says.
#[derive(Debug, PartialEq)]
pub(super) enum Completion {
    File(Box<CompletedFile>),
    /// The upload is completed, and the reply does not name the file.
    FileUnknown,
}

/// A file that the server has made.
#[derive(Debug, PartialEq)]
pub(super) struct CompletedFile {
    /// As the server describes it. What it leaves out is as it was requested.
    pub(super) file: OpenAiFile,
    /// Its length, if the server states it.
    pub(super) bytes: Option<u64>,
}

/// Reads a reply to the creation of an upload.
pub(super) fn created_upload(reply: &Value) -> Result<CreatedUpload, String> {
    let id = id(reply).ok_or_else(|| no_id("of the upload", reply))?;
    let seconds = |name| number(reply.get(name)?);
    let lifetime = seconds("expires_at").zip(seconds("created_at")).map(|(end, begin)| end - begin);
    let plausible = lifetime.filter(|lifetime| (1.0..=MAX_LIFETIME_SECONDS).contains(lifetime));
    let lifetime = plausible.and_then(|lifetime| Duration::try_from_secs_f64(lifetime).ok());
    Ok(CreatedUpload { id, lifetime: lifetime.unwrap_or(Duration::from_secs(Upload::LIFETIME_SECONDS)) })
}

/// Reads the id of a part that was added.
pub(super) fn part_id(reply: &Value) -> Result<String, String> {
    id(reply).ok_or_else(|| no_id("of the part", reply))
}

/// Reads a reply to a file that was sent by one request.
pub(super) fn created_file(reply: &Value, request: &CreateUploadRequest) -> Result<CompletedFile, String> {
    let described = reply.as_object().zip(id(reply));
    let (described, id) = described.ok_or_else(|| no_id("of a file", reply))?;
    completed_file(described, &id, request)
}

/// Reads a reply to the completion of an upload that was created by `request`.
pub(super) fn completion(reply: &Value, request: &CreateUploadRequest) -> Result<Completion, String> {
    // Some servers answer with the file itself.
    let is_file = reply.get("object").and_then(Value::as_str) == Some("file");
    let file = if is_file { Some(reply) } else { reply.get("file") };
    if let Some(file) = file.and_then(Value::as_object)
        && let Some(id) = file.get("id").and_then(text)
    {
        return Ok(Completion::File(Box::new(completed_file(file, &id, request)?)));
    }
    match reply.get("status").and_then(Value::as_str) {
        Some(status) if status == Status::Completed.as_str() => Ok(Completion::FileUnknown),
        Some(status) => Err(format!("the upload is {status} now, and the reply names no file")),
        None => Err(no_id("of a file", reply)),
    }
}

fn completed_file(
    described: &Map<String, Value>,
    id: &str,
    request: &CreateUploadRequest,
) -> Result<CompletedFile, String> {
    let whole = |name| described.get(name).and_then(number).and_then(whole);
    let text = |name| described.get(name).and_then(Value::as_str);
    let bytes = whole("bytes");
    let mut required = json!({
        "id": id,
        "object": "file",
        "bytes": bytes.unwrap_or(request.bytes),
        "created_at": whole("created_at").unwrap_or_default(),
        "filename": text("filename").unwrap_or(&request.filename),
        "purpose": text("purpose").unwrap_or(request.purpose.as_str()),
    });
    if let Some(expires_at) = whole("expires_at") {
        required["expires_at"] = expires_at.into();
    }
    let mut all = Value::Object(described.clone());
    for (name, value) in required.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    // A member that is not required may have another type.
    let file = serde_json::from_value(all).or_else(|_| serde_json::from_value(required));
    let file = file.map_err(|error| format!("file {id} cannot be read: {error}"))?;
    Ok(CompletedFile { file, bytes })
}

fn id(reply: &Value) -> Option<String> {
    reply.get("id").and_then(text)
}

/// A text, or a number as one.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A number, or a text that is one.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
fn whole(number: f64) -> Option<u64> {
    (number.is_finite() && number >= 0.0).then_some(number as u64)
}

fn no_id(what: &str, reply: &Value) -> String {
    let error = reply.get("error").filter(|error| !error.is_null());
    let message = error.and_then(|error| error.get("message").unwrap_or(error).as_str());
    if let Some(message) = message {
        return format!("the server answered with success and an error: {message}");
    }
    let shown = reply.to_string();
    let shown = match shown.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    };
    format!("the reply has no id {what}: {shown}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::create_upload_request::Purpose;

    fn lifetime(created_at: Value, expires_at: Value) -> u64 {
        let reply = json!({"id": "u", "created_at": created_at, "expires_at": expires_at});
        created_upload(&reply).unwrap().lifetime.as_secs()
    }

    #[test]
    fn only_the_id_of_an_upload_is_required() {
        let created = created_upload(&json!({"id": "u"})).unwrap();
        assert_eq!((created.id.as_str(), created.lifetime.as_secs()), ("u", 3600));
        assert_eq!(created_upload(&json!({"id": 12345})).unwrap().id, "12345");
    }

    #[test]
    fn the_lifetime_is_computed_from_the_servers_clock() {
        for (created_at, expires_at, expected) in [
            (json!(1000), json!(4600), 3600),
            (json!(1000), json!(8200), 7200),
            (json!(1000.25), json!(4600.5), 3600),
            (json!("1000"), json!("8200"), 7200),
            // Not plausible, or not there.
            (json!(1000), json!(0), 3600),
            (json!(1000), json!(null), 3600),
            (json!(null), json!(8200), 3600),
            (json!(1_800_000_000), json!(1_800_003_600_000_u64), 3600),
            (json!(1000), json!("2026-12-01T00:00:00Z"), 3600),
            (json!(1000), json!(f64::MAX), 3600),
        ] {
            assert_eq!(
                lifetime(created_at.clone(), expires_at.clone()),
                expected,
                "{created_at} {expires_at}"
            );
        }
    }

    #[test]
    fn a_reply_without_an_id_is_an_error_that_shows_it() {
        for (reply, shown) in [
            (json!({}), "the reply has no id of the upload: {}"),
            (json!({"id": ""}), r#"{"id":""}"#),
            (json!({"id": null, "data": {"id": "u"}}), r#""data""#),
            (json!([1]), "[1]"),
            (json!({"error": {"message": "You exceeded your current quota"}}), "and an error: You exceeded"),
            (json!({"error": "no"}), "and an error: no"),
        ] {
            let error = created_upload(&reply).unwrap_err();
            assert!(error.contains(shown), "{error}");
        }
        let long = created_upload(&json!({"text": "é".repeat(1000)})).unwrap_err();
        assert!(long.ends_with('…') && long.chars().count() < 200, "{long}");
        assert!(part_id(&json!({"object": "upload.part"})).is_err());
    }

    fn request() -> CreateUploadRequest {
        CreateUploadRequest::new("a.bin".into(), Purpose::Assistants, 10, "application/octet-stream".into())
    }

    fn file(file: Value) -> CompletedFile {
        let reply = json!({"id": "u", "status": "completed", "file": file});
        match completion(&reply, &request()).unwrap() {
            Completion::File(file) => *file,
            Completion::FileUnknown => panic!("{reply}"),
        }
    }

    #[test]
    fn only_the_id_of_a_file_is_required() {
        for described in [
            json!({"id": "f"}),
            json!({"id": "f", "bytes": null, "created_at": null, "purpose": null, "filename": null}),
            json!({"id": "f", "created_at": 1.5, "expires_at": null, "status": 7, "status_details": {}}),
            json!({"id": "f", "object": "something", "purpose": 1}),
        ] {
            let CompletedFile { file, bytes } = file(described.clone());
            assert_eq!((file.id.as_str(), file.bytes, bytes), ("f", 10, None), "{described}");
            assert_eq!((file.filename.as_str(), file.purpose.as_str()), ("a.bin", "assistants"));
        }
        let whole =
            file(json!({"id": "f", "bytes": 7.0, "created_at": 5, "expires_at": 9.5, "filename": "b",
            "purpose": "vision", "status": "processed"}));
        assert_eq!((whole.bytes, whole.file.created_at, whole.file.expires_at), (Some(7), 5, Some(9)));
        assert_eq!((whole.file.filename.as_str(), whole.file.purpose.as_str()), ("b", "vision"));
        assert_eq!(file(json!({"id": "f", "bytes": "10"})).bytes, Some(10));
    }

    #[test]
    fn a_reply_to_a_whole_file_is_the_file() {
        let created = created_file(&json!({"id": "f", "bytes": 7}), &request()).unwrap();
        assert_eq!((created.file.id.as_str(), created.bytes), ("f", Some(7)));
        for reply in [json!({}), json!([]), json!("f"), json!({"error": {"message": "no"}})] {
            assert!(created_file(&reply, &request()).is_err(), "{reply}");
        }
    }

    #[test]
    fn a_reply_that_is_the_file_itself_is_read() {
        let reply = json!({"id": "f", "object": "file", "bytes": 10});
        let Completion::File(completed) = completion(&reply, &request()).unwrap() else { panic!() };
        assert_eq!(completed.file.id, "f");
    }

    #[test]
    fn a_completed_upload_without_a_file_differs_from_an_incomplete_one() {
        let without = json!({"id": "u", "status": "completed", "file": null});
        assert_eq!(completion(&without, &request()).unwrap(), Completion::FileUnknown);
        let pending = completion(&json!({"id": "u", "status": "pending"}), &request()).unwrap_err();
        assert_eq!(pending, "the upload is pending now, and the reply names no file");
        assert!(completion(&json!({"file": {}}), &request()).is_err());
    }
}
