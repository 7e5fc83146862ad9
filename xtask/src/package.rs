//! `cargo xtask package`: packages the crates for publishing, and tests the packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use crate::workspace;
use openapi_crate::command::failure::Failure;

/// Package the publishable crates and test the packages
///
/// A package cannot contain files from outside of its folder. Licences, the changelog and the runtime are copied into
/// it first; git ignores the copies. Then each package is unpacked elsewhere, and the examples in its documentation
/// run there.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only copy the files, so that `cargo publish` can follow.
    #[arg(long)]
    prepare: bool,
}

/// A crate to publish.
struct Published {
    folder: &'static str,
    /// The features that the examples in its documentation need.
    features: &'static [&'static str],
    /// Files from elsewhere in the workspace, each with its path in the package.
    copies: &'static [(&'static str, &'static str)],
    /// Files that the package must contain besides these.
    has: &'static [&'static str],
}

const FOR_ALL: [(&str, &str); 3] =
    [("LICENSE-APACHE", "LICENSE-APACHE"), ("LICENSE-MIT", "LICENSE-MIT"), ("CHANGELOG.md", "CHANGELOG.md")];

const PUBLISHED: [Published; 2] = [
    Published {
        folder: "openai-uploads",
        features: &["--features", "server"],
        copies: &[],
        has: &["README.md", "src/lib.rs", "src/runtime/mod.rs", "docs/README.md"],
    },
    Published {
        folder: "codegen",
        features: &[],
        copies: &[("openai-uploads/src/runtime", "runtime")],
        has: &["README.md", "src/lib.rs", "runtime/mod.rs"],
    },
];

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let root = workspace::root();
    for published in &PUBLISHED {
        for (from, to) in FOR_ALL.iter().chain(published.copies) {
            copy(&root.join(from), &root.join(published.folder).join(to))?;
        }
    }
    if arguments.prepare {
        println!(
            "copied the licences, the changelog and the runtime; publish with `cargo publish --allow-dirty`"
        );
        return Ok(());
    }
    for published in &PUBLISHED {
        let archive = package(&root, published)?;
        let unpacked =
            tempfile::tempdir().map_err(|error| Failure::io("make", Path::new("a folder"), &error))?;
        test(&root, published, &archive, unpacked.path())?;
        println!("{}: has its files, and its examples run", archive.display());
    }
    Ok(())
}

/// Copies a file or a folder, replacing the target.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    if from.is_file() {
        fs::copy(from, to).map_err(|error| Failure::io("copy", from, &error))?;
        return Ok(());
    }
    if to.is_dir() {
        fs::remove_dir_all(to).map_err(|error| Failure::io("remove", to, &error))?;
    }
    fs::create_dir_all(to).map_err(|error| Failure::io("make", to, &error))?;
    let entries = fs::read_dir(from).map_err(|error| Failure::io("read", from, &error))?;
    for entry in entries {
        let path = entry.map_err(|error| Failure::io("read", from, &error))?.path();
        if let Some(name) = path.file_name() {
            copy(&path, &to.join(name))?;
        }
    }
    Ok(())
}

/// Makes the package and returns its archive.
fn package(root: &Path, published: &Published) -> Result<PathBuf, Failure> {
    let manifest = root.join(published.folder).join("Cargo.toml");
    // The copies are not in git. The examples are compiled below, in the unpacked package.
    let arguments = ["package", "--quiet", "--allow-dirty", "--no-verify", "--manifest-path"];
    let mut packaging = Command::new(cargo_path());
    // The environment may name another folder.
    cargo(root, packaging.args(arguments).arg(&manifest).arg("--target-dir").arg(root.join("target")))?;
    let id = Command::new(cargo_path()).args(["pkgid", "--manifest-path"]).arg(&manifest).output();
    let id = id.map_err(|error| Failure::io("run", Path::new("cargo pkgid"), &error))?;
    let id = String::from_utf8_lossy(&id.stdout);
    // `path+file:///…/FOLDER#NAME@VERSION`, without `NAME@` where the folder has the same name.
    let (_, version) = id.trim().rsplit_once('#').unwrap_or_default();
    let (name, version) = version.split_once('@').unwrap_or((published.folder, version));
    Ok(root.join("target/package").join(format!("{name}-{version}.crate")))
}

/// Unpacks the archive, looks for the files it must have, and runs the examples of its documentation.
fn test(root: &Path, published: &Published, archive: &Path, folder: &Path) -> Result<(), Failure> {
    cargo(folder, Command::new("tar").arg("-xzf").arg(archive).current_dir(folder))?;
    let package = folder.join(archive.file_stem().unwrap_or_default());
    let copied = FOR_ALL.iter().map(|(_, to)| *to);
    for file in published.has.iter().copied().chain(copied) {
        if !package.join(file).is_file() {
            return Err(Failure::new(format!("`{}` lacks `{file}`", archive.display())));
        }
    }
    let mut tests = Command::new(cargo_path());
    tests.args(["test", "--quiet", "--doc", "--target-dir"]).arg(root.join("target"));
    cargo(&package, tests.args(published.features).current_dir(&package))
}

fn cargo_path() -> std::ffi::OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a command to its end, with its output visible.
fn cargo(folder: &Path, command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| Failure::io("run a command in", folder, &error))?;
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{command:?} failed"))) }
}
