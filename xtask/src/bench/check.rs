//! `cargo check` of a generated crate, without its dependencies.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use super::measurement::{attempted, seconds};
use super::program::cargo;
use openapi_crate::command::failure::Failure;

/// The result of a check.
pub(crate) enum Check {
    /// The crate compiles.
    Passed { seconds: f64, whole: f64, warnings: usize },
    /// The crate does not compile.
    Failed { seconds: f64, errors: usize },
    /// There is no manifest.
    NotACrate,
}

/// Checks the crate in a folder twice: once with its dependencies, then again for the crate's own time.
pub(crate) fn check(folder: &Path) -> Result<Check, Failure> {
    if !folder.join("Cargo.toml").is_file() {
        return Ok(Check::NotACrate);
    }
    let mut command = cargo();
    let mut fetch = cargo();
    for command in [&mut command, &mut fetch] {
        // The environment of this run of cargo must not affect the other one.
        command.current_dir(folder).env_remove("CARGO_TARGET_DIR").env_remove("CARGO_MANIFEST_DIR");
    }
    attempted(fetch.arg("fetch"))?;
    // Incremental data of the first run would speed up the second. Cargo keeps none for dependencies.
    command.args(["check", "--message-format", "json"]).env("CARGO_INCREMENTAL", "0");
    let whole = attempted(&mut command)?.cost.wall.as_secs_f64();
    for root in ["src/lib.rs", "src/main.rs"].map(|root| folder.join(root)) {
        if root.is_file() {
            File::options()
                .append(true)
                .open(&root)
                .and_then(|file| file.set_modified(SystemTime::now()))
                .map_err(|error| Failure::io("touch", &root, &error))?;
        }
    }
    let run = attempted(&mut command)?;
    let target = folder.join("target");
    if target.is_dir() {
        fs::remove_dir_all(&target).map_err(|error| Failure::io("remove", &target, &error))?;
    }
    let messages = run.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let levels: Vec<Value> = messages
        .filter(|message| message["reason"] == "compiler-message")
        .map(|mut message| message["message"].take())
        .filter(|message| !message["spans"].as_array().is_none_or(Vec::is_empty))
        .map(|mut message| message["level"].take())
        .collect();
    let count = |level: &str| levels.iter().filter(|own| own.as_str() == Some(level)).count();
    let seconds = run.cost.wall.as_secs_f64();
    if run.status.success() {
        return Ok(Check::Passed { seconds, whole, warnings: count("warning") });
    }
    Ok(Check::Failed { seconds, errors: count("error").max(1) })
}

impl Check {
    /// Seconds for the crate and all its dependencies.
    pub(crate) fn whole(&self) -> Option<f64> {
        match self {
            Self::Passed { whole, .. } => Some(*whole),
            Self::Failed { .. } | Self::NotACrate => None,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed { seconds: time, warnings: 0, .. } => f.write_str(&seconds(*time)),
            Self::Passed { seconds: time, warnings, .. } => {
                write!(f, "{}, {warnings} warnings", seconds(*time))
            }
            Self::Failed { seconds: time, errors } => {
                write!(f, "fails: {errors} errors after {}", seconds(*time))
            }
            Self::NotACrate => f.write_str("no crate"),
        }
    }
}
