//! Every source arrives unchanged, whatever its length. What cannot be sent is refused before sending.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::{AddUploadPartRequest, CreateUploadRequest, FileExpirationAfter};
use openai_uploads::preflight::Provider;
use openai_uploads::runtime::describe;
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use openai_uploads::uploader::{Event, Options, Resume, Source, UploadError, Warning};

use super::uploader_fixture::*;

#[tokio::test]
async fn a_file_of_any_length_arrives_as_it_is() {
    for length in [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 640 * KIB, 1_234_567] {
        let (server, sample) = (server(Faults::new()).await, Sample::of(length));
        let upload = uploader(&server, options()).upload(&sample.path, Purpose::Assistants);
        let (upload, recorded) = RecordedEvents::by(upload);
        let uploaded = upload.await.unwrap();
        assert_eq!(uploaded.file.bytes, length);
        assert_eq!(uploaded.file.filename, "sample.bin");
        assert_eq!(requests(&server, "/parts").len() as u64, length.div_ceil(64 * KIB));
        check_file(&server, &sample.bytes);
        recorded.check_progress(length);
        assert!(sample.left_over().is_empty());
    }
}

#[tokio::test]
async fn bytes_and_readers_arrive_as_they_are() {
    for length in [0, 1, 64 * KIB, 777_777] {
        let bytes = content(1, length);
        for is_reader in [false, true] {
            let server = server(Faults::new()).await;
            let source = if is_reader {
                // Bytes beyond the request are left unread.
                let more = [&bytes[..], b"more"].concat();
                Source::reader("a.bin", length, std::io::Cursor::new(more))
            } else {
                Source::bytes("a.bin", bytes.clone())
            };
            let (upload, recorded) =
                RecordedEvents::by(uploader(&server, options()).upload(source, Purpose::Assistants));
            let uploaded = upload.await.unwrap();
            assert_eq!(uploaded.file.bytes, length);
            check_file(&server, &bytes);
            recorded.check_progress(length);
        }
    }
}

#[tokio::test]
async fn the_server_gets_the_name_and_type_of_the_file() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(10));
    let source = Source::path(&sample.path).with_file_name("b.png").with_mime_type("image/x-test");
    let expires_after = FileExpirationAfter::new(FileExpirationAfter::SECONDS_MINIMUM);
    let upload = uploader(&server, options()).upload(source, Purpose::Vision);
    let uploaded = upload.with_expires_after(expires_after).await.unwrap();
    assert_eq!(uploaded.file.filename, "b.png");
    assert_eq!(uploaded.file.purpose.as_str(), "vision");
    assert_eq!(uploaded.file.expires_at, Some(uploaded.file.created_at + 3600));
}

#[tokio::test]
async fn a_reader_that_ends_early_is_an_error_and_leaves_no_orphan() {
    let server = server(Faults::new()).await;
    let source = Source::reader("a.bin", 200 * KIB, std::io::Cursor::new(content(1, 150 * KIB)));
    let error = uploader(&server, options()).upload(source, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::Source { .. }), "{error}");
    assert_eq!(describe(&error), "a.bin cannot be read: it ended 43008 bytes early");
    check_no_orphan(&server);
}

#[tokio::test]
async fn one_byte_too_many_is_refused_before_anything_is_sent() {
    let server = server(Faults::new()).await;
    let sample = Sample::of(0);
    let most = CreateUploadRequest::BYTES_MAXIMUM;
    File::options().write(true).open(&sample.path).unwrap().set_len(most + 1).unwrap();
    let uploader = uploader(&server, Options::default());
    let source = Source::path(&sample.path);
    assert!(matches!(uploader.plan(&source), Err(UploadError::TooLarge { .. })));
    let error = uploader.upload(source, Purpose::Assistants).await.unwrap_err();
    assert!(matches!(error, UploadError::TooLarge { bytes, .. } if bytes == most + 1), "{error}");
    assert!(server.requests().is_empty());

    File::options().write(true).open(&sample.path).unwrap().set_len(most).unwrap();
    let plan = uploader.plan(&Source::path(&sample.path)).unwrap();
    assert_eq!(plan.part_size(), AddUploadPartRequest::DATA_MAX_LENGTH);
}

