//! A program as users of the previous release wrote it, against an independent server.

use std::io::Write;
use std::path::PathBuf;

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::uploads_api::{add_upload_part, cancel_upload, complete_upload, create_upload};
use openai_uploads::models::{self, CompleteUploadRequest, CreateUploadRequest, Upload, UploadPart};
use serde_json::json;

use super::received_request::{SingleRequestServer, block_on};

/// The imports of such a program.
#[expect(clippy::field_reassign_with_default, reason = "it is how users of that crate have written it")]
fn configuration(server: &SingleRequestServer) -> Configuration {
    let key = "sk-before";
    let mut configuration = Configuration::default();
    configuration.base_path = format!("{}/v1", server.url);
    configuration.user_agent = Some("a-program/1.0".to_owned());
    configuration.client = reqwest::Client::builder().no_proxy().build().unwrap();
    configuration.bearer_access_token = Some(key.into());
    configuration
}

#[test]
fn a_program_for_the_previous_release_uploads_a_file() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let content: Vec<u8> =
        (0..1_500_000_u32).map(|byte| byte.to_le_bytes()[0] ^ byte.to_le_bytes()[1]).collect();
    file.write_all(&content).unwrap();
    let upload = json!({
        "id": "upload_1", "object": "upload", "bytes": content.len(), "created_at": 1, "filename": "a.jsonl",
        "purpose": "fine-tune", "status": "pending", "expires_at": 2,
    });

    let server = SingleRequestServer::json(200, &upload);
    let request = CreateUploadRequest::new(
        "a.jsonl".to_owned(),
        models::create_upload_request::Purpose::FineTune,
        content.len() as u64,
        "text/jsonl".to_owned(),
    );
    let created: Upload = block_on(create_upload(&configuration(&server), request)).unwrap();
    let received = server.received();
    assert_eq!((&*received.target, received.header("user-agent")), ("/v1/uploads", Some("a-program/1.0")));
    assert_eq!(created.status, models::upload::Status::Pending);

    let server = SingleRequestServer::json(
        200,
        &json!({"id": "part_1", "object": "upload.part", "created_at": 1, "upload_id": "upload_1"}),
    );
    let path: PathBuf = file.path().to_path_buf();
    let part: UploadPart = block_on(add_upload_part(&configuration(&server), &created.id, path)).unwrap();
    let received = server.received();
    assert_eq!(received.target, "/v1/uploads/upload_1/parts");
    assert!(
        received.body.windows(content.len()).any(|window| window == content),
        "the bytes are not the file's"
    );

    let mut completed = upload.clone();
    completed["status"] = json!("completed");
    completed["file"] = json!({
        "id": "file-1", "object": "file", "bytes": content.len(), "created_at": 1, "filename": "a.jsonl",
        "purpose": "fine-tune", "status": "processed",
    });
    let server = SingleRequestServer::json(200, &completed);
    let request = CompleteUploadRequest::new(vec![part.id]);
    let completed = block_on(complete_upload(&configuration(&server), &created.id, request)).unwrap();
    assert_eq!(server.received().body, br#"{"part_ids":["part_1"]}"#);
    assert_eq!(completed.file.unwrap().purpose, models::open_ai_file::Purpose::FineTune);

    let server = SingleRequestServer::json(
        409,
        &json!({"error": {"code": "completed", "message": "It is completed."}}),
    );
    let error = block_on(cancel_upload(&configuration(&server), &created.id)).unwrap_err();
    assert_eq!(server.received().target, "/v1/uploads/upload_1/cancel");
    assert_eq!(error.api().unwrap().message, "It is completed.");
}
