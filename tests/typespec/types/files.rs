//! Bodies that are files.

use clients::runtime::Binary;
use clients::type_file::apis::default_api::*;

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    let group = board.group("Type_File_Body");
    let at = &group.at;
    let (png, json) = (board.asset("image.png"), br#"{"message":"test file content"}"#.to_vec());
    let file = || Binary::bytes(png.clone()).content_type("image/png");
    group.sent("uploadFileDefaultContentType", body_upload_file_default_content_type(at, file()).await);
    group
        .sent("uploadFileSpecificContentType", body_upload_file_specific_content_type(at, png.clone()).await);
    group.sent(
        "uploadFileMultipleContentTypes",
        body_upload_file_multiple_content_types(at, png.clone()).await,
    );
    group.sent("uploadFileJsonContentType", body_upload_file_json_content_type(at, json.clone()).await);
    group
        .streamed("downloadFileDefaultContentType", body_download_file_default_content_type(at).await, &png)
        .await;
    group
        .streamed("downloadFileSpecificContentType", body_download_file_specific_content_type(at).await, &png)
        .await;
    group
        .streamed(
            "downloadFileMultipleContentTypes",
            body_download_file_multiple_content_types(at).await,
            &png,
        )
        .await;
    group
        .streamed("downloadFileJsonContentType", body_download_file_json_content_type(at).await, &json)
        .await;
}
