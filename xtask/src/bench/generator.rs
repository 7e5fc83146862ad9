//! The programs that generate a Rust crate from an OpenAPI document.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use openapi_crate::command::failure::Failure;

use super::measurement::{Cost, attempted, limited};

/// A generator.
pub(crate) struct Generator {
    /// Its name and version, for the table.
    pub(crate) name: String,
    kind: Kind,
}

enum Kind {
    Ours { program: PathBuf },
    Ploidy,
    OpenapiToRust,
    Oas3Gen,
    Progenitor,
    OpenapiGenerator,
}

impl Generator {
    pub(crate) fn ours(program: PathBuf) -> Self {
        Self { name: "this workspace".to_owned(), kind: Kind::Ours { program } }
    }

    /// This generator as it was at an earlier commit. `program` is that commit's `xtask`.
    pub(crate) fn earlier(program: PathBuf) -> Self {
        Self { name: program.display().to_string(), kind: Kind::Ours { program } }
    }

    /// The other generators that are installed, then the names of those that are not.
    pub(crate) fn others() -> (Vec<Self>, Vec<&'static str>) {
        let mut installed = Vec::new();
        let mut absent = Vec::new();
        for (name, kind, version) in [
            ("ploidy", Kind::Ploidy, &["ploidy", "--version"][..]),
            ("openapi-to-rust", Kind::OpenapiToRust, &["openapi-to-rust", "--version"]),
            ("oas3-gen", Kind::Oas3Gen, &["oas3-gen", "--version"]),
            ("cargo-progenitor", Kind::Progenitor, &["cargo-progenitor", "progenitor", "--help"]),
            ("openapi-generator-cli", Kind::OpenapiGenerator, &["openapi-generator-cli", "version"]),
        ] {
            match Command::new(version[0]).args(&version[1..]).output() {
                Ok(output) if output.status.success() => {
                    let output = String::from_utf8_lossy(&output.stdout).into_owned();
                    let version =
                        output.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                    let name = format!("{name} {}", version.unwrap_or_default());
                    installed.push(Self { name: name.trim_end().to_owned(), kind });
                }
                _ => absent.push(name),
            }
        }
        (installed, absent)
    }

    pub(crate) fn is_ours(&self) -> bool {
        matches!(self.kind, Kind::Ours { .. })
    }

    /// The command that generates from `spec` into the folder `out`.
    pub(crate) fn command(&self, spec: &Path, out: &Path) -> Command {
        let mut command = match &self.kind {
            Kind::Ours { program } => Command::new(program),
            Kind::Ploidy => Command::new("ploidy"),
            Kind::OpenapiToRust => Command::new("openapi-to-rust"),
            Kind::Oas3Gen => Command::new("oas3-gen"),
            Kind::Progenitor => Command::new("cargo-progenitor"),
            Kind::OpenapiGenerator => Command::new("openapi-generator-cli"),
        };
        match &self.kind {
            Kind::Ours { .. } => command.args(["codegen", "--name", "api", "--spec"]).arg(spec).arg("--out"),
            Kind::Ploidy => command.args(["generate", "rust"]).arg(spec).arg("--output"),
            Kind::OpenapiToRust => {
                command.arg("generate").arg(spec).arg("--output-dir");
                return with_argument(command, &out.join("src/api"));
            }
            Kind::Oas3Gen => {
                command.args(["generate", "client-mod", "--workspace", "--input"]).arg(spec).arg("--output")
            }
            Kind::Progenitor => command
                .args(["progenitor", "--name", "api", "--version", "0.1.0", "--input"])
                .arg(spec)
                .arg("--output"),
            Kind::OpenapiGenerator => {
                command.args(["generate", "--skip-validate-spec", "-g", "rust", "-i"]).arg(spec).arg("-o")
            }
        };
        with_argument(command, out)
    }

    /// Generates from `spec` into the folder `out`. `Err` within: why there is no output.
    pub(crate) fn generate(
        &self,
        spec: &Path,
        out: &Path,
        limit: Duration,
    ) -> Result<Result<Made, String>, Failure> {
        let run = attempted(&mut limited(&self.command(spec, out), limit))?;
        if run.was_killed() {
            return Ok(Err(format!("takes more than {} s", limit.as_secs())));
        }
        if !run.status.success() {
            return Ok(Err(refusal(&run.stderr)));
        }
        if matches!(self.kind, Kind::OpenapiToRust) {
            complete(out).map_err(|error| Failure::io("complete the crate in", out, &error))?;
        }
        let lines = count_lines(out).map_err(|error| Failure::io("read", out, &error))?;
        Ok(Ok(Made { cost: run.cost, lines, folder: out.to_owned() }))
    }
}

/// What a generator made of a document.
pub(crate) struct Made {
    pub(crate) cost: Cost,
    pub(crate) lines: usize,
    pub(crate) folder: PathBuf,
}

fn with_argument(mut command: Command, argument: &Path) -> Command {
    command.arg(argument);
    command
}

/// Makes a crate of a module tree and the list of its dependencies.
fn complete(out: &Path) -> io::Result<()> {
    let dependencies = fs::read_to_string(out.join("src/api/REQUIRED_DEPS.toml"))?;
    let package = "[package]\nname = \"api\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n";
    fs::write(out.join("Cargo.toml"), package.to_owned() + &dependencies)?;
    fs::write(out.join("src/lib.rs"), "pub mod api;\n")
}

/// The lines of Rust in a folder, without our runtime, which is the same for every document.
fn count_lines(folder: &Path) -> io::Result<usize> {
    let mut lines = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            let is_fixed = path.ends_with("runtime") || path.ends_with("target");
            lines += if is_fixed { 0 } else { count_lines(&path)? };
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            lines += fs::read(&path)?.split(|byte| *byte == b'\n').count() - 1;
        }
    }
    Ok(lines)
}

/// The first line of a generator's message when it refuses a document.
fn refusal(stderr: &str) -> String {
    let line = stderr.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let line: String = line.chars().filter(|character| !character.is_control()).take(100).collect();
    format!("refuses it: {}", line.replace('|', "\\|"))
}
