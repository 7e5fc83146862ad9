//! Multipart bodies, byte by byte: parts in order, parts with headers, and parts within parts (RFC 2046 §5.1).

use std::collections::BTreeMap;

use cases::parts_in_order as parts;
use cases::runtime::{Binary, Configuration, Error, FileOr};
use parts::apis::default_api::{send_mixed, send_named, send_page, send_photos, send_texts};
use parts::models::{About, send_mixed as mixed, send_named as named, send_page as page};
use parts::models::{send_photos as photos, send_texts as texts};
use serde_json::json;

use super::wire::serve_once;

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[test]
fn the_document_has_no_warning() {
    assert_eq!(parts::REPORT, &[] as &[&str]);
}

#[tokio::test]
async fn parts_have_their_positions_types_and_headers() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let first = page::RequestPagePart::new("<p>".to_owned(), "http://a.example/p".to_owned());
    let nested = page::RequestPart3::new(vec![1, 2], Binary::bytes("png").file_name("a.png"));
    let rest = vec![
        FileOr::File(Binary::bytes("p {}")),
        FileOr::File(Binary::bytes("gif").content_type("image/gif")),
        FileOr::Other(json!("text")),
    ];
    let body = page::Request::new(first, About::new("Ada".to_owned()), nested).rest(rest);
    send_page(&configuration, body).await.unwrap();
    let (media_type, body) = split(&request.await.unwrap());
    let boundary = media_type.strip_prefix("multipart/related; type=\"text/html\"; boundary=").unwrap();
    let expected = "--B\r\nContent-Type: text/html\r\nContent-Location: http://a.example/p\r\n\r\n<p>\
        \r\n--B\r\nContent-Type: application/json\r\n\r\n{\"author\":\"Ada\"}\
        \r\n--B\r\nContent-Type: multipart/mixed; boundary=in-B\r\n\r\n\
        --in-B\r\nContent-Type: application/json\r\n\r\n[1,2]\
        \r\n--in-B\r\nContent-Type: image/png\r\n\r\npng\
        \r\n--in-B--\r\n\
        \r\n--B\r\nContent-Type: text/css\r\n\r\np {}\
        \r\n--B\r\nContent-Type: image/gif\r\n\r\ngif\
        \r\n--B\r\n\r\ntext\
        \r\n--B--\r\n";
    assert_eq!(body, expected.replace('B', boundary));
}

#[tokio::test]
async fn a_form_may_be_named_like_a_type_of_the_runtime() {
    use cases::forms_named_like_types_of_the_runtime::apis::default_api::send_into;
    use cases::forms_named_like_types_of_the_runtime::models::IntoValue;
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let body = IntoValue::new(Binary::bytes("file"), FileOr::Other(json!("text"))).password("secret".into());
    send_into(&configuration, body).await.unwrap();
    let (_, body) = split(&request.await.unwrap());
    assert!(body.contains("name=\"file\"") && body.contains("\r\n\r\nsecret\r\n"), "{body}");
}

#[tokio::test]
async fn a_list_of_parts_is_the_argument() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let file = tempfile();
    let first = photos::RequestPartsPart::new(file.clone()).x_taken(7);
    let second = photos::RequestPartsPart::new(Binary::bytes("two"));
    send_photos(&configuration, vec![first, second]).await.unwrap();
    std::fs::remove_file(file).unwrap();
    let (media_type, body) = split(&request.await.unwrap());
    let boundary = media_type.strip_prefix("multipart/mixed; boundary=").unwrap();
    let expected = "--B\r\nContent-Type: image/jpeg\r\nX-Taken: 7\r\nX-Kind: photo\r\n\r\none\
        \r\n--B\r\nContent-Type: image/jpeg\r\nX-Kind: photo\r\n\r\ntwo\r\n--B--\r\n";
    assert_eq!(body, expected.replace('B', boundary));
    let (configuration, request) = serve_once(NO_CONTENT).await;
    send_photos(&configuration, Vec::new()).await.unwrap();
    let (media_type, body) = split(&request.await.unwrap());
    let boundary = media_type.strip_prefix("multipart/mixed; boundary=").unwrap();
    assert_eq!(body, format!("--{boundary}--\r\n"));
}

