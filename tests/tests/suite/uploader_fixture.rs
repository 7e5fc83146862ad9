//! Fixtures of the uploader's tests: files with content, servers with faults, and the events of an upload.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use openai_uploads::Uploader;
use openai_uploads::apis::configuration::Configuration;
use openai_uploads::models::upload::Status;
use openai_uploads::server::{Faults, LocalServer, SeenRequest, Server};
use openai_uploads::uploader::{Event, Options, Progress, Upload};

pub(crate) const KIB: u64 = 1024;
pub(crate) const MIB: u64 = 1024 * KIB;

/// A file of random content in a folder of its own.
pub(crate) struct Sample {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

impl Sample {
    pub(crate) fn of(length: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sample.bin");
        let bytes = content(length, length);
        std::fs::write(&path, &bytes).unwrap();
        Self { folder, path, bytes }
    }

    pub(crate) fn state_path(&self) -> PathBuf {
        self.folder.path().join(".sample.bin.openai-upload")
    }

    /// The names of the other files in the folder.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.filter(|name| name != "sample.bin").collect();
        names.sort();
        names
    }
}

pub(crate) fn content(seed: u64, length: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; usize::try_from(length).unwrap()];
    random.fill(&mut bytes);
    bytes
}

pub(crate) async fn server(faults: Faults) -> LocalServer {
    LocalServer::start_with(Server::builder().faults(faults)).await.unwrap()
}

/// Parts of 64 KiB, three at a time, with very short waits between attempts.
pub(crate) fn options() -> Options {
    changed(Options::default(), |options| {
        options.part_size = Some(64 * KIB);
        options.concurrency = 3;
        options.retry.first_wait = Duration::from_millis(1);
        options.retry.max_wait = Duration::from_millis(4);
    })
}

/// As [`options`], with some of them changed.
pub(crate) fn options_with(change: impl FnOnce(&mut Options)) -> Options {
    changed(options(), change)
}

pub(crate) fn changed(mut options: Options, change: impl FnOnce(&mut Options)) -> Options {
    change(&mut options);
    options
}

/// As [`options`], with a limit on attempts.
pub(crate) fn options_with_attempts(attempts: u32) -> Options {
    options_with(|options| options.retry.max_attempts = Some(attempts))
}

pub(crate) fn uploader(server: &LocalServer, options: Options) -> Uploader {
    Uploader::with_options(server.configuration(), options)
}

pub(crate) fn at(base_path: &str, options: Options) -> Uploader {
    Uploader::with_options(Configuration::at(base_path), options)
}

/// The events of an upload, recorded while it runs.
#[derive(Clone, Default)]
pub(crate) struct RecordedEvents(Arc<Mutex<Vec<Event>>>);

impl RecordedEvents {
    pub(crate) fn by(upload: Upload) -> (Upload, Self) {
        let recorded = Self::default();
        let kept = recorded.clone();
        (upload.on_event(move |event| kept.0.lock().unwrap().push(event.clone())), recorded)
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn count(&self, is_one: impl Fn(&Event) -> bool) -> usize {
        self.events().iter().filter(|event| is_one(event)).count()
    }

    pub(crate) fn has(&self, is_it: impl Fn(&Event) -> bool) -> bool {
        self.count(is_it) > 0
    }

    /// The reasons for restarts.
    pub(crate) fn restarts(&self) -> Vec<String> {
        let events = self.events();
        let reasons = events.iter().filter_map(|event| match event {
            Event::Restarted { reason } => Some(reason.to_string()),
            _ => None,
        });
        reasons.collect()
    }

    /// The number of parts that a resumed upload started with.
    pub(crate) fn resumed(&self) -> Option<usize> {
        self.events().iter().find_map(|event| match event {
            Event::Resumed { parts, .. } => Some(*parts),
            _ => None,
        })
    }

    /// The count of sent bytes never exceeds the file, falls only after a failure, and ends at the whole.
    pub(crate) fn check_progress(&self, bytes: u64) {
        let (mut last, mut may_fall) = (0, false);
        for event in self.events() {
            match event {
                Event::Progress(progress) => {
                    let Progress { sent, finished, parts_finished, parts_expected, .. } = progress;
                    assert_eq!(progress.bytes, bytes);
                    assert!(finished <= sent && sent <= bytes, "{progress:?}");
                    assert!(parts_finished <= parts_expected, "{progress:?}");
                    assert!(sent >= last || may_fall, "{sent} after {last} with no failure between");
                    (last, may_fall) = (sent, false);
                }
                Event::Retrying { .. } | Event::Restarted { .. } => may_fall = true,
                Event::Done { .. } => assert_eq!(last, bytes),
                _ => {}
            }
        }
    }
}

/// The requests for an operation, by the end of their paths.
pub(crate) fn requests(server: &LocalServer, ending: &str) -> Vec<SeenRequest> {
    server.requests().into_iter().filter(|request| request.uri.path().ends_with(ending)).collect()
}

pub(crate) fn statuses(server: &LocalServer) -> Vec<Status> {
    server.uploads().into_iter().map(|stored| stored.upload.status).collect()
}

/// Every upload on the server was completed or cancelled.
pub(crate) fn check_no_orphan(server: &LocalServer) {
    assert!(!statuses(server).contains(&Status::Pending), "{:?}", server.uploads());
}

/// The one file on the server has these bytes.
pub(crate) fn check_file(server: &LocalServer, bytes: &[u8]) {
    let files = server.files();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(server.content(&files[0].id).unwrap() == bytes, "the bytes differ");
}

/// The server no longer answers, and another one takes over its folder and address.
pub(crate) async fn restarted(server: LocalServer, folder: &Path, faults: Faults) -> LocalServer {
    let address = server.local_addr();
    let clock = server.clock().clone();
    drop(server);
    let builder = Server::builder().listen(address).dir(folder).clock(clock).faults(faults);
    LocalServer::start_with(builder).await.unwrap()
}
