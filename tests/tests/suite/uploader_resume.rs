//! An interrupted upload is resumed, or the event says why it is restarted.

use std::future::IntoFuture;
use std::path::Path;
use std::time::Duration;

use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, COMPLETE_UPLOAD, cancel_upload};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::upload::Status;
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use openai_uploads::uploader::{
    Event, Options, Resume, RetryPolicy, Source, State, UploadError, Uploaded, Warning,
};

use super::uploader_fixture::*;

/// Ten parts. The sixth request for a part ends the upload for now.
async fn broken_off() -> (LocalServer, Sample) {
    broken_off_with(Faults::new()).await
}

async fn broken_off_with(faults: Faults) -> (LocalServer, Sample) {
    let server = server(faults.with(Fault::fail(401), When::nth(6).on(ADD_UPLOAD_PART.id))).await;
    let sample = Sample::of(640 * KIB);
    let options = options_with(|options| {
        options.concurrency = 1;
    });
    let error = uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(error.state().is_some(), "{error}");
    (server, sample)
}

async fn again(server: &LocalServer, sample: &Sample) -> (Result<Uploaded, UploadError>, RecordedEvents) {
    again_as(server, Source::path(&sample.path), Purpose::Assistants, options()).await
}

async fn again_as(
    server: &LocalServer,
    source: Source,
    purpose: Purpose,
    options: Options,
) -> (Result<Uploaded, UploadError>, RecordedEvents) {
    let (upload, recorded) = RecordedEvents::by(uploader(server, options).upload(source, purpose));
    (upload.await, recorded)
}

#[tokio::test]
async fn only_what_is_missing_is_sent() {
    let (server, sample) = broken_off().await;
    let sent = requests(&server, "/parts").len();
    let (result, recorded) = again(&server, &sample).await;
    let uploaded = result.unwrap();
    assert_eq!(recorded.resumed(), Some(5));
    assert_eq!(requests(&server, "/parts").len() - sent, 5);
    assert!(uploaded.md5.is_some(), "the server compared it with that of all the bytes");
    check_file(&server, &sample.bytes);
    recorded.check_progress(640 * KIB);
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn the_state_is_private_whole_and_without_a_secret() {
    let server = LocalServer::start_with(
        openai_uploads::server::Server::builder()
            .api_key("sk-secret")
            .faults(Faults::new().with(Fault::fail(403), When::nth(3).on(ADD_UPLOAD_PART.id))),
    )
    .await
    .unwrap();
    let sample = Sample::of(640 * KIB);
    let options = options_with(|options| {
        options.concurrency = 1;
    });
    uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    let text = std::fs::read_to_string(sample.state_path()).unwrap();
    assert!(!text.contains("secret"), "{text}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&sample.state_path().metadata().unwrap());
        assert_eq!(mode & 0o777, 0o600);
    }
    let state = State::read(&sample.state_path()).unwrap();
    assert_eq!(state.parts.len(), 2);
    assert_eq!(state.finished_bytes(), 128 * KIB);
    assert_eq!(state.source.length, 640 * KIB);
    assert_eq!(state.base_url, server.base_url());
    assert_eq!(state.upload_id, server.uploads()[0].upload.id);
    assert!(!state.is_expired());
    assert_eq!(sample.left_over(), [".sample.bin.openai-upload"], "the lock is gone");

    let listed = State::list(sample.folder.path().parent().unwrap()).unwrap();
    let listed: Vec<_> = listed.into_iter().filter(|saved| saved.path == sample.state_path()).collect();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].state, Ok(state));
    assert_eq!(State::path_beside(&sample.path).unwrap(), sample.state_path().canonicalize().unwrap());
}

#[tokio::test]
async fn the_state_may_be_elsewhere_or_nowhere() {
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("state.json");
    let server = server(Faults::new().with(Fault::fail(401), When::every(6).on(ADD_UPLOAD_PART.id))).await;
    let sample = Sample::of(640 * KIB);
    for resumed in [None, Some(5)] {
        let upload = uploader(
            &server,
            options_with(|options| {
                options.concurrency = 1;
            }),
        );
        let upload = upload.upload(&sample.path, Purpose::Assistants).with_resume(Resume::At(path.clone()));
        let (upload, recorded) = RecordedEvents::by(upload);
        let result = upload.await;
        assert_eq!(recorded.resumed(), resumed);
        assert_eq!(result.is_ok(), resumed.is_some());
        assert_eq!(path.exists(), resumed.is_none());
    }
    assert!(sample.left_over().is_empty());

    let options = options_with(|options| {
        options.concurrency = 1;
        options.resume = Resume::Off;
    });
    uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(sample.left_over().is_empty());
    check_no_orphan(&server);
}