#[tokio::test]
async fn a_part_cannot_be_left_out_before_another() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    send_texts(&configuration, texts::Request::new("a".to_owned()).part_2(2)).await.unwrap();
    let (_, body) = split(&request.await.unwrap());
    assert!(body.contains("\r\n\r\na\r\n--") && body.contains("\r\n\r\n2\r\n--"), "{body}");
    let nowhere = Configuration::at("http://127.0.0.1:1");
    let gap = texts::Request::new("a".to_owned()).part_3(true);
    let error = send_texts(&nowhere, gap).await.unwrap_err();
    assert!(matches!(error, Error::Input(_)) && error.to_string().contains("part 2 is left out"), "{error}");
}

#[tokio::test]
async fn a_header_with_a_line_break_is_an_error() {
    let nowhere = Configuration::at("http://127.0.0.1:1");
    let first = page::RequestPagePart::new(String::new(), "a\r\nX-Other: b".to_owned());
    let nested = page::RequestPart3::new(Vec::new(), Binary::bytes(""));
    let body = page::Request::new(first, About::new(String::new()), nested);
    let error = send_page(&nowhere, body).await.unwrap_err();
    assert!(matches!(error, Error::Input(_)) && error.to_string().contains("`Content-Location`"), "{error}");
}

#[tokio::test]
async fn the_fields_of_a_form_have_headers_and_parts_too() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let file = named::RequestFilePart::new(Binary::bytes("png").file_name("a.png"), 640);
    let notes = vec![named::RequestNotesPart::new("ja".to_owned()).x_language("de".to_owned())];
    let pages = vec![named::RequestPages { parts: vec![Binary::bytes("1"), Binary::bytes("2")] }];
    let address = named::RequestAddress::new().street("Main St".to_owned()).map(Binary::bytes("gif"));
    let others = BTreeMap::from([("more".to_owned(), Binary::bytes("any"))]);
    let form =
        named::Request::new(file).notes(notes).pages(pages).address(address).additional_properties(others);
    send_named(&configuration, form).await.unwrap();
    let (media_type, body) = split(&request.await.unwrap());
    let boundary = media_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let form = "Content-Disposition: form-data; name=";
    let expected = "--B\r\nFORM\"file\"; filename=\"a.png\"\r\nContent-Type: image/png\r\nX-Width: 640\r\n\r\npng\
        \r\n--B\r\nFORM\"notes\"\r\nX-Language: de\r\n\r\nja\
        \r\n--B\r\nFORM\"pages\"\r\nContent-Type: multipart/mixed; boundary=in-B\r\n\r\n\
        --in-B\r\nContent-Type: application/octet-stream\r\n\r\n1\
        \r\n--in-B\r\nContent-Type: application/octet-stream\r\n\r\n2\
        \r\n--in-B--\r\n\
        \r\n--B\r\nFORM\"address\"\r\nContent-Type: multipart/form-data; boundary=in-B\r\n\r\n\
        --in-B\r\nFORM\"street\"\r\n\r\nMain St\
        \r\n--in-B\r\nFORM\"map\"; filename=\"map\"\r\nContent-Type: image/gif\r\n\r\ngif\
        \r\n--in-B--\r\n\
        \r\n--B\r\nFORM\"more\"; filename=\"more\"\r\nContent-Type: application/octet-stream\r\n\r\nany\
        \r\n--B--\r\n";
    assert_eq!(body, expected.replace('B', boundary).replace("FORM", form));
}

#[tokio::test]
async fn a_form_keeps_its_multipart_type() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    send_mixed(&configuration, mixed::Request::new("x".to_owned())).await.unwrap();
    let (media_type, body) = split(&request.await.unwrap());
    let boundary = media_type.strip_prefix("multipart/mixed; boundary=").unwrap();
    assert_ne!(boundary, "theirs");
    let expected = "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n";
    assert_eq!(body, expected.replace('B', boundary));
}

/// The media type and the body of a request, whose announced length is checked.
fn split(request: &str) -> (String, String) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    assert_eq!(header("content-length").unwrap(), body.len().to_string());
    (header("content-type").unwrap(), body.to_owned())
}

fn tempfile() -> std::path::PathBuf {
    let path = std::env::temp_dir().join(format!("photo-{}", std::process::id()));
    std::fs::write(&path, "one").unwrap();
    path
}
