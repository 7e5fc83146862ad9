//! The program that calls the scenarios.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::TypeSpec;

/// Builds the program, and returns its path. Its manifest stands beside the clients, its source in the workspace.
pub(super) fn build(typespec: &TypeSpec, clients: &Path) -> io::Result<PathBuf> {
    let folder = typespec.folder.join("program");
    fs::create_dir_all(&folder)?;
    let source = typespec.source();
    let manifest = fs::read_to_string(source.join("program.toml"))?
        .replace("MAIN", &source.join("main.rs").display().to_string())
        .replace("CLIENTS", &clients.display().to_string());
    fs::write(folder.join("Cargo.toml"), manifest)?;
    if !folder.join("Cargo.lock").is_file() {
        fs::copy(typespec.workspace.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    }
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&folder).args(["build", "--quiet", "--message-format", "json-render-diagnostics"]);
    // The environment of this run of cargo must not affect the other one.
    cargo.env_remove("CARGO_MANIFEST_DIR").env("CARGO_TARGET_DIR", &typespec.target);
    let output = cargo.stderr(Stdio::inherit()).output()?;
    let messages = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Value>().flatten();
    let program = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).last();
    program.filter(|_| output.status.success()).ok_or_else(|| io::Error::other("cargo build failed"))
}

/// Runs the program against the server, and returns what it says of each scenario.
pub(super) fn run(program: &Path, address: &str, assets: &Path) -> io::Result<Vec<Value>> {
    let output = Command::new(program).arg(address).arg(assets).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("the program failed: {}", output.status)));
    }
    Ok(serde_json::Deserializer::from_slice(&output.stdout).into_iter().collect::<Result<_, _>>()?)
}
