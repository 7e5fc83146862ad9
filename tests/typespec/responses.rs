//! Responses, names in JSON, and documentation.

use clients::runtime::Error;
use clients::{
    documentation, response_body_or_no_content, response_status_code_range, serialization_encoded_name_json,
};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    status_ranges(board).await;
    body_or_none(board).await;
    encoded_names(board).await;
    documented(board).await;
}

async fn status_ranges(board: &Board) {
    use response_status_code_range::apis::default_api::*;
    use response_status_code_range::models::{ErrorInRange, NotFoundError};

    let group = board.group("Response_StatusCodeRange");
    let at = &group.at;
    let refused = error_response_status_code_in_range(at).await;
    let code = ("request-header-too-large".to_owned(), "Request header too large".to_owned());
    let expected = ErrorResponseStatusCodeInRangeError::Status4xx(ErrorInRange::new(code.0, code.1));
    group.refused("errorResponseStatusCodeInRange", refused.map_err(entity), Some(expected));
    let refused = error_response_status_code404(at).await;
    let body = NotFoundError::new("not-found".to_owned(), "resource1".to_owned());
    let expected = ErrorResponseStatusCode404Error::Status404(body);
    group.refused("errorResponseStatusCode404", refused.map_err(entity), Some(expected));
}

/// The body of an error.
fn entity<E>(error: Error<E>) -> Option<E> {
    match error {
        Error::Api(error) => error.entity,
        _ => None,
    }
}

async fn body_or_none(board: &Board) {
    use response_body_or_no_content::apis::default_api::*;
    use response_body_or_no_content::models::BlobLayout;

    let group = board.group("Response_BodyOrNoContent");
    let at = &group.at;
    let body = GetBodyReply::Status200(BlobLayout::new("hello".to_owned()));
    group.got("getBody", get_body(at).await, body);
    group.got("getNoContent", get_no_content(at).await, GetNoContentReply::Status204);
}

async fn encoded_names(board: &Board) {
    use serialization_encoded_name_json::apis::default_api::*;
    use serialization_encoded_name_json::models::PropertyJsonEncodedNameModel;

    let group = board.group("Serialization_EncodedName_Json_Property");
    group.pair(("get", property_get), ("send", property_send), PropertyJsonEncodedNameModel::new(true)).await;
}

async fn documented(board: &Board) {
    use documentation::apis::default_api::*;
    use documentation::models::*;

    let group = board.group("Documentation");
    let at = &group.at;
    group.sent("Lists_bulletPointsOp", lists_bullet_points_op(at).await);
    let input = ListsBulletPointsModel::new(ListsBulletPointsEnum::Simple);
    let body = lists_bullet_points_model_operation::Request::new(input);
    group.sent("Lists_bulletPointsModel", lists_bullet_points_model(at, body).await);
    group.sent("Lists_numbered", lists_numbered(at).await);
    group.sent("TextFormatting_boldText", text_formatting_bold_text(at).await);
    group.sent("TextFormatting_italicText", text_formatting_italic_text(at).await);
    group.sent("TextFormatting_combinedFormatting", text_formatting_combined_formatting(at).await);
}
