//! Lists the files of the runtime. Every generated crate has a copy of them.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let package = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    // In the workspace the runtime is that of `openai-uploads`. The published package has its own copy, which `cargo
    // xtask package` makes.
    let folders = [package.join("../openai-uploads/src/runtime"), package.join("runtime")];
    let folder = folders.into_iter().find(|folder| folder.is_dir());
    let folder = folder.expect("the runtime is missing; package this crate with `cargo xtask package`");
    println!("cargo::rerun-if-changed={}", folder.display());

    let mut files = Vec::new();
    list(&folder, &mut files)?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&folder).expect("the file is in the folder");
        let name = name.to_string_lossy().replace('\\', "/");
        let path = file.canonicalize()?.to_string_lossy().into_owned();
        table.push_str(&format!("    ({name:?}, include_str!({path:?})),\n"));
    }
    table.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("runtime_files.rs"), table)
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            list(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
