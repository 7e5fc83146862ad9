//! `upload` of a folder of many small files: how many requests are in flight, and what is printed.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::command_fixture::{AnsweringServer, Files, Run, command};

/// The requests for files that are in flight.
struct InFlight {
    now: u32,
    most: u32,
    sent: u64,
    since: Instant,
    /// The seconds from the first request to the last reply, and those of all requests.
    seconds: f64,
    total: f64,
}

impl InFlight {
    fn change(&mut self, by: i32) {
        let seconds = if self.most > 0 { self.since.elapsed().as_secs_f64() } else { 0.0 };
        self.seconds += seconds;
        self.total += f64::from(self.now) * seconds;
        self.now = self.now.checked_add_signed(by).unwrap();
        (self.most, self.since) = (self.most.max(self.now), Instant::now());
    }
}

/// A run of the command over a folder of so many files. Each is sent once.
struct FolderRun {
    stderr: String,
    most_in_flight: u32,
    mean_in_flight: f64,
}

impl FolderRun {
    fn of(count: usize) -> Self {
        let files = Files::new();
        for number in 0..count {
            files.file(&format!("{number:03}.txt"), "hello");
        }
        let state = InFlight { now: 0, most: 0, sent: 0, since: Instant::now(), seconds: 0.0, total: 0.0 };
        let state = Arc::new(Mutex::new(state));
        let shared = state.clone();
        let server = AnsweringServer::start(move |path| {
            const JSON: &str = "content-type: application/json\r\n";
            if path.contains('?') {
                return (200, JSON, r#"{"object":"list","data":[],"has_more":false}"#.to_owned());
            }
            let number = {
                let mut state = shared.lock().unwrap();
                state.change(1);
                state.sent += 1;
                state.sent
            };
            // Not the same time for all: replies that come together would leave gaps behind them.
            thread::sleep(Duration::from_millis(150 + number * 7 % 100));
            shared.lock().unwrap().change(-1);
            let file = serde_json::json!({
                "id": format!("file-{number}"), "object": "file", "bytes": 5, "created_at": 1,
                "filename": "a.txt", "purpose": "assistants",
            });
            (200, JSON, file.to_string())
        });
        let (folder, manifest) = (files.0.path().to_str().unwrap(), files.path("out.jsonl"));
        let options = ["--manifest", &manifest, "--base-url", &server.base_url()];
        let run = Run::of(command(&["upload", "-p", "assistants", "-r", folder]).args(options));
        assert_eq!((run.code, run.stdout.lines().count()), (Some(0), count), "{}", run.stderr);
        assert_eq!(std::fs::read_to_string(&manifest).unwrap().lines().count(), count);
        let state = state.lock().unwrap();
        assert_eq!(state.sent, count as u64);
        let mean_in_flight = state.total / state.seconds;
        println!("{mean_in_flight:.1} requests were in flight, {} at most", state.most);
        Self { stderr: run.stderr, most_in_flight: state.most, mean_in_flight }
    }
}

#[test]
fn all_connections_are_busy_and_one_line_sums_up() {
    let run = FolderRun::of(160);
    let summary = run.stderr.lines().filter(|line| line.starts_with("160 files: 160 uploaded (800 B in "));
    assert_eq!(summary.count(), 1, "{}", run.stderr);
    assert_eq!(run.most_in_flight, 12);
    // Seen from the server there is a gap between a reply and the next request. A busy machine makes it longer.
    assert!(run.mean_in_flight > 9.0);
}

#[test]
fn a_few_files_are_sent_eight_at_a_time() {
    assert_eq!(FolderRun::of(60).most_in_flight, 8);
}
