//! Small files are sent by one request of the Files API, and larger ones too where a server has no uploads.

use std::fs::File;
use std::future::IntoFuture;
use std::io::Write;
use std::time::Duration;

use openai_uploads::Purpose;
use openai_uploads::apis::files_api::CREATE_FILE;
use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, CREATE_UPLOAD};
use openai_uploads::models::{CreateFileRequest, FileExpirationAfter};
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use openai_uploads::uploader::{Api, Event, Options, Progress, Source, Step, UploadError};

use super::uploader_fixture::*;

/// The default options, with hardly a wait between attempts.
fn by_size() -> Options {
    options_with(|options| options.part_size = None)
}

/// As [`by_size`], with the API given.
fn by(api: Api) -> Options {
    changed(by_size(), |options| options.api = Some(api))
}

fn paths(server: &LocalServer) -> Vec<String> {
    server.requests().iter().map(|request| request.uri.path().to_owned()).collect()
}

fn attempts(events: &RecordedEvents) -> usize {
    events.count(|event| matches!(event, Event::FileStarted { .. }))
}

#[tokio::test]
async fn files_of_up_to_4_mib_are_one_request() {
    for (bytes, is_one_request) in [(0, true), (5, true), (4 * MIB, true), (4 * MIB + 1, false)] {
        let (server, sample) = (server(Faults::new()).await, Sample::of(bytes));
        let uploader = uploader(&server, by_size());
        let plan = uploader.plan(&Source::path(&sample.path)).unwrap();
        assert_eq!(plan.api(), if is_one_request { Api::Files } else { Api::Uploads });
        let (upload, events) = RecordedEvents::by(uploader.upload(&sample.path, Purpose::Assistants));
        let uploaded = upload.await.unwrap();
        assert_eq!(paths(&server) == ["/v1/files"], is_one_request, "{bytes}");
        assert_eq!((uploaded.upload_id.is_none(), uploaded.md5.is_none()), (is_one_request, is_one_request));
        assert_eq!((uploaded.file.bytes, uploaded.sent_bytes), (bytes, bytes));
        check_file(&server, &sample.bytes);
        assert!(sample.left_over().is_empty());
        events.check_progress(bytes);
    }
}

#[tokio::test]
async fn the_events_of_a_whole_file_are_in_order() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(100 * KIB));
    let (upload, events) =
        RecordedEvents::by(uploader(&server, by_size()).upload(&sample.path, Purpose::Assistants));
    upload.await.unwrap();
    assert_eq!(attempts(&events), 1);
    let events = events.events();
    let [first, .., last_progress, done] = &events[..] else { panic!("{events:?}") };
    assert!(matches!(first, Event::Planned { plan } if plan.to_string() == "1 request of 102400 bytes"));
    let Event::Progress(Progress { sent, finished, parts_finished, parts_expected, .. }) = last_progress
    else {
        panic!("{events:?}")
    };
    assert_eq!((*sent, *finished, *parts_finished, *parts_expected), (100 * KIB, 100 * KIB, 1, 1));
    assert!(matches!(done, Event::Done { .. }));
}

#[tokio::test]
async fn every_property_of_a_file_reaches_the_server_either_way() {
    for api in [Api::Files, Api::Uploads] {
        let (server, sample) = (server(Faults::new()).await, Sample::of(10));
        for source in [
            Source::path(&sample.path).with_file_name("b \"é\".png"),
            Source::bytes("b \"é\".png", sample.bytes.clone()),
            Source::reader("b \"é\".png", 10, std::io::Cursor::new(sample.bytes.clone())),
        ] {
            let upload =
                uploader(&server, by(api)).upload(source.with_mime_type("image/png"), Purpose::Vision);
            let uploaded = upload.with_expires_after(FileExpirationAfter::new(7200)).await.unwrap();
            let file = uploaded.file;
            assert_eq!((file.filename.as_str(), file.purpose.as_str()), ("b \"é\".png", "vision"), "{api}");
            assert_eq!(file.expires_at, Some(file.created_at + 7200), "{api}");
            assert_eq!(server.content(&file.id).unwrap(), sample.bytes, "{api}");
        }
        assert_eq!(server.uploads().len(), if api == Api::Files { 0 } else { 3 });
    }
}

#[tokio::test]
async fn the_options_force_either_api() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(5 * MIB));
    let uploaded = uploader(&server, by(Api::Files)).upload(&sample.path, Purpose::Assistants).await.unwrap();
    assert_eq!((paths(&server), uploaded.upload_id), (vec!["/v1/files".to_owned()], None));
    let small = Sample::of(5);
    let uploaded =
        uploader(&server, by(Api::Uploads)).upload(&small.path, Purpose::Assistants).await.unwrap();
    assert_eq!(uploaded.upload_id, Some(server.uploads()[0].upload.id.clone()));

    let max = CreateFileRequest::FILE_MAX_LENGTH;
    File::options().write(true).open(&sample.path).unwrap().set_len(max + 1).unwrap();
    let before = server.requests().len();
    let error =
        uploader(&server, by(Api::Files)).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::TooLarge { bytes, max: limit } if bytes == max + 1 && limit == max));
    assert_eq!(server.requests().len(), before);
}

