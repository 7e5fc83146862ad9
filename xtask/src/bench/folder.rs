//! `cargo xtask bench folder`: uploads a folder of many small files.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use clap::Args;
use serde_json::Value;

use super::measurement::{Cost, measured};
use super::program;
use super::server::Server;
use super::statistics::Statistics;
use crate::workspace;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Upload a folder of small files, beside the official Python client in a loop, then kill an upload and continue it
///
/// The server discards the files, and counts how many requests are in flight. The Python client is measured if
/// `python3`, or the interpreter in the environment variable `OPENAI_PYTHON`, can import `openai`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The number of files.
    #[arg(long, default_value = "10000")]
    files: usize,

    /// The size of each file.
    #[arg(long, default_value = "4KiB")]
    size: ByteSize,

    /// The delay before each reply.
    #[arg(long, default_value = "20ms")]
    latency: String,

    /// The maximum number of requests in flight [default: that of the command].
    #[arg(long)]
    concurrency: Option<usize>,

    /// The number of runs; the median counts.
    #[arg(long, default_value = "3")]
    runs: usize,

    /// The file to write the table to, as Markdown.
    #[arg(long, value_name = "FILE", default_value = "target/bench/folder.md")]
    out: PathBuf,
}

const SCRIPT: &str = include_str!("folder.py");

/// The number of requests that should be in flight all the time.
const WANTED: usize = 8;

/// As many as the command has connections for so many files.
const PYTHON_THREADS: usize = 12;

enum Contender<'a> {
    Ours { program: &'a Path, manifest: bool, concurrency: Option<usize> },
    Python { interpreter: PathBuf, threads: usize },
}

