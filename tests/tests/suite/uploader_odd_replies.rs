//! Replies that no server should give, and those that compatible ones do.

use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::upload::Status;
use openai_uploads::runtime::describe;
use openai_uploads::uploader::{Failure, Source, Step, UploadError, Uploaded};

use super::scripted_server::*;
use super::uploader_fixture::*;

const BYTES: u64 = 150 * KIB;

/// Uploads three parts to a server that answers as the API does where `odd` gives nothing else.
async fn upload_to(
    odd: impl Fn(&Asked) -> Option<(u16, String)> + Send + Sync + 'static,
) -> (ScriptedServer, Result<Uploaded, UploadError>) {
    let server = ScriptedServer::start(move |asked| odd(asked).unwrap_or_else(|| well_behaved(asked)));
    let source = Source::bytes("a.bin", content(1, BYTES));
    let result = at(&server.url, options()).upload(source, Purpose::Assistants).await;
    (server, result)
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

#[tokio::test]
async fn a_server_that_behaves_is_served() {
    let (server, result) = upload_to(|_| None).await;
    assert_eq!(result.unwrap().file.id, "file-1");
    assert_eq!(server.count(&ADD_UPLOAD_PART), 3);
    assert_eq!(server.count(&CANCEL_UPLOAD), 0);
}

#[tokio::test]
async fn a_file_may_lack_what_compatible_servers_leave_out() {
    let (_, result) = upload_to(|asked| {
        let mut reply: serde_json::Value = serde_json::from_str(&well_behaved(asked).1).unwrap();
        for place in ["/object", "/file/object", "/file/status"] {
            let (parent, name) = place.rsplit_once('/').unwrap();
            if let Some(object) = reply.pointer_mut(parent).and_then(|value| value.as_object_mut()) {
                object.remove(name);
            }
        }
        Some((200, reply.to_string()))
    })
    .await;
    assert_eq!(result.unwrap().file.bytes, BYTES);
}

#[tokio::test]
async fn a_completion_that_is_said_again_is_the_answer() {
    let (server, result) = upload_to(|asked| {
        // The first took effect, and a proxy on the way lost the reply.
        (asked.operation == COMPLETE_UPLOAD.id && asked.earlier == 0).then(|| (502, "<html>".to_owned()))
    })
    .await;
    assert_eq!(result.unwrap().file.id, "file-1");
    assert_eq!(server.count(&COMPLETE_UPLOAD), 2);
}

#[tokio::test]
async fn a_completion_that_was_made_and_is_not_said_again_is_told_apart() {
    for said in [
        r#"{"error":{"code":"upload_completed","message":"no","param":null,"type":"invalid_request_error"}}"#,
        r#"{"error":{"code":null,"message":"Upload is already Completed.","param":null,"type":"x"}}"#,
        r#"{"error":"the upload was completed"}"#,
    ] {
        for status in [400, 404, 409] {
            let (server, result) = upload_to(move |asked| match (asked.operation, asked.earlier) {
                (operation, _) if operation != COMPLETE_UPLOAD.id => None,
                (_, 0) => Some((503, String::new())),
                _ => Some((status, said.to_owned())),
            })
            .await;
            let error = result.unwrap_err();
            assert!(matches!(error, UploadError::FileUnknown { .. }), "{status} {said}: {error}");
            assert_eq!(server.count(&CANCEL_UPLOAD), 0, "there is nothing to cancel");
        }
    }
}

#[tokio::test]
async fn a_completion_that_is_refused_is_not_taken_for_one_that_was_made() {
    // Of its own accord, or the second time and because it could not be completed.
    for (first, said) in [(0, "it is completed already"), (1, "it cannot be completed like this")] {
        let reply = format!(r#"{{"error":{{"code":"x","message":"{said}","param":null,"type":"y"}}}}"#);
        let (server, result) = upload_to(move |asked| {
            let reply = if asked.earlier < first { (503, String::new()) } else { (400, reply.clone()) };
            (asked.operation == COMPLETE_UPLOAD.id).then_some(reply)
        })
        .await;
        assert_eq!(result.unwrap_err().api().unwrap().message, said);
        assert_eq!(server.count(&COMPLETE_UPLOAD), first + 1);
        assert_eq!(server.count(&CANCEL_UPLOAD), 1);
    }
}

#[tokio::test]
async fn a_file_of_another_length_is_an_error() {
    let (_, result) = upload_to(|asked| {
        let upload = upload(Status::Completed, asked.bytes);
        let upload = openai_uploads::models::Upload { file: Some(file(asked.bytes - 1)), ..upload };
        (asked.operation == COMPLETE_UPLOAD.id).then(|| (200, json(&upload)))
    })
    .await;
    let error = result.unwrap_err();
    let UploadError::Mismatch { file, bytes: BYTES } = &error else { panic!("{error}") };
    assert_eq!(file.bytes, BYTES - 1);
}

#[tokio::test]
async fn an_upload_that_is_completed_without_a_file_is_an_error() {
    for status in [Status::Completed, Status::Pending] {
        let said = status.to_string();
        let (_, result) = upload_to(move |asked| {
            let reply = || (200, json(&upload(status.clone(), asked.bytes)));
            (asked.operation == COMPLETE_UPLOAD.id).then(reply)
        })
        .await;
        let error = result.unwrap_err();
        let UploadError::Request { step: Step::Complete, failure, .. } = &error else { panic!("{error}") };
        assert!(matches!(&**failure, Failure::Senseless { message } if message.contains(&said)), "{error}");
    }
}

#[tokio::test]
async fn ids_that_are_none_are_errors() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART] {
        let (_, result) = upload_to(|asked| {
            let (status, reply) = well_behaved(asked);
            let reply = reply.replace(r#""id":"u""#, r#""id":"""#).replace(r#""id":"part_1""#, r#""id":"""#);
            (asked.operation == operation.id).then_some((status, reply))
        })
        .await;
        let UploadError::Request { failure, .. } = result.unwrap_err() else { panic!() };
        assert!(matches!(*failure, Failure::Senseless { .. }));
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_asked_for_again_but_not_for_long() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        let once = move |asked: &Asked| {
            (asked.operation == operation.id && asked.earlier == 0).then(|| (200, r#"{"id":"#.to_owned()))
        };
        let (_, result) = upload_to(once).await;
        result.unwrap();
        let always =
            move |asked: &Asked| (asked.operation == operation.id).then(|| (200, "<html>".to_owned()));
        let (_, result) = upload_to(always).await;
        let error = result.unwrap_err();
        let UploadError::Request { attempts: 3, .. } = &error else { panic!("{error}") };
        assert!(describe(&error).contains("<html>"), "{error}");
    }
}
