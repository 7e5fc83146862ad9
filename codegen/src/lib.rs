//! Reads an OpenAPI 3.0, 3.1 or 3.2 document and writes a Rust crate.

pub mod api;
#[cfg(feature = "cli")]
pub mod command;
pub mod compare;
pub mod crate_name;
mod description;
pub mod diagnostic;
pub mod document;
pub mod formats;
mod in_parallel;
pub mod input;
mod markdown;
mod naming;
mod near;
pub mod package;
mod pointer;
pub mod rename;
mod rust;
mod schema_types;
mod sentence;
pub mod slice;

use std::collections::BTreeMap;
use std::thread;

use api::Api;
use diagnostic::{Diagnostic, Diagnostics, Severity};
use document::{Document, Pointer};
use formats::Formats;
use package::{Folder, MARKER, Package};
use rename::Rename;
use slice::Selection;

pub use document::Overlay;
pub use input::{Input, InputError};
pub use rust::{Dependency, dependency_tables};
pub use schema_types::schema_types;

/// What to generate, and from what.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The file name of the document, as messages show it.
    pub file: String,
    /// The texts of the files that its `$ref`s reach, by the names that
    /// [`Document::external_files`](document::Document::external_files) gives them.
    pub files: BTreeMap<String, String>,
    /// The overlays that correct the document, in their order.
    pub overlays: Vec<Overlay>,
    /// The kind of output.
    pub output: Output,
    /// The operations to generate, with the types that they reach; by default all.
    pub selection: Selection,
    /// Rust names instead of those that the document has.
    pub rename: Rename,
    /// The Rust types of strings with a format.
    pub formats: Formats,
    /// Whether a crate has a cargo feature for each tag, so that its users compile only the tags that they need.
    pub features_by_tag: bool,
    /// Whether `cargo test` compiles the examples in the documentation of a crate's functions.
    pub doctests: bool,
}

impl Options {
    /// Parses a document, renames its parts, and keeps the selected operations.
    fn document(&self, text: &str) -> Result<Document, Diagnostics> {
        let mut document = Document::parse_many(&self.file, text, &self.files, &self.overlays)?;
        let missing = self.rename.apply(&mut document);
        document.warn(missing);
        slice::select(&mut document, &self.selection)?;
        Ok(document)
    }

    /// The first line of each generated file.
    pub(crate) fn header(&self) -> String {
        let file = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        let file: String = file.chars().filter(|letter| !letter.is_control()).collect();
        format!("{MARKER} from {file}; do not edit.")
    }
}

/// The kind of output.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Output {
    /// Modules and reference pages for a crate that has the runtime.
    #[default]
    Modules,
    /// A whole crate.
    Crate {
        /// Its name.
        name: String,
    },
    /// A module of an existing crate: `mod.rs` and all below it, the runtime included. It may be anywhere in the
    /// crate.
    ModuleTree,
}

impl Output {
    /// The folder of the Rust code, relative to the package's root. Empty, or with a `/` at its end.
    pub(crate) fn source_folder(&self) -> &'static str {
        match self {
            Self::Modules => "src/generated/",
            Self::Crate { .. } => "src/",
            Self::ModuleTree => "",
        }
    }

    /// The path from a module of `apis` or `models` to the module that contains both.
    pub(crate) fn root(&self) -> &'static str {
        match self {
            Self::Modules | Self::Crate { .. } => "crate",
            Self::ModuleTree => "super::super",
        }
    }

    /// The folders whose files all belong to the package. Where a user may add files, only those with the marker do.
    fn folders(&self) -> Vec<Folder> {
        let folder = |path: &str, extension, marker| Folder {
            path: path.to_owned(),
            extension: Some(extension),
            marker,
        };
        match self {
            Self::Modules => vec![folder("src/generated", "rs", None), folder("docs", "md", None)],
            Self::Crate { .. } => {
                vec![folder("src", "rs", Some(MARKER)), folder("docs", "md", Some(MARKER))]
            }
            Self::ModuleTree => {
                ["apis", "models", "runtime"].map(|path| folder(path, "rs", Some(MARKER))).into()
            }
        }
    }
}

/// The result of generating.
#[derive(Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The files.
    pub package: Package,
    /// What the document has and the output lacks.
    pub warnings: Diagnostics,
    /// The crates that the code uses.
    pub dependencies: Vec<Dependency>,
    /// How many operations the code has functions for.
    pub operations: usize,
    /// How many of these have lists that come in pages.
    pub paged: usize,
    /// How many types the code has for schemas.
    pub models: usize,
}

/// The stack in bytes for schemas that are nested in each other. It uses memory only when it is needed.
const STACK: usize = 512 << 20;

/// Generates a package from a document.
///
/// Works on a thread of its own, whose stack has room for deeply nested schemas.
///
/// # Errors
///
/// Everything that is wrong with the document, at once.
pub fn generate(text: &str, options: &Options) -> Result<Generated, Diagnostics> {
    with_room(|| generate_here(text, options))
}

/// Runs a function on a thread whose stack has room for deeply nested schemas.
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
    let document = options.document(text)?;
    let (mut api, mut found) = api::lower(&document, &options.formats);
    found.extend_from_slice(document.warnings());
    found.extend(given_faults(&api));
    found.extend(number_operations(&mut api, &document));
    let found = document.locate(found);
    if found.count(Severity::Error) > 0 {
        return Err(found);
    }
    let names = naming::Names::new(&api, options.output.root());
    let mut package = Package::new();
    options.output.folders().into_iter().for_each(|folder| package.own(folder));
    // The document is large, and is not needed any more.
    drop(document);
    let (rust, pages) = std::thread::scope(|scope| {
        // A module has no folder for pages.
        let has_pages = options.output != Output::ModuleTree;
        let pages = has_pages.then(|| scope.spawn(|| markdown::files(&api, &names, options)));
        let rust = rust::files(&api, &names, options);
        let pages = pages.map(|pages| pages.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        (rust, pages.unwrap_or_default())
    });
    for (path, text) in rust.into_iter().chain(pages) {
        package.insert(path, text);
    }
    Ok(Generated {
        package,
        warnings: found,
        dependencies: rust::dependencies(&api, &options.output),
        operations: api.operations().count(),
        paged: api.operations().filter(|operation| operation.paging.is_some()).count(),
        models: names.modules().iter().map(|(_, types)| types.len()).sum(),
    })
}

/// What is wrong with the Rust names that the document gives.
fn given_faults(api: &Api) -> Vec<Diagnostic> {
    let faults = naming::given_faults(api).into_iter();
    let diagnostics = faults.map(|naming::GivenFault { given, message, help }| Diagnostic {
        severity: Severity::Error,
        code: "invalid-name",
        message,
        file: given.file.clone(),
        pointer: given.pointer.clone(),
        position: None,
        help: Some(help),
    });
    diagnostics.collect()
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
