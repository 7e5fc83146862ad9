//! An upload that is dropped or cancelled, or whose file changes, stops at once and leaves only what it should.

use std::fs::File;
use std::future::IntoFuture;
use std::io::Write;
use std::time::{Duration, SystemTime};

use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::upload::Status;
use openai_uploads::server::{Fault, Faults, When};
use openai_uploads::uploader::{Event, Source, UploadError};

use super::uploader_fixture::*;

const FOREVER: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_dropped_upload_stops_at_once_and_can_be_resumed() {
    let slow = Fault::delay(FOREVER);
    let server = server(Faults::new().with(slow, When::nth(4).on(ADD_UPLOAD_PART.id))).await;
    let sample = Sample::of(640 * KIB);
    let options = options_with(|options| {
        options.concurrency = 1;
    });
    let upload = uploader(&server, options.clone()).upload(&sample.path, Purpose::Assistants);
    let mut upload = upload.into_future();
    while requests(&server, "/parts").len() < 4 {
        tokio::select! {
            ended = &mut upload => panic!("{ended:?}"),
            () = tokio::time::sleep(Duration::from_millis(5)) => {}
        }
    }
    drop(upload);
    let requests_then = server.requests().len();
    assert_eq!(sample.left_over(), [".sample.bin.openai-upload"]);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(server.requests().len(), requests_then);
    assert_eq!(statuses(&server), [Status::Pending]);

    let (upload, recorded) =
        RecordedEvents::by(uploader(&server, options).upload(&sample.path, Purpose::Assistants));
    upload.await.unwrap();
    assert_eq!(recorded.resumed(), Some(3));
    check_file(&server, &sample.bytes);
}

/// The connection of an abandoned part is closed, not kept busy to the part's end.
#[tokio::test]
async fn a_dropped_upload_sends_no_more_bytes() {
    let server = server(Faults::new().rate(16 * MIB)).await;
    let options = options_with(|options| {
        options.part_size = Some(64 * MIB);
    });
    let source = Source::bytes("a", vec![0; 64 * 1024 * 1024]);
    let mut upload = uploader(&server, options).upload(source, Purpose::Assistants).into_future();
    let arrived = || requests(&server, "/parts").iter().map(|part| part.body_bytes).sum::<u64>();
    while arrived() < MIB {
        tokio::select! {
            ended = &mut upload => panic!("{ended:?}"),
            () = tokio::time::sleep(Duration::from_millis(5)) => {}
        }
    }
    drop(upload);
    let mut last = 0;
    while last < arrived() {
        last = arrived();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(last < 48 * MIB, "{last} bytes of 64 MiB were sent");
}

#[tokio::test]
async fn a_cancelled_upload_is_cancelled_on_the_server_and_leaves_nothing() {
    for source_is_bytes in [false, true] {
        let slow = Fault::delay(FOREVER);
        let server = server(Faults::new().with(slow, When::nth(4).on(ADD_UPLOAD_PART.id))).await;
        let sample = Sample::of(640 * KIB);
        let source = if source_is_bytes {
            Source::bytes("a", sample.bytes.clone())
        } else {
            Source::path(&sample.path)
        };
        let upload = uploader(&server, options()).upload(source, Purpose::Assistants);
        let handle = upload.handle();
        let cancel_handle = handle.clone();
        let upload = upload.on_event(move |event| {
            if matches!(event, Event::PartDone { .. }) {
                cancel_handle.cancel();
            }
        });
        let error = upload.await.unwrap_err();
        assert!(matches!(error, UploadError::Cancelled { upload_id: Some(_) }), "{error}");
        assert!(handle.is_cancelled());
        assert_eq!(statuses(&server), [Status::Cancelled]);
        assert!(sample.left_over().is_empty());
    }
}

#[tokio::test]
async fn an_upload_that_is_cancelled_before_it_begins_sends_nothing() {
    let (server, sample) = (server(Faults::new()).await, Sample::of(10));
    let upload = uploader(&server, options()).upload(&sample.path, Purpose::Assistants);
    upload.handle().cancel();
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Cancelled { upload_id: None }), "{error}");
    assert!(server.requests().is_empty());
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn an_upload_that_is_cancelled_while_it_is_created_leaves_no_orphan() {
    let slow =
        Faults::new().with(Fault::delay(Duration::from_millis(100)), When::always().on(CREATE_UPLOAD.id));
    let (server, sample) = (server(slow).await, Sample::of(100 * KIB));
    let upload = uploader(&server, options()).upload(&sample.path, Purpose::Assistants);
    let handle = upload.handle();
    let upload = tokio::spawn(upload.into_future());
    while server.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    handle.cancel();
    let error = upload.await.unwrap().unwrap_err();
    assert!(matches!(error, UploadError::Cancelled { upload_id: Some(_) }), "{error}");
    assert_eq!(statuses(&server), [Status::Cancelled]);
    assert!(requests(&server, "/parts").is_empty());
}

#[tokio::test]
async fn a_completed_upload_cannot_be_cancelled() {
    let slow =
        Faults::new().with(Fault::delay(Duration::from_millis(50)), When::always().on(COMPLETE_UPLOAD.id));
    let (server, sample) = (server(slow).await, Sample::of(100 * KIB));
    let upload = uploader(&server, options()).upload(&sample.path, Purpose::Assistants);
    let handle = upload.handle();
    let upload = upload.on_event(move |event| {
        if matches!(event, Event::Completing { .. }) {
            handle.cancel();
        }
    });
    upload.await.unwrap();
    check_file(&server, &sample.bytes);
}

/// Uploads a file and, once its first part has arrived, calls a function.
async fn changed_by(change: impl FnOnce(&std::path::Path) + Send + 'static) -> (UploadError, Sample) {
    let (server, sample) = (server(Faults::new()).await, Sample::of(2 * MIB));
    let (mut change, path) = (Some(change), sample.path.clone());
    let options = options_with(|options| {
        options.part_size = Some(MIB / 4);
        options.concurrency = 2;
    });
    let upload = uploader(&server, options).upload(&sample.path, Purpose::Assistants);
    let upload = upload.on_event(move |event| {
        if matches!(event, Event::PartDone { .. })
            && let Some(change) = change.take()
        {
            change(&path);
        }
    });
    let error = upload.await.unwrap_err();
    assert!(matches!(error, UploadError::Changed { .. }), "{error}");
    assert_eq!(statuses(&server), [Status::Cancelled]);
    assert_eq!(sample.left_over().iter().filter(|name| name.contains("openai-upload")).count(), 0);
    assert!(server.files().is_empty());
    (error, sample)
}

#[tokio::test]
async fn a_growing_file_is_an_error() {
    let grow = |path: &std::path::Path| {
        File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
    };
    let (error, sample) = changed_by(grow).await;
    let name = sample.path.display();
    assert_eq!(
        error.to_string(),
        format!(
            "{name} changed while it was being uploaded (from 2097152 bytes to 2097156); \
             upload it again when nothing writes to it"
        )
    );
}

#[tokio::test]
async fn a_shrinking_file_is_an_error() {
    changed_by(|path| File::options().write(true).open(path).unwrap().set_len(MIB).unwrap()).await;
}

#[tokio::test]
async fn a_modified_file_is_an_error() {
    changed_by(|path| {
        let file = File::options().write(true).open(path).unwrap();
        (&file).write_all(b"other").unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(1)).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_replaced_file_is_an_error() {
    changed_by(|path| {
        let other = path.with_extension("other");
        std::fs::write(&other, vec![0; 2 * 1024 * 1024]).unwrap();
        std::fs::rename(other, path).unwrap();
    })
    .await;
}
