//! Makes the client of `tests/documents/earlier.json` as a module, as a build script of somebody's crate does.

use std::error::Error;
use std::path::PathBuf;

use openapi_crate::{Input, Options, Output};

fn main() -> Result<(), Box<dyn Error>> {
    let input = Input::read("../documents/earlier.json")?;
    for name in input.names() {
        println!("cargo::rerun-if-changed={name}");
    }
    let generated = input.generate(Options { output: Output::ModuleTree, ..Options::default() })?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("client");
    generated.package.compare(&out)?.write()?;
    Ok(())
}
