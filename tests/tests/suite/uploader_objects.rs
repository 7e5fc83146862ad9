//! Objects as sources of the library: what is read of them, what may change, and where their state is.

use std::sync::Arc;
use std::time::Duration;

use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::objects::object_store::http::HttpBuilder;
use openai_uploads::objects::object_store::memory::InMemory;
use openai_uploads::objects::object_store::path::Path;
use openai_uploads::objects::object_store::{ClientOptions, ObjectStoreExt};
use openai_uploads::objects::{Location, Object, Stores};
use openai_uploads::runtime::describe;
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use openai_uploads::uploader::{Event, Failure, Options, Source, UploadError, Warning};

use super::uploader_fixture::*;
use super::web_server::WebServer;

async fn object(web: &WebServer) -> Object {
    Stores::new().location(&format!("{}/folder/data.bin", web.url())).unwrap().look_up().await.unwrap()
}

/// One attempt, and a short patience.
fn impatient() -> Options {
    options_with(|options| {
        options.retry.max_attempts = Some(1);
        options.stall_limit = Duration::from_millis(200);
    })
}

#[tokio::test]
async fn a_long_object_is_read_once_and_a_short_one_with_one_request() {
    for (length, requests, md5) in [(0, 1, true), (5, 2, true), (MIB, 2, true), (3 * MIB + 7, 1 + 49, false)]
    {
        let (server, bytes) = (server(Faults::new()).await, content(4, length));
        let web = WebServer::start(bytes.clone());
        let upload =
            uploader(&server, options()).upload(Source::object(object(&web).await), Purpose::Assistants);
        let (upload, events) = RecordedEvents::by(upload);
        let uploaded = upload.await.unwrap();
        assert_eq!((uploaded.file.filename.as_str(), uploaded.file.bytes), ("data.bin", length));
        check_file(&server, &bytes);
        events.check_progress(length);
        assert_eq!(uploaded.md5.is_some(), md5);
        assert_eq!((web.requests().len(), web.sent() as u64), (requests, length));
    }
}

#[tokio::test]
async fn a_connection_to_the_store_that_breaks_is_made_again() {
    for has_e_tag in [true, false] {
        let (server, bytes) = (server(Faults::new()).await, content(5, 2 * MIB));
        let web = WebServer::start(bytes.clone());
        if !has_e_tag {
            web.without_e_tag();
        }
        let source = Source::object(object(&web).await);
        web.cut(10_000, 5);
        let options = options_with(|options| options.hedging = false);
        let (upload, events) =
            RecordedEvents::by(uploader(&server, options).upload(source, Purpose::Assistants));
        upload.await.unwrap();
        check_file(&server, &bytes);
        // With an ETag, the range goes on where it broke; otherwise the part is sent again.
        let retries = events.count(|event| matches!(event, Event::Retrying { .. }));
        assert_eq!(retries == 0, has_e_tag, "{retries}");
    }
}

#[tokio::test]
async fn an_object_that_changes_is_an_error_and_leaves_nothing() {
    for (length, e_tag, words) in
        [(2 * MIB, "\"2\"", "it was written to"), (2 * MIB - 1, "\"1\"", "from 2097152 bytes")]
    {
        let delay = Fault::delay(Duration::from_millis(30));
        let server = server(Faults::new().with(delay, When::always())).await;
        let web = WebServer::start(content(6, 2 * MIB));
        let source = Source::object(object(&web).await);
        let (web, changed) = (Arc::new(web), content(7, length));
        let seen = web.clone();
        let mut changed = Some(changed);
        let upload =
            uploader(&server, options()).upload(source, Purpose::Assistants).on_event(move |event| {
                if matches!(event, Event::PartDone { .. })
                    && let Some(changed) = changed.take()
                {
                    seen.change(changed, e_tag);
                }
            });
        let error = upload.await.unwrap_err();
        assert!(
            matches!(&error, UploadError::Changed { what, .. } if what.contains(words)),
            "{}",
            describe(&error)
        );
        assert!(error.to_string().contains("/folder/data.bin changed"), "{error}");
        check_no_orphan(&server);
        assert!(server.files().is_empty());
    }
}

