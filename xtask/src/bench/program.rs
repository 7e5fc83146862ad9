//! Our own programs in release builds.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::measurement::measured;
use crate::workspace;
use openapi_crate::command::failure::Failure;

/// Cargo: the one that runs this program, if any.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Builds the program of a package for release, and returns its path.
pub(crate) fn build(package: &str, features: &[&str]) -> Result<PathBuf, Failure> {
    let mut command = cargo();
    command.current_dir(workspace::root()).args([
        "build",
        "--release",
        "--package",
        package,
        "--bin",
        package,
    ]);
    command.args(["--features", &features.join(","), "--message-format", "json"]);
    let (messages, _) = measured(&mut command)?;
    let executable = messages.lines().rev().find_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        Some(PathBuf::from(message["executable"].as_str()?))
    });
    executable.ok_or_else(|| Failure::new(format!("cargo did not print the path of {package}")))
}
