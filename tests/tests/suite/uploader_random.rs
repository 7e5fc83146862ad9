//! Hundreds of uploads over unreliable connections and servers. Each ends with the same bytes on the server or with
//! an error, and leaves no upload that nobody knows of.

use std::collections::HashSet;
use std::time::Duration;

use openai_uploads::Uploader;
use openai_uploads::apis::uploads_api::{ADD_UPLOAD_PART, CANCEL_UPLOAD, COMPLETE_UPLOAD, CREATE_UPLOAD};
use openai_uploads::models::create_upload_request::Purpose;
use openai_uploads::models::upload::Status;
use openai_uploads::server::{Fault, Faults, LocalServer, When};
use openai_uploads::uploader::{Event, Resume, Source, State, UploadError, Warning};

use super::uploader_fixture::*;

const RUNS: u64 = 200;
const AT_A_TIME: u64 = 10;

/// `UPLOADER_SEED=n` repeats a run that failed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_random_faults_the_file_arrives_or_the_error_says_why() {
    if let Ok(seed) = std::env::var("UPLOADER_SEED") {
        return run(seed.parse().unwrap()).await;
    }
    let first = fastrand::u64(..) / 2;
    println!("seeds {first} to {}", first + RUNS - 1);
    let mut arrived = 0;
    for seeds in (first..first + RUNS).collect::<Vec<_>>().chunks(usize::try_from(AT_A_TIME).unwrap()) {
        let runs: Vec<_> = seeds.iter().map(|seed| (*seed, tokio::spawn(run_and_report(*seed)))).collect();
        for (seed, run) in runs {
            match run.await {
                Ok(has_arrived) => arrived += u64::from(has_arrived),
                Err(error) => panic!("UPLOADER_SEED={seed}: {error}"),
            }
        }
    }
    println!("{arrived} of {RUNS} arrived");
    // Most uploads succeed; otherwise the faults would prove nothing.
    assert!((RUNS / 2..=RUNS).contains(&arrived), "{arrived} of {RUNS} arrived");
}

async fn run(seed: u64) {
    run_and_report(seed).await;
}

/// Uploads one file until it has arrived or cannot, and reports which.
async fn run_and_report(seed: u64) -> bool {
    let mut random = fastrand::Rng::with_seed(seed);
    let server = server(faults(&mut random)).await;
    let sample = Sample::of(random.u64(0..400 * KIB));
    let retry = options_with_attempts(random.u32(1..8)).retry;
    let options = options_with(|options| {
        options.concurrency = random.usize(1..6);
        options.part_size = Some(random.u64(8..128) * KIB);
        options.stall_limit = Duration::from_millis(random.u64(60..120));
        options.hedging = random.bool();
        options.md5 = random.bool();
        options.resume = if random.u8(..) < 200 { Resume::Beside } else { Resume::Off };
        options.retry = retry;
    });
    let kind = random.u8(..3);
    // A person would try again, too.
    for _ in 0..5 {
        let source = match kind {
            0 => Source::bytes("sample.bin", sample.bytes.clone()),
            1 => {
                let reader = std::io::Cursor::new(sample.bytes.clone());
                Source::reader("sample.bin", sample.bytes.len() as u64, reader)
            }
            _ => Source::path(&sample.path),
        };
        let configuration = server.configuration().with_timeout(Duration::from_millis(400));
        let by = Uploader::with_options(configuration, options.clone());
        let (upload, recorded) = RecordedEvents::by(by.upload(source, Purpose::Assistants));
        let result = upload.await;
        recorded.check_progress(sample.bytes.len() as u64);
        check_no_orphan_unknown(&server, &recorded, result.as_ref().err());
        match result {
            Ok(done) => {
                assert!(server.content(&done.file.id).unwrap() == sample.bytes, "the bytes differ");
                assert!(sample.left_over().is_empty(), "{:?}", sample.left_over());
                return true;
            }
            Err(error) => {
                assert_eq!(error.state().is_some(), sample.state_path().exists(), "{error}");
                if let Some(state) = error.state() {
                    State::read(state).unwrap();
                }
                if matches!(error, UploadError::FileUnknown { .. }) {
                    return false;
                }
            }
        }
    }
    false
}

/// An open upload on the server can be resumed or was reported. If the reply to its creation was lost, nobody can end
/// it.
fn check_no_orphan_unknown(server: &LocalServer, recorded: &RecordedEvents, error: Option<&UploadError>) {
    let state = error.and_then(UploadError::state).map(|path| State::read(path).unwrap().upload_id);
    let mut open: HashSet<_> = recorded
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Created { upload_id, .. } | Event::Resumed { upload_id, .. } => Some(upload_id),
            _ => None,
        })
        .filter(|upload_id| Some(upload_id) != state.as_ref())
        .collect();
    for event in recorded.events() {
        if let Event::Warning(Warning::NotCancelled { upload_id, .. }) = event {
            open.remove(&upload_id);
        }
    }
    for stored in server.uploads() {
        let is_orphan = stored.upload.status == Status::Pending && open.contains(&stored.upload.id);
        assert!(!is_orphan, "{error:?} left {:?}", stored.upload);
    }
}

/// Each operation has a fault for some share of its requests.
fn faults(random: &mut fastrand::Rng) -> Faults {
    let mut faults = Faults::new().seed(random.u64(..));
    for operation in [&CREATE_UPLOAD, &ADD_UPLOAD_PART, &COMPLETE_UPLOAD, &CANCEL_UPLOAD] {
        for _ in 0..random.u8(..3) {
            let fault = match random.u8(..12) {
                // That an upload cannot be cancelled must mean that it no longer exists.
                3 | 5 if operation.id == CANCEL_UPLOAD.id => Fault::fail(500),
                // It has no body that could be cut.
                6..8 | 10 if operation.id == CANCEL_UPLOAD.id => Fault::cut_reply(0),
                0..3 => Fault::fail(random.choice([408, 409, 429, 500, 502, 503, 504]).unwrap()),
                3 => Fault::fail(random.choice([400, 401, 404, 413]).unwrap()),
                4 => Fault::fail(503).header("retry-after-ms", "3"),
                5 => Fault::fail(503).header("x-should-retry", "false"),
                6..8 => Fault::cut_request(random.u64(..100_000)),
                8..10 => Fault::cut_reply(random.u64(..400)),
                10 => Fault::stall(random.u64(..60_000)),
                // It names no upload that could be forgotten.
                _ if operation.id == CREATE_UPLOAD.id => Fault::fail(500),
                _ => Fault::forget(),
            };
            faults = faults.with(fault, When::share(random.f64() * 0.2).on(operation.id));
        }
    }
    faults.with(Fault::delay(Duration::from_millis(2)), When::share(0.5))
}
