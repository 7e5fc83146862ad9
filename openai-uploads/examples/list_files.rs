//! Prints the names of all files with a purpose: `cargo run --example list_files --features testing -- batch`.

use std::time::Duration;

use openai_uploads::apis::configuration::Configuration;
use openai_uploads::apis::files_api::{ListFilesParams, list_files};
use openai_uploads::models::ErrorResponse;
use openai_uploads::runtime::Error;
use openai_uploads::runtime::futures_util::TryStreamExt;

/// Lists all pages. Each request has 20 seconds, and is sent again if the server is busy.
async fn names(configuration: &Configuration, purpose: &str) -> Result<Vec<String>, Error<ErrorResponse>> {
    let params = ListFilesParams { purpose: Some(purpose.to_owned()), ..ListFilesParams::default() };
    let files = list_files(configuration, params).timeout(Duration::from_secs(20)).items();
    files.map_ok(|file| file.filename).try_collect().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let purpose = std::env::args().nth(1).ok_or("give a purpose, such as `batch`")?;
    for name in names(&Configuration::from_env()?, &purpose).await? {
        println!("{name}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use openai_uploads::runtime::testing::{MemoryTransport, TestReply};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn all_pages_are_listed_though_the_server_is_busy_once() {
        let page = |id: &str, name: &str, has_more: bool| {
            let file = json!({ "id": id, "object": "file", "bytes": 1, "created_at": 1, "filename": name, "purpose": "batch", "status": "processed" });
            TestReply::json(
                200,
                &json!({ "object": "list", "data": [file], "last_id": id, "has_more": has_more }),
            )
        };
        let busy = TestReply::new(503, "").header("retry-after", "0");
        let replies = [page("file-1", "a", true), busy, page("file-2", "b", false)];
        let transport = MemoryTransport::in_order(replies);
        let configuration = Configuration::default().with_transport(transport.clone());
        let configuration = configuration.with_bearer_access_token("key");
        assert_eq!(names(&configuration, "batch").await.unwrap(), ["a", "b"]);
        let after: Vec<_> = transport.requests().iter().map(|request| request.query("after")).collect();
        assert_eq!(after, [None, Some("file-1".to_owned()), Some("file-1".to_owned())]);
    }
}
