//! `cargo xtask bench upload`: uploads one file with several programs in turn.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bytesize::ByteSize;
use clap::Args;
use serde_json::Value;

use super::contender::{Contender, Load};
use super::measurement::{Cost, measured};
use super::server::Server;
use super::{program, report};
use crate::chart::{Chart, Panel};
use crate::workspace;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Upload a file with our command, curl and the official Python client, and compare them
///
/// Each program has a fresh server in its own process. The Python client is measured if `python3`, or the interpreter
/// in the environment variable `OPENAI_PYTHON`, can import `openai`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The size of the file.
    #[arg(long, default_value = "1GiB")]
    size: ByteSize,

    /// The number of requests in flight, for programs that can send several.
    #[arg(long, default_value = "8")]
    concurrency: usize,

    /// The maximum rate of each connection, such as 20MB/s [default: unlimited].
    #[arg(long)]
    rate: Option<String>,

    /// The delay before each reply, such as 100ms [default: none].
    #[arg(long)]
    latency: Option<String>,

    /// The number of runs; the median counts.
    #[arg(long, default_value = "5")]
    runs: usize,

    /// Use a server that discards uploads, so that the disk and the server's work do not count.
    #[arg(long)]
    discard: bool,

    /// The file to write the table to, as Markdown, with the chart beside it as SVG.
    #[arg(long, value_name = "FILE", default_value = "target/bench/upload.md")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let program = program::build("openai-uploads", &["cli"])?;
    let scratch = scratch()?;
    let load = load(arguments, &program, scratch.path())?;
    let contenders = Contender::all(&program);
    let mut costs = vec![Vec::new(); contenders.len()];
    for run in 1..=arguments.runs.max(1) {
        for (contender, costs) in contenders.iter().zip(&mut costs) {
            let cost = one_run(arguments, &program, &load, contender)?;
            terminal::eprint(&format!("run {run}: {}: {}\n", contender.name(load.concurrency), shown(cost)));
            costs.push(cost);
        }
    }
    let names: Vec<_> = contenders.iter().map(|contender| contender.name(load.concurrency)).collect();
    let table = table(&title(arguments), &names, &costs);
    report::write(&arguments.out, &table, &chart(&title(arguments), &contenders, &names, &costs))?;
    Ok(())
}

fn scratch() -> Result<tempfile::TempDir, Failure> {
    let parent = workspace::root().join("target");
    tempfile::Builder::new()
        .prefix("bench-")
        .tempdir_in(&parent)
        .map_err(|error| Failure::io("make a folder in", &parent, &error))
}

/// Makes the file, and its parts for programs that need them split.
fn load(arguments: &Arguments, program: &Path, scratch: &Path) -> Result<Load, Failure> {
    let path = scratch.join("file.bin");
    let bytes = arguments.size.as_u64();
    let make = || -> io::Result<()> {
        let mut file = BufWriter::new(File::create(&path)?);
        let mut block: Vec<u8> = (0..1 << 20).map(|_| fastrand::u8(..)).collect();
        let mut left = bytes;
        while left > 0 {
            // No two blocks are equal, so that nothing can deduplicate them.
            block[..8].copy_from_slice(&left.to_le_bytes());
            let length = usize::try_from(left).map_or(block.len(), |left| left.min(block.len()));
            file.write_all(&block[..length])?;
            left -= length as u64;
        }
        file.flush()
    };
    make().map_err(|error| Failure::io("write", &path, &error))?;
    let mut plan = Command::new(program);
    plan.args(["plan", "--json", "--concurrency", &arguments.concurrency.to_string()]).arg(&path);
    let plan: Value = serde_json::from_str(&measured(&mut plan)?.0).unwrap_or_default();
    let mut parts = Vec::new();
    for (index, part) in plan["parts"].as_array().into_iter().flatten().enumerate() {
        let to = scratch.join(format!("part-{index}"));
        let (offset, length) = (part["offset"].as_u64(), part["bytes"].as_u64());
        let split = || -> io::Result<()> {
            let mut file = File::open(&path)?;
            file.seek(SeekFrom::Start(offset.unwrap_or_default()))?;
            io::copy(&mut file.take(length.unwrap_or_default()), &mut File::create(&to)?).map(drop)
        };
        split().map_err(|error| Failure::io("write", &to, &error))?;
        parts.push(to);
    }
    Ok(Load { file: path, bytes, concurrency: arguments.concurrency, parts, scratch: scratch.to_owned() })
}