#[tokio::test]
async fn invalid_requests_are_refused_before_sending() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(10));
    let uploader = uploader(&server, options());
    let folder = sample.folder.path();
    let missing = folder.join("missing");
    for (path, kind) in [
        (folder, ErrorKind::IsADirectory),
        (&missing, ErrorKind::NotFound),
        (Path::new(""), ErrorKind::NotFound),
    ] {
        let error = uploader.upload(path, Purpose::Assistants).await.unwrap_err();
        let UploadError::Source { name, source, state: None, .. } = error else { panic!("{error}") };
        assert_eq!((Path::new(&name), source.kind()), (path, kind));
    }
    for part_size in [0, AddUploadPartRequest::DATA_MAX_LENGTH + 1] {
        let options = options_with(|options| {
            options.part_size = Some(part_size);
        });
        let error = self::uploader(&server, options).upload(&sample.path, Purpose::Assistants).await;
        assert!(matches!(error, Err(UploadError::Options { .. })), "{error:?}");
    }
    let expires_after = FileExpirationAfter::new(10);
    let upload = uploader.upload(&sample.path, Purpose::Assistants).with_expires_after(expires_after);
    assert_eq!(
        upload.await.unwrap_err().to_string(),
        "a file cannot expire after 10 seconds; give 3600 to 2592000"
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn content_that_its_purpose_cannot_take_is_refused_before_anything_is_sent() {
    let server = server(Faults::new()).await;
    let uploader = uploader(&server, options());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jsonl");
    std::fs::write(&path, "{}\n").unwrap();
    for source in [Source::path(&path), Source::bytes("a.jsonl", "{}\n")] {
        let error = uploader.upload(source, Purpose::FineTune).await.unwrap_err();
        let UploadError::FailedPreflight { report, .. } = &error else { panic!("{error}") };
        assert_eq!(report.faults[1].line, Some(1));
    }
    assert!(server.requests().is_empty());

    let unchecked = self::uploader(
        &server,
        options_with(|options| {
            options.preflight = false;
        }),
    );
    unchecked.upload(&path, Purpose::FineTune).await.unwrap();
}

#[tokio::test]
async fn a_name_that_its_purpose_refuses_is_a_fault_and_a_mime_type_a_warning() {
    let server = server(Faults::new()).await;
    let lines = "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(10);
    let uploader = uploader(&server, options());
    let source = |name| Source::bytes(name, lines.clone()).with_mime_type("text/plain");
    let error = uploader.upload(source("a.txt"), Purpose::FineTune).await.unwrap_err();
    assert!(error.to_string().contains("takes .jsonl files"), "{error}");
    let (upload, recorded) = RecordedEvents::by(uploader.upload(source("a.jsonl"), Purpose::FineTune));
    upload.await.unwrap();
    assert_eq!(recorded.count(|event| matches!(event, Event::Warning(Warning::Content(_)))), 1);

    let lenient = options_with(|options| {
        options.provider = Some(Provider::Other);
    });
    self::uploader(&server, lenient).upload(source("a.txt"), Purpose::FineTune).await.unwrap();
    let unchecked = self::uploader(
        &server,
        options_with(|options| {
            options.preflight = false;
        }),
    );
    unchecked.upload(source("a.txt"), Purpose::FineTune).await.unwrap();
}

#[tokio::test]
async fn events_come_in_order_to_callback_and_stream() {
    use futures_util::StreamExt;
    let (server, sample) = (server(Faults::new()).await, Sample::of(150 * KIB));
    let (mut upload, recorded) =
        RecordedEvents::by(uploader(&server, options()).upload(&sample.path, Purpose::Assistants));
    let stream = upload.events();
    let uploaded = upload.await.unwrap();
    let events = recorded.events();
    assert_eq!(stream.collect::<Vec<_>>().await, events);
    let names: Vec<_> = events.iter().map(name).filter(|name| *name != "Progress").collect();
    assert_eq!(&names[..2], ["Planned", "Created"]);
    assert_eq!(&names[names.len() - 2..], ["Completing", "Done"]);
    assert_eq!(names.iter().filter(|name| **name == "PartStarted").count(), 3);
    assert_eq!(names.iter().filter(|name| **name == "PartDone").count(), 3);
    assert_eq!(names.len(), 10);
    assert!(uploaded.md5.is_some());
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::Planned { .. } => "Planned",
        Event::Created { .. } => "Created",
        Event::PartStarted { .. } => "PartStarted",
        Event::Progress(_) => "Progress",
        Event::PartDone { .. } => "PartDone",
        Event::Completing { .. } => "Completing",
        Event::Done { .. } => "Done",
        _ => "something else",
    }
}

#[tokio::test]
async fn md5_is_sent_and_compared_unless_it_is_switched_off() {
    let sample = Sample::of(100 * KIB);
    for md5 in [true, false] {
        let server = server(Faults::new()).await;
        let upload = uploader(
            &server,
            options_with(|options| {
                options.md5 = md5;
            }),
        );
        let uploaded = upload.upload(&sample.path, Purpose::Assistants).await.unwrap();
        assert_eq!(uploaded.md5.is_some(), md5);
        let length = requests(&server, "/complete")[0].body_bytes;
        let parts = format!(r#"{{"part_ids":["{}","{}"]"#, "x".repeat(37), "x".repeat(37)).len() as u64;
        assert_eq!(length > parts + 32, md5, "{length} bytes");
    }
}

#[tokio::test]
async fn many_files_share_one_limit() {
    let slow = Faults::new().with(Fault::delay(Duration::from_millis(5)), When::always());
    let server = server(slow).await;
    let uploader = uploader(
        &server,
        options_with(|options| {
            options.resume = Resume::Off;
        }),
    );
    let samples: Vec<_> = (1..=12).map(|i| Sample::of(i * 30 * KIB)).collect();
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let uploads = samples.iter().map(|sample| {
        let (running, most) = (running.clone(), most.clone());
        let upload = uploader.upload(&sample.path, Purpose::Assistants).on_event(move |event| match event {
            Event::PartStarted { .. } => drop(most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst)),
            Event::PartDone { .. } => drop(running.fetch_sub(1, SeqCst)),
            _ => {}
        });
        upload.into_future()
    });
    let results = futures_util::future::join_all(uploads).await;
    for (result, sample) in results.into_iter().zip(&samples) {
        let file = result.unwrap().file;
        assert!(server.content(&file.id).unwrap() == sample.bytes);
    }
    let most = most.load(SeqCst);
    assert!((2..=3).contains(&most), "{most} parts were under way at a time");
}

#[tokio::test]
async fn a_failure_of_one_file_does_not_affect_another() {
    let server = LocalServer::start().await.unwrap();
    let uploader = uploader(&server, options());
    let sample = Sample::of(100 * KIB);
    let missing = sample.folder.path().join("missing");
    let (good, bad) = futures_util::join!(
        uploader.upload(&sample.path, Purpose::Assistants).into_future(),
        uploader.upload(&missing, Purpose::Assistants).into_future(),
    );
    assert!(bad.is_err());
    good.unwrap();
    check_file(&server, &sample.bytes);
}
