//! Servers that throttle, refuse, fall silent or go away: the uploader does what the error says.

use std::future::IntoFuture;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use openai_uploads::Purpose;
use openai_uploads::apis::uploads_api::{
    ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD, cancel_upload,
};
use openai_uploads::server::{Fault, Faults, LocalServer, Server, When};
use openai_uploads::uploader::{Event, Resume, Step, UploadError};

use super::scripted_server::*;
use super::uploader_fixture::*;

fn error_body(code: &str, message: &str) -> String {
    serde_json::json!({"error": {"message": message, "type": "x", "param": null, "code": code}}).to_string()
}

#[tokio::test]
async fn an_error_of_the_account_or_the_file_fails_at_once_whatever_its_status() {
    let errors = [
        ("insufficient_quota", "You exceeded your current quota.", true),
        ("billing_hard_limit_reached", "Billing hard limit has been reached.", true),
        ("invalid_api_key", "Incorrect API key provided.", true),
        ("", "Your account has been deactivated.", true),
        ("unsupported_file", "This file type cannot be used.", false),
    ];
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        for (status, (code, message, is_of_account)) in [429, 500, 503, 400, 403].into_iter().zip(errors) {
            let server = ScriptedServer::start(move |asked| {
                if asked.operation == operation.id {
                    let body = error_body(code, message);
                    return Scripted { status, headers: vec![("retry-after", "0".into())], body };
                }
                well_behaved(asked).into()
            });
            let sample = Sample::of(100 * KIB);
            let options = options_with(|options| {
                options.concurrency = 1;
            });
            let error = at(&server.url, options).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
            let UploadError::Request { attempts, .. } = &error else { panic!("{error}") };
            assert_eq!((*attempts, server.count(operation)), (1, 1), "{status} {code} on {}", operation.id);
            let is_kept = is_of_account && operation.id != CREATE_UPLOAD.id;
            assert_eq!(error.state().is_some(), is_kept, "{status} {code} on {}", operation.id);
            assert_eq!(error.is_retryable(), is_of_account);
            let is_cancelled = !is_kept && operation.id != CREATE_UPLOAD.id;
            assert_eq!(server.count(&CANCEL_UPLOAD), usize::from(is_cancelled));
        }
    }
}

#[tokio::test]
async fn a_rate_limit_whose_message_speaks_of_billing_is_retried() {
    let message = "Rate limit reached. Add a payment method at https://example.com/account/billing.";
    let server = ScriptedServer::start(move |asked| {
        if asked.operation == ADD_UPLOAD_PART.id && asked.earlier < 3 {
            return (429, error_body("rate_limit_exceeded", message));
        }
        well_behaved(asked)
    });
    let sample = Sample::of(100 * KIB);
    at(&server.url, options()).upload(&sample.path, Purpose::Assistants).await.unwrap();
}

#[tokio::test]
async fn a_part_that_the_server_delays_is_not_hedged() {
    let busy = Fault::fail(429).header("retry-after", "3");
    let server = server(Faults::new().with(busy, When::nth(6).on(ADD_UPLOAD_PART.id))).await;
    let sample = Sample::of(640 * KIB);
    let (upload, recorded) =
        RecordedEvents::by(uploader(&server, options()).upload(&sample.path, Purpose::Assistants));
    let begin = Instant::now();
    upload.await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(3));
    assert_eq!(recorded.count(|event| matches!(event, Event::Hedged { .. })), 0);
    assert_eq!(requests(&server, "/parts").len(), 11);
}

