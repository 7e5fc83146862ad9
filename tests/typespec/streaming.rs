//! Streams: JSON Lines and server-sent events.

use std::fmt::Debug;
use std::time::Duration;

use clients::runtime::{ByteStream, Call, EventStream};
use clients::streaming_jsonl;
use clients::streaming_sse::apis::default_api::*;
use clients::streaming_sse::models::*;
use futures_util::TryStreamExt as _;

use crate::board::{Board, Group};

pub(crate) async fn run(board: &Board) {
    lines(board).await;
    let group = board.group("Streaming_Sse");
    unnamed_events(&group).await;
    named_events(&group).await;
    retrieval(&group).await;
    envelopes(&group).await;
    fields(&group).await;
    reconnection(&group).await;
}

/// The document says that JSON Lines are a string, so they are streamed as bytes.
async fn lines(board: &Board) {
    use streaming_jsonl::apis::default_api::*;

    let group = board.group("Streaming_Jsonl_Basic");
    let text = "{\"desc\": \"one\"}\n{\"desc\": \"two\"}\n{\"desc\": \"three\"}".as_bytes();
    group.sent("send", basic_send(&group.at, text).await);
    let reply: Result<ByteStream, _> = basic_receive(&group.at).await;
    group.streamed("receive", reply, text).await;
}

/// All events of a call.
async fn events<T: serde::de::DeserializeOwned + 'static>(
    call: Call<EventStream<T>>,
) -> Result<Vec<T>, Box<dyn std::error::Error>> {
    Ok(call.await?.try_collect().await?)
}

async fn unnamed_events(group: &Group) {
    let all = events(unnamed_receive(&group.at)).await;
    let texts =
        all.map(|all| all.into_iter().map(|event| event.data.map(|data| data.desc)).collect::<Vec<_>>());
    group.got("Unnamed_receive", texts, ["one", "two", "three"].map(|text| Some(text.to_owned())).to_vec());
}

async fn named_events(group: &Group) {
    use named_receive::ResponseItem;

    let all = events(named_receive(&group.at)).await;
    let texts = all.map(|all| {
        let texts = all.into_iter().map(|event| match event {
            ResponseItem::ResponseCreated(created) => created.data.map(|data| data.id),
            ResponseItem::ResponseDelta(delta) => delta.data.map(|data| data.delta),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    });
    // The data `[DONE]` ends the stream.
    group.got(
        "Named_receive",
        texts,
        ["resp_1", "Hello", " world"].map(|text| Some(text.to_owned())).to_vec(),
    );
}

async fn retrieval(group: &Group) {
    use retrieve_stream::ResponseItem;

    let request = RetrieveRetrievalRequest::new("what is typespec?".to_owned());
    let all = events(retrieve_stream(&group.at, request)).await;
    let texts = all.map(|all| {
        let texts = all.into_iter().map(|event| match event {
            ResponseItem::PartialResult(part) => part.data.map(|data| data.text),
            ResponseItem::FinalResult(all) => all.data.map(|data| data.references.join(" ")),
            _ => None,
        });
        texts.collect::<Vec<_>>()
    });
    let expected = ["partial one", "partial two", "doc1 doc2"].map(|text| Some(text.to_owned())).to_vec();
    group.got("Retrieve_stream", texts, expected);
}

async fn envelopes(group: &Group) {
    {
        use data_with_envelope::ResponseItem;
        let all = events(data_with_envelope(&group.at)).await;
        let texts = all.map(|all| match all.as_slice() {
            [ResponseItem::WithEnvelope(event)] => event.data.clone(),
            _ => None,
        });
        group.got("Protocol_Data_withEnvelope", texts, Some("hello".to_owned()));
    }
    use data_without_envelope::ResponseItem;
    let all = events(data_without_envelope(&group.at)).await;
    let texts = all.map(|all| match all.as_slice() {
        [ResponseItem::WithoutEnvelope(event)] => {
            event.data.as_ref().map(|data| (data.contents.clone(), data.metadata.get("source").cloned()))
        }
        _ => None,
    });
    group.got("Protocol_Data_withoutEnvelope", texts, Some(("world".to_owned(), Some("test".to_owned()))));
}

/// An id, a time to wait, and a message: what the scenarios of the protocol send.
type Received = (Option<String>, Option<Duration>, Option<String>);

/// The only event of a call.
async fn only<T: serde::de::DeserializeOwned + Debug + 'static>(
    call: Call<EventStream<T>>,
    message: impl Fn(T) -> Option<String>,
) -> Result<Received, Box<dyn std::error::Error>> {
    let mut all: Vec<_> = call.await?.with_fields().try_collect().await?;
    let event = all.pop().ok_or("there is no event")?;
    Ok((event.id, event.retry, message(event.data)))
}

async fn fields(group: &Group) {
    let at = &group.at;
    let hello = || Some("hello".to_owned());
    let received = only(protocol_id(at), |event| event.data.map(|data| data.message)).await;
    group.got("Protocol_id", received, (Some("event-1".to_owned()), None, hello()));
    let received = only(protocol_invalid_id(at), |event| event.data.map(|data| data.message)).await;
    group.got("Protocol_invalidId", received, (None, None, hello()));
    let received = only(protocol_retry(at), |event| event.data.map(|data| data.message)).await;
    group.got("Protocol_retry", received, (None, Some(Duration::from_secs(1)), hello()));
    let received = only(protocol_invalid_retry(at), |event| event.data.map(|data| data.message)).await;
    group.got("Protocol_invalidRetry", received, (None, None, hello()));
}

/// A program connects again with the id of the last event.
async fn reconnection(group: &Group) {
    let at = &group.at;
    let received = only(protocol_reconnect(at), |event| event.data.map(|data| data.message)).await;
    let id = received.as_ref().ok().and_then(|(id, ..)| id.clone()).unwrap_or_default();
    group.got("Protocol_reconnect", received, (Some("event-1".to_owned()), None, Some("hello".to_owned())));
    let call =
        protocol_reconnect(at).header("last-event-id".parse().expect("a name"), id.parse().expect("a value"));
    let received = only(call, |event| event.data.map(|data| data.message)).await;
    group.got("Protocol_reconnect", received, (Some("event-2".to_owned()), None, Some("world".to_owned())));
}
