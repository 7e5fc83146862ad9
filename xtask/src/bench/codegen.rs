//! `cargo xtask bench codegen`: generates crates from documents, with this generator and others.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use openapi_crate::document::Document;
use openapi_crate::slice::{Selection, operations, slice};

use super::check::{Check, check};
use super::generator::{self, Generator};
use super::measurement::{Cost, seconds};
use super::{program, report};
use crate::chart::{Chart, Panel};
use crate::workspace;
use openapi_crate::Input;
use openapi_crate::command::count::counted;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

/// Generate from spec/uploads.yaml and from a large document, and compare generators
///
/// ploidy, openapi-to-rust, oas3-gen, cargo-progenitor and openapi-generator-cli are measured if they are installed. The
/// tables show the median time and peak memory of the whole process, the lines generated, and the time of `cargo check`
/// for the generated crate alone and with its dependencies.
#[derive(Args)]
pub(crate) struct Arguments {
    /// The large document [default: `OPENAI_SPEC`, or ../shared/corpus/openai.yaml if it exists]
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,

    /// The number of runs; the median counts
    #[arg(long, default_value = "5")]
    runs: usize,

    /// Do not run `cargo check` on the generated crates, which takes minutes for some
    #[arg(long)]
    skip_check: bool,

    /// The file to write the tables to, as Markdown, with the chart beside it as SVG
    #[arg(long, value_name = "FILE", default_value = "target/bench/codegen.md")]
    out: PathBuf,
}

/// A generator that takes longer has failed.
const MAX_TIME: Duration = Duration::from_secs(600);

/// The result of one generator for one document.
struct Row {
    name: String,
    is_ours: bool,
    /// `Err`: why there is no output.
    made: Result<Made, String>,
}

struct Made {
    cost: Cost,
    lines: usize,
    folder: PathBuf,
    check: Option<Check>,
}

/// A part of the large document.
struct Part {
    name: &'static str,
    operations: usize,
    bytes: usize,
    cost: Cost,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let ours = program::build("xtask", &[])?;
    let (mut generators, absent) = Generator::others();
    generators.insert(0, Generator::ours(ours));
    // Outside of this workspace, which would claim the crates as its own.
    let scratch = tempfile::tempdir()
        .map_err(|error| Failure::io("make a folder in", &std::env::temp_dir(), &error))?;
    let bench = Bench { arguments, generators: &generators, scratch: scratch.path() };

    let fragment = workspace::root().join(workspace::SPEC);
    let mut documents =
        vec![Timed { name: workspace::SPEC.to_owned(), rows: bench.rows(&fragment)?, spec: fragment }];
    let mut parts = String::new();
    if let Some(spec) = arguments.spec.clone().or_else(workspace::published_document) {
        let name = spec.file_name().unwrap_or(spec.as_os_str()).to_string_lossy().into_owned();
        let rows = bench.rows(&spec)?;
        parts = parts_table(&name, &bench.parts(&spec)?);
        documents.push(Timed { name, rows, spec });
    } else {
        parts.push_str("No large document was given: name one with --spec or OPENAI_SPEC.\n");
    }
    let mut text = conditions(arguments);
    let mut chart = Chart::new("An OpenAPI document made into a Rust crate");
    for mut document in documents {
        if !arguments.skip_check {
            document.check()?;
        }
        let Timed { name, rows, spec } = document;
        chart = panels(chart, &name, &rows);
        text.push_str(&table(&format!("{name} ({} operations)", count_operations(&spec)?), &rows));
    }
    text.push_str(&parts);
    if !absent.is_empty() {
        let _ = writeln!(text, "Skipped, since they are not installed: {}.", absent.join(", "));
    }
    report::write(&arguments.out, &text, &chart)?;
    Ok(())
}

/// The machine and versions that the figures are for.
fn conditions(arguments: &Arguments) -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let runs = counted(arguments.runs.max(1), "run").unwrap_or_default();
    format!(
        "The median of {runs} on {cores} cores; time and memory are those of the whole process, lines those of Rust \
         without our runtime, which is the same for every document.\n\n"
    )
}

/// The results of all generators for one document.
struct Timed {
    name: String,
    rows: Vec<Row>,
    spec: PathBuf,
}

impl Timed {
    /// Runs `cargo check` on each crate. It comes last because it leaves the disk busy.
    fn check(&mut self) -> Result<(), Failure> {
        for Row { name, made, .. } in &mut self.rows {
            let Ok(made) = made else { continue };
            let check = check(&made.folder)?;
            terminal::eprint(&format!("{}: {name}: checked: {check}\n", self.name));
            made.check = Some(check);
        }
        Ok(())
    }
}

struct Bench<'a> {
    arguments: &'a Arguments,
    generators: &'a [Generator],
    scratch: &'a Path,
}

