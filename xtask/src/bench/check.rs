//! `cargo check` of a generated crate, without its dependencies.

use std::fmt;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::measurement::{Run, attempted, limited, seconds};
use super::program::cargo;
use openapi_crate::command::failure::Failure;

/// The result of a check.
pub(crate) enum Check {
    /// The crate compiles.
    Passed { seconds: f64, whole: Option<f64>, warnings: usize },
    /// The crate does not compile.
    Failed { seconds: f64, errors: usize },
    /// The check takes longer than its limit.
    TooLong { limit: Duration },
    /// There is no manifest.
    NotACrate,
}

/// Checks the crate in a folder twice: once with its dependencies, then again for the crate's own time.
pub(crate) fn check(folder: &Path) -> Result<Check, Failure> {
    if !folder.join("Cargo.toml").is_file() {
        return Ok(Check::NotACrate);
    }
    let target = folder.join("target");
    attempted(cargo_in(folder, &target).arg("fetch"))?;
    let first = attempted(&mut check_command(folder, &target))?;
    touch(folder)?;
    let run = attempted(&mut check_command(folder, &target))?;
    if target.is_dir() {
        fs::remove_dir_all(&target).map_err(|error| Failure::io("remove", &target, &error))?;
    }
    Ok(outcome(&run, Some(first.cost.wall.as_secs_f64())))
}

/// Checks the crate in a folder with a shared target folder: again, if dependencies were compiled too.
pub(crate) fn check_with(folder: &Path, target: &Path, limit: Duration) -> Result<Check, Failure> {
    if !folder.join("Cargo.toml").is_file() {
        return Ok(Check::NotACrate);
    }
    // Downloads are not part of the time.
    attempted(cargo_in(folder, target).arg("fetch"))?;
    let mut command = limited(&check_command(folder, target), limit);
    let mut run = attempted(&mut command)?;
    if run.status.success() && has_compiled_dependencies(&run, folder) {
        touch(folder)?;
        run = attempted(&mut command)?;
    }
    if run.was_killed() {
        return Ok(Check::TooLong { limit });
    }
    Ok(outcome(&run, None))
}

/// Cargo in the folder of a generated crate, with its own folder for what it builds.
pub(super) fn cargo_in(folder: &Path, target: &Path) -> Command {
    let mut command = cargo();
    // The environment of this run of cargo must not affect the other one.
    command.current_dir(folder).env("CARGO_TARGET_DIR", target).env_remove("CARGO_MANIFEST_DIR");
    command
}

fn check_command(folder: &Path, target: &Path) -> Command {
    let mut command = cargo_in(folder, target);
    // Incremental data of the first run would speed up the second. Cargo keeps none for dependencies.
    command.args(["check", "--message-format", "json"]).env("CARGO_INCREMENTAL", "0");
    command
}

/// Makes cargo compile the crate again.
pub(super) fn touch(folder: &Path) -> Result<(), Failure> {
    for root in ["src/lib.rs", "src/main.rs"].map(|root| folder.join(root)) {
        if root.is_file() {
            File::options()
                .append(true)
                .open(&root)
                .and_then(|file| file.set_modified(SystemTime::now()))
                .map_err(|error| Failure::io("touch", &root, &error))?;
        }
    }
    Ok(())
}

fn messages(run: &Run) -> impl Iterator<Item = Value> {
    run.stdout.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok())
}

fn has_compiled_dependencies(run: &Run, folder: &Path) -> bool {
    messages(run).any(|message| {
        let is_own =
            message["manifest_path"].as_str().is_some_and(|path| Path::new(path).starts_with(folder));
        message["fresh"] == false && !is_own
    })
}

fn outcome(run: &Run, whole: Option<f64>) -> Check {
    let levels: Vec<Value> = messages(run)
        .filter(|message| message["reason"] == "compiler-message")
        .map(|mut message| message["message"].take())
        .filter(|message| !message["spans"].as_array().is_none_or(Vec::is_empty))
        .map(|mut message| message["level"].take())
        .collect();
    let count = |level: &str| levels.iter().filter(|own| own.as_str() == Some(level)).count();
    let seconds = run.cost.wall.as_secs_f64();
    if run.status.success() {
        return Check::Passed { seconds, whole, warnings: count("warning") };
    }
    Check::Failed { seconds, errors: count("error").max(1) }
}

impl Check {
    /// Seconds for the crate and all its dependencies, where they were compiled for it.
    pub(crate) fn whole(&self) -> Option<f64> {
        match self {
            Self::Passed { whole, .. } => *whole,
            Self::Failed { .. } | Self::TooLong { .. } | Self::NotACrate => None,
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
            Self::TooLong { limit } => write!(f, "takes more than {} s", limit.as_secs()),
            Self::NotACrate => f.write_str("no crate"),
        }
    }
}
