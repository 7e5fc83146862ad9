//! Whatever goes wrong on the server or the connection, the file arrives or the error says why, and nothing is left
//! over.

use std::time::Duration;

use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::upload::Status;
use openai_uploads::runtime::describe;
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use openai_uploads::uploader::{Event, Failure, Options, RetryPolicy, Step, UploadError, Uploaded, Warning};

use super::uploader_fixture::*;

/// An upload of a file in four parts, with its events.
async fn upload(
    server: &LocalServer,
    options: Options,
) -> (Result<Uploaded, UploadError>, RecordedEvents, Sample) {
    let sample = Sample::of(200 * KIB);
    let (upload, recorded) =
        RecordedEvents::by(uploader(server, options).upload(&sample.path, Purpose::Assistants));
    let result = upload.await;
    recorded.check_progress(200 * KIB);
    if result.is_ok() {
        check_file(server, &sample.bytes);
    }
    (result, recorded, sample)
}

fn retries(recorded: &RecordedEvents) -> Vec<(Step, Duration)> {
    let events = recorded.events();
    let retries = events.iter().filter_map(|event| match event {
        Event::Retrying { step, wait, .. } => Some((*step, *wait)),
        _ => None,
    });
    retries.collect()
}

#[tokio::test]
async fn each_retryable_status_is_retried_at_each_step() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        for status in [408, 409, 429, 500, 502, 503, 504] {
            let faults = Faults::new().with(Fault::fail(status), When::first(2).on(operation.id));
            let server = server(faults).await;
            let (result, recorded, sample) = upload(&server, options()).await;
            result.unwrap();
            assert_eq!(retries(&recorded).len(), 2, "{status} on {}", operation.id);
            assert_eq!(statuses(&server), [Status::Completed]);
            assert!(sample.left_over().is_empty());
        }
    }
}

#[tokio::test]
async fn a_status_that_is_not_retryable_fails_at_once_and_leaves_nothing() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        for status in [400, 413, 422] {
            let faults = Faults::new().with(Fault::fail(status), When::first(9).on(operation.id));
            let server = server(faults).await;
            let (result, recorded, sample) = upload(&server, options()).await;
            let error = result.unwrap_err();
            let UploadError::Request { attempts, state, .. } = &error else { panic!("{error}") };
            assert_eq!((*attempts, state), (1, &None));
            assert_eq!(error.api().unwrap().status.as_u16(), status);
            assert!(retries(&recorded).is_empty());
            check_no_orphan(&server);
            assert!(sample.left_over().is_empty(), "{:?}", sample.left_over());
        }
    }
}

#[tokio::test]
async fn an_upload_is_resumed_with_another_key() {
    for status in [401, 403] {
        let faults = Faults::new().with(Fault::fail(status), When::nth(3).on(ADD_UPLOAD_PART.id));
        let server = server(faults).await;
        let (result, _, sample) = upload(
            &server,
            options_with(|options| {
                options.concurrency = 1;
            }),
        )
        .await;
        let error = result.unwrap_err();
        assert_eq!(error.state(), Some(sample.state_path().canonicalize().unwrap().as_path()));
        let again = uploader(&server, options()).upload(&sample.path, Purpose::Assistants);
        let (again, recorded) = RecordedEvents::by(again);
        again.await.unwrap();
        assert_eq!(recorded.resumed(), Some(2));
        assert_eq!(requests(&server, "/parts").len(), 2 + 1 + 2);
        check_file(&server, &sample.bytes);
        assert!(sample.left_over().is_empty());
    }
}

#[tokio::test]
async fn the_server_can_decide_whether_to_retry() {
    let not = Fault::fail(503).header("x-should-retry", "false");
    let server = server(Faults::new().with(not, When::nth(2).on(ADD_UPLOAD_PART.id))).await;
    let (result, recorded, _) = upload(&server, options()).await;
    assert_eq!(result.unwrap_err().api().unwrap().status.as_u16(), 503);
    assert!(retries(&recorded).is_empty());
    check_no_orphan(&server);

    let again = Fault::fail(400).header("x-should-retry", "true");
    let server = self::server(Faults::new().with(again, When::nth(2).on(ADD_UPLOAD_PART.id))).await;
    let (result, recorded, _) = upload(&server, options()).await;
    result.unwrap();
    assert_eq!(retries(&recorded).len(), 1);
}

