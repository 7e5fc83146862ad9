//! Reads an OpenAPI 3.0 or 3.1 document and writes a Rust crate.

pub mod api;
pub mod compare;
pub mod crate_name;
mod description;
pub mod diagnostic;
pub mod document;
mod markdown;
mod naming;
mod near;
pub mod package;
mod pointer;
mod rust;
mod schema_types;
mod sentence;
pub mod slice;

use std::collections::BTreeMap;
use std::thread;

use api::Api;
use diagnostic::{Diagnostic, Diagnostics, Severity};
use document::{Document, Pointer};
use package::{Folder, MARKER, Package};

pub use schema_types::schema_types;

/// What is to be made of a document.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The document's file name, as its reader knows it.
    pub file: String,
    /// The texts of the files that its `$ref`s reach, by the names that
    /// [`Document::external_files`](document::Document::external_files) gives them.
    pub files: BTreeMap<String, String>,
    /// Where the output goes.
    pub output: Output,
}

impl Options {
    /// What each generated file begins with.
    pub(crate) fn header(&self) -> String {
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let file: String = file.chars().filter(|letter| !letter.is_control()).collect();
        format!("{MARKER} from {file}; do not edit.")
    }
}

/// Where the output goes.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Output {
    /// Into a crate that has the runtime: its generated modules and its reference pages.
    #[default]
    Modules,
    /// A crate of its own.
    Crate {
        /// Its name.
        name: String,
    },
}

/// What became of a document.
#[derive(Debug)]
pub struct Generated {
    /// The files.
    pub package: Package,
    /// What of the document is not in them.
    pub warnings: Diagnostics,
}

/// The bytes of stack that schemas nested in each other may take. They are memory only once they are used.
const STACK: usize = 512 << 20;

/// Makes a package of a document.
///
/// Works on a thread of its own, whose stack has room for schemas that are deeply nested in each other.
///
/// # Errors
///
/// All that is wrong with the document, at once.
pub fn generate(text: &str, options: &Options) -> Result<Generated, Diagnostics> {
    with_room(|| generate_here(text, options))
}

/// Works on a thread whose stack has room for schemas that are deeply nested in each other.
fn with_room<T: Send>(work: impl Fn() -> T + Sync) -> T {
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK);
        match worker.spawn_scoped(scope, &work) {
            Ok(worker) => worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => work(),
        }
    })
}

fn generate_here(text: &str, options: &Options) -> Result<Generated, Diagnostics> {
    let document = Document::parse_many(&options.file, text, &options.files)?;
    let (mut api, mut found) = api::lower(&document);
    found.extend(number_operations(&mut api, &document));
    let found = document.locate(found);
    if found.count(Severity::Error) > 0 {
        return Err(found);
    }
    let names = naming::Names::new(&api);
    let mut package = Package::new();
    // Of a crate that is generated as a whole its user may have made more than that.
    let (source, marker) = match options.output {
        Output::Modules => ("src/generated", None),
        Output::Crate { .. } => ("src", Some(MARKER)),
    };
    for (path, extension) in [(source, "rs"), ("docs", "md")] {
        package.own(Folder { path: path.to_owned(), extension: Some(extension), marker });
    }
    // The document is large, and what follows needs nothing of it.
    drop(document);
    let (rust, pages) = std::thread::scope(|scope| {
        let pages = scope.spawn(|| markdown::files(&api, &names, options));
        let rust = rust::files(&api, &names, options);
        (rust, pages.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    for (path, text) in rust.into_iter().chain(pages) {
        package.insert(path, text);
    }
    Ok(Generated { package, warnings: found })
}

/// Numbers operations that would have the same name, and reports them.
fn number_operations(api: &mut Api, document: &Document) -> Vec<Diagnostic> {
    let clashes = naming::number_operations(api).into_iter();
    let diagnostics = clashes.map(|naming::Clash { path, method, message }| Diagnostic {
        severity: Severity::Warning,
        code: "repeated-operation-id",
        message,
        file: document.file().to_owned(),
        pointer: ["paths", &path, &method.to_lowercase(), "operationId"]
            .into_iter()
            .fold(Pointer::root(), |pointer, token| pointer.child(token)),
        position: None,
        help: Some("give one of them another `operationId`, or another tag".to_owned()),
    });
    diagnostics.collect()
}

/// The examples in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
