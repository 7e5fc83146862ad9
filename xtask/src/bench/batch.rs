//! `cargo xtask bench batch`: splits requests and merges results, next to a Python script.

mod created;
mod kills;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use wait4::Wait4;

use super::measurement::{Cost, attempted, measured};
use super::program;
use super::server::Server;
use crate::workspace;
use kills::KilledRun;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Benchmark `batch split` and the merge of results, next to a Python script
///
/// The script uses the json module of `python3` and keeps all results in memory. It is skipped if there is no
/// `python3`. The ratios are relative to reading and writing the bytes.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The number of requests.
    #[arg(long, default_value = "1000000")]
    lines: u64,

    /// Instead, run the requests against a server with faults, kill the run this many times, and compare its results
    /// with those of an undisturbed run.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    kills: Option<u32>,

    /// The seed of the kills and the faults, to repeat a run [default: a random one, which is printed].
    #[arg(long, value_name = "N", requires = "kills")]
    seed: Option<u64>,

    /// The file to write the table to, as Markdown.
    #[arg(long, value_name = "FILE", default_value = "target/bench/batch.md")]
    out: PathBuf,
}

/// The cost of one of the two tasks for one program.
struct Row {
    task: &'static str,
    program: &'static str,
    bytes: u64,
    wall: Duration,
    memory: Option<u64>,
}

const SCRIPT: &str = include_str!("batch.py");

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let program = program::build("openai-uploads", &["cli"])?;
    let scratch = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(workspace::root().join("target"))
        .map_err(|error| Failure::new(format!("cannot make a folder in target: {error}")))?;
    let at = |name: &str| scratch.path().join(name);
    let (requests, results) = (at("requests.jsonl"), at("results.jsonl"));
    let work = |error: io::Error| Failure::io("use", scratch.path(), &error);
    write_requests(&requests, arguments.lines).map_err(work)?;
    if let Some(kills) = arguments.kills {
        let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
        terminal::print(&format!("seed {seed}\n"));
        let (program, folder, requests, lines) = (&program, scratch.path(), &requests, arguments.lines);
        let findings = KilledRun { program, folder, requests, lines, kills, seed }.run()?;
        terminal::print(&findings);
        return Ok(());
    }
    let request_bytes = requests.metadata().map_err(work)?.len();
    let server = Server::keeping(&program, &at("server"), None, None)?;

    let mut rows = Vec::new();
    let copied = copy(&requests, &at("copy")).map_err(work)?;
    rows.push(Row {
        task: "split",
        program: "read and write",
        bytes: request_bytes,
        wall: copied,
        memory: None,
    });
    let cost = measured(batch(&program, &server, "split", &results).arg(&requests))?.1;
    rows.push(row("split", "openai-uploads", request_bytes, cost));

    // The server has its own speed, which is not measured.
    measured(&mut batch(&program, &server, "wait", &results))?;
    let merged = measure_merge(&mut batch(&program, &server, "fetch", &results))?;
    let result_bytes = results.metadata().map_err(work)?.len();
    let copied = copy(&results, &at("copy")).map_err(work)?;
    rows.push(Row {
        task: "merge",
        program: "read and write",
        bytes: result_bytes,
        wall: copied,
        memory: None,
    });
    rows.push(row("merge", "openai-uploads", result_bytes, merged));

    let shuffled = at("shuffled.jsonl");
    shuffle(&results, &shuffled).map_err(work)?;
    for (task, bytes, inputs) in
        [("split", request_bytes, vec![&requests]), ("merge", result_bytes, vec![&requests, &shuffled])]
    {
        let mut python = Command::new("python3");
        python.args(["-c", SCRIPT, task]).arg(scratch.path()).args(inputs);
        match attempted(&mut python) {
            Ok(run) if run.status.success() => rows.push(row(task, "Python, json module", bytes, run.cost)),
            _ => terminal::eprint("skipped: python3 is not there, or failed\n"),
        }
    }
    let table = table(arguments.lines, &rows);
    terminal::print(&table);
    let out = workspace::root().join(&arguments.out);
    fs::create_dir_all(out.parent().unwrap_or(&out))
        .map_err(|error| Failure::io("make the folder of", &out, &error))?;
    fs::write(&out, table).map_err(|error| Failure::io("write", &out, &error))?;
    Ok(())
}

fn batch(program: &Path, server: &Server, step: &str, results: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["batch", step, "--json", "-o"]).arg(results);
    command.env("OPENAI_BASE_URL", &server.base_url).env("OPENAI_API_KEY", "none-is-needed");
    command
}

/// The merge alone: from its first event to the end of the process.
fn measure_merge(command: &mut Command) -> Result<Cost, Failure> {
    let cannot = |error: io::Error| Failure::new(format!("cannot run `openai-uploads`: {error}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(cannot)?;
    let mut started = None;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            if line.map_err(cannot)?.contains(r#""event":"merging""#) {
                started = Some(Instant::now());
            }
        }
    }
    let used = child.wait4().map_err(cannot)?;
    let started =
        started.filter(|_| used.status.success()).ok_or_else(|| Failure::new("`batch fetch` failed"))?;
    Ok(Cost {
        wall: started.elapsed(),
        cpu: used.rusage.utime + used.rusage.stime,
        memory: used.rusage.maxrss,
    })
}

fn row(task: &'static str, program: &'static str, bytes: u64, cost: Cost) -> Row {
    Row { task, program, bytes, wall: cost.wall, memory: Some(cost.memory) }
}

/// Requests of about 400 bytes for two models.
fn write_requests(path: &Path, lines: u64) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let text = "Say in one sentence what the following text is about. ".repeat(5);
    for line in 0..lines {
        let model = if line % 3 == 0 { "gpt-5" } else { "gpt-5-mini" };
        writeln!(
            file,
            r#"{{"custom_id":"request-{line}","method":"POST","url":"/v1/chat/completions","body":{{"model":"{model}","messages":[{{"role":"user","content":"{text}"}}]}}}}"#
        )?;
    }
    file.flush()
}

fn copy(from: &Path, to: &Path) -> io::Result<Duration> {
    let started = Instant::now();
    let (mut from, mut to) = (File::open(from)?, File::create(to)?);
    let mut block = vec![0; 1 << 18];
    loop {
        match from.read(&mut block)? {
            0 => return Ok(started.elapsed()),
            read => to.write_all(&block[..read])?,
        }
    }
}

/// The lines of a file in another order, as in result files.
fn shuffle(from: &Path, to: &Path) -> io::Result<()> {
    let text = fs::read(from)?;
    let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
    fastrand::Rng::with_seed(1).shuffle(&mut lines);
    let mut file = BufWriter::new(File::create(to)?);
    lines.into_iter().try_for_each(|line| file.write_all(line))?;
    file.flush()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn table(lines: u64, rows: &[Row]) -> String {
    let mut table = format!(
        "{lines} requests\n\n| task | program | time | MB/s | peak memory | time to reading and writing |\n\
         |---|---|---|---|---|---|\n"
    );
    for row in rows {
        let base = rows.iter().find(|base| base.task == row.task).map_or(row.wall, |base| base.wall);
        let seconds = row.wall.as_secs_f64();
        let memory =
            row.memory.map_or_else(|| "-".to_owned(), |bytes| format!("{:.0} MB", bytes as f64 / 1e6));
        let _ = writeln!(
            table,
            "| {} | {} | {seconds:.2} s | {:.0} | {memory} | {:.1} |",
            row.task,
            row.program,
            row.bytes as f64 / 1e6 / seconds,
            seconds / base.as_secs_f64(),
        );
    }
    table
}
