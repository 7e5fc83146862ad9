//! Replies that no server should send, and those that compatible servers do send.

use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::upload::Status;
use openai_uploads::runtime::describe;
use openai_uploads::uploader::{Failure, Source, Step, UploadError, Uploaded};

use super::scripted_server::*;
use super::uploader_fixture::*;

const BYTES: u64 = 150 * KIB;

/// Uploads three parts to a server that answers like the API unless `odd` returns another answer.
async fn upload_to(
    odd: impl Fn(&IncomingRequest) -> Option<(u16, String)> + Send + Sync + 'static,
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
async fn a_correct_server_is_used() {
    let (server, result) = upload_to(|_| None).await;
    assert_eq!(result.unwrap().file.id, "file-1");
    assert_eq!(server.count(&ADD_UPLOAD_PART), 3);
    assert_eq!(server.count(&CANCEL_UPLOAD), 0);
}

#[tokio::test]
async fn a_file_may_lack_members_that_compatible_servers_leave_out() {
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
async fn a_repeated_completion_is_the_answer() {
    let (server, result) = upload_to(|asked| {
        // The first request took effect, and a proxy lost the reply.
        (asked.operation == COMPLETE_UPLOAD.id && asked.earlier == 0).then(|| (502, "<html>".to_owned()))
    })
    .await;
    assert_eq!(result.unwrap().file.id, "file-1");
    assert_eq!(server.count(&COMPLETE_UPLOAD), 2);
}

#[tokio::test]
async fn a_completion_that_the_server_does_not_repeat_is_recognised() {
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
async fn a_refused_completion_does_not_count_as_completed() {
    // Because the server does so, or at the second completion because it could not be completed.
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
        let mut upload = upload(Status::Completed, asked.bytes);
        upload.file = Some(file(asked.bytes - 1));
        (asked.operation == COMPLETE_UPLOAD.id).then(|| (200, json(&upload)))
    })
    .await;
    let error = result.unwrap_err();
    let UploadError::Mismatch { file, bytes: BYTES } = &error else { panic!("{error}") };
    assert_eq!(file.bytes, BYTES - 1);
}

#[tokio::test]
async fn an_upload_that_is_not_completed_after_its_completion_is_an_error() {
    let (_, result) = upload_to(|asked| {
        let reply = || (200, json(&upload(Status::Pending, asked.bytes)));
        (asked.operation == COMPLETE_UPLOAD.id).then(reply)
    })
    .await;
    let error = result.unwrap_err();
    let UploadError::Request { step: Step::Complete, failure, .. } = &error else { panic!("{error}") };
    assert!(
        matches!(&**failure, Failure::UnexpectedResponse { message } if message.contains("pending")),
        "{error}"
    );
}

#[tokio::test]
async fn an_upload_that_is_completed_without_a_file_says_how_to_find_it() {
    let (server, result) = upload_to(|asked| {
        let reply = || (200, json(&upload(Status::Completed, asked.bytes)));
        (asked.operation == COMPLETE_UPLOAD.id).then(reply)
    })
    .await;
    let error = result.unwrap_err();
    assert!(matches!(error, UploadError::FileUnknown { .. }), "{error}");
    assert!(error.to_string().contains("look for a.bin"), "{error}");
    assert_eq!(server.count(&CANCEL_UPLOAD), 0);
}

#[tokio::test]
async fn empty_ids_are_errors() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART] {
        let (_, result) = upload_to(|asked| {
            let (status, reply) = well_behaved(asked);
            let reply = reply.replace(r#""id":"u""#, r#""id":"""#).replace(r#""id":"part_1""#, r#""id":"""#);
            (asked.operation == operation.id).then_some((status, reply))
        })
        .await;
        let UploadError::Request { failure, .. } = result.unwrap_err() else { panic!() };
        assert!(matches!(*failure, Failure::UnexpectedResponse { .. }));
    }
}

