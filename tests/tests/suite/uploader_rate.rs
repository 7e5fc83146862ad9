//! The limit on the rate of sending: over all connections and files of an uploader, and of a run of the command.
//!
//! Only the minimum time is checked: a slow machine takes longer.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use openai_uploads::Purpose;
use openai_uploads::server::Faults;
use openai_uploads::uploader::{Event, Source};

use super::command_fixture::{Files, Run, command, start, upload};
use super::uploader_fixture::{KIB, RecordedEvents, content, options_with, server, uploader};

#[tokio::test]
async fn files_that_are_sent_side_by_side_share_the_limit() {
    let server = server(Faults::default()).await;
    let uploader = uploader(&server, options_with(|options| options.max_rate = Some(2_000 * KIB)));
    let started = Instant::now();
    let uploads = (0..4).map(|file| {
        let uploader = uploader.clone();
        let source = Source::bytes("a.bin", content(file, 250 * KIB));
        async move { uploader.upload(source, Purpose::Assistants).await }
    });
    let uploaded = try_join_all(uploads).await.unwrap();
    // Half a second, apart from what is sent at once.
    assert!(started.elapsed() >= Duration::from_millis(350), "{:?}", started.elapsed());
    for (file, uploaded) in uploaded.iter().enumerate() {
        assert!(server.content(&uploaded.file.id).unwrap() == content(file as u64, 250 * KIB));
    }
}

#[tokio::test]
async fn waiting_for_the_limit_is_not_a_stall() {
    let server = server(Faults::default()).await;
    let options = options_with(|options| {
        options.max_rate = Some(2_000);
        options.stall_limit = Duration::from_millis(50);
    });
    let source = Source::bytes("a.bin", content(1, 600));
    let (upload, recorded) =
        RecordedEvents::by(uploader(&server, options).upload(source, Purpose::Assistants));
    let uploaded = upload.await.unwrap();
    assert!(server.content(&uploaded.file.id).unwrap() == content(1, 600));
    assert!(!recorded.has(|event| matches!(event, Event::Retrying { .. })), "{:?}", recorded.events());
}

#[test]
fn the_command_limits_uploads_and_batches() {
    let files = Files::new();
    let (path, bytes) = files.random("a.bin", 1, 300_000);
    let server = super::command_fixture::server(Faults::default());
    let started = Instant::now();
    let run = Run::of(&mut upload(&server, &["-p", "assistants", "--limit-rate", "1MB/s", &path]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(started.elapsed() >= Duration::from_millis(180), "{:?}", started.elapsed());
    assert!(server.content(run.stdout.trim()).unwrap() == bytes);

    let server = start(openai_uploads::server::Server::builder());
    let input = "x".repeat(100_000);
    let request = serde_json::json!({"custom_id": "1", "method": "POST", "url": "/v1/responses",
        "body": {"model": "gpt-5", "input": input}});
    let requests = files.file("requests.jsonl", request.to_string());
    let started = Instant::now();
    let mut batch = command(&["batch", "run", &requests, "--limit-rate", "250KB/s"]);
    batch.args(["-o", &files.path("results.jsonl")]).env("OPENAI_BASE_URL", server.base_url());
    let run = Run::of(&mut batch);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(started.elapsed() >= Duration::from_millis(250), "{:?}", started.elapsed());
}

#[test]
fn an_invalid_rate_is_bad_usage() {
    for rate in ["fast", "0", "20MB/m", "-1"] {
        let run = Run::of(&mut command(&["upload", "a.bin", "-p", "batch", &format!("--limit-rate={rate}")]));
        assert_eq!(run.code, Some(2), "{rate}: {}", run.stderr);
        assert!(run.stderr.contains("20MB/s"), "{rate}: {}", run.stderr);
    }
}