impl Bench<'_> {
    /// Runs every generator on a document.
    fn rows(&self, spec: &Path) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        for generator in self.generators {
            let made = self.made(generator, spec)?;
            let reported = made.as_ref().map_or_else(Clone::clone, |made| shown(made.cost));
            terminal::eprint(&format!("{}: {}: {reported}\n", spec.display(), generator.name));
            rows.push(Row { name: generator.name.clone(), is_ours: generator.is_ours(), made });
        }
        Ok(rows)
    }

    fn made(&self, generator: &Generator, spec: &Path) -> Result<Result<Made, String>, Failure> {
        // Each run has its own folder, since an existing one can change the work. All are removed at the end, since
        // some file systems are slow for minutes after files were removed.
        let folder = tempfile::Builder::new().prefix("api-").tempdir_in(self.scratch);
        let folder = folder.map_err(|error| Failure::io("make a folder in", self.scratch, &error))?.keep();
        let mut runs = Vec::new();
        for run in 1..=self.arguments.runs.max(1) {
            match generator.generate(spec, &folder.join(format!("{run}/api")), MAX_TIME)? {
                Ok(made) => runs.push(made),
                Err(why) => return Ok(Err(why)),
            }
        }
        let costs: Vec<Cost> = runs.iter().map(|run| run.cost).collect();
        let generator::Made { lines, folder, .. } = runs.swap_remove(0);
        Ok(Ok(Made { cost: Cost::median(&costs), lines, folder, check: None }))
    }

    /// Runs our generator on a quarter, a half and all of a document's operations.
    fn parts(&self, spec: &Path) -> Result<Vec<Part>, Failure> {
        let document = read(spec)?;
        let all = operations(&document);
        let mut parts = Vec::new();
        for (name, count) in [("a quarter", all.len() / 4), ("half", all.len() / 2), ("all", all.len())] {
            let selection = Selection { operations: all[..count].to_vec(), ..Selection::default() };
            let text = slice(&document, &selection).map_err(|error| Failure::new(error.to_string()))?;
            let file = self.scratch.join("part.yaml");
            fs::write(&file, &text).map_err(|error| Failure::io("write", &file, &error))?;
            let Some(Ok(made)) = self.generators.first().map(|ours| self.made(ours, &file)).transpose()?
            else {
                continue;
            };
            parts.push(Part { name, operations: count, bytes: text.len(), cost: made.cost });
        }
        Ok(parts)
    }
}

fn read(spec: &Path) -> Result<Document, Failure> {
    Ok(Input::read(spec)?.document()?)
}

fn count_operations(spec: &Path) -> Result<usize, Failure> {
    Ok(operations(&read(spec)?).len())
}

fn table(title: &str, rows: &[Row]) -> String {
    let mut table = format!(
        "### {title}\n\n| generator | time | peak memory | lines | `cargo check` of it | with its dependencies |\n\
         |---|---|---|---|---|---|\n"
    );
    for Row { name, made, .. } in rows {
        let _ = match made {
            Ok(Made { cost, lines, check, .. }) => {
                let whole = check.as_ref().and_then(Check::whole).map(seconds).unwrap_or_default();
                let check = check.as_ref().map_or_else(|| "not tried".to_owned(), ToString::to_string);
                let (time, memory) = (seconds(cost.wall.as_secs_f64()), megabytes(cost.memory));
                writeln!(table, "| {name} | {time} | {memory} | {lines} | {check} | {whole} |")
            }
            Err(why) => writeln!(table, "| {name} | {why} | | | | |"),
        };
    }
    table + "\n"
}

fn parts_table(name: &str, parts: &[Part]) -> String {
    let mut table = format!(
        "### Parts of {name}\n\n| operations | document | time | time for each MB |\n|---|---|---|---|\n"
    );
    for Part { name, operations, bytes, cost } in parts {
        let size = mega(*bytes as u64);
        let time = cost.wall.as_secs_f64();
        let _ = writeln!(
            table,
            "| {name}: {operations} | {size:.2} MB | {} | {} |",
            seconds(time),
            seconds(time / size)
        );
    }
    table + "\n"
}

fn panels(chart: Chart, document: &str, rows: &[Row]) -> Chart {
    // A bar and its figure, or the reason for its absence.
    type Bar = Result<(f64, String), String>;
    let panel = |title: &str, bar: &dyn Fn(&Made) -> Bar| {
        let panel = Panel::new(format!("{document}: {title}, less is better"));
        rows.iter().fold(panel, |panel, row| {
            let refused = |_: &String| "refuses the document".to_owned();
            match row.made.as_ref().map_err(refused).and_then(bar) {
                Ok((value, figure)) if row.is_ours => panel.ours(&row.name, value, figure),
                Ok((value, figure)) => panel.bar(&row.name, value, figure),
                Err(why) => panel.note(&row.name, why),
            }
        })
    };
    let time = |made: &Made| -> Bar {
        let value = made.cost.wall.as_secs_f64();
        Ok((value, seconds(value)))
    };
    let lines = |made: &Made| -> Bar {
        let lines = u32::try_from(made.lines).map_err(|error| error.to_string())?;
        Ok((f64::from(lines), lines.to_string()))
    };
    let check = |made: &Made| -> Bar {
        match &made.check {
            Some(Check::Passed { seconds: value, .. }) => Ok((*value, seconds(*value))),
            Some(check) => Err(check.to_string()),
            None => Err("not tried".to_owned()),
        }
    };
    let chart = chart.panel(panel("time to generate", &time)).panel(panel("lines generated", &lines));
    let is_checked = rows.iter().any(|row| row.made.as_ref().is_ok_and(|made| made.check.is_some()));
    if is_checked { chart.panel(panel("cargo check of the crate", &check)) } else { chart }
}

fn shown(cost: Cost) -> String {
    format!("{}, {}", seconds(cost.wall.as_secs_f64()), megabytes(cost.memory))
}

fn megabytes(bytes: u64) -> String {
    format!("{:.0} MB", mega(bytes))
}

#[expect(clippy::cast_precision_loss, reason = "sizes have fewer bytes than a double has digits")]
fn mega(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