#[tokio::test]
async fn a_reply_that_cannot_be_read_is_asked_for_again_but_not_for_long() {
    for operation in [&ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        let once = move |asked: &IncomingRequest| {
            (asked.operation == operation.id && asked.earlier == 0).then(|| (200, r#"{"id":"#.to_owned()))
        };
        let (_, result) = upload_to(once).await;
        result.unwrap();
        let always = move |asked: &IncomingRequest| {
            (asked.operation == operation.id).then(|| (200, "<html>".to_owned()))
        };
        let (_, result) = upload_to(always).await;
        let error = result.unwrap_err();
        let UploadError::Request { attempts: 3, .. } = &error else { panic!("{error}") };
        assert!(describe(&error).contains("<html>"), "{error}");
    }
}

/// Nobody could cancel the uploads that were created.
#[tokio::test]
async fn a_reply_to_create_that_cannot_be_read_is_not_asked_for_again() {
    for reply in [
        "<html>",
        "",
        "{}",
        r#"{"code": 0, "data": {"id": "u"}}"#,
        r#"{"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}"#,
    ] {
        let (server, result) =
            upload_to(move |asked| (asked.operation == CREATE_UPLOAD.id).then(|| (200, reply.to_owned())))
                .await;
        let error = result.unwrap_err();
        let UploadError::Request { step: Step::Create, attempts: 1, .. } = &error else { panic!("{error}") };
        assert_eq!(server.count(&CREATE_UPLOAD), 1, "{reply}");
    }
}

/// Applies `change` to each reply of a server that otherwise behaves normally.
async fn upload_with(change: impl Fn(&mut serde_json::Value) + Send + Sync + 'static) -> Uploaded {
    let (server, result) = upload_to(move |asked| {
        let mut reply: serde_json::Value = serde_json::from_str(&well_behaved(asked).1).unwrap();
        change(&mut reply);
        Some((200, reply.to_string()))
    })
    .await;
    let uploaded = result.unwrap();
    assert_eq!((server.count(&CREATE_UPLOAD), server.count(&ADD_UPLOAD_PART)), (1, 3));
    assert_eq!((uploaded.file.id.as_str(), uploaded.file.bytes), ("file-1", BYTES));
    uploaded
}

#[tokio::test]
async fn a_reply_may_lack_everything_except_its_ids() {
    let members =
        ["created_at", "filename", "bytes", "purpose", "status", "expires_at", "object", "upload_id"];
    for name in members {
        let remove = move |reply: &mut serde_json::Value| {
            for place in ["", "/file"] {
                if let Some(object) = reply.pointer_mut(place).and_then(|value| value.as_object_mut()) {
                    object.remove(name);
                }
            }
        };
        upload_with(remove).await;
    }
    let uploaded = upload_with(move |reply| {
        for place in ["/file", ""] {
            if let Some(object) = reply.pointer_mut(place).and_then(|value| value.as_object_mut()) {
                object.retain(|name, _| name == "id" || name == "file");
            }
        }
    })
    .await;
    assert_eq!(uploaded.file.filename, "a.bin");
    assert_eq!(uploaded.file.purpose.as_str(), "assistants");
}

#[tokio::test]
async fn members_of_a_reply_may_have_any_value() {
    use serde_json::json;
    for name in ["created_at", "filename", "purpose", "status", "expires_at", "object", "status_details"] {
        for value in [json!(null), json!(0), json!(1.5), json!(-1), json!("2026-12-01T00:00:00Z"), json!([])]
        {
            upload_with(move |reply| {
                for place in ["", "/file"] {
                    if let Some(object) = reply.pointer_mut(place).and_then(|value| value.as_object_mut()) {
                        object.insert(name.to_owned(), value.clone());
                    }
                }
            })
            .await;
        }
    }
}

#[tokio::test]
async fn the_length_of_the_file_is_compared_only_if_the_server_states_it() {
    use serde_json::json;
    for value in [json!(null), json!(BYTES), json!(BYTES.to_string()), json!({})] {
        upload_with(move |reply| {
            if let Some(file) = reply.get_mut("file") {
                file["bytes"] = value.clone();
            }
        })
        .await;
    }
    for value in [json!(0), json!(1.0), json!("1")] {
        let (_, result) = upload_to(move |asked| {
            let mut reply: serde_json::Value = serde_json::from_str(&well_behaved(asked).1).unwrap();
            reply.get_mut("file").map(|file| file["bytes"] = value.clone())?;
            Some((200, reply.to_string()))
        })
        .await;
        let error = result.unwrap_err();
        assert!(matches!(error, UploadError::Mismatch { .. }), "{error}");
        assert!(error.to_string().contains("file-1"), "the id is not lost: {error}");
    }
}

#[tokio::test]
async fn a_completion_may_be_answered_with_the_file_itself() {
    let (_, result) =
        upload_to(|asked| (asked.operation == COMPLETE_UPLOAD.id).then(|| (200, json(&file(asked.bytes)))))
            .await;
    assert_eq!(result.unwrap().file.id, "file-1");
}

#[tokio::test]
async fn ids_may_be_numbers() {
    let (_, result) = upload_to(|asked| {
        let reply = well_behaved(asked).1.replace(r#""id":"u""#, r#""id":12345"#);
        let reply = reply.replace(r#""id":"part_"#, r#""id":7,"was":""#);
        Some((200, reply))
    })
    .await;
    assert_eq!(result.unwrap().upload_id.as_deref(), Some("12345"));
}
