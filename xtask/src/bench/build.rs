//! `cargo xtask bench build`: clients of a large document, built for debugging and for release.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

use super::check::{cargo_in, touch};
use super::generator::{Generator, Made};
use super::measurement::{Cost, attempted, seconds};
use super::{caller, program, report};
use crate::chart::{Chart, Panel};
use crate::workspace;

/// Build clients of a large document, made by this generator and by others
///
/// Prints the time, CPU time and peak memory of building each crate without its dependencies, for debugging and for
/// release, and of programs that make the call of our crate's README, and a call of each function.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The document [default: `OPENAI_SPEC`, or ../shared/corpus/openai.yaml if it exists]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// Also the crate of an earlier commit, by its `xtask` program; may be given several times
    #[arg(long, value_name = "PROGRAM")]
    earlier: Vec<PathBuf>,

    /// Also a program that calls this function of ours; may be given several times
    #[arg(long, value_name = "NAME")]
    function: Vec<String>,

    /// Leave the generators of others out, whose crates take minutes
    #[arg(long)]
    only_ours: bool,

    /// The file to write the table to, as Markdown, with the chart beside it as SVG
    #[arg(long, value_name = "FILE", default_value = "target/bench/build.md")]
    out: PathBuf,
}

/// A generator that takes longer has failed.
const MAX_TIME: Duration = Duration::from_secs(600);

/// The profiles, and cargo's option for each.
const PROFILES: [(&str, &[&str]); 2] = [("debug", &[]), ("release", &["--release"])];

/// What was built. `Err`: why it was not.
type Built = Result<Cost, String>;

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let Some(spec) = arguments.spec.clone().or_else(workspace::published_document) else {
        return Err(Failure::with_help("there is no document", "name one with --spec or OPENAI_SPEC"));
    };
    let mut generators = vec![Generator::ours(program::build("xtask", &[])?)];
    generators.extend(arguments.earlier.iter().cloned().map(Generator::earlier));
    if !arguments.only_ours {
        generators.extend(Generator::others().0);
    }
    // Outside of this workspace, which would claim the crates as its own.
    let scratch = tempfile::tempdir()
        .map_err(|error| Failure::io("make a folder in", &std::env::temp_dir(), &error))?;
    let mut text =
        "| | profile | time | CPU time | peak memory of a process |\n|---|---|---|---|---|\n".to_owned();
    let mut panel = Panel::new("Building the crate for release, less is better");
    for (number, generator) in generators.iter().enumerate() {
        let out = scratch.path().join(format!("{number}/api"));
        let made = match generator.generate(&spec, &out, MAX_TIME)? {
            Ok(made) => made,
            Err(why) => {
                let _ = writeln!(text, "| {} | | {why} | | |", generator.name);
                continue;
            }
        };
        let target = made.folder.join("target");
        for (profile, options) in PROFILES {
            let built = build(&made.folder, &target, options)?;
            add_row(&mut text, &generator.name, profile, &built);
            if profile == "release" {
                panel = with_bar(panel, generator, &built);
            }
        }
        if number == 0 {
            for (name, folder) in programs(arguments, &made, scratch.path())? {
                let built = build(&folder, &target, &["--release"])?;
                add_row(&mut text, &name, "release", &built);
            }
        }
        // The next crate is built with the same disk space.
        fs::remove_dir_all(&target).map_err(|error| Failure::io("remove", &target, &error))?;
    }
    report::write(&arguments.out, &text, &Chart::new("A client of OpenAI's API").panel(panel))
}

/// Programs that call one function of a crate, and all of them: what each is, and its folder.
fn programs(arguments: &Arguments, made: &Made, scratch: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let examples = caller::examples(&made.folder)?;
    let mut programs = Vec::new();
    let first = caller::first(&made.folder)?;
    for function in std::iter::once(&first).chain(&arguments.function) {
        let Some(example) = examples.iter().find(|example| example.function == *function) else {
            return Err(Failure::new(format!("the crate has no function `{function}` with an example")));
        };
        programs.push((format!("a program that calls `{function}`"), vec![example]));
    }
    programs
        .push((format!("a program that calls all {} functions", examples.len()), examples.iter().collect()));
    let write = |(number, (name, examples)): (usize, (String, Vec<_>))| {
        let folder = scratch.join(format!("program-{number}"));
        caller::write(&folder, &made.folder, &examples)?;
        Ok((name, folder))
    };
    programs.into_iter().enumerate().map(write).collect()
}

/// Builds a crate with its dependencies, then the crate alone, whose cost is the result.
fn build(folder: &Path, target: &Path, options: &[&str]) -> Result<Built, Failure> {
    let build = || {
        let mut command = cargo_in(folder, target);
        attempted(command.arg("build").args(options).env("CARGO_INCREMENTAL", "0"))
    };
    let first = build()?;
    if !first.status.success() {
        let error = first.stderr.lines().find(|line| line.starts_with("error")).unwrap_or("error");
        return Ok(Err(format!("fails: {}", error.replace('|', "\\|"))));
    }
    touch(folder)?;
    Ok(Ok(build()?.cost))
}

fn add_row(text: &mut String, name: &str, profile: &str, built: &Built) {
    let row = match built {
        Ok(cost) => {
            let (wall, cpu) = (seconds(cost.wall.as_secs_f64()), seconds(cost.cpu.as_secs_f64()));
            format!("| {name} | {profile} | {wall} | {cpu} | {} MB |\n", cost.memory / 1_000_000)
        }
        Err(why) => format!("| {name} | {profile} | {why} | | |\n"),
    };
    terminal::eprint(&row);
    text.push_str(&row);
}

fn with_bar(panel: Panel, generator: &Generator, built: &Built) -> Panel {
    match built {
        Ok(cost) => {
            let time = cost.wall.as_secs_f64();
            if generator.is_ours() {
                panel.ours(&generator.name, time, seconds(time))
            } else {
                panel.bar(&generator.name, time, seconds(time))
            }
        }
        Err(why) => panel.note(&generator.name, why.clone()),
    }
}
