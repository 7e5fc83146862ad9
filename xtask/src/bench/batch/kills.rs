//! `cargo xtask bench batch --kills N`: a run with faults that is killed N times has the results of an undisturbed run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::super::measurement::measured;
use super::super::server::Server;
use super::created;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// The maximum number of events of a process before it is killed. A whole run has some hundreds.
const EVENTS: usize = 16;

/// The maximum time between the last of these events and the kill.
const PAUSE: Duration = Duration::from_millis(300);

/// The faults of the server of the killed run.
const FAULTS: [&str; 11] = [
    "--cut-reply=0@share=0.3,on=createBatch",
    "--cut-reply=0@share=0.05,on=createFile",
    "--fail=503@share=0.1",
    "--fail-header=retry-after-ms:1",
    "--batch-fault=expire=0.7@share=0.2",
    "--batch-fault=fail-lines=0.01@share=0.3",
    "--batch-fault=token-limit@share=0.1",
    "--batch-fault=empty-ids",
    "--batch-time=500ms",
    "--quiet",
    "--listen=127.0.0.1:0",
];

/// A run that is to be killed.
pub(super) struct KilledRun<'a> {
    pub(super) program: &'a Path,
    pub(super) folder: &'a Path,
    pub(super) requests: &'a Path,
    pub(super) lines: u64,
    pub(super) kills: u32,
    pub(super) seed: u64,
}

impl KilledRun<'_> {
    /// Runs the requests twice, undisturbed and killed, and compares. Returns the findings as Markdown.
    pub(super) fn run(&self) -> Result<String, Failure> {
        let mut findings = format!("{} requests, {} kills, seed {}\n\n", self.lines, self.kills, self.seed);
        let undisturbed = self.folder.join("undisturbed.jsonl");
        let started = Instant::now();
        {
            let server =
                self.serve("undisturbed", &["--quiet", "--listen=127.0.0.1:0", "--batch-time=500ms"])?;
            measured(&mut self.batch(&server, &undisturbed))?;
        }
        let time = started.elapsed();
        let _ = writeln!(findings, "- the undisturbed run took {:.1} s", time.as_secs_f64());

        let results = self.folder.join("killed.jsonl");
        let seed = format!("--seed={}", self.seed);
        let server = self.serve("killed", &[FAULTS.as_slice(), &[&seed]].concat())?;
        let mut random = fastrand::Rng::with_seed(self.seed);
        for kill in 1..=self.kills {
            let (events, pause) = (random.usize(1..=EVENTS), PAUSE.mul_f64(random.f64()));
            self.kill_after(&server, &results, events, pause)?;
            let state = state(&work_folder(&results));
            terminal::print(&format!(
                "kill {kill}, {} ms after event {events}: {state}\n",
                pause.as_millis()
            ));
            if !work_folder(&results).exists() && results.exists() {
                return Err(Failure::new(format!("the run was done after {kill} kills: take more lines")));
            }
        }
        measured(&mut self.batch(&server, &results))?;
        let batches = created::count_by_shard(&server.base_url)?;
        if let Some((shard, count)) = batches.iter().find(|(_, count)| **count != 1) {
            return Err(self.failure(&format!("the batch of shard {shard} was created {count} times")));
        }
        let failures = self.folder.join("killed.errors.jsonl");
        if failures.exists() {
            return Err(self.failure("some requests have no answer"));
        }
        self.compare(&undisturbed, &results)?;
        let _ = writeln!(findings, "- {} batches were created, each shard's batch once", batches.len());
        let _ = writeln!(findings, "- each id is there once, in the order of the requests");
        let _ = writeln!(
            findings,
            "- the results are those of the undisturbed run, but for the ids and times that the server generates"
        );
        Ok(findings)
    }

    fn serve(&self, name: &str, arguments: &[&str]) -> Result<Server, Failure> {
        let mut command = Command::new(self.program);
        command.arg("serve").args(arguments).arg("--dir").arg(self.folder.join(format!("{name}-server")));
        // A fault is a warning in the log.
        command.stderr(Stdio::null());
        Server::start(&mut command)
    }

    fn batch(&self, server: &Server, results: &Path) -> Command {
        let mut command = Command::new(self.program);
        command.args([
            "batch",
            "run",
            "--quiet",
            "--retry-failed=50",
            "--poll-interval=200ms",
            "--max-active=6",
        ]);
        command.arg(self.requests).arg("-o").arg(results);
        command.env("OPENAI_BASE_URL", &server.base_url).env("OPENAI_API_KEY", "none-is-needed");
        command
    }

    /// Starts or continues the run, and kills it some time after this many events.
    fn kill_after(
        &self,
        server: &Server,
        results: &Path,
        events: usize,
        pause: Duration,
    ) -> Result<(), Failure> {
        let mut command = self.batch(server, results);
        let cannot = |error| Failure::new(format!("cannot run `openai-uploads`: {error}"));
        command.arg("--json").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(cannot)?;
        let mut stdout = child.stdout.take().map(BufReader::new);
        for line in stdout.iter_mut().flat_map(BufRead::lines).take(events) {
            line.map_err(cannot)?;
        }
        sleep(pause);
        child.kill().map_err(cannot)?;
        child.wait().map_err(cannot)?;
        Ok(())
    }

    /// Fails unless both files have the same answer for each id, in the order of the requests.
    fn compare(&self, undisturbed: &Path, results: &Path) -> Result<(), Failure> {
        let open = |path: &Path| {
            let file = File::open(path).map(|file| BufReader::new(file).lines());
            file.map_err(|error| Failure::io("read", path, &error))
        };
        let (mut expected, mut found) = (open(undisturbed)?, open(results)?);
        for number in 0..self.lines {
            let (Some(Ok(one)), Some(Ok(other))) = (expected.next(), found.next()) else {
                return Err(self.failure(&format!("line {} is missing", number + 1)));
            };
            let (one, other) = (without_new_ids(&one), without_new_ids(&other));
            if one != other || other["custom_id"] != format!("request-{number}") {
                return Err(self.failure(&format!("line {} differs: {one} and {other}", number + 1)));
            }
        }
        if expected.next().is_some() || found.next().is_some() {
            return Err(self.failure("there are more lines than requests"));
        }
        Ok(())
    }

    fn failure(&self, problem: &str) -> Failure {
        Failure::new(format!("{problem} (--seed {} repeats the faults and the kills)", self.seed))
    }
}

