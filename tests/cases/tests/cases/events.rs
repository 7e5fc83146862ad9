//! Server-sent events.

use cases::runtime::EventStream;
use cases::server_sent_events as events;
use cases::server_sent_events::models::stream_events::Response;
use futures_util::StreamExt;

use super::wire::{ok, serve_once};

async fn texts(body: &str) -> Vec<Result<String, String>> {
    let (configuration, _request) = serve_once(&ok("text/event-stream", body)).await;
    let stream = events::apis::default_api::stream_text(&configuration).await.unwrap();
    collect(stream).await
}

async fn collect<T: serde::de::DeserializeOwned>(stream: EventStream<T>) -> Vec<Result<T, String>> {
    stream.map(|event| event.map_err(|error| error.to_string())).collect().await
}

#[tokio::test]
async fn events_of_text_need_not_be_json() {
    let body = "data: hello\n\ndata: 12\n\ndata: \"quoted\"\n\ndata: two\ndata: lines\n\ndata: [DONE]\n\n";
    let expected = ["hello", "12", "\"quoted\"", "two\nlines"].map(|text| Ok(text.to_owned()));
    assert_eq!(texts(body).await, expected);
}

#[tokio::test]
async fn the_other_fields_of_an_event_can_be_had() {
    let body = ": a comment\nevent: note\nid: 7\nretry: 1500\ndata: hello\n\ndata: again\n\n";
    let (configuration, _request) = serve_once(&ok("text/event-stream", body)).await;
    let stream = events::apis::default_api::stream_text(&configuration).await.unwrap();
    let all: Vec<_> = stream.with_fields().map(Result::unwrap).collect().await;
    assert_eq!(all[0].event.as_deref(), Some("note"));
    assert_eq!(all[0].id.as_deref(), Some("7"));
    assert_eq!(all[0].retry, Some(std::time::Duration::from_millis(1500)));
    assert_eq!(all[0].data, "hello");
    assert_eq!((all[1].event.as_deref(), all[1].id.as_deref()), (None, Some("7")));
}

#[tokio::test]
async fn events_are_distinguished_by_their_type() {
    let body = "event: update\ndata: {\"id\": \"a\"}\n\nevent: delete\ndata: {\"a\": 1}\n\nevent: delete\ndata: gone\n\n";
    let (configuration, _request) = serve_once(&ok("text/event-stream", body)).await;
    let stream = events::apis::default_api::stream_events(&configuration).await.unwrap();
    let all: Vec<_> = stream.map(Result::unwrap).collect().await;
    let [Response::Update(update), Response::Delete(json), Response::Delete(text)] = all.as_slice() else {
        panic!("{all:?}")
    };
    assert_eq!(update.data.id.as_deref(), Some("a"));
    assert_eq!(json.data, "{\"a\": 1}");
    assert_eq!(text.data, "gone");
}

#[tokio::test]
async fn a_binary_schema_gives_the_bytes_of_a_stream() {
    let (configuration, _request) = serve_once(&ok("text/event-stream", "data: x\n\n")).await;
    let stream = events::apis::default_api::stream_bytes(&configuration).await.unwrap();
    assert_eq!(stream.bytes().await.unwrap(), "data: x\n\n");
}

async fn deltas(body: &str) -> Vec<Result<Option<String>, String>> {
    let (configuration, _request) = serve_once(&ok("text/event-stream", body)).await;
    let stream = events::apis::default_api::ask(&configuration, events::models::ask::Request::default());
    let stream = stream.events().await.unwrap();
    collect(stream).await.into_iter().map(|event| event.map(|event| event.delta)).collect()
}

#[tokio::test]
async fn an_end_marker_is_not_an_error() {
    for marker in ["[DONE]", "[END]", "DONE", "<EOS>", "[STREAM_END]", "\"end\""] {
        let all = deltas(&format!("data: {{\"delta\": \"a\"}}\n\ndata: {marker}\n\n")).await;
        assert_eq!(all, [Ok(Some("a".to_owned()))], "{marker}");
    }
}

#[tokio::test]
async fn a_word_between_events_and_json_that_is_cut_are_errors() {
    let all = deltas("data: oops\n\ndata: {\"delta\": \"a\"}\n\n").await;
    assert!(all[0].is_err() && all[1] == Ok(Some("a".to_owned())), "{all:?}");
    let all = deltas("data: {\"delta\": \"a\n\n").await;
    assert!(matches!(all.as_slice(), [Err(_)]), "{all:?}");
}
