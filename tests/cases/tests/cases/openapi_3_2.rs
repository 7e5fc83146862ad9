//! What OpenAPI 3.2 added.

use cases::features_of_openapi_3_2 as features;
use cases::unexpressed_features_of_openapi_3_2 as unexpressed;
use features::apis::streams_api::{
    list_events, list_forms, list_lines, list_sequence, list_updates, send_lines, send_sequence,
};
use features::apis::things_api::{
    self, SearchByJsonParams, SearchByPathParams, copy_things, lock_things, query_things, search,
    search_by_json, search_by_path,
};
use features::models::{Animal, Cat, Criteria, Event, Lock, Pet, Update, query_things::Request};
use futures_util::StreamExt;

use super::wire::{ok, serve_once};

const DONE: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[test]
fn the_document_has_no_warning() {
    assert_eq!(features::REPORT, &[] as &[&str]);
}

#[tokio::test]
async fn other_methods_are_sent() {
    let body = r#"[{"kind":"cat","lives":9},{"kind":"wolf","name":"W"},{"name":"N"}]"#;
    let (configuration, request) = serve_once(&ok("application/json", body)).await;
    let pets = query_things(&configuration, Request::new("red".to_owned())).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.starts_with("QUERY /things HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"color\":\"red\"}"), "{request}");
    let [Pet::Cat(Cat { lives: 9, .. }), Pet::Animal(wolf), Pet::Animal(unnamed)] = pets.as_slice() else {
        panic!("{pets:?}")
    };
    assert_eq!((wolf.kind.as_deref(), wolf.name.as_deref()), (Some("wolf"), Some("W")));
    assert_eq!((&unnamed.kind, unnamed.name.as_deref()), (&None, Some("N")));
    let (configuration, request) = serve_once(DONE).await;
    copy_things(&configuration, "/there").await.unwrap();
    let request = request.await.unwrap();
    assert!(request.starts_with("COPY /things HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("destination: /there\r\n"), "{request}");
    let (configuration, request) = serve_once(&ok("application/json", "{\"depth\":2}")).await;
    assert_eq!(lock_things(&configuration, Lock::new(1)).await.unwrap(), Lock::new(2));
    let request = request.await.unwrap();
    assert!(request.starts_with("Lock /things HTTP/1.1\r\n") && request.ends_with("depth=1"), "{request}");
    assert_eq!(things_api::QUERY_THINGS.method.as_str(), "QUERY");
}

#[tokio::test]
async fn a_value_is_the_whole_query() {
    let criteria = || Criteria::new().name("a b&c".to_owned()).sizes(vec![1, 2]).near(true);
    let target = |request: String| request.split(' ').nth(1).unwrap().to_owned();
    let (configuration, request) = serve_once(DONE).await;
    search(&configuration, criteria()).await.unwrap();
    assert_eq!(target(request.await.unwrap()), "/search?name=a+b%26c&near=true&sizes=1&sizes=2");
    let (configuration, request) = serve_once(DONE).await;
    search(&configuration, Criteria::new()).await.unwrap();
    assert_eq!(target(request.await.unwrap()), "/search");
    let (configuration, request) = serve_once(DONE).await;
    let params = SearchByJsonParams { criteria: Some(Criteria::new().near(true)) };
    search_by_json(&configuration, params).await.unwrap();
    assert_eq!(target(request.await.unwrap()), "/search-by-json?%7B%22near%22%3Atrue%7D");
    let (configuration, request) = serve_once(DONE).await;
    search_by_path(&configuration, SearchByPathParams { selector: Some("$.a[1]".to_owned()) }).await.unwrap();
    assert_eq!(target(request.await.unwrap()), "/search-by-path?%24.a%5B1%5D");
    let (configuration, request) = serve_once(DONE).await;
    search_by_path(&configuration, SearchByPathParams::default()).await.unwrap();
    assert_eq!(target(request.await.unwrap()), "/search-by-path");
}

#[tokio::test]
async fn lines_beside_json_and_bytes_are_read_by_their_media_type() {
    let (configuration, request) = serve_once(&ok("application/json", r#"[{"kind":"cat","lives":9}]"#)).await;
    assert_eq!(list_forms(&configuration).await.unwrap().len(), 1);
    assert!(request.await.unwrap().contains("accept: application/json\r\n"));
    let lines = "{\"kind\":\"cat\",\"lives\":9}\n{\"kind\":\"cat\",\"lives\":8}\n";
    let (configuration, request) = serve_once(&ok("application/jsonl", lines)).await;
    let stream = list_forms(&configuration).lines_as::<Pet>("application/jsonl").await.unwrap();
    let pets: Vec<Pet> = stream.map(Result::unwrap).collect().await;
    assert!(matches!(pets.as_slice(), [_, Pet::Cat(cat)] if cat.lives == 8), "{pets:?}");
    assert!(request.await.unwrap().contains("accept: application/jsonl\r\n"));
    let (configuration, _request) = serve_once(&ok("application/octet-stream", "abc")).await;
    let bytes = list_forms(&configuration).binary_as("application/octet-stream").await.unwrap();
    assert_eq!(bytes.bytes().await.unwrap(), "abc");
}

#[tokio::test]
async fn events_are_read_as_their_item_schema() {
    let body =
        "event: pet\ndata: {\"kind\": \"cat\",\ndata: \"lives\": 7}\n\nevent: note\ndata: {\"a\": 1}\n\n";
    let (configuration, request) = serve_once(&ok("text/event-stream", body)).await;
    let stream = list_events(&configuration).await.unwrap();
    let all: Vec<Event> = stream.map(Result::unwrap).collect().await;
    let [Event::Pet(pet), Event::Note(note)] = all.as_slice() else { panic!("{all:?}") };
    assert!(matches!(&pet.data, Pet::Cat(cat) if cat.lives == 7), "{pet:?}");
    assert_eq!(note.data.as_deref(), Some("{\"a\": 1}"));
    assert!(request.await.unwrap().contains("accept: text/event-stream\r\n"));
}

#[tokio::test]
async fn events_have_the_data_of_their_alternative_and_a_type_by_default() {
    let body = "event: pet\ndata: {\"kind\": \"cat\", \"lives\": 7}\n\ndata: hello\n\n";
    let (configuration, _request) = serve_once(&ok("text/event-stream", body)).await;
    let stream = list_updates(&configuration).await.unwrap();
    let all: Vec<Update> = stream.map(Result::unwrap).collect().await;
    let [Update::Pet(pet), Update::Message(message)] = all.as_slice() else { panic!("{all:?}") };
    assert!(matches!(&pet.data, Some(Pet::Cat(cat)) if cat.lives == 7), "{pet:?}");
    assert_eq!(message.data.as_deref(), Some("hello"));
}

#[tokio::test]
async fn lines_are_read_and_written_as_values() {
    let body = "{\"kind\":\"cat\",\"lives\":1}\r\n\n{\"kind\":\"cat\"}\n  {\"name\":\"last\"}";
    let (configuration, request) = serve_once(&ok("application/jsonl", body)).await;
    let all: Vec<_> = list_lines(&configuration).await.unwrap().collect().await;
    let [Ok(Pet::Cat(_)), Err(error), Ok(Pet::Animal(last))] = all.as_slice() else { panic!("{all:?}") };
    assert!(error.to_string().contains("lives"), "{error}");
    assert_eq!(last.name.as_deref(), Some("last"));
    assert!(request.await.unwrap().contains("accept: application/jsonl\r\n"));
    let (configuration, _request) = serve_once(&ok("application/jsonl", "\n\n")).await;
    assert_eq!(list_lines(&configuration).await.unwrap().count().await, 0);
    let (configuration, request) = serve_once(DONE).await;
    let pets = vec![Pet::Cat(Cat::new(2)), Pet::Animal(Animal::new())];
    send_lines(&configuration, pets).await.unwrap();
    let request = request.await.unwrap();
    assert!(request.contains("content-type: application/x-ndjson\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\n{\"kind\":\"cat\",\"lives\":2}\n{}\n"), "{request}");
}

#[tokio::test]
async fn a_sequence_is_read_and_written_by_its_separators() {
    let body = "\u{1e}{\"n\":\n 1}\n\u{1e}{\"n\": 2}\n\u{1e}";
    let (configuration, _request) = serve_once(&ok("application/json-seq", body)).await;
    let stream = list_sequence(&configuration).await.unwrap();
    let all: Vec<i64> = stream.map(|item| item.unwrap().n).collect().await;
    assert_eq!(all, [1, 2]);
    let (configuration, request) = serve_once(DONE).await;
    send_sequence(&configuration, Some(vec![1, 2])).await.unwrap();
    assert!(request.await.unwrap().ends_with("\r\n\r\n\u{1e}1\n\u{1e}2\n"));
}

#[test]
fn parts_that_are_not_expressed_are_reported() {
    let reported: Vec<&str> =
        unexpressed::REPORT.iter().map(|line| line.split(": ").next().unwrap()).collect();
    let path = "/paths/~1a";
    let form = format!("{path}/put/parameters/0/content/application~1x-www-form-urlencoded");
    let mixed = format!("{path}/post/requestBody/content/multipart~1mixed");
    let expected = [
        "warning[unknown-tag] at /tags/0/parent".to_owned(),
        format!("warning[unknown-path-member] at {path}/additionalOperations/GET"),
        format!("warning[misplaced-style] at {path}/get/parameters/0/style"),
        format!("warning[unexpressed-encoding] at {form}/encoding/a"),
        format!("warning[unexpressed-encoding] at {mixed}/prefixEncoding"),
        format!("warning[unexpressed-encoding] at {mixed}/itemEncoding"),
        format!("warning[unexpressed-encoding] at {mixed}/encoding/a/itemEncoding"),
        format!(
            "warning[unexpressed-content-type] at {path}/post/responses/200/content/text~1csv/itemSchema"
        ),
    ];
    assert_eq!(reported, expected.iter().map(String::as_str).collect::<Vec<_>>());
}
