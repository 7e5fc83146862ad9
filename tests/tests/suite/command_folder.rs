//! `upload` of a folder of many small files: how many requests are in flight, and what is printed.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::command_fixture::{AnsweringServer, Files, Run, command};

const FILES: usize = 160;

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

#[test]
fn all_connections_are_busy_and_one_line_sums_up() {
    let files = Files::new();
    for number in 0..FILES {
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
            "id": format!("file-{number}"), "object": "file", "bytes": 5, "created_at": 1, "filename": "a.txt",
            "purpose": "assistants",
        });
        (200, JSON, file.to_string())
    });
    let (folder, manifest) = (files.0.path().to_str().unwrap(), files.path("out.jsonl"));
    let arguments = [
        "upload",
        "-p",
        "assistants",
        "-r",
        folder,
        "--manifest",
        &manifest,
        "--base-url",
        &server.base_url(),
    ];
    let run = Run::of(&mut command(&arguments));
    assert_eq!((run.code, run.stdout.lines().count()), (Some(0), FILES), "{}", run.stderr);
    let state = state.lock().unwrap();
    assert_eq!((state.sent, state.most), (FILES as u64, 8), "each file is sent once, 8 at a time");
    let summary = run.stderr.lines().filter(|line| line.starts_with("160 files: 160 uploaded (800 B in "));
    assert_eq!(summary.count(), 1, "{}", run.stderr);
    assert_eq!(std::fs::read_to_string(&manifest).unwrap().lines().count(), FILES);
    // Seen from the server there is a gap between a reply and the next request. A busy machine makes it longer.
    let mean = state.total / state.seconds;
    println!("{mean:.1} requests were in flight");
    assert!(mean > 6.0, "only {mean:.1} requests were in flight");
}
