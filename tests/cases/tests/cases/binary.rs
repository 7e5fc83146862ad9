//! Binary content: bodies, replies and parts that stream.

use cases::parts_of_a_multipart_form as parts;
use cases::runtime::{Base64, Binary, FileOr};
use cases::{binary_content_in_the_spellings_of_3_1 as spellings, files_of_a_fastapi_form as fastapi};
use cases::{files_of_unstated_types as unstated, json_lines_and_other_streams as streams};
use fastapi::models::BodyUploadUploadPost;
use parts::models::upload_document;
use serde_json::json;
use spellings::models::post_form;
use unstated::models::add_album;

use super::wire::{ok, serve_once};

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn a_body_without_a_schema_streams_both_ways() {
    let (configuration, request) = serve_once(&ok("application/octet-stream", "bytes")).await;
    let reply = spellings::apis::default_api::put_raw(&configuration, Binary::bytes("sent")).await.unwrap();
    assert_eq!(reply.bytes().await.unwrap(), "bytes");
    let request = request.await.unwrap();
    assert!(request.contains("content-type: application/octet-stream\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nsent"), "{request}");
}

#[tokio::test]
async fn a_media_type_of_bytes_streams_whatever_its_schema_adds() {
    let (configuration, request) = serve_once(&ok("image/png", "pixels")).await;
    let reply = spellings::apis::default_api::put_png(&configuration, Binary::bytes("png")).await.unwrap();
    assert_eq!(reply.bytes().await.unwrap(), "pixels");
    assert!(request.await.unwrap().ends_with("\r\n\r\npng"));
}

#[tokio::test]
async fn content_encoded_in_base64_is_sent_as_its_text() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let body = Base64::from(b"pixels".to_vec());
    spellings::apis::default_api::put_b64(&configuration, body).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.contains("content-type: image/png\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\ncGl4ZWxz"), "{request}");
}

#[tokio::test]
async fn parts_with_a_media_type_of_bytes_are_files() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let mut form = post_form::Request::new(Binary::bytes("%PDF").file_name("a.pdf"));
    form.raw = Some(FileOr::Other(json!("anything")));
    form.bin = Some(Binary::bytes("bin"));
    form.enc = Some(Base64::from(b"pixels".to_vec()));
    form.json = Some("{\"a\":1}".to_owned());
    spellings::apis::default_api::post_form(&configuration, form).await.unwrap();
    let request = request.await.unwrap();
    for part in [
        "name=\"doc\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\r\n",
        "name=\"raw\"\r\n\r\nanything\r\n",
        "name=\"bin\"; filename=\"bin\"\r\nContent-Type: application/octet-stream\r\n\r\nbin\r\n",
        "name=\"enc\"\r\n\r\ncGl4ZWxz\r\n",
        "name=\"json\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn parts_without_a_type_are_files_or_values() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let pictures =
        vec![Binary::bytes("png").content_type("image/png").into(), FileOr::Other(json!({"id": 7}))];
    let form = add_album::Request::new(Binary::bytes("front"), pictures)
        .scans(vec![Binary::bytes("page")])
        .notes(vec![FileOr::Other("by hand".to_owned()), Binary::bytes("typed").into()]);
    unstated::apis::default_api::add_album(&configuration, form).await.unwrap();
    let request = request.await.unwrap();
    for part in [
        "name=\"cover\"; filename=\"cover\"\r\nContent-Type: application/octet-stream\r\n\r\nfront\r\n",
        "name=\"pictures\"; filename=\"pictures\"\r\nContent-Type: image/png\r\n\r\npng\r\n",
        "name=\"pictures\"\r\nContent-Type: application/json\r\n\r\n{\"id\":7}\r\n",
        "name=\"scans\"; filename=\"scans\"\r\nContent-Type: image/tiff\r\n\r\npage\r\n",
        "name=\"notes\"\r\n\r\nby hand\r\n",
        "name=\"notes\"; filename=\"notes\"\r\nContent-Type: application/octet-stream\r\n\r\ntyped\r\n",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn a_form_of_one_part_without_a_type_takes_the_file_itself() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    unstated::apis::default_api::add_picture(&configuration, Binary::bytes("png")).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.contains("name=\"file\"; filename=\"file\"\r\n"), "{request}");
}

#[tokio::test]
async fn the_files_of_a_fastapi_form_stream() {
    let (configuration, request) = serve_once(&ok("application/json", "{}")).await;
    let mut form = BodyUploadUploadPost::new(Binary::bytes("one"), vec![Binary::bytes("two")]);
    form.avatar = Some(Binary::bytes("three"));
    form.note = Some("four".to_owned());
    fastapi::apis::default_api::upload_upload_post(&configuration, form).await.unwrap();
    let request = request.await.unwrap();
    for part in [
        "name=\"file\"; filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\none\r\n",
        "name=\"files\"; filename=\"files\"\r\nContent-Type: application/octet-stream\r\n\r\ntwo\r\n",
        "name=\"avatar\"; filename=\"avatar\"\r\nContent-Type: application/octet-stream\r\n\r\nthree\r\n",
        "name=\"note\"\r\n\r\nfour\r\n",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn an_array_of_json_is_one_part_and_others_are_a_part_for_each_element() {
    let (configuration, request) = serve_once(NO_CONTENT).await;
    let form = upload_document::Request {
        files: Some(vec![Binary::bytes("two")]),
        address: Some(upload_document::RequestAddress { city: Some("Bolzano".to_owned()) }),
        tags: Some(vec!["a".to_owned(), "b".to_owned()]),
        note: Some("*n*".to_owned()),
        ..upload_document::Request::new(Binary::bytes("one"), vec!["x".to_owned(), "y".to_owned()])
    };
    parts::apis::default_api::upload_document(&configuration, form).await.unwrap();
    let request = request.await.unwrap();
    for part in [
        "name=\"products\"\r\nContent-Type: application/json\r\n\r\n[\"x\",\"y\"]\r\n",
        "name=\"files\"; filename=\"files\"",
        "name=\"address\"\r\nContent-Type: application/json\r\n\r\n{\"city\":\"Bolzano\"}\r\n",
        "name=\"tags\"\r\n\r\na\r\n",
        "name=\"tags\"\r\n\r\nb\r\n",
        "name=\"note\"\r\nContent-Type: text/markdown; charset=utf-8\r\n\r\n*n*\r\n",
    ] {
        assert!(request.contains(part), "{part} in {request}");
    }
}

#[tokio::test]
async fn json_lines_are_bytes_and_a_warning_says_so() {
    let (configuration, _request) = serve_once(&ok("application/x-ndjson", "{\"n\":1}\n{\"n\":2}\n")).await;
    let reply = streams::apis::default_api::read_games(&configuration).await.unwrap();
    assert_eq!(reply.bytes().await.unwrap(), "{\"n\":1}\n{\"n\":2}\n");
    let warned =
        |path: &str| streams::REPORT.iter().any(|line| line.contains(path) && line.contains("bytes"));
    for path in ["~1log/", "~1log2/", "~1games/", "~1upload/"] {
        assert!(warned(path), "{path}");
    }
}