#[tokio::test]
async fn a_throttled_file_does_not_delay_another() {
    let busy = Fault::fail(429).header("retry-after", "2");
    let server = server(Faults::new().with(busy, When::nth(1).on(ADD_UPLOAD_PART.id))).await;
    let uploader = uploader(
        &server,
        options_with(|options| {
            options.concurrency = 1;
        }),
    );
    let (throttled, other) = (Sample::of(200 * KIB), Sample::of(150 * KIB));
    let done = Arc::new(Mutex::new(Vec::new()));
    let upload = |sample: &Sample, name: &'static str| {
        let done = done.clone();
        let upload = uploader.upload(&sample.path, Purpose::Assistants);
        async move {
            upload.await.unwrap();
            done.lock().unwrap().push(name);
        }
    };
    let first = tokio::spawn(upload(&throttled, "throttled"));
    while requests(&server, "/parts").is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    upload(&other, "other").await;
    first.await.unwrap();
    assert_eq!(*done.lock().unwrap(), ["other", "throttled"]);
}

#[tokio::test]
async fn attempts_are_unlimited_within_the_time_limit() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        let faults = Faults::new().with(Fault::fail(503), When::first(40).on(operation.id));
        let (server, sample) = (server(faults).await, Sample::of(100 * KIB));
        uploader(&server, options()).upload(&sample.path, Purpose::Assistants).await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_goes_away_and_returns_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let server = LocalServer::start_with(Server::builder().dir(folder.path())).await.unwrap();
    let sample = Sample::of(640 * KIB);
    let options = options_with(|options| {
        options.concurrency = 1;
    });
    let (upload, recorded) =
        RecordedEvents::by(uploader(&server, options).upload(&sample.path, Purpose::Assistants));
    let upload = tokio::spawn(upload.into_future());
    while !recorded.has(|event| matches!(event, Event::PartDone { .. })) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let address = server.local_addr();
    drop(server);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let builder = Server::builder().listen(address).dir(folder.path());
    let server = LocalServer::start_with(builder).await.unwrap();
    upload.await.unwrap().unwrap();
    check_file(&server, &sample.bytes);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer_is_reported() {
    let server = ScriptedServer::start(|asked| {
        if asked.operation == CREATE_UPLOAD.id || asked.operation == COMPLETE_UPLOAD.id {
            std::thread::sleep(Duration::from_secs(16));
        }
        well_behaved(asked)
    });
    let sample = Sample::of(10);
    let upload = at(&server.url, options()).upload(&sample.path, Purpose::Assistants);
    let (upload, recorded) = RecordedEvents::by(upload);
    upload.await.unwrap();
    let events = recorded.events();
    let waits = events.iter().filter_map(|event| match event {
        Event::WaitingForServer { step, waited, .. } => Some((*step, waited.as_secs())),
        _ => None,
    });
    assert_eq!(waits.collect::<Vec<_>>(), [(Step::Create, 15), (Step::Complete, 15)]);
}