#[tokio::test]
async fn a_whole_file_is_sent_again_until_it_arrives() {
    for fault in [
        Fault::fail(503),
        Fault::fail(429),
        Fault::cut_request(0),
        Fault::cut_request(50_000),
        Fault::cut_reply(0),
        Fault::cut_reply(30),
    ] {
        let faults = Faults::new().with(fault.clone(), When::first(2).on(CREATE_FILE.id));
        let (server, sample) = (server(faults).await, Sample::of(100 * KIB));
        let (upload, events) =
            RecordedEvents::by(uploader(&server, by_size()).upload(&sample.path, Purpose::Assistants));
        let uploaded = upload.await.unwrap();
        assert_eq!(attempts(&events), 3, "{fault:?}");
        assert!(events.has(|event| matches!(event, Event::Retrying { step: Step::File, .. })));
        assert!(server.content(&uploaded.file.id).unwrap() == sample.bytes, "{fault:?}");
        events.check_progress(100 * KIB);
    }
}

#[tokio::test]
async fn a_reader_is_sent_again_too() {
    let faults = Faults::new().with(Fault::cut_request(10), When::nth(1));
    let (server, bytes) = (server(faults).await, content(3, 100 * KIB));
    let source = Source::reader("a.bin", 100 * KIB, std::io::Cursor::new(bytes.clone()));
    uploader(&server, by_size()).upload(source, Purpose::Assistants).await.unwrap();
    check_file(&server, &bytes);
}

#[tokio::test]
async fn a_whole_file_that_stalls_is_sent_again() {
    let faults = Faults::new().with(Fault::stall(1000), When::nth(1));
    let (server, sample) = (server(faults).await, Sample::of(2 * MIB));
    let options = changed(by_size(), |options| options.stall_limit = Duration::from_millis(100));
    let (upload, events) =
        RecordedEvents::by(uploader(&server, options).upload(&sample.path, Purpose::Assistants));
    upload.await.unwrap();
    assert_eq!(attempts(&events), 2);
    check_file(&server, &sample.bytes);
}

#[tokio::test]
async fn a_refusal_is_final_and_says_what_was_asked_for() {
    let faults = Faults::new().with(Fault::fail(400), When::always());
    let (server, sample) = (server(faults).await, Sample::of(10));
    let error = uploader(&server, by_size()).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert_eq!(error.to_string(), "sending the file failed");
    assert!(error.api().is_some() && error.state().is_none() && !error.is_retryable());
    assert_eq!(server.requests().len(), 1);
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn a_failure_is_retryable_only_if_it_may_pass() {
    let faults = Faults::new().with(Fault::fail(503), When::always());
    let (server, sample) = (server(faults).await, Sample::of(10));
    let options = changed(by_size(), |options| options.retry.max_attempts = Some(2));
    let error = uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::Request { step: Step::File, attempts: 2, .. }), "{error}");
    assert!(error.is_retryable() && error.state().is_none());
}

#[tokio::test]
async fn a_whole_file_that_changes_meanwhile_is_an_error() {
    let faults = Faults::new().with(Fault::delay(Duration::from_millis(300)), When::always());
    let (server, sample) = (server(faults).await, Sample::of(3 * MIB));
    let upload = uploader(&server, by_size()).upload(&sample.path, Purpose::Assistants);
    let path = sample.path.clone();
    let upload = upload.on_event(move |event| {
        if matches!(event, Event::FileStarted { .. }) {
            File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
        }
    });
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error}");
}

#[tokio::test]
async fn a_whole_file_can_be_cancelled_while_it_is_sent() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(4 * MIB));
    // A slow server would not do: the kernel may take the whole file before the first progress.
    let options = changed(by_size(), |options| options.max_rate = Some(500_000));
    let upload = uploader(&server, options).upload(&sample.path, Purpose::Assistants);
    let handle = upload.handle();
    let upload = upload.on_event(move |event| {
        if matches!(event, Event::Progress(progress) if progress.sent > 0) {
            handle.cancel();
        }
    });
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Cancelled { upload_id: None }), "{error}");
    assert!(server.files().is_empty() && sample.left_over().is_empty());
}

#[tokio::test]
async fn a_cancelled_file_of_which_all_is_sent_arrives() {
    let faults = Faults::new().with(Fault::delay(Duration::from_millis(300)), When::always());
    let (server, sample) = (server(faults).await, Sample::of(10));
    let upload = uploader(&server, by_size()).upload(&sample.path, Purpose::Assistants);
    let handle = upload.handle();
    let upload = tokio::spawn(upload.into_future());
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    handle.cancel();
    assert_eq!(upload.await.unwrap().unwrap().file.id, server.files()[0].id);
}