fn one_run(
    arguments: &Arguments,
    program: &Path,
    load: &Load,
    contender: &Contender,
) -> Result<Cost, Failure> {
    let (rate, latency) = (arguments.rate.as_deref(), arguments.latency.as_deref());
    if arguments.discard {
        return contender.run(load, &Server::discarding(rate, latency)?.base_url);
    }
    let kept = load.scratch.join("kept");
    let server = Server::keeping(program, &kept, rate, latency)?;
    let cost = contender.run(load, &server.base_url);
    drop(server);
    fs::remove_dir_all(&kept).map_err(|error| Failure::io("remove", &kept, &error))?;
    cost
}

fn title(arguments: &Arguments) -> String {
    let line = match (&arguments.rate, &arguments.latency) {
        (None, None) => "over loopback".to_owned(),
        (Some(rate), None) => format!("at {rate} a connection"),
        (None, Some(latency)) => format!("at {latency} a request"),
        (Some(rate), Some(latency)) => format!("at {rate} a connection and {latency} a request"),
    };
    let server = if arguments.discard { ", to a server that forgets it" } else { "" };
    format!("{} {line}{server}", arguments.size.display().iec())
}

/// The medians of all programs, compared with curl's if it is installed.
fn table(title: &str, names: &[String], costs: &[Vec<Cost>]) -> String {
    let medians: Vec<_> = costs.iter().map(|runs| Cost::median(runs)).collect();
    let base = names.iter().position(|name| name.starts_with("curl")).unwrap_or(0);
    let ratio = |of: Duration, to: Duration| of.as_secs_f64() / to.as_secs_f64().max(1e-9);
    let mut table = format!(
        "{title}, median of {} (fastest to slowest)\n\n\
         | who | wall | CPU | peak memory | wall to {1} | CPU to {1} |\n|---|---|---|---|---|---|\n",
        costs.first().map_or(0, Vec::len),
        names[base].split(',').next().unwrap_or_default(),
    );
    for ((name, runs), median) in names.iter().zip(costs).zip(&medians) {
        let walls = || runs.iter().map(|run| run.wall.as_secs_f64());
        let (fastest, slowest) = (walls().fold(f64::MAX, f64::min), walls().fold(0.0, f64::max));
        let _ = writeln!(
            table,
            "| {name} | {:.2} s ({fastest:.2} to {slowest:.2}) | {:.2} s | {} | {:.2} | {:.2} |",
            median.wall.as_secs_f64(),
            median.cpu.as_secs_f64(),
            megabytes(median.memory),
            ratio(median.wall, medians[base].wall),
            ratio(median.cpu, medians[base].cpu),
        );
    }
    table
}

/// The chart: wall time, CPU time and memory.
fn chart(title: &str, contenders: &[Contender], names: &[String], costs: &[Vec<Cost>]) -> Chart {
    let panel = |what: &str, figure: fn(Cost) -> f64, unit: &str| {
        let panel = Panel::new(format!("{what}, less is better"));
        contenders.iter().zip(names).zip(costs).fold(panel, |panel, ((contender, name), runs)| {
            let value = figure(Cost::median(runs));
            let digits = if value < 100.0 { 2 } else { 0 };
            let text = format!("{value:.digits$} {unit}");
            // The label has little room, and the title has the rest.
            let label = name.split(',').next().unwrap_or_default();
            match contender {
                Contender::Ours { .. } => panel.ours(label, value, text),
                _ => panel.bar(label, value, text),
            }
        })
    };
    Chart::new(title)
        .panel(panel("wall time", |cost| cost.wall.as_secs_f64(), "s"))
        .panel(panel("CPU time", |cost| cost.cpu.as_secs_f64(), "s"))
        .panel(panel("peak memory", |cost| megabytes_of(cost.memory), "MB"))
}

fn shown(cost: Cost) -> String {
    let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
    format!("{wall:.2} s, {cpu:.2} CPU s, {}", megabytes(cost.memory))
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", megabytes_of(bytes))
}

#[expect(clippy::cast_precision_loss, reason = "memory has fewer bytes than a double has digits")]
fn megabytes_of(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
