//! Forms with several parts.

use clients::payload_multipart::apis::default_api::*;
use clients::payload_multipart::models::*;
use clients::runtime::Binary;

use crate::board::{Board, Group};

pub(crate) async fn run(board: &Board) {
    let group = board.group("Payload_MultiPart_FormData");
    fields_and_files(board, &group).await;
    several_files(board, &group).await;
    content_types(board, &group).await;
}

/// The picture that most scenarios expect. Its content type is that of any bytes, unless the document says another.
fn jpg(board: &Board) -> Binary {
    Binary::bytes(board.asset("image.jpg")).file_name("image.jpg")
}

fn png(board: &Board) -> Binary {
    Binary::bytes(board.asset("image.png")).file_name("image.png")
}

fn id() -> String {
    "123".to_owned()
}

fn address(city: &str) -> Address {
    Address::new(city.to_owned())
}

async fn fields_and_files(board: &Board, group: &Group) {
    let at = &group.at;
    group.sent("basic", form_data_basic(at, MultiPartRequest::new(id(), jpg(board))).await);
    let body = MultiPartRequestWithWireName::new(id(), jpg(board));
    group.sent("withWireName", form_data_with_wire_name(at, body).await);
    let body = || MultiPartOptionalRequest::new();
    group.sent("optionalParts", form_data_optional_parts(at, body().id(id())).await);
    group.sent("optionalParts", form_data_optional_parts(at, body().profile_image(jpg(board))).await);
    group
        .sent("optionalParts", form_data_optional_parts(at, body().id(id()).profile_image(jpg(board))).await);
    group.sent("anonymousModel", form_data_anonymous_model(at, jpg(board)).await);
    let body = JsonPartRequest::new(address("X"), jpg(board));
    group.sent("jsonPart", form_data_json_part(at, body).await);
    let body = non_string_float::Request::new(0.5);
    group.sent("HttpParts_NonString_float", non_string_float(at, body).await);
}

async fn several_files(board: &Board, group: &Group) {
    let at = &group.at;
    let pictures = || vec![png(board).into(), png(board).into()];
    let body = BinaryArrayPartsRequest::new(id(), pictures());
    group.sent("binaryArrayParts", form_data_binary_array_parts(at, body).await);
    let body = || MultiBinaryPartsRequest::new(jpg(board));
    group.sent("multiBinaryParts", form_data_multi_binary_parts(at, body()).await);
    group.sent("multiBinaryParts", form_data_multi_binary_parts(at, body().picture(png(board))).await);
    let body = ComplexPartsRequest::new(id(), address("X"), jpg(board), pictures());
    group.sent("fileArrayAndBasic", form_data_file_array_and_basic(at, body).await);
    let earlier = vec![address("Y"), address("Z")];
    let body = ComplexHttpPartsModelRequest::new(id(), address("X"), jpg(board), earlier, pictures());
    group.sent("HttpParts_jsonArrayAndFileArray", http_parts_json_array_and_file_array(at, body).await);
    let body = file_upload_file_array::Request::new(vec![png(board), png(board)]);
    group.sent("File_uploadFileArray", file_upload_file_array(at, body).await);
}

async fn content_types(board: &Board, group: &Group) {
    let at = &group.at;
    let hello = || jpg(board).file_name("hello.jpg").content_type("image/jpg");
    let body = MultiPartRequest::new(id(), hello());
    group.sent("checkFileNameAndContentType", form_data_check_file_name_and_content_type(at, body).await);
    let file = jpg(board).file_name("hello.jpg");
    group.sent(
        "HttpParts_ContentType_imageJpegContentType",
        content_type_image_jpeg_content_type(at, file).await,
    );
    let file = jpg(board).content_type("application/octet-stream");
    group.sent(
        "HttpParts_ContentType_requiredContentType",
        content_type_required_content_type(at, file).await,
    );
    group.sent(
        "HttpParts_ContentType_optionalContentType",
        content_type_optional_content_type(at, jpg(board)).await,
    );
    group.sent("File_uploadFileRequiredFilename", file_upload_file_required_filename(at, png(board)).await);
    group.sent(
        "File_uploadFileSpecificContentType",
        file_upload_file_specific_content_type(at, png(board)).await,
    );
}
