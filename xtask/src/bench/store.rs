//! `cargo xtask bench store`: an object that is read from S3 while it is uploaded.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use bytesize::ByteSize;
use clap::Args;

use super::measurement::{Cost, measured};
use super::program;
use super::server::Server;
use crate::workspace;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Upload an object from a local server of S3, and compare with reading alone and sending alone
///
/// curl reads the object's ranges, 8 at a time; our command sends a local file of the same length; then our command
/// uploads the object. All servers simulate the same network link.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The size of the object.
    #[arg(long, default_value = "1GiB")]
    size: ByteSize,

    /// The maximum rate of each connection.
    #[arg(long, default_value = "20MB/s")]
    rate: String,

    /// The delay before each reply.
    #[arg(long, default_value = "20ms")]
    latency: String,

    /// The number of runs; the median counts.
    #[arg(long, default_value = "3")]
    runs: usize,

    /// The file to write the table to, as Markdown.
    #[arg(long, value_name = "FILE", default_value = "target/bench/store.md")]
    out: PathBuf,
}

/// The number of connections.
const CONNECTIONS: u64 = 8;

/// The length of the ranges that curl reads.
const RANGE: u64 = 16 << 20;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let program = program::build("openai-uploads", &["cli", "object-store"])?;
    let out = workspace::root().join(&arguments.out);
    let folder = out.parent().map(Path::to_owned).unwrap_or_default();
    fs::create_dir_all(&folder).map_err(|error| Failure::io("make", &folder, &error))?;
    let file = folder.join("store.bin");
    let bytes = arguments.size.as_u64();
    let make = || File::create(&file)?.set_len(bytes);
    make().map_err(|error| Failure::io("write", &file, &error))?;

    let (rate, latency) = (Some(arguments.rate.as_str()), Some(arguments.latency.as_str()));
    let mut costs = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..arguments.runs.max(1) {
        let store = Server::object(bytes, rate, latency)?;
        costs[0].push(read(&store, bytes, &folder)?);
        let sink = Server::discarding(rate, latency)?;
        costs[1].push(measured(upload(&program, &sink).arg(&file))?.1);
        let mut both = upload(&program, &sink);
        both.arg("s3://data/store.bin").env("AWS_ENDPOINT_URL", &store.base_url).envs([
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_ACCESS_KEY_ID", "any"),
            ("AWS_SECRET_ACCESS_KEY", "any"),
            ("AWS_REGION", "us-east-1"),
        ]);
        costs[2].push(measured(&mut both)?.1);
    }
    let table = table(arguments, &costs.map(|runs| Cost::median(&runs)));
    terminal::print(&table);
    fs::remove_file(&file).map_err(|error| Failure::io("remove", &file, &error))?;
    fs::write(&out, &table).map_err(|error| Failure::io("write", &out, &error))
}

/// Reads the object with curl, in ranges.
fn read(store: &Server, bytes: u64, folder: &Path) -> Result<Cost, Failure> {
    let ranges = (0..bytes.div_ceil(RANGE)).map(|number| {
        let (first, last) = (number * RANGE, ((number + 1) * RANGE).min(bytes) - 1);
        format!(
            "url = \"{}/data/store.bin\"\nrange = \"{first}-{last}\"\noutput = /dev/null\n",
            store.base_url
        )
    });
    let config = folder.join("store.curl");
    let text = ranges.collect::<Vec<_>>().join("next\n");
    fs::write(&config, text).map_err(|error| Failure::io("write", &config, &error))?;
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--fail", "--parallel", "--parallel-immediate", "--parallel-max"]);
    curl.arg(CONNECTIONS.to_string()).arg("--config").arg(&config);
    Ok(measured(&mut curl)?.1)
}

fn upload(program: &Path, sink: &Server) -> Command {
    let mut command = Command::new(program);
    command.args([
        "upload",
        "--purpose",
        "assistants",
        "--quiet",
        "--no-resume",
        "--no-md5",
        "--concurrency",
    ]);
    command.arg(CONNECTIONS.to_string());
    command.envs([("OPENAI_BASE_URL", sink.base_url.as_str()), ("OPENAI_API_KEY", "any")]);
    command
}

fn table(arguments: &Arguments, costs: &[Cost; 3]) -> String {
    let slower = costs[0].wall.max(costs[1].wall).as_secs_f64().max(1e-9);
    let names = ["curl reads", "openai-uploads sends a file", "openai-uploads sends the object"];
    let rows = names.iter().zip(costs).map(|(name, cost)| {
        let (wall, cpu, memory) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64(), cost.memory / 1_000_000);
        format!("| {name} | {wall:.2} s | {cpu:.2} s | {memory} MB | {:.2} |\n", wall / slower)
    });
    format!(
        "{} at {} a connection and {} a request, {CONNECTIONS} connections, median of {}\n\n\
         | | wall | CPU | peak memory | wall to the slower side alone |\n|---|---|---|---|---|\n{}",
        arguments.size.display().iec(),
        arguments.rate,
        arguments.latency,
        arguments.runs.max(1),
        rows.collect::<String>(),
    )
}