#[tokio::test]
async fn a_part_size_that_is_asked_for_later_does_not_undo_what_arrived() {
    let (server, sample) = broken_off().await;
    let options = options_with(|options| {
        options.part_size = Some(100 * KIB);
    });
    let (result, recorded) =
        again_as(&server, Source::path(&sample.path), Purpose::Assistants, options).await;
    result.unwrap();
    assert_eq!(recorded.resumed(), Some(5));
    check_file(&server, &sample.bytes);
}

#[tokio::test]
async fn a_changed_file_is_sent_from_the_beginning() {
    let (server, mut sample) = broken_off().await;
    sample.bytes[0] ^= 1;
    std::fs::write(&sample.path, &sample.bytes).unwrap();
    let (result, recorded) = again(&server, &sample).await;
    result.unwrap();
    assert_eq!(recorded.restarts(), ["the file has changed"]);
    check_file(&server, &sample.bytes);
    check_no_orphan(&server);
}

#[tokio::test]
async fn another_purpose_or_name_or_server_restarts_the_upload() {
    let (server, sample) = broken_off().await;
    let source = Source::path(&sample.path);
    let (result, recorded) = again_as(&server, source, Purpose::Vision, options()).await;
    result.unwrap();
    assert_eq!(recorded.restarts(), ["the earlier upload was for `assistants`"]);
    check_no_orphan(&server);

    let (server, sample) = broken_off().await;
    let source = Source::path(&sample.path).with_file_name("other.bin");
    let (result, recorded) = again_as(&server, source, Purpose::Assistants, options()).await;
    result.unwrap();
    assert_eq!(recorded.restarts().len(), 1);
    check_no_orphan(&server);

    let (first, sample) = broken_off().await;
    let second = self::server(Faults::new()).await;
    let (result, recorded) = again(&second, &sample).await;
    result.unwrap();
    assert_eq!(recorded.restarts(), [format!("the earlier upload went to {}", first.base_url())]);
    assert_eq!(statuses(&first), [Status::Pending], "another server is left alone");
    check_file(&second, &sample.bytes);
}

#[tokio::test]
async fn an_upload_that_no_longer_exists_is_restarted() {
    for (what, said) in [("cancelled", "cancelled"), ("expired", "expired"), ("unknown", "")] {
        let (server, sample) = broken_off().await;
        let upload_id = server.uploads()[0].upload.id.clone();
        match what {
            "cancelled" => drop(cancel_upload(&server.configuration(), &upload_id).await.unwrap()),
            "expired" => server.clock().advance(Duration::from_secs(3600)),
            _ => server.forget(&upload_id).unwrap(),
        }
        let (result, recorded) = again(&server, &sample).await;
        result.unwrap();
        assert_eq!(recorded.resumed(), Some(5));
        let reasons = recorded.restarts();
        assert_eq!(reasons.len(), 1, "{what}: {reasons:?}");
        assert!(
            reasons[0].starts_with("the server no longer accepts the upload") && reasons[0].contains(said)
        );
        check_file(&server, &sample.bytes);
        check_no_orphan(&server);
        assert!(sample.left_over().is_empty());
    }
}

/// The local clock was far behind when the upload was created, or is far ahead now.
#[tokio::test]
async fn a_wrong_local_clock_does_not_end_an_upload() {
    let (server, sample) = broken_off().await;
    let text = std::fs::read_to_string(sample.state_path()).unwrap();
    let state = State::read(&sample.state_path()).unwrap();
    let text = text.replace(&format!("\"created_at\":{}", state.created_at), "\"created_at\":1000");
    let text = text.replace(&format!("\"expires_at\":{}", state.expires_at), "\"expires_at\":4600");
    std::fs::write(sample.state_path(), text).unwrap();
    assert!(State::read(&sample.state_path()).unwrap().is_expired());
    let (result, recorded) = again(&server, &sample).await;
    result.unwrap();
    assert_eq!((recorded.resumed(), recorded.restarts()), (Some(5), vec![]));
    check_file(&server, &sample.bytes);
}

