//! The clients of several documents as modules of one crate, with one copy of the runtime.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use crate::document::Document;

/// Files of a crate, and the dependencies that they need.
#[derive(Default)]
pub struct Clients {
    /// Texts by their path below `src`.
    files: BTreeMap<String, String>,
    dependencies: BTreeSet<String>,
}

impl Clients {
    /// Adds the client of a document as the module with its name.
    pub fn add(&mut self, document: &Document) {
        let name = &document.name;
        for (path, text) in document.generated.package.files() {
            let Some(path) = path.strip_prefix("src/").filter(|path| path.contains('/')) else {
                continue;
            };
            match path.starts_with("runtime/") {
                true => merge(self.files.entry(path.to_owned()).or_default(), text),
                false => self.file(&format!("{name}/{path}"), in_module(name, path, text)),
            }
        }
        let dependencies = document.generated.dependencies.iter();
        self.dependencies.extend(dependencies.map(ToString::to_string));
    }

    /// Adds a file.
    pub fn file(&mut self, path: &str, text: String) {
        self.files.insert(path.to_owned(), text);
    }

    /// Writes the package into `folder`. Files that have their text already are not written, so that cargo need not
    /// compile them again.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for (path, text) in &self.files {
            write(&folder.join("src").join(path), text)?;
        }
        write(&folder.join("Cargo.toml"), &self.manifest())
    }

    fn manifest(&self) -> String {
        let lines: String = self.dependencies.iter().map(|dependency| format!("{dependency}\n")).collect();
        let webhooks = if lines.contains("\nhmac") { "\"dep:hmac\", \"dep:sha2\"" } else { "" };
        format!(
            "[package]\nname = \"clients\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\nrustls = []\n\
             native-tls = []\ntesting = [\"dep:http\"]\nwebhooks = [{webhooks}]\n\n[dependencies]\n{lines}\n\
             [profile.dev]\ndebug = false\nincremental = false\npanic = \"abort\"\n\n[workspace]\n"
        )
    }
}

/// Adds the lines of a runtime file that another client's copy lacks: some clients have parts that others do not need.
fn merge(shared: &mut String, text: &str) {
    let (longer, shorter) =
        if shared.len() < text.len() { (text, shared.as_str()) } else { (shared.as_str(), text) };
    let known: BTreeSet<&str> = longer.lines().collect();
    let missing = shorter.lines().filter(|line| !line.starts_with("//") && !known.contains(line));
    let missing: String = missing.map(|line| format!("{line}\n")).collect();
    *shared = format!("{longer}{missing}");
}

/// The text of a generated file for a client that is a module. The shared `Configuration` has no default server.
fn in_module(module: &str, path: &str, text: &str) -> String {
    // A model may have this name too.
    let text = match path {
        "apis/configuration.rs" => text.split("\nimpl Configuration {").next().unwrap_or(text),
        _ => text,
    };
    ["models", "apis"].iter().fold(text.to_owned(), |text, part| {
        text.replace(&format!("crate::{part}"), &format!("crate::{module}::{part}"))
    })
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, text)
}