#[tokio::test]
async fn a_server_without_uploads_gets_whole_files() {
    for status in [404, 405, 501] {
        let faults = Faults::new().with(Fault::fail(status), When::always().on(CREATE_UPLOAD.id));
        let (server, sample) = (server(faults).await, Sample::of(5 * MIB));
        let uploader = uploader(&server, by_size());
        let (upload, events) = RecordedEvents::by(uploader.upload(&sample.path, Purpose::Assistants));
        assert_eq!(upload.await.unwrap().upload_id, None, "{status}");
        check_file(&server, &sample.bytes);
        events.check_progress(5 * MIB);
        assert!(sample.left_over().is_empty(), "{:?}", sample.left_over());
        // It is not asked again.
        uploader.upload(&sample.path, Purpose::Assistants).await.unwrap();
        assert_eq!(paths(&server), ["/v1/uploads", "/v1/files", "/v1/files"], "{status}");
        assert_eq!(uploader.plan(&Source::path(&sample.path)).unwrap().api(), Api::Files);
    }
}

#[tokio::test]
async fn what_a_server_without_uploads_cannot_take_is_an_error() {
    let faults = Faults::new().with(Fault::fail(404), When::always().on(CREATE_UPLOAD.id));
    let (server, sample) = (server(faults).await, Sample::of(5 * MIB));
    // The caller wants an upload.
    let uploader_of = |options| uploader(&server, options);
    let error = uploader_of(by(Api::Uploads)).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::Request { step: Step::Create, .. }), "{error}");
    // A reader would be in memory as a whole.
    let reader = Source::reader("a.bin", 5 * MIB, std::io::Cursor::new(sample.bytes.clone()));
    let error = uploader_of(by_size()).upload(reader, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::Request { step: Step::Create, .. }), "{error}");
    // The Files API takes no more than 512 MiB.
    let max = CreateFileRequest::FILE_MAX_LENGTH;
    File::options().write(true).open(&sample.path).unwrap().set_len(max + 1).unwrap();
    let error = uploader_of(by_size()).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::Request { step: Step::Create, .. }), "{error}");
    assert!(server.files().is_empty());
}

#[tokio::test]
async fn an_upload_that_was_begun_is_resumed_whatever_the_size() {
    let faults = Faults::new().with(Fault::fail(503), When::share(1.0).on("completeUpload"));
    let (server, sample) = (server(faults).await, Sample::of(300 * KIB));
    let in_parts = options_with_attempts(1);
    let error = uploader(&server, in_parts).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(error.state().is_some(), "{error}");
    let resumed = changed(by_size(), |options| options.retry.max_attempts = Some(1));
    let (upload, events) =
        RecordedEvents::by(uploader(&server, resumed).upload(&sample.path, Purpose::Assistants));
    assert!(upload.await.is_err());
    assert_eq!(events.resumed(), Some(5));
    // One that is forced to be whole does not look for it.
    let uploaded = uploader(&server, by(Api::Files)).upload(&sample.path, Purpose::Assistants).await.unwrap();
    assert_eq!(uploaded.upload_id, None);
}

#[tokio::test]
async fn a_state_that_cannot_be_resumed_goes_away_with_the_whole_file() {
    let faults = Faults::new().with(Fault::fail(503), When::nth(2).on(ADD_UPLOAD_PART.id));
    let (server, sample) = (server(faults).await, Sample::of(300 * KIB));
    let in_parts = changed(options_with_attempts(1), |options| options.concurrency = 1);
    uploader(&server, in_parts).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    assert!(sample.state_path().exists());
    let changed = content(9, 200 * KIB);
    std::fs::write(&sample.path, &changed).unwrap();
    let (upload, events) =
        RecordedEvents::by(uploader(&server, by_size()).upload(&sample.path, Purpose::Assistants));
    assert_eq!(upload.await.unwrap().upload_id, None);
    assert_eq!(events.restarts(), ["the file has changed"]);
    check_file(&server, &changed);
    check_no_orphan(&server);
    assert!(sample.left_over().is_empty(), "{:?}", sample.left_over());
}

#[tokio::test]
async fn many_small_files_are_sent_side_by_side_within_the_limit() {
    let faults = Faults::new().with(Fault::delay(Duration::from_millis(20)), When::always());
    let server = server(faults).await;
    let uploader = uploader(&server, by_size());
    let uploads = (0..30_u64).map(|n| {
        uploader.upload(Source::bytes(format!("{n}.bin"), content(n, n)), Purpose::UserData).into_future()
    });
    let uploaded = futures_util::future::try_join_all(uploads).await.unwrap();
    for (n, uploaded) in uploaded.iter().enumerate() {
        assert_eq!(uploaded.file.filename, format!("{n}.bin"));
        assert_eq!(server.content(&uploaded.file.id).unwrap(), content(n as u64, n as u64));
    }
    assert_eq!(server.requests().len(), 30);
}