#[tokio::test]
async fn a_damaged_state_never_stops_an_upload() {
    let (_, whole) = broken_off().await;
    let text = std::fs::read_to_string(whole.state_path()).unwrap();
    let damaged = [
        String::new(),
        "{".to_owned(),
        text[..text.find('\n').unwrap() / 2].to_owned(),
        text.replace("\"version\":2", "\"version\":1"),
        text.replace("\"end\":65536", "\"end\":0"),
        text.replace("\"end\":65536", "\"end\":18446744073709551615"),
        text.replace("\"id\":\"part_", "\"id\":7,\"was\":\""),
        "[".repeat(100_000),
    ];
    for text in damaged {
        let (server, sample) = (server(Faults::new()).await, Sample::of(100 * KIB));
        std::fs::write(sample.state_path(), &text).unwrap();
        let (result, recorded) = again(&server, &sample).await;
        result.unwrap();
        assert!(
            recorded.restarts()[0].starts_with("its state is damaged: "),
            "{:?} of {text}",
            recorded.restarts()
        );
        check_file(&server, &sample.bytes);
        assert!(sample.left_over().is_empty());
    }
    for not_utf8 in [vec![0xff; 100], vec![0; 20 << 20]] {
        let (server, sample) = (server(Faults::new()).await, Sample::of(100 * KIB));
        std::fs::write(sample.state_path(), not_utf8).unwrap();
        let (result, recorded) = again(&server, &sample).await;
        result.unwrap();
        assert_eq!(recorded.restarts().len(), 1);
    }
}

#[tokio::test]
async fn a_state_that_cannot_be_written_is_a_warning() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(100 * KIB));
    for path in [Path::new("/no/such/folder/state"), sample.folder.path()] {
        let upload = uploader(&server, options()).upload(&sample.path, Purpose::Assistants);
        let (upload, recorded) = RecordedEvents::by(upload.with_resume(Resume::At(path.to_owned())));
        upload.await.unwrap();
        assert!(recorded.has(|event| matches!(event, Event::Warning(Warning::State { .. }))), "{path:?}");
    }
}

#[tokio::test]
async fn two_uploads_of_one_file_are_refused() {
    let slow =
        Faults::new().with(Fault::delay(Duration::from_secs(3600)), When::nth(1).on(ADD_UPLOAD_PART.id));
    let (server, sample) = (server(slow).await, Sample::of(100 * KIB));
    let options = options_with(|options| {
        options.hedging = false;
    });
    let first = uploader(&server, options.clone()).upload(&sample.path, Purpose::Assistants);
    let first = tokio::spawn(first.into_future());
    while requests(&server, "/parts").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = uploader(&server, options.clone()).upload(&sample.path, Purpose::Assistants).await;
    let error = second.unwrap_err();
    assert!(matches!(error, UploadError::Locked { .. }), "{error}");
    assert_eq!(server.uploads().len(), 1);
    first.abort();
    first.await.unwrap_err();
    uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap();
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn an_interrupted_completion_is_recognised_by_the_next_run() {
    // Two runs: the first does not learn the result of its completion.
    let faults = Faults::new().with(Fault::cut_reply(0), When::first(1).on(COMPLETE_UPLOAD.id));
    let (server, sample) = (server(faults).await, Sample::of(100 * KIB));
    let options = options_with(|options| {
        options.retry = RetryPolicy::never();
    });
    let error = uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(error.state().is_some(), "{error}");
    assert!(State::read(&sample.state_path()).unwrap().completing);
    let (result, _) = again(&server, &sample).await;
    assert!(matches!(result, Err(UploadError::FileUnknown { .. })), "{result:?}");
    check_file(&server, &sample.bytes);
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn a_completion_that_never_reached_the_server_is_made_by_the_next_run() {
    let faults = Faults::new().with(Fault::cut_request(0), When::first(1).on(COMPLETE_UPLOAD.id));
    let (server, sample) = (server(faults).await, Sample::of(100 * KIB));
    let options = options_with(|options| {
        options.retry = RetryPolicy::never();
    });
    uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    let (result, recorded) = again(&server, &sample).await;
    result.unwrap();
    assert_eq!(recorded.resumed(), Some(2));
    assert_eq!(requests(&server, "/parts").len(), 2);
    check_file(&server, &sample.bytes);
}

#[tokio::test]
async fn an_upload_continues_on_a_restarted_server() {
    let folder = tempfile::tempdir().unwrap();
    let faults = Faults::new().with(Fault::fail(401), When::nth(6).on(ADD_UPLOAD_PART.id));
    let builder = openai_uploads::server::Server::builder().dir(folder.path()).faults(faults);
    let server = LocalServer::start_with(builder).await.unwrap();
    let sample = Sample::of(640 * KIB);
    let options = options_with(|options| {
        options.concurrency = 1;
    });
    uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    let server = restarted(server, folder.path(), Faults::new()).await;
    let (result, recorded) = again(&server, &sample).await;
    result.unwrap();
    assert_eq!(recorded.resumed(), Some(5));
    assert_eq!(requests(&server, "/parts").len(), 5);
    check_file(&server, &sample.bytes);
}
