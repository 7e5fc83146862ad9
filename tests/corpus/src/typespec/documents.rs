//! The OpenAPI documents of the scenarios, and the library of their clients.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::node;
use crate::clients::Clients;
use crate::document::Document;

/// A document on disk.
pub(super) struct Emitted {
    /// A name that is a Rust identifier: `type_scalar`, `versioning_added_v1`.
    name: String,
    path: PathBuf,
}

/// Emits the documents, unless they were emitted by the same packages and the same script before.
pub(super) fn emit(folder: &Path, script: &Path, specs: &Path) -> io::Result<Vec<Emitted>> {
    let out = folder.join("documents");
    let (emitted, text) = (folder.join("emitted.txt"), fs::read_to_string(script)?);
    let key = format!("{}\n{text}", super::PACKAGES.join("\n"));
    if fs::read_to_string(&emitted).is_ok_and(|there| there == key) {
        return below(&out, "");
    }
    if out.is_dir() {
        fs::remove_dir_all(&out)?;
    }
    // Node.js looks for packages beside the script.
    let copy = folder.join("emit.mjs");
    fs::write(&copy, text)?;
    let output = Command::new(node(folder)).arg(copy).args([specs, &out]).output()?;
    let said = [output.stdout, output.stderr].concat();
    if !output.status.success() || !said.is_empty() {
        return Err(io::Error::other(String::from_utf8_lossy(&said)));
    }
    fs::write(emitted, key)?;
    below(&out, "")
}

/// The documents below a folder, ordered by path.
fn below(folder: &Path, name: &str) -> io::Result<Vec<Emitted>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    let mut documents = Vec::new();
    for path in paths {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let version = file.trim_start_matches("openapi").trim_end_matches(".yaml");
        let words = format!("{name}_{version}").to_lowercase().replace(['-', '.'], "_").replace("__", "_");
        let name = words.trim_matches('_').to_owned();
        match path.is_dir() {
            true => documents.extend(below(&path, &name)?),
            false => documents.push(Emitted { name, path }),
        }
    }
    Ok(documents)
}

/// Writes a library with a module for each document. An overlay with the document's name corrects it first.
pub(super) fn generate(documents: &[Emitted], overlays: &Path, folder: &Path) -> io::Result<()> {
    let mut clients = Clients::default();
    let mut library = "//! The clients of `TypeSpec`'s scenarios, one module each.\n#![allow(warnings)]\n\n\
                       #[macro_use]\npub mod runtime;\n"
        .to_owned();
    for Emitted { name, path } in documents {
        let overlay = overlays.join(format!("{name}.yaml"));
        let overlay = overlay.is_file().then_some(overlay.as_path());
        let document = Document::corrected(name, path, overlay)
            .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        clients.add(&document);
        library += &format!("pub mod {name} {{\n    pub mod apis;\n    pub mod models;\n}}\n");
    }
    clients.file("lib.rs", library);
    clients.write(folder)
}
