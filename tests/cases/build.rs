//! Generates the client of each document in `tests/documents/cases` as a module of this crate.
//!
//! A document is a file `NAME.yaml`, or a folder `NAME` with `api.yaml` and the files that it refers to. All clients
//! share one copy of the runtime, so `crate::models` becomes `crate::NAME::models`. The first call in each README is
//! compiled too. The generator's report is the module's constant `REPORT`, with one line each: `warning[code] at
//! POINTER: message`. The module of a refused document contains only its report. `VARIANTS` generates a document again
//! with other types for formats.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use openapi_crate::diagnostic::Diagnostics;
use openapi_crate::formats::Formats;
use openapi_crate::package::{Folder, Package};
use openapi_crate::{Generated, Input, InputError, Options, Output};

/// A document that is generated again with other types for formats.
struct Variant {
    of: &'static str,
    /// What the module's name ends with.
    end: &'static str,
    formats: &'static [(&'static str, &'static str)],
}

const VARIANTS: [Variant; 3] = [
    Variant {
        of: "formats-of-values",
        end: "jiff",
        formats: &[
            ("date-time", "jiff"),
            ("date", "jiff"),
            ("time", "jiff"),
            ("duration", "jiff"),
            ("decimal", "rust_decimal"),
        ],
    },
    Variant {
        of: "formats-of-values",
        end: "time",
        formats: &[("date-time", "time"), ("date", "time"), ("time", "time")],
    },
    Variant {
        of: "formats-of-values",
        end: "text",
        formats: &[("date-time", "string"), ("date", "string"), ("uuid", "string")],
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    let cases = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../documents/cases");
    println!("cargo::rerun-if-changed={}", cases.display());
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut modules = String::new();
    let mut runtime = BTreeMap::new();
    for Case { name, folder, file, formats } in documents(&cases)? {
        let module = name.replace('-', "_");
        let options = Options { output: Output::Crate { name }, formats, ..Options::default() };
        let generated = match Input::read_in(&folder, Path::new(&file)) {
            Ok(input) => input.generate(options),
            Err(InputError::Document(errors)) => Err(errors),
            Err(error) => return Err(error.into()),
        };
        let (report, inner) = match generated {
            Ok(generated) => {
                (report(&generated.warnings), write_modules(&out, &module, &generated, &mut runtime)?)
            }
            Err(errors) => (report(&errors), String::new()),
        };
        write!(modules, "pub mod {module} {{\npub const REPORT: &[&str] = &{report:?};\n{inner}}}\n")?;
    }
    let mut package = Package::new();
    // An earlier build may have left a file that the runtime has no more.
    package.own(Folder { path: "runtime".to_owned(), ..Folder::default() });
    runtime.into_iter().for_each(|(path, text)| package.insert(path, text));
    package.compare(&out)?.write()?;
    let runtime = out.join("runtime/mod.rs").display().to_string();
    fs::write(
        out.join("modules.rs"),
        format!("#[macro_use]\n#[path = {runtime:?}]\npub mod runtime;\n{modules}"),
    )?;
    Ok(())
}

struct Case {
    name: String,
    folder: PathBuf,
    file: String,
    formats: Formats,
}

/// The documents, ordered by name.
fn documents(cases: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(cases)? {
        let path = entry?.path();
        let file = path.file_name().and_then(|name| name.to_str()).ok_or("a name that is not text")?;
        let formats = Formats::default();
        let (name, folder, file) = match file.strip_suffix(".yaml") {
            _ if path.is_dir() => (file.to_owned(), path.clone(), "api.yaml".to_owned()),
            Some(name) => (name.to_owned(), cases.to_owned(), file.to_owned()),
            None => continue,
        };
        for variant in VARIANTS.iter().filter(|variant| variant.of == name) {
            let mut formats = Formats::default();
            variant.formats.iter().try_for_each(|(format, ty)| formats.choose(format, ty))?;
            let (name, folder, file) = (format!("{name}-as-{}", variant.end), folder.clone(), file.clone());
            documents.push(Case { name, folder, file, formats });
        }
        documents.push(Case { name, folder, file, formats });
    }
    documents.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(documents)
}

fn report(diagnostics: &Diagnostics) -> Vec<String> {
    let lines = diagnostics.iter().map(|diagnostic| {
        format!(
            "{}[{}] at {}: {}",
            diagnostic.severity, diagnostic.code, diagnostic.pointer, diagnostic.message
        )
    });
    lines.collect()
}

/// Writes the client's modules, and adds to the runtime of all. Returns the items that include them.
fn write_modules(
    out: &Path,
    module: &str,
    generated: &Generated,
    runtime: &mut BTreeMap<String, String>,
) -> Result<String, Box<dyn Error>> {
    for (path, text) in generated.package.files() {
        let Some(path) = path.strip_prefix("src/") else { continue };
        if path.starts_with("runtime/") {
            // Some clients have parts of the runtime that others do not need.
            let shared = runtime.entry(path.to_owned()).or_default();
            let other = std::mem::replace(shared, text.to_owned());
            if shared.len() < other.len() {
                shared.replace_range(.., &other);
            }
            let missing = text
                .lines()
                .chain(other.lines())
                .filter(|line| !line.starts_with("//") && !shared.contains(line));
            let missing: String = missing.map(|line| format!("{line}\n")).collect();
            shared.push_str(&missing);
        } else {
            write(&out.join(module).join(path), &inside(module, path, text))?;
        }
    }
    let items = ["apis", "models"].map(|part| {
        let path = out.join(module).join(part).join("mod.rs").display().to_string();
        format!("#[path = {path:?}]\npub mod {part};\n")
    });
    let first_call = first_call(module, generated).ok_or("a README has a first call")?;
    Ok(format!("{}#[allow(dead_code)]\nmod first_call {{\n{first_call}}}\n", items.concat()))
}

fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(path.parent().ok_or("a file stands in a folder")?)?;
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text)?;
    }
    Ok(())
}

/// The first call of the crate's README, as a part of the client module.
fn first_call(module: &str, generated: &Generated) -> Option<String> {
    let (_, readme) = generated.package.files().find(|(path, _)| *path == "README.md")?;
    let (_, code) = readme.split_once("```rust\n")?;
    let (code, _) = code.split_once("```")?;
    let code = code.replace(&format!("use {module}::"), &format!("use crate::{module}::"));
    Some(code.replace("Configuration::new()", "Configuration::at(\"http://127.0.0.1\")"))
}

/// The text of a generated file for a client that is a module. The shared `Configuration` has no default server.
fn inside(module: &str, path: &str, text: &str) -> String {
    // A model may have this name too.
    let text = match path {
        "apis/configuration.rs" => text.split("\nimpl Configuration {").next().unwrap_or(text),
        _ => text,
    };
    ["models", "apis"].iter().fold(text.to_owned(), |text, part| {
        text.replace(&format!("crate::{part}"), &format!("crate::{module}::{part}"))
    })
}