#[tokio::test]
async fn a_server_without_ranges_is_an_error_and_one_that_stalls_too() {
    let server = server(Faults::new()).await;
    let web = WebServer::start(content(8, 2 * MIB));
    let source = || async { Source::object(object(&web).await) };
    let uploader = uploader(&server, impatient());
    web.without_ranges();
    let error = uploader.upload(source().await, Purpose::Assistants).await.unwrap_err();
    assert!(describe(&error).contains("cannot be read in ranges"), "{}", describe(&error));
    check_no_orphan(&server);

    let web = WebServer::start(content(8, 2 * MIB));
    let source = Source::object(object(&web).await);
    web.stall(true);
    let error = uploader.upload(source, Purpose::Assistants).await.unwrap_err();
    let UploadError::Request { failure, .. } = &error else { panic!("{}", describe(&error)) };
    assert!(matches!(**failure, Failure::Source(_)), "{}", describe(&error));
    assert!(describe(&error).contains("no byte of it came for 200ms"), "{}", describe(&error));
    check_no_orphan(&server);
}

#[tokio::test]
async fn a_store_slower_than_the_network_is_waited_for() {
    let (server, bytes) = (server(Faults::new()).await, content(8, 2 * MIB));
    let web = WebServer::start(bytes.clone());
    let source = Source::object(object(&web).await);
    // Each range takes longer than the limit on a stall, and no pause does.
    web.slow_down(Duration::from_millis(40));
    let options = options_with(|options| {
        options.concurrency = 2;
        options.part_size = Some(MIB);
        options.hedging = false;
        options.stall_limit = Duration::from_millis(300);
    });
    let (upload, events) = RecordedEvents::by(uploader(&server, options).upload(source, Purpose::Assistants));
    upload.await.unwrap();
    check_file(&server, &bytes);
    assert_eq!(events.count(|event| matches!(event, Event::Retrying { .. })), 0);
}

#[tokio::test]
async fn the_lines_of_an_object_are_checked_before_anything_is_sent() {
    let server = server(Faults::new()).await;
    let good = "{\"prompt\":\"a\",\"completion\":\"b\"}\n".repeat(60_000);
    let uploader = uploader(&server, options());
    let web = WebServer::start(format!("{good}[]\n").into());
    let source = Source::object(object(&web).await);
    let error = uploader.upload(source, Purpose::FineTune).await.unwrap_err();
    let UploadError::FailedPreflight { report, .. } = &error else { panic!("{}", describe(&error)) };
    assert!(report.faults.iter().any(|fault| fault.line == Some(60_001)), "{report}");
    assert_eq!(server.requests().len(), 0);
    let web = WebServer::start(good.into());
    let source = Source::object(object(&web).await).with_file_name("good.jsonl");
    assert_eq!(uploader.upload(source, Purpose::FineTune).await.unwrap().file.filename, "good.jsonl");
}

/// An object in memory, and its store.
async fn in_memory(length: u64) -> (Arc<InMemory>, Object, Vec<u8>) {
    let (store, bytes) = (Arc::new(InMemory::new()), content(9, length));
    store.put(&Path::from("x/data.bin"), bytes.clone().into()).await.unwrap();
    let object = look_up(&store).await;
    (store, object, bytes)
}

async fn look_up(store: &Arc<InMemory>) -> Object {
    Location::in_store(store.clone(), "memory://test", Path::from("x/data.bin")).look_up().await.unwrap()
}

async fn has_state(store: &InMemory) -> bool {
    store.head(&Path::from("x/.data.bin.openai-upload")).await.is_ok()
}

