//! Bodies: media types, content negotiation, merge patches.

use clients::runtime::Base64;
use clients::{payload_content_negotiation, payload_head, payload_json_merge_patch, payload_media_type};
use std::collections::BTreeMap;

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    content_negotiation(board).await;
    head(board).await;
    merge_patches(board).await;
    media_types(board).await;
    board.left_out(
        "clients read and write JSON, not XML",
        &["Payload_Xml_*", "Payload_Pageable_XmlPagination_*"],
    );
}

async fn content_negotiation(board: &Board) {
    use payload_content_negotiation::apis::default_api::*;

    let group = board.group("Payload_ContentNegotiation");
    let at = &group.at;
    let (png, jpg) = (board.asset("image.png"), board.asset("image.jpg"));
    let call = || same_body_get_avatar_as_png_same_body_get_avatar_as_jpeg(at);
    group.streamed("SameBody", call().binary_as("image/png").await, &png).await;
    group.streamed("SameBody", call().binary_as("image/jpeg").await, &jpg).await;
    let call = || different_body_get_avatar_as_png_different_body_get_avatar_as_json(at);
    group.streamed("DifferentBody", call().binary_as("image/png").await, &png).await;
    group.got("DifferentBody", call().await.map(|reply| reply.content), Base64::from(png));
}

async fn head(board: &Board) {
    use payload_head::apis::default_api::*;

    let group = board.group("Payload_Head");
    let response = content_type_header_in_response(&group.at).response().await;
    let headers = response
        .map(|response| ["content-type", "x-ms-meta"].map(|name| response.headers.get(name).cloned()));
    let expected = ["text/plain; charset=utf-8", "hello"].map(|value| value.parse().ok());
    group.got("contentTypeHeaderInResponse", headers, expected);
}

async fn merge_patches(board: &Board) {
    use payload_json_merge_patch::apis::default_api::*;
    use payload_json_merge_patch::models::*;

    let group = board.group("Payload_JsonMergePatch");
    let inner = || InnerModel::new().name("InnerMadge".to_owned()).description("innerDesc".to_owned());
    let resource = || {
        Resource::new("Madge".to_owned())
            .description("desc".to_owned())
            .map(BTreeMap::from([("key".to_owned(), inner())]))
            .array(vec![inner()])
            .int_value(1)
            .float_value(1.25)
            .inner_model(inner())
            .int_array(vec![1, 2, 3])
    };
    group.got("createResource", create_resource(&group.at, resource()).await, resource());
    board.left_out(
        "the document does not say that `null` removes a property",
        &["Payload_JsonMergePatch_updateResource", "Payload_JsonMergePatch_updateOptionalResource"],
    );
}

async fn media_types(board: &Board) {
    use payload_media_type::apis::default_api::*;

    let group = board.group("Payload_MediaType_StringBody");
    let at = &group.at;
    group.sent("sendAsText", string_body_send_as_text(at, "{cat}".to_owned()).await);
    group.got("getAsText", string_body_get_as_text(at).await, "{cat}".to_owned());
    group
        .pair(
            ("getAsJson", string_body_get_as_json),
            ("sendAsJson", string_body_send_as_json),
            "foo".to_owned(),
        )
        .await;
}
