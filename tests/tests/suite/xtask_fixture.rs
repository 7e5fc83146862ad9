//! `cargo xtask` run on a copy of this workspace's document and crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::program::{workspace, xtask};
use super::skipped::skipped;

/// A folder with what `cargo xtask` works on.
pub(crate) struct Copy {
    folder: TempDir,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Copy {
    pub(crate) fn new() -> Self {
        let copy = Self { folder: tempfile::tempdir().unwrap() };
        for part in ["spec", "openai-uploads/src", "openai-uploads/docs"] {
            copy_folder(&workspace().join(part), &copy.path(part));
        }
        copy
    }

    pub(crate) fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }

    pub(crate) fn read(&self, part: &str) -> String {
        fs::read_to_string(self.path(part)).unwrap()
    }

    pub(crate) fn write(&self, part: &str, contents: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(part).parent().unwrap()).unwrap();
        fs::write(self.path(part), contents).unwrap();
    }

    /// Runs `cargo xtask …` in the copy.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        run(&self.path("xtask"), self.folder.path(), arguments)
    }

    /// Every file but for build output, with what is in it.
    pub(crate) fn tree(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let contents = fs::read(&path).unwrap();
                    files.push((path, contents));
                }
            }
        }
        files.sort();
        files
    }
}

/// Runs `cargo xtask …` in this workspace, which it must not change.
pub(crate) fn run_here(arguments: &[&str]) -> Ended {
    run(&workspace().join("xtask"), workspace(), arguments)
}

/// The published document: `OPENAI_SPEC` or `../shared/corpus/openai.yaml`. `None`, said visibly: it is not there.
pub(crate) fn published_document() -> Option<PathBuf> {
    let named = std::env::var_os("OPENAI_SPEC").map(PathBuf::from);
    let path = named.unwrap_or_else(|| workspace().join("../shared/corpus/openai.yaml"));
    if path.is_file() {
        return Some(path);
    }
    skipped(&format!("no published document at {}; name one with OPENAI_SPEC", path.display()));
    None
}

fn run(package: &Path, folder: &Path, arguments: &[&str]) -> Ended {
    let output = Command::new(xtask())
        .env("CARGO_MANIFEST_DIR", package)
        .current_dir(folder)
        .args(arguments)
        .output()
        .unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let Ok(entries) = fs::read_dir(from) else { return };
    for entry in entries {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