/// An upload whose future was dropped when so many parts had finished.
async fn broken_off(server: &LocalServer, object: Object, parts: usize) {
    let options = options_with(|options| options.part_size = Some(MIB));
    let mut upload = uploader(server, options).upload(Source::object(object), Purpose::Assistants);
    let mut events = upload.events();
    let ends = async {
        use futures_util::StreamExt;
        let mut finished = 0;
        while let Some(event) = events.next().await {
            finished += usize::from(matches!(event, Event::PartDone { .. }));
            if finished == parts {
                // The state is written alongside.
                return tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    tokio::select! {
        uploaded = upload => panic!("{uploaded:?}"),
        () = ends => {}
    }
}

#[tokio::test]
async fn the_state_of_an_object_is_in_its_store() {
    let stall = Fault::stall(0);
    let server = server(Faults::new().with(stall, When::nth(7).on("addUploadPart"))).await;
    let (store, object, bytes) = in_memory(12 * MIB).await;
    broken_off(&server, object, 6).await;
    assert!(has_state(&store).await);
    let options = options_with(|options| options.part_size = Some(MIB));
    let upload =
        uploader(&server, options).upload(Source::object(look_up(&store).await), Purpose::Assistants);
    let (upload, events) = RecordedEvents::by(upload);
    let uploaded = upload.await.unwrap();
    assert!(events.resumed().is_some_and(|parts| parts >= 6), "{:?}", events.resumed());
    assert!(uploaded.sent_bytes <= 6 * MIB);
    check_file(&server, &bytes);
    assert!(!has_state(&store).await);
}

#[tokio::test]
async fn another_version_of_an_object_is_sent_from_the_beginning() {
    let server = server(Faults::new().with(Fault::stall(0), When::nth(4).on("addUploadPart"))).await;
    let (store, object, _) = in_memory(9 * MIB).await;
    broken_off(&server, object, 3).await;
    let other = content(10, 9 * MIB);
    store.put(&Path::from("x/data.bin"), other.clone().into()).await.unwrap();
    let upload =
        uploader(&server, options()).upload(Source::object(look_up(&store).await), Purpose::Assistants);
    let (upload, events) = RecordedEvents::by(upload);
    upload.await.unwrap();
    assert_eq!(events.restarts(), ["the file has changed"]);
    check_file(&server, &other);
    check_no_orphan(&server);
}

#[tokio::test]
async fn of_two_runs_of_one_object_the_later_one_continues() {
    let server = server(Faults::new().with(Fault::delay(Duration::from_millis(40)), When::always())).await;
    let (store, object, bytes) = in_memory(12 * MIB).await;
    let options = options_with(|options| options.part_size = Some(MIB));
    let first = uploader(&server, options.clone()).upload(Source::object(object), Purpose::Assistants);
    let (first, events) = RecordedEvents::by(first);
    let first = tokio::spawn(async move { first.await });
    while events.count(|event| matches!(event, Event::PartDone { .. })) < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second =
        uploader(&server, options).upload(Source::object(look_up(&store).await), Purpose::Assistants);
    second.await.unwrap();
    let error = first.await.unwrap().unwrap_err();
    let UploadError::Locked { lock, .. } = &error else { panic!("{}", describe(&error)) };
    assert_eq!(lock.to_str(), Some("memory://test/x/.data.bin.openai-upload"));
    check_file(&server, &bytes);
    check_no_orphan(&server);
    assert!(!has_state(&store).await);
}

#[tokio::test]
async fn a_store_that_takes_no_state_is_warned_of() {
    let server = server(Faults::new()).await;
    let bytes = content(11, 9 * MIB);
    let web = WebServer::start(bytes.clone());
    // A web server has no conditional writes.
    let plain = ClientOptions::new().with_allow_http(true);
    let store = HttpBuilder::new().with_url(web.url()).with_client_options(plain).build().unwrap();
    let location = Location::in_store(Arc::new(store), "memory://test", Path::from("x/data.bin"));
    let source = Source::object(location.look_up().await.unwrap());
    let (upload, events) =
        RecordedEvents::by(uploader(&server, options()).upload(source, Purpose::Assistants));
    upload.await.unwrap();
    check_file(&server, &bytes);
    let warnings = events.count(|event| matches!(event, Event::Warning(Warning::State { .. })));
    assert_eq!(warnings, 1);
}