impl Contender<'_> {
    fn name(&self) -> String {
        match self {
            Self::Ours { manifest: true, .. } => "openai-uploads --manifest".to_owned(),
            Self::Ours { manifest: false, .. } => "openai-uploads".to_owned(),
            Self::Python { threads: 1, .. } => "openai-python in a loop".to_owned(),
            Self::Python { threads, .. } => format!("openai-python, {threads} threads"),
        }
    }

    fn command(&self, folder: &Path, manifest: &Path) -> Command {
        match self {
            Self::Ours { program, manifest: has_manifest, concurrency } => {
                let mut command = Command::new(program);
                command
                    .args(["upload", "--purpose", "assistants", "--quiet"])
                    .arg(folder)
                    .args(["--include", "*"]);
                if let Some(concurrency) = concurrency {
                    command.arg("--concurrency").arg(concurrency.to_string());
                }
                if *has_manifest {
                    command.arg("--manifest").arg(manifest);
                }
                command
            }
            Self::Python { interpreter, threads } => {
                let mut command = Command::new(interpreter);
                command.args(["-c", SCRIPT]).arg(folder).arg(threads.to_string());
                command
            }
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let program = program::build("openai-uploads", &["cli"])?;
    let scratch = tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(workspace::root().join("target"))
        .map_err(|error| Failure::new(format!("cannot make a folder in target: {error}")))?;
    let (folder, manifest) = (scratch.path().join("files"), scratch.path().join("manifest.jsonl"));
    make_files(&folder, arguments)?;
    let mut contenders = vec![true, false]
        .into_iter()
        .map(|manifest| Contender::Ours { program: &program, manifest, concurrency: arguments.concurrency })
        .collect::<Vec<_>>();
    let interpreter = std::env::var_os("OPENAI_PYTHON").map_or_else(|| "python3".into(), PathBuf::from);
    if measured(Command::new(&interpreter).args(["-c", "import openai"])).is_ok() {
        contenders.extend(
            [PYTHON_THREADS, 1]
                .map(|threads| Contender::Python { interpreter: interpreter.clone(), threads }),
        );
    } else {
        terminal::eprint("skipped: the official Python client is not installed\n");
    }
    let mut table = header(arguments);
    for contender in &contenders {
        let mut runs = Vec::new();
        for _ in 0..arguments.runs.max(1) {
            runs.push(one_run(arguments, contender, &folder, &manifest)?);
        }
        let row = row(&contender.name(), &runs);
        terminal::eprint(&row);
        table.push_str(&row);
    }
    let resumed = kill_and_continue(arguments, &contenders[0], &folder, &manifest)?;
    table.push_str(&format!("\n{resumed}\n"));
    terminal::print(&table);
    let out = workspace::root().join(&arguments.out);
    fs::create_dir_all(out.parent().unwrap_or(&out))
        .map_err(|error| Failure::io("make the folder of", &out, &error))?;
    fs::write(&out, table).map_err(|error| Failure::io("write", &out, &error))
}

fn make_files(folder: &Path, arguments: &Arguments) -> Result<(), Failure> {
    fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
    let length = usize::try_from(arguments.size.as_u64())
        .map_err(|_| Failure::new(format!("files of {} do not fit into memory", arguments.size)))?;
    let mut content: Vec<u8> = (0..length).map(|_| fastrand::alphanumeric() as u8).collect();
    for number in 0..arguments.files {
        // No two files are equal.
        let name = format!("{number:06}");
        content.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
        let path = folder.join(format!("{name}.txt"));
        fs::write(&path, &content).map_err(|error| Failure::io("write", &path, &error))?;
    }
    Ok(())
}

/// Uploads the folder once, and checks that each file arrived once.
fn one_run(
    arguments: &Arguments,
    contender: &Contender,
    folder: &Path,
    manifest: &Path,
) -> Result<(Cost, Statistics), Failure> {
    let server = Server::discarding(None, Some(&arguments.latency))?;
    let _ = fs::remove_file(manifest);
    let cost = measured(&mut connected(contender.command(folder, manifest), &server))?.1;
    let statistics = Statistics::of(&server)?;
    check(arguments, &statistics)?;
    if statistics.names.len() != arguments.files {
        return Err(Failure::new(format!("{} sent a file twice", contender.name())));
    }
    Ok((cost, statistics))
}

fn check(arguments: &Arguments, statistics: &Statistics) -> Result<(), Failure> {
    let arrived = statistics.distinct().len();
    if arrived == arguments.files {
        return Ok(());
    }
    Err(Failure::new(format!("{arrived} of {} files arrived", arguments.files)))
}

fn connected(mut command: Command, server: &Server) -> Command {
    command.envs([("OPENAI_BASE_URL", server.base_url.as_str()), ("OPENAI_API_KEY", "any")]);
    command
}

/// Kills an upload when half of the files are there, runs it again, and counts what was sent twice.
fn kill_and_continue(
    arguments: &Arguments,
    contender: &Contender,
    folder: &Path,
    manifest: &Path,
) -> Result<String, Failure> {
    let server = Server::discarding(None, Some(&arguments.latency))?;
    let _ = fs::remove_file(manifest);
    let mut command = connected(contender.command(folder, manifest), &server);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| Failure::new(format!("cannot run `openai-uploads`: {error}")))?;
    let started = Instant::now();
    while Statistics::of(&server)?.names.len() < arguments.files / 2 {
        if started.elapsed() > Duration::from_secs(600) {
            let _ = child.kill();
            return Err(Failure::new("half of the files do not arrive in 10 minutes"));
        }
        thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    // What was in flight may arrive after the end of its sender.
    thread::sleep(Duration::from_secs(1));
    let before = Statistics::of(&server)?;
    let text = fs::read_to_string(manifest).map_err(|error| Failure::io("read", manifest, &error))?;
    let recorded = recorded(&text);
    let cost = measured(&mut command)?.1;
    let after = Statistics::of(&server)?;
    check(arguments, &after)?;
    let sent: BTreeSet<&str> = after.names[before.names.len()..].iter().map(String::as_str).collect();
    let twice = before.distinct().intersection(&sent).count();
    let twice_recorded = recorded.iter().filter(|name| sent.contains(name.as_str())).count();
    if twice_recorded > 0 {
        return Err(Failure::new(format!("{twice_recorded} files of the manifest were sent again")));
    }
    Ok(format!(
        "Killed with {} files on the server, {} of them in the manifest as uploaded. The same command sent the other \
         {} in {:.1} s; it sent {twice} files a second time.",
        before.names.len(),
        recorded.len(),
        sent.len(),
        cost.wall.as_secs_f64(),
    ))
}

/// The names of the files that a manifest says are on the server.
fn recorded(manifest: &str) -> Vec<String> {
    let lines = manifest.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let paths = lines.filter(|line| line["file_id"].is_string()).filter_map(|line| {
        Some(Path::new(line["path"].as_str()?).file_name()?.to_string_lossy().into_owned())
    });
    paths.collect()
}

fn header(arguments: &Arguments) -> String {
    format!(
        "{} files of {}, {} a request{}, median of {}\n\n\
         | | wall | CPU | peak memory | in flight, mean | time with {WANTED} or more in flight |\n\
         |---|---|---|---|---|---|\n",
        arguments.files,
        arguments.size.display().iec(),
        arguments.latency,
        arguments.concurrency.map_or_else(String::new, |most| format!(", at most {most} in flight")),
        arguments.runs.max(1),
    )
}

fn row(name: &str, runs: &[(Cost, Statistics)]) -> String {
    let cost = Cost::median(&runs.iter().map(|(cost, _)| *cost).collect::<Vec<_>>());
    let middle = |value: fn(&Statistics) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(|(_, statistics)| value(statistics)).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    let mut row = String::new();
    let _ = writeln!(
        row,
        "| {name} | {:.1} s | {:.2} s | {} MB | {:.1} | {:.1} % |",
        cost.wall.as_secs_f64(),
        cost.cpu.as_secs_f64(),
        cost.memory / 1_000_000,
        middle(Statistics::mean),
        100.0 * middle(|statistics| statistics.share_with(WANTED)),
    );
    row
}
