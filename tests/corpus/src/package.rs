//! A cargo package with the clients of several documents, and a program that reads and writes their types.
//!
//! Each client is a module. All share one copy of the runtime, so that it is compiled once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

use crate::clients::Clients;
use crate::document::Document;

const MAIN: &str = include_str!("program.rs");

/// A package on disk.
pub struct Package {
    folder: PathBuf,
    target: PathBuf,
    /// The types of each document, with the number of each.
    types: BTreeMap<String, BTreeMap<String, usize>>,
}

/// The output of cargo.
pub struct Built {
    /// The errors and warnings of rustc, as it formats them.
    pub reported: Vec<String>,
    /// The program, if it was built.
    pub program: Option<PathBuf>,
    /// How long cargo took.
    pub time: Duration,
}

impl Package {
    /// Writes the package of `documents` into `folder`. `types` are those that the program reads, for each document.
    /// `lock` is the `Cargo.lock` to start from.
    ///
    /// # Errors
    ///
    /// A file cannot be written.
    pub fn write(
        folder: &Path,
        target: &Path,
        documents: &[(&Document, BTreeSet<&str>)],
        lock: &Path,
    ) -> io::Result<Self> {
        let mut clients = Clients::default();
        let mut types = BTreeMap::new();
        let mut main = MAIN.to_owned();
        for (document, used) in documents {
            let name = &document.name;
            clients.add(document);
            let rows: String = used.iter().map(|ty| format!("    crate::back::<{ty}>,\n")).collect();
            let probe = format!(
                "#![allow(unused_imports)]\nuse std::collections::BTreeMap;\n\nuse super::models;\n\
                 use crate::runtime::{{Base64, SecretString}};\n\n\
                 pub(crate) static TYPES: &[crate::Back] = &[\n{rows}];\n"
            );
            clients.file(&format!("{name}/probe.rs"), probe);
            let module = "pub mod apis;\npub mod models;\npub(crate) mod probe;\n";
            clients.file(&format!("{name}/mod.rs"), module.to_owned());
            main += &format!("mod {name};\n");
            let numbers = used.iter().enumerate().map(|(number, ty)| ((*ty).to_owned(), number)).collect();
            types.insert(name.clone(), numbers);
        }
        let arms = documents
            .iter()
            .map(|(document, _)| format!("        \"{0}\" => {0}::probe::TYPES,\n", document.name));
        main += &format!(
            "\nfn types(document: &str) -> &'static [Back] {{\n    match document {{\n{}        _ => &[],\n    }}\n}}\n",
            arms.collect::<String>()
        );
        clients.file("main.rs", main);
        clients.write(folder)?;
        if !folder.join("Cargo.lock").is_file() {
            fs::copy(lock, folder.join("Cargo.lock"))?;
        }
        Ok(Self { folder: folder.to_owned(), target: target.to_owned(), types })
    }

    /// Runs `cargo check` or `cargo build`. A check compiles all clients again, so that its time is theirs; the first
    /// one below a new target folder compiles their dependencies too.
    ///
    /// # Errors
    ///
    /// Cargo cannot be run.
    pub fn cargo(&self, command: &str) -> io::Result<Built> {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder).args([command, "--quiet", "--message-format", "json"]);
        // The environment of this run of cargo must not affect the other one.
        cargo.env_remove("CARGO_MANIFEST_DIR").env("CARGO_TARGET_DIR", &self.target);
        if command == "check" {
            let main = fs::File::options().append(true).open(self.folder.join("src/main.rs"))?;
            main.set_modified(SystemTime::now())?;
        }
        let begun = Instant::now();
        let output = cargo.stderr(Stdio::inherit()).output()?;
        let time = begun.elapsed();
        let messages = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>().flatten();
        let mut built = Built { reported: Vec::new(), program: None, time };
        for message in messages {
            if let Some(text) = message["message"]["rendered"].as_str() {
                built.reported.push(text.to_owned());
            }
            if let Some(program) = message["executable"].as_str() {
                built.program = Some(program.into());
            }
        }
        if !output.status.success() {
            built.program = None;
            if built.reported.is_empty() {
                built.reported.push("error: cargo failed, and says above why".to_owned());
            }
        }
        Ok(built)
    }

    /// Each text after the program read it as a type of the document and wrote it back.
    ///
    /// # Errors
    ///
    /// The program cannot be run, or ends early.
    pub fn run(
        &self,
        program: &Path,
        document: &str,
        texts: &[(&str, &str)],
    ) -> io::Result<Vec<Result<String, String>>> {
        let numbers = &self.types[document];
        let mut program =
            Command::new(program).arg(document).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = program.stdin.take();
        let output = std::thread::scope(|scope| {
            let output = scope.spawn(|| program.wait_with_output());
            if let Some(mut stdin) = stdin {
                for (ty, text) in texts {
                    // A program that ended early is reported below.
                    if writeln!(stdin, "{} {text}", numbers[*ty]).is_err() {
                        break;
                    }
                }
            }
            output.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })?;
        let written: Vec<Result<String, String>> =
            serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>()?;
        if written.len() != texts.len() {
            let text = format!("the program ended after {} of {} texts", written.len(), texts.len());
            return Err(io::Error::other(text));
        }
        Ok(written)
    }
}
