//! Generates the client of `tests/documents/NAME` as `cargo xtask codegen` does. NAME is the package's name.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use openapi_crate::{Input, Options, Output};

fn main() -> Result<(), Box<dyn Error>> {
    let name = env::var("CARGO_PKG_NAME")?;
    let documents = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../documents");
    println!("cargo::rerun-if-changed={}", documents.display());
    let names = [format!("{name}.yaml"), format!("{name}.json")];
    let file = names.into_iter().find(|file| documents.join(file).is_file()).ok_or("there is no document")?;
    let input = Input::read_in(&documents, Path::new(&file))?;
    let options = Options { output: Output::Crate { name }, doctests: true, ..Options::default() };
    let generated = input.generate(options)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    generated.package.compare(&out)?.write()?;
    // Attributes of a crate cannot be included, but modules can.
    let modules = ["runtime", "apis", "models"].map(|module| {
        let path = out.join("src").join(module).join("mod.rs");
        format!("#[macro_use]\n#[path = {path:?}]\npub mod {module};\n")
    });
    fs::write(out.join("modules.rs"), modules.concat())?;
    Ok(())
}
