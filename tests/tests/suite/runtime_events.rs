//! Streams of events in chunks of any size.

use futures_util::StreamExt;
use openai_uploads::runtime::{Call, EventError, EventStream, Operation, Request};
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::agreement_values::seed;
use super::received_request::{SingleRequestServer, block_on, configuration};

static WATCH: Operation = Operation::new("watch", Method::GET, "/events", &[]);

/// The events of a body in these chunks, or the messages of their errors.
fn events<T: DeserializeOwned + 'static>(pieces: &[&[u8]]) -> Vec<Result<T, String>> {
    let server = SingleRequestServer::in_pieces("content-type: text/event-stream\r\n", pieces);
    let to = configuration().with_base_path(&server.url);
    let call: Call<EventStream<T>> = Request::new(&to, &WATCH).events();
    let read = block_on(async { call.await.unwrap().collect::<Vec<_>>().await });
    assert_eq!(server.received().header("accept"), Some("text/event-stream"));
    let with_message = |event: Result<T, EventError>| event.map_err(|error| error.to_string());
    read.into_iter().map(with_message).collect()
}

const STREAM: &str = "\u{feff}: a comment\r\nevent: first\r\nid: 1\r\ndata: {\"n\":\r\ndata: 1}\r\n\r\n\
                      data:{\"n\": \"é😀\"}\rretry: 3\r\r\
                      unknown: x\n\n\
                      data: [DONE]\n\n\
                      data: null\n\n\
                      data: {\"never\": \"ended\"}\n";

#[test]
fn events_are_the_same_in_chunks_of_any_size() {
    let expected = [json!({"n": 1}), json!({"n": "é😀"}), Value::Null].map(Ok).to_vec();
    let bytes = STREAM.as_bytes();
    assert_eq!(events(&[bytes]), expected);
    assert_eq!(events(&bytes.chunks(1).collect::<Vec<_>>()), expected);
    let mut rng = fastrand::Rng::with_seed(seed());
    for _ in 0..20 {
        let mut pieces = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(rng.usize(1..=rest.len()));
            pieces.push(piece);
            rest = after;
        }
        assert_eq!(events(&pieces), expected, "{pieces:?}");
    }
}

#[test]
fn a_byte_order_mark_counts_only_at_the_beginning() {
    assert_eq!(
        events(&["\u{feff}data: 1\n\n\u{feff}data: 2\n\ndata: 3\n\n".as_bytes()]),
        [Ok(json!(1)), Ok(json!(3))]
    );
}

#[test]
fn a_long_event_is_assembled_from_many_chunks() {
    let long = "x".repeat(300_000);
    let text = format!("data: \"{long}\"\n\n");
    let pieces: Vec<_> = text.as_bytes().chunks(1000).collect();
    assert_eq!(events(&pieces), [Ok(json!(long))]);
}

#[test]
fn an_invalid_event_is_an_error_and_the_next_one_is_read() {
    let read: Vec<Result<u8, _>> = events(&[b"data: {\"n\": \n\ndata: 2\n\n"]);
    assert!(matches!(&read[0], Err(error) if error.contains("watch")), "{read:?}");
    assert_eq!(read[1..], [Ok(2)]);
}