#[tokio::test]
async fn files_start_in_the_order_in_which_they_are_first_polled() {
    let server = server(Faults::new()).await;
    let uploader = uploader(
        &server,
        options_with(|options| {
            options.resume = Resume::Off;
        }),
    );
    let samples: Vec<_> = (0..12).map(|index| Sample::of((12 - index) * 50 * KIB)).collect();
    let order = Arc::new(Mutex::new(Vec::new()));
    let uploads = samples.iter().enumerate().map(|(index, sample)| {
        let order = order.clone();
        let upload = uploader.upload(&sample.path, Purpose::Assistants).on_event(move |event| {
            if matches!(event, Event::Planned { .. }) {
                order.lock().unwrap().push(index);
            }
        });
        upload.into_future()
    });
    for result in futures_util::future::join_all(uploads).await {
        result.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..12).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_resumed_upload_is_checked_with_one_small_part_before_the_others() {
    let faults = Faults::new().with(Fault::fail(401), When::nth(3).on(ADD_UPLOAD_PART.id));
    let (server, sample) = (server(faults).await, Sample::of(8 * MIB));
    let large = || {
        options_with(|options| {
            options.part_size = Some(MIB);
            options.concurrency = 1;
        })
    };
    uploader(&server, large()).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    let upload_id = server.uploads()[0].upload.id.clone();
    cancel_upload(&server.configuration(), &upload_id).await.unwrap();

    let before = requests(&server, "/parts").len();
    let options = changed(large(), |options| {
        options.concurrency = 4;
    });
    let (upload, recorded) =
        RecordedEvents::by(uploader(&server, options).upload(&sample.path, Purpose::Assistants));
    let uploaded = upload.await.unwrap();
    assert_eq!((recorded.resumed(), recorded.restarts().len()), (Some(2), 1));
    assert_eq!(uploaded.sent_bytes, 8 * MIB);
    let parts = requests(&server, "/parts").split_off(before);
    assert!(parts[0].body_bytes < 65 * KIB, "{} bytes", parts[0].body_bytes);
    assert_eq!(parts.len(), 1 + 8, "one part was sent to the upload that is cancelled");
    check_file(&server, &sample.bytes);
}

#[tokio::test]
async fn a_resumed_upload_counts_what_this_run_sent() {
    let faults = Faults::new().with(Fault::fail(401), When::nth(6).on(ADD_UPLOAD_PART.id));
    let (server, sample) = (server(faults).await, Sample::of(640 * KIB));
    let options = options_with(|options| {
        options.concurrency = 1;
    });
    uploader(&server, options.clone()).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    let uploaded = uploader(&server, options).upload(&sample.path, Purpose::Assistants).await.unwrap();
    assert_eq!(uploaded.sent_bytes, 320 * KIB);
}

/// The state is written once and then appended to, so its cost does not grow with the number of parts.
#[cfg(unix)]
#[tokio::test]
async fn the_state_is_appended_to() {
    use std::os::unix::fs::MetadataExt;
    let (server, sample) = (server(Faults::new()).await, Sample::of(640 * KIB));
    let state = sample.state_path();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let options = options_with(|options| {
        options.part_size = Some(8 * KIB);
    });
    let upload = uploader(&server, options).upload(&sample.path, Purpose::Assistants);
    let upload = upload.on_event(move |event| {
        if matches!(event, Event::PartDone { .. }) {
            let metadata = std::fs::metadata(&state).unwrap();
            kept.lock().unwrap().push((metadata.ino(), metadata.len()));
        }
    });
    upload.await.unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 80);
    assert!(seen.windows(2).all(|pair| pair[0].0 == pair[1].0), "it was replaced");
    let growth = seen.windows(2).map(|pair| pair[1].1 - pair[0].1);
    assert!(growth.max().unwrap() < 120, "a line for each part");
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_resumed_through_a_link_as_a_copy_and_in_a_folder_that_moved() {
    for change in ["link", "copy", "moved folder"] {
        let faults = Faults::new().with(Fault::fail(401), When::nth(6).on(ADD_UPLOAD_PART.id));
        let (server, sample) = (server(faults).await, Sample::of(640 * KIB));
        let options = options_with(|options| {
            options.concurrency = 1;
        });
        uploader(&server, options.clone()).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
        let elsewhere = tempfile::tempdir().unwrap();
        let path = match change {
            "link" => {
                let link = elsewhere.path().join("link.bin");
                std::os::unix::fs::symlink(&sample.path, &link).unwrap();
                link
            }
            "copy" => {
                let modified = std::fs::metadata(&sample.path).unwrap().modified().unwrap();
                std::fs::remove_file(&sample.path).unwrap();
                std::fs::write(&sample.path, &sample.bytes).unwrap();
                let copy = std::fs::File::options().append(true).open(&sample.path).unwrap();
                copy.set_modified(modified).unwrap();
                sample.path.clone()
            }
            _ => {
                let moved = elsewhere.path().join("moved");
                std::fs::rename(sample.folder.path(), &moved).unwrap();
                moved.join("sample.bin")
            }
        };
        let (upload, recorded) =
            RecordedEvents::by(uploader(&server, options).upload(&path, Purpose::Assistants));
        upload.await.unwrap();
        assert_eq!((recorded.resumed(), recorded.restarts()), (Some(5), vec![]), "{change}");
        check_file(&server, &sample.bytes);
    }
}
