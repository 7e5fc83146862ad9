//! The programs that generate a Rust crate from an OpenAPI document.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A generator.
pub(crate) struct Generator {
    /// Its name and version, for the table.
    pub(crate) name: String,
    kind: Kind,
}

enum Kind {
    Ours { program: PathBuf },
    Ploidy,
    Oas3Gen,
    Progenitor,
    OpenapiGenerator,
}

impl Generator {
    pub(crate) fn ours(program: PathBuf) -> Self {
        Self { name: "this workspace".to_owned(), kind: Kind::Ours { program } }
    }

    /// The other generators that are installed, then the names of those that are not.
    pub(crate) fn others() -> (Vec<Self>, Vec<&'static str>) {
        let mut installed = Vec::new();
        let mut absent = Vec::new();
        for (name, kind, version) in [
            ("ploidy", Kind::Ploidy, &["ploidy", "--version"][..]),
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
            Kind::Oas3Gen => Command::new("oas3-gen"),
            Kind::Progenitor => Command::new("cargo-progenitor"),
            Kind::OpenapiGenerator => Command::new("openapi-generator-cli"),
        };
        match &self.kind {
            Kind::Ours { .. } => command.args(["codegen", "--name", "api", "--spec"]).arg(spec).arg("--out"),
            Kind::Ploidy => command.args(["generate", "rust"]).arg(spec).arg("--output"),
            Kind::Oas3Gen => command.args(["generate", "client-mod", "--input"]).arg(spec).arg("--output"),
            Kind::Progenitor => command
                .args(["progenitor", "--name", "api", "--version", "0.1.0", "--input"])
                .arg(spec)
                .arg("--output"),
            Kind::OpenapiGenerator => {
                command.args(["generate", "--skip-validate-spec", "-g", "rust", "-i"]).arg(spec).arg("-o")
            }
        };
        command.arg(out);
        command
    }
}