#[tokio::test]
async fn the_server_can_decide_when_to_retry() {
    for (name, value, wait) in [
        ("retry-after-ms", "30", 30),
        ("retry-after", "0.02", 20),
        ("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT", 0),
    ] {
        let fault = Fault::fail(429).header(name, value);
        let server = server(Faults::new().with(fault, When::nth(2).on(ADD_UPLOAD_PART.id))).await;
        let (result, recorded, _) = upload(&server, options()).await;
        result.unwrap();
        let waits: Vec<_> = retries(&recorded).into_iter().map(|(_, wait)| wait).collect();
        assert_eq!(waits, [Duration::from_millis(wait)], "{name}: {value}");
    }
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_waited_for() {
    let fault = Fault::fail(429).header("retry-after", "121");
    let server = server(Faults::new().with(fault, When::nth(2).on(ADD_UPLOAD_PART.id))).await;
    let (result, _, sample) = upload(&server, options()).await;
    let error = result.unwrap_err();
    assert!(error.state().is_some());
    let UploadError::Request { failure, .. } = &error else { panic!("{error}") };
    assert!(matches!(**failure, Failure::WaitTooLong { asked, .. } if asked.as_secs() == 121));
    assert!(
        describe(&error).contains("asks to wait 121s, which is longer than 120s"),
        "{}",
        describe(&error)
    );
    assert_eq!(sample.left_over().len(), 1);
}

#[tokio::test]
async fn attempts_end_and_the_upload_can_be_resumed() {
    let faults = Faults::new().with(Fault::fail(503), When::always().on(ADD_UPLOAD_PART.id));
    let server = server(faults).await;
    let (result, _, sample) = upload(&server, options_with_attempts(3)).await;
    let error = result.unwrap_err();
    let UploadError::Request { attempts: 3, step: Step::Part(_), .. } = &error else { panic!("{error}") };
    assert!(describe(&error).contains("failed 3 times: the server answered 503"), "{}", describe(&error));
    assert!(error.state().is_some());
    assert_eq!(sample.left_over(), [".sample.bin.openai-upload"]);
    assert_eq!(statuses(&server), [Status::Pending]);
}

#[tokio::test]
async fn without_a_state_a_failure_cancels_on_the_server() {
    let faults = Faults::new().with(Fault::fail(503), When::always().on(ADD_UPLOAD_PART.id));
    let server = server(faults).await;
    let options = options_with(|options| {
        options.retry = RetryPolicy::never();
        options.resume = openai_uploads::uploader::Resume::Off;
    });
    let (result, ..) = upload(&server, options).await;
    assert!(result.unwrap_err().state().is_none());
    assert_eq!(statuses(&server), [Status::Cancelled]);
}

#[tokio::test]
async fn an_upload_that_cannot_be_cancelled_is_a_warning() {
    let faults = Faults::new()
        .with(Fault::fail(400), When::always().on(ADD_UPLOAD_PART.id))
        .with(Fault::fail(403), When::always().on("cancelUpload"));
    let server = server(faults).await;
    let (result, recorded, _) = upload(&server, options()).await;
    result.unwrap_err();
    assert!(recorded.has(|event| matches!(event, Event::Warning(Warning::NotCancelled { .. }))));
}

#[tokio::test]
async fn a_refused_connection_is_reported_quickly() {
    let server = server(Faults::new()).await;
    let base_url = server.base_url().to_owned();
    drop(server);
    let sample = Sample::of(10);
    let error = at(&base_url, options()).upload(&sample.path, Purpose::Assistants).await.unwrap_err();
    let UploadError::Request { step: Step::Create, attempts: 4, .. } = &error else { panic!("{error}") };
    assert!(describe(&error).contains("no connection to 127.0.0.1"), "{}", describe(&error));
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn connections_cut_while_sending_are_retried() {
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD] {
        for after in [0, 1, 50, 30_000] {
            let server =
                server(Faults::new().with(Fault::cut_request(after), When::first(2).on(operation.id))).await;
            let (result, ..) = upload(&server, options()).await;
            result.unwrap();
            check_no_orphan(&server);
        }
    }
}

#[tokio::test]
async fn replies_cut_short_are_asked_for_again() {
    for after in [0, 10, 200, 300] {
        let cut = Faults::new().with(Fault::cut_reply(after), When::first(2).on(ADD_UPLOAD_PART.id));
        let server = server(cut).await;
        let (result, recorded, _) = upload(&server, options()).await;
        result.unwrap();
        assert_eq!(retries(&recorded).len(), 2, "after {after} bytes");
        check_no_orphan(&server);
    }
    // If the reply to a creation is lost, nobody knows the id, and the upload expires by itself.
    let server = server(Faults::new().with(Fault::cut_reply(100), When::first(1).on(CREATE_UPLOAD.id))).await;
    let (result, ..) = upload(&server, options()).await;
    result.unwrap();
    assert_eq!(server.uploads().len(), 2);
}

#[tokio::test]
async fn a_completion_whose_reply_is_lost_is_recognised() {
    let cut = Faults::new().with(Fault::cut_reply(20), When::first(1).on(COMPLETE_UPLOAD.id));
    let server = server(cut).await;
    let (result, recorded, sample) = upload(&server, options()).await;
    // This server does not repeat the result of the completion.
    let error = result.unwrap_err();
    let UploadError::FileUnknown { upload_id, file_name } = &error else { panic!("{error}") };
    assert_eq!((upload_id, file_name.as_str()), (&server.uploads()[0].upload.id, "sample.bin"));
    assert_eq!(retries(&recorded).len(), 1);
    check_file(&server, &sample.bytes);
    assert!(sample.left_over().is_empty());
}

#[tokio::test]
async fn a_stalled_connection_is_closed_and_the_part_sent_again() {
    // More than a connection can buffer.
    let sample = Sample::of(24 * MIB);
    let server = server(Faults::new().with(Fault::stall(1000), When::first(1).on(ADD_UPLOAD_PART.id))).await;
    let options = options_with(|options| {
        options.part_size = Some(24 * MIB);
        options.concurrency = 1;
        options.stall_limit = Duration::from_secs(2);
    });
    let (upload, recorded) =
        RecordedEvents::by(uploader(&server, options).upload(&sample.path, Purpose::Assistants));
    upload.await.unwrap();
    check_file(&server, &sample.bytes);
    recorded.check_progress(24 * MIB);
    assert!(
        recorded.has(
            |event| matches!(event, Event::Retrying { reason, .. } if reason == "no byte was sent for 2s")
        )
    );
}

#[tokio::test]
async fn a_request_without_a_reply_is_abandoned_and_the_part_sent_again() {
    let server = server(Faults::new().with(Fault::stall(1000), When::first(1).on(ADD_UPLOAD_PART.id))).await;
    let stall_limit = Duration::from_millis(500);
    let options = options_with(|options| {
        options.stall_limit = stall_limit;
        options.hedging = false;
    });
    let (result, recorded, _) = upload(&server, options).await;
    result.unwrap();
    assert!(
        recorded
            .has(|event| matches!(event, Event::Retrying { reason, .. } if reason == "no reply came for 2s"))
    );
}

#[tokio::test]
async fn an_upload_that_the_server_forgets_is_restarted() {
    for faults in [
        Faults::new().with(Fault::forget(), When::nth(3).on(ADD_UPLOAD_PART.id)),
        Faults::new().with(Fault::forget(), When::first(1).on(COMPLETE_UPLOAD.id)),
    ] {
        let server = server(faults).await;
        let (result, recorded, sample) = upload(&server, options()).await;
        result.unwrap();
        assert_eq!(recorded.restarts().len(), 1);
        assert!(
            recorded.restarts()[0].starts_with("the server no longer accepts the upload: "),
            "{:?}",
            recorded.restarts()
        );
        check_no_orphan(&server);
        assert!(sample.left_over().is_empty());
    }
}

#[tokio::test]
async fn an_upload_that_the_server_keeps_forgetting_is_an_error() {
    let server = server(Faults::new().with(Fault::forget(), When::every(3).on(ADD_UPLOAD_PART.id))).await;
    let (result, recorded, sample) = upload(&server, options()).await;
    assert_eq!(result.unwrap_err().api().unwrap().status.as_u16(), 404);
    assert_eq!(recorded.restarts().len(), 2);
    check_no_orphan(&server);
    assert!(sample.left_over().is_empty());
}

/// The slow part would take longer than any test may.
#[tokio::test]
async fn a_part_that_is_far_slower_than_others_is_hedged() {
    let slow = Fault::delay(Duration::from_secs(3600));
    let server = server(Faults::new().with(slow, When::nth(4).on(ADD_UPLOAD_PART.id))).await;
    let (result, recorded, _) = upload(&server, options()).await;
    result.unwrap();
    assert_eq!(recorded.count(|event| matches!(event, Event::Hedged { .. })), 1);
    assert_eq!(requests(&server, "/parts").len(), 5);
    check_no_orphan(&server);
}

#[tokio::test]
async fn the_slowest_connection_counts_as_moving() {
    // Half a second for each part, and no pause of the stall limit's length.
    let server = server(Faults::new().rate(100 * KIB)).await;
    let (result, recorded, _) = upload(
        &server,
        options_with(|options| {
            options.stall_limit = Duration::from_secs(1);
        }),
    )
    .await;
    result.unwrap();
    assert!(retries(&recorded).is_empty());
}