fn work_folder(results: &Path) -> PathBuf {
    let mut folder = results.as_os_str().to_owned();
    folder.push(".batch");
    folder.into()
}

/// How many shards have reached which step.
fn state(folder: &Path) -> String {
    if !folder.join("run.json").exists() {
        return "not yet split".to_owned();
    }
    let mut steps = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_shard = name.strip_suffix(".json").is_some_and(|number| number.parse::<u32>().is_ok());
        if is_shard
            && let Ok(text) = fs::read(entry.path())
            && let Ok(shard) = serde_json::from_slice::<Value>(&text)
        {
            *steps.entry(shard["step"]["step"].as_str().unwrap_or("unknown").to_owned()).or_insert(0) += 1;
        }
    }
    let steps: Vec<_> = steps.iter().map(|(step, count)| format!("{count} {step}")).collect();
    format!("shards: {}", steps.join(", "))
}

/// A result without the ids and times that the server generates for each answer.
fn without_new_ids(line: &str) -> Value {
    let mut line: Value = serde_json::from_str(line).unwrap_or_default();
    let new: [(&str, &[&str]); 3] =
        [("", &["id"]), ("/response", &["request_id"]), ("/response/body", &["id", "created"])];
    for (place, names) in new {
        if let Some(object) = line.pointer_mut(place).and_then(Value::as_object_mut) {
            names.iter().for_each(|name| drop(object.remove(*name)));
        }
    }
    line
}
